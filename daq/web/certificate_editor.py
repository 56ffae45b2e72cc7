"""The cells of a certificate on its page, what the laboratory adds, and how both become a new draft."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from calibration.certificates.imported import Imported, Stated
from calibration.certificates.native import FORMAT
from daq.i18n import N_
from daq.lab.certificate_draft import Said
from daq.records.certificate_content import CountedFrom, Settled
from daq.records.certificate_versions import Version
from daq.web.certificate_additions import POINT, Additions, additions_of, due_of, tables_of
from daq.web.certificate_cells import Cell, Labelled, corrections_from, sheet_of
from daq.web.certificate_words import COUNTED_FROM
from daq.web.forms import table
from daq.web.frame import box
from daq.web.visit import Visit

IN_USE = (
    (("equipment", "unit"), N_("Unit in which the channel indicates")),
    (("in_use", "resolution"), N_("Resolution d in use, or included")),
    (("in_use", "repeatability"), N_("Repeatability s in use, or included")),
    (("in_use", "repeatability_dof"), N_("Its degrees of freedom")),
    (("certificate", "level"), N_("Level of confidence")),
    (("curve", "kind"), N_("Kind of curve")),
    (("curve", "degree"), N_("Degree of the polynomial")),
    (("curve", "non_linearity"), N_("Table: half-width of the non-linearity")),
)
KEYS = ("name", "reference", "indication", "error", "correction", "value", "U", "k")
"""Of the rows of a native file."""
CURVES = ("", "polynomial", "table", "callendar-van-dusen", "its-90", "steinhart-hart")


class Editor:
    """What a person can change in a draft; for others the same to look at."""

    def __init__(
        self, here: Visit, version: Version, imported: Imported, point_at: Callable[[str], None], *, may: bool
    ) -> None:
        """Build it; ``point_at`` is told whose cell is worked on."""
        self._here = here
        self._version = version
        self._imported = imported
        self._point_at = point_at
        self._may = may
        self._cells: dict[str, tuple[Cell, Any]] = {}
        self._added: dict[Any, Any] = {}
        self._settled: dict[str, Any] = {}
        content = version.content
        sheet = sheet_of(imported, content.proposal, content.corrections)
        self._is_native = content.format == FORMAT
        if self._is_native:
            self._native()
        else:
            self._fields(sheet.about)
            self._fields(sheet.units)
            self._points(sheet.headings, sheet.points)
        self._additions(additions_of(content))
        self._findings()

    def _native(self) -> None:
        """A file of the laboratory's own is corrected by another file."""
        content = self._version.content
        about = content.native.get("certificate", {})
        table(("", ""), [(key, str(value)) for key, value in about.items()], "")
        points = [
            tuple(str(row.get(key, "")) for key in KEYS)
            for name in ("point", "value")
            for row in content.native.get(name, ())
        ]
        if points:
            table(KEYS, points, "")

    def _fields(self, fields: tuple[Labelled, ...]) -> None:
        with box("cells"):
            for one in fields:
                self._input(one.cell, self._here.words.say(one.label))

    def _points(self, headings: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> None:
        if not rows:
            return
        with box("scroll"), box("points", "table"):
            with ui.element("thead"), ui.element("tr"):
                for heading in headings:
                    with ui.element("th"):
                        ui.label(self._here.words.say(heading))
            with ui.element("tbody"):
                for row in rows:
                    with ui.element("tr"):
                        for cell in row:
                            with ui.element("td"):
                                self._input(cell, "")

    def _input(self, cell: Cell, label: str) -> None:
        field = ui.input(label or None, value=cell.said).props("dense outlined")
        field.props("" if self._may else "readonly").classes(_degree(cell))
        field.on("focus", lambda: self._point_at(cell.target))
        if cell.is_corrected:
            read = self._here.words.say("the document says {text}", text=cell.read or "—")
            field.tooltip(f"{read}: {cell.reason}")
        self._cells[cell.target] = (cell, field)

    def _additions(self, given: Additions) -> None:
        say = self._here.words.say
        ui.label(say("What the laboratory adds")).classes("caption")
        for stated in self._imported.stated:
            ui.label(_hint(stated)).classes("detail")
        with box("cells"):
            for key, label in IN_USE:
                if key == ("curve", "kind"):
                    self._added[key] = ui.select(list(CURVES), label=say(label), value=given.keys[key] or "")
                else:
                    self._added[key] = ui.input(say(label), value=given.keys[key])
            days: dict[str, str] = {"": "—"}
            days |= {day.value: say(text) for day, text in COUNTED_FROM.items() if day in CountedFrom}
            self._added["counted_from"] = ui.select(
                days, label=say("Interval counted from"), value=given.counted_from
            )
            self._added["months"] = ui.input(say("Interval in months"), value=given.months)
            self._added["first_day"] = ui.input(
                say("That day, if the document does not say it"), value=given.first_day
            )
            self._added["verdict"] = ui.input(say("Verdict, of a verification"), value=given.verdict)
        if self._version.content.proposal is None and not self._is_native:
            hint = say("Keyed from the scan, a line a point: {columns}", columns=" · ".join(POINT))
            self._added["points"] = ui.textarea(hint, value=given.points)
        for field in self._added.values():
            field.props("dense outlined" + ("" if self._may else " readonly"))

    def _findings(self) -> None:
        """Findings that stand in the way: corrected by a cell, or settled with a reason."""
        content = self._version.content
        reasons = {one.finding: one.reason for one in content.settled}
        for finding in content.errors:
            ui.label(f"▲ {finding}").classes("refusal")
            field = ui.input(
                self._here.words.say("Why it does not stand in the way"), value=reasons.get(finding, "")
            )
            field.props("dense outlined" + ("" if self._may else " readonly"))
            self._settled[finding] = field

    @property
    def edited(self) -> dict[str, str]:
        """Texts of the cells that were changed on this page, by target."""
        texts = {target: str(field.value or "").strip() for target, (_, field) in self._cells.items()}
        return {target: text for target, text in texts.items() if text != self._cells[target][0].said}

    def said(self, reason: str) -> Said:
        """Everything that a new draft says.

        Raises:
            RegisterError: a field of the laboratory's own that cannot be read.
        """
        text = {key: str(field.value or "") for key, field in self._added.items()}
        additions = Additions(
            keys={key: value for key, value in text.items() if isinstance(key, tuple)},
            points=text.get("points", ""),
            counted_from=text["counted_from"],
            months=text["months"],
            first_day=text["first_day"],
            verdict=text["verdict"],
        )
        version, content = self._version, self._version.content
        settled = ((finding, str(field.value or "").strip()) for finding, field in self._settled.items())
        return Said(
            equipment=version.equipment,
            channel=version.channel,
            proposal=content.proposal,
            tables=tables_of(additions),
            corrections=corrections_from(content.corrections, self.edited, reason),
            settled=tuple(Settled(finding, why) for finding, why in settled if why),
            due=due_of(additions),
            verdict=additions.verdict,
            reason=reason,
        )


def _hint(stated: Stated) -> str:
    """What the document says of the instrument besides its points."""
    at = f" @ {stated.load}" if stated.load else ""
    count = f" (n = {stated.count})" if stated.count is not None else ""
    return f"{stated.name.all}: {stated.value} {stated.unit}{at}{count}"


def _degree(cell: Cell) -> str:
    if cell.is_corrected:
        return "cell corrected"
    return "cell read" if cell.read else "cell blank"
