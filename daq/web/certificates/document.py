"""The document of a certificate on its page: pages of a PDF, or everything in it as a table."""

import json
import re
from collections.abc import Iterable, Sequence

from nicegui import run, ui

from calibration.certificates.imported import EmbeddedFile, Imported
from calibration.certificates.pdf.located import ImportedPdf, Located, PageSize
from calibration.certificates.pdf.text import place_on
from calibration.certificates.rows import Row
from calibration.errors import CertificateError
from daq.errors import HengliangError
from daq.i18n import N_
from daq.security.signature_report import SignatureReport
from daq.security.uploads import rows_of_document
from daq.web.certificates.findings import signature_table
from daq.web.frame import box
from daq.web.visit import Visit

_PAGE = re.compile(r"page (\d+)")
_MARK = """
document.querySelectorAll(".spot.chosen").forEach((one) => one.classList.remove("chosen"));
const spot = document.querySelector(`.spot[data-spot="${%s}"]`);
if (spot) { spot.classList.add("chosen"); spot.scrollIntoView({ block: "nearest" }); }
"""
_PROPOSAL = re.compile(r"proposals\[(\d+)\]")
_OF_DCC = {
    "administrative.number": "//dcc:administrativeData/dcc:coreData/dcc:uniqueIdentifier",
    "administrative.received_on": "//dcc:administrativeData/dcc:coreData/dcc:receiptDate",
    "administrative.ended_on": "//dcc:administrativeData/dcc:coreData/dcc:endPerformanceDate",
    "administrative.issued_on": "//dcc:administrativeData/dcc:coreData/dcc:issueDate",
    "administrative.laboratory": "//dcc:administrativeData/dcc:calibrationLaboratory",
}
_ITEMS = "//dcc:administrativeData/dcc:items"


class DocumentView:
    """Shows where a cell stands when somebody works on it."""

    def __init__(
        self, here: Visit, sha256: str, imported: Imported, signature: SignatureReport | None
    ) -> None:
        """Draw the pages; of documents without pages the table, as soon as it is read."""
        self._here = here
        self._sha256 = sha256
        self._imported = imported
        self._spots: dict[str, int] = {}
        """Numbers of the frames on the pages, by cell and by place."""
        self._pages: list[ui.element] = []
        self._rows: Sequence[Row] = ()
        self._table: ui.table | None = None
        say = here.words.say
        ui.link(say("The document as it was uploaded"), f"/documents/{sha256}").props("download")
        ui.label(f"SHA-256 {sha256}").classes("digest")
        self._files(imported.files)
        signature_table(here, signature)
        if isinstance(imported, ImportedPdf):
            with box("pages"):
                for number, size in enumerate(imported.pages, start=1):
                    places = [one for one in imported.located if one.page == number]
                    self._page(f"/documents/{sha256}/page/{number}", size, places)
        else:
            self._below = box("found")
            with self._below:
                ui.label(say("Reading the document …")).classes("detail")
            ui.timer(0.01, self._fill, once=True)

    def _files(self, files: Iterable[EmbeddedFile]) -> None:
        for file in files:
            with box("embedded"):
                ui.label(self._here.words.say("File inside:")).classes("detail")
                ui.link(file.name, f"/documents/{self._sha256}/file/{file.sha256}").props("download")
                ui.label(f"{file.mime_type or '?'} · {file.size:,} B").classes("detail")

    def _page(self, address: str, size: PageSize, places: Iterable[Located]) -> None:
        paper = box("paper").style(f"aspect-ratio:{size.width:.1f}/{size.height:.1f}")
        self._pages.append(paper)
        spots = [f'<img src="{address}" alt="" loading="lazy">']
        for one in places:
            self._spots[one.target] = self._spots[place_on(one.page, one.box)] = number = len(self._spots)
            spots.append(f'<div class="spot" data-spot="{number}" style="{_edges(one, size)}"></div>')
        with paper:
            ui.html("".join(spots), sanitize=False)

    async def _fill(self) -> None:
        """Everything in a document without pages, read by a process of its own."""
        try:
            found = await run.io_bound(self._read)
        except (CertificateError, HengliangError) as error:
            self._below.clear()
            with self._below:
                ui.label(self._here.words.error(error)).classes("refusal")
            return
        self._rows = found or ()
        self._below.clear()
        with self._below:
            self._show()

    def _read(self) -> tuple[Row, ...]:
        return rows_of_document(self._here.desk.register.blobs.get(self._sha256))

    def _show(self) -> None:
        words = self._here.words
        columns = [
            {"name": name, "field": name, "label": words.say(label), "align": "left"}
            for name, label in (("place", N_("Place in the document")), ("text", N_("What stands there")))
        ]
        rows = [
            {
                "n": number,
                "place": row.place,
                "text": "\n".join(part for part in (words.sentence(row.text), row.about) if part),
            }
            for number, row in enumerate(self._rows)
        ]
        search = ui.input(words.say("Look for")).props("outlined dense clearable").classes("search")
        self._table = ui.table(rows=rows, columns=columns, row_key="n", pagination=0)
        self._table.props("dense flat virtual-scroll wrap-cells hide-bottom").classes("leaves")
        search.bind_value_to(self._table, "filter", forward=lambda text: text or "")

    def point_at(self, target: str) -> None:
        """Mark the place of a cell; nothing where it has none."""
        self._mark(self._spots.get(target))
        if self._table is not None:
            self._scroll_to(self._place_of(target))

    def show_place(self, place: str) -> None:
        """Show a place that a finding names: a page, an XPath, a sheet and cell."""
        page = _PAGE.match(place)
        if place in self._spots:
            self._mark(self._spots[place])
        elif page is not None and 0 < int(page[1]) <= len(self._pages):
            self._pages[int(page[1]) - 1].run_method("scrollIntoView", {"block": "start"})
        elif self._table is not None:
            self._scroll_to(place)

    def _place_of(self, target: str) -> str:
        """Where a cell stands in a document without pages, as far as its import says."""
        found = _PROPOSAL.match(target)
        if found is not None:
            return self._imported.proposals[int(found[1])].place
        return _ITEMS if target.startswith("administrative.items") else _OF_DCC.get(target, "")

    def _scroll_to(self, place: str) -> None:
        index = next((i for i, row in enumerate(self._rows) if place and row.place.startswith(place)), None)
        if index is not None and self._table is not None:
            self._table.run_method("scrollTo", index, "start-force")

    def _mark(self, spot: int | None) -> None:
        if self._pages:
            ui.run_javascript(_MARK % json.dumps(spot))


def _edges(one: Located, size: PageSize) -> str:
    """Where it lies on the picture of its page."""
    left, top, right, bottom = one.box
    edges = {
        "left": left / size.width,
        "top": top / size.height,
        "width": (right - left) / size.width,
        "height": (bottom - top) / size.height,
    }
    return ";".join(f"{edge}:{share * 100:.2f}%" for edge, share in edges.items())
