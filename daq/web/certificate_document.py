"""The document of a certificate on its page: pictures of a PDF, a frame around every cell that was read."""

from collections.abc import Iterable

from nicegui import ui

from calibration.certificates.imported import Imported
from calibration.certificates.pdf.located import ImportedPdf, Located, PageSize
from daq.web.frame import box
from daq.web.visit import Visit


class DocumentView:
    """Shows where a cell stands when somebody works on it."""

    def __init__(self, here: Visit, sha256: str, imported: Imported) -> None:
        """Draw the pages, or a link where the document has none."""
        self._frames: dict[str, ui.element] = {}
        self._chosen: ui.element | None = None
        say = here.words.say
        ui.link(say("The document as it was uploaded"), f"/documents/{sha256}").props("download")
        ui.label(f"SHA-256 {sha256}").classes("digest")
        if isinstance(imported, ImportedPdf):
            with box("pages"):
                for number, size in enumerate(imported.pages, start=1):
                    places = [one for one in imported.located if one.page == number]
                    self._page(f"/documents/{sha256}/page/{number}", size, places)
        else:
            ui.label(say("This kind of document has no pages: compare with the table beside it.")).classes(
                "detail"
            )

    def _page(self, address: str, size: PageSize, places: Iterable[Located]) -> None:
        with box("paper"):
            ui.element("img").props(f'src="{address}" alt=""')
            for one in places:
                left, top, right, bottom = one.box
                edges = {
                    "left": left / size.width,
                    "top": top / size.height,
                    "width": (right - left) / size.width,
                    "height": (bottom - top) / size.height,
                }
                style = ";".join(f"{edge}:{share * 100:.2f}%" for edge, share in edges.items())
                self._frames[one.target] = box("spot").style(style)

    def point_at(self, target: str) -> None:
        """Mark the place of a cell; nothing where it has none."""
        if self._chosen is not None:
            self._chosen.classes(remove="chosen")
        self._chosen = self._frames.get(target)
        if self._chosen is not None:
            self._chosen.classes(add="chosen")
            self._chosen.run_method("scrollIntoView", {"block": "nearest"})
