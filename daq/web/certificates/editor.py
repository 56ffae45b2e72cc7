"""The cells of a certificate on its page, what the laboratory adds, and how both become a new draft."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from calibration.certificates.native import FORMAT
from daq.i18n import N_
from daq.i18n.speech import QUANTITIES
from daq.lab.certificates.draft import Said
from daq.records.certificate_content import CountedFrom, Form, Settled
from daq.web.certificates.additions import Additions, additions_of, due_of, tables_of
from daq.web.certificates.cells import Cell, Labelled, Result, corrections_from, sheet_of
from daq.web.certificates.document import DocumentView
from daq.web.certificates.findings import MOST_SHOWN, finding_row, remarks
from daq.web.certificates.keyed import KeyedTable
from daq.web.certificates.loading import Loaded
from daq.web.certificates.owner import Owner
from daq.web.certificates.point_table import PointTable, degree
from daq.web.certificates.suggestions import InUse, Suggestion, suggestions
from daq.web.certificates.upload import channel_of
from daq.web.certificates.words import COUNTED_FROM, CURVES, KINDS, place_text
from daq.web.forms import table
from daq.web.frame import box
from daq.web.visit import Visit

LEVEL = (("certificate", "level"), N_("Level of confidence"))
UNIT = (("equipment", "unit"), N_("Unit in which the channel indicates"))
IN_USE = (
    (("in_use", "resolution"), N_("Resolution d in use, or included")),
    (("in_use", "repeatability"), N_("Repeatability s in use, or included")),
    (("in_use", "repeatability_dof"), N_("Its degrees of freedom")),
    LEVEL,
    (("curve", "kind"), N_("Kind of curve")),
    (("curve", "degree"), N_("Degree of the polynomial")),
    (("curve", "non_linearity"), N_("Table: half-width of the non-linearity")),
)
OF_DEGREE = (("curve", "degree"), ("polynomial",))
OF_TABLE = (("curve", "non_linearity"), ("table",))
"""Fields that only some kinds of curve have."""
KEYS = ("name", "reference", "indication", "error", "correction", "value", "U", "k")
"""Of the rows of a native file."""
A_DAY = "yyyy-mm-dd"
"""How days are written, whatever the browser's own way is."""
DATES = ("received_on", "ended_on", "issued_on", "due_on")


class Editor:
    """What a person can change in a draft; for others the same to look at."""

    def __init__(self, here: Visit, loaded: Loaded, view: DocumentView, *, may: bool) -> None:
        """Build it; ``view`` is told whose cell is worked on."""
        self._here = here
        self._loaded = loaded
        self._view = view
        self._may = may
        self._cells: dict[str, tuple[Cell, Any]] = {}
        self._added: dict[Any, Any] = {}
        self._settled: dict[str, Any] = {}
        self._keyed: KeyedTable | None = None
        version, content = loaded.version, loaded.version.content
        self._is_native = content.format == FORMAT
        with box("filters"):
            self._owner = Owner(
                here,
                loaded.register,
                version.equipment,
                version.channel,
                str(content.said("equipment", "quantity") or ""),
            )
        if not may or self._is_native:
            self._owner.lock()
        self._findings()
        if self._is_native:
            self._native()
        else:
            self._document()
        self._additions(additions_of(content))
        self._built = self._texts()
        remarks(here, loaded.imported.findings, view.show_place)

    def _document(self) -> None:
        sheet = sheet_of(self._loaded.imported, self._loaded.version.content)
        self._fields(sheet.about)
        for result in sheet.results:
            if result.title:
                ui.label(self._here.words.say(result.title)).classes("caption")
            self._fields(result.units)
            self._points(result)

    def _native(self) -> None:
        """A file of the laboratory's own is corrected by another file."""
        content, say = self._loaded.version.content, self._here.words.say
        ui.label(say("A file of the laboratory's own: correct it by uploading another one.")).classes(
            "detail"
        )
        about = content.native.get("certificate", {})
        rows = [
            (
                place_text(f"certificate.{key}", self._here.words),
                say(KINDS[value]) if key == "kind" and value in KINDS else str(value),
            )
            for key, value in about.items()
        ]
        table((say("Key"), say("Value")), rows, "")
        points = [
            tuple(str(row.get(key, "")) for key in KEYS)
            for name in ("point", "value")
            for row in content.native.get(name, ())
        ]
        if points:
            table(KEYS, points, "")

    def _fields(self, fields: Sequence[Labelled]) -> None:
        with box("cells"):
            for one in fields:
                self._input(one.cell, self._here.words.say(one.label))

    def _points(self, result: Result) -> None:
        say = self._here.words.say
        if not result.points:
            return
        points = PointTable(result, self._here.words, self._view.point_at, may=self._may)
        self._cells |= {one.cell.target: (one.cell, one) for one in points.cells}
        if result.left_out:
            ui.label(say("and {count} more points, which are not shown", count=result.left_out)).classes(
                "detail"
            )

    def _input(self, cell: Cell, label: str) -> None:
        words, name = self._here.words, cell.target.rpartition(".")[2]
        field: Any
        if name == "kind":
            kinds = {kind: words.say(text) for kind, text in KINDS.items() if kind}
            field = ui.select(kinds, label=label, value=cell.said if cell.said in kinds else None)
        elif name == "quantity":
            known = {one: words.say(text) for one, text in QUANTITIES.items()} | {"": "—"}
            field = ui.select(
                known | {cell.said: known.get(cell.said, cell.said)}, label=label, value=cell.said
            )
        else:
            field = ui.input(label or None, value=cell.said)
            field.props(f"placeholder={A_DAY}" if name in DATES else "")
        field.props("dense outlined stack-label" if label else "dense outlined")
        field.props("" if self._may else "readonly").classes(degree(cell))
        field.on("focus", lambda: self._view.point_at(cell.target))
        if cell.is_corrected:
            read = words.say("the document says {text}", text=cell.read or "—")
            field.tooltip(f"{read}: {cell.reason}")
        self._cells[cell.target] = (cell, field)

    def _additions(self, given: Additions) -> None:
        say, content = self._here.words.say, self._loaded.version.content
        ui.label(say("What the laboratory adds")).classes("caption")
        if content.proposal is None and not self._is_native:
            self._keyed = KeyedTable(self._here, given.keyed, given.rows, may=self._may)
            with box("cells"):
                quantities = {"": "—"} | {one: say(text) for one, text in QUANTITIES.items()}
                key = ("equipment", "quantity")
                self._added[key] = ui.select(quantities, label=say("Quantity"), value=given.keys[key])
        with box("cells"):
            self._instrument(given, is_measure=content.form is Form.MEASURES)
            self._interval(given)
        for field in self._added.values():
            field.props("dense outlined" + ("" if self._may else " readonly"))
        self._suggest()

    def _instrument(self, given: Additions, *, is_measure: bool) -> None:
        """What the document cannot know of the instrument in use; a weight has its level and unit only."""
        say = self._here.words.say
        for key, label in (UNIT, LEVEL) if is_measure else (UNIT, *IN_USE):
            if key == ("curve", "kind"):
                kinds = {kind: say(text) for kind, text in CURVES.items()}
                value = given.keys[key] if given.keys[key] in kinds else ""
                self._added[key] = ui.select(kinds, label=say(label), value=value)
            else:
                self._added[key] = ui.input(say(label), value=given.keys[key])
        kind = self._added.get(("curve", "kind"))
        if kind is not None:
            for key, kinds_with in (OF_DEGREE, OF_TABLE):
                self._added[key].bind_visibility_from(
                    kind, "value", lambda value, some=kinds_with: value in some
                )

    def _interval(self, given: Additions) -> None:
        say = self._here.words.say
        days: dict[str, str] = {"": "—"}
        days |= {day.value: say(text) for day, text in COUNTED_FROM.items() if day in CountedFrom}
        self._added["counted_from"] = ui.select(
            days, label=say("Interval counted from"), value=given.counted_from
        )
        self._added["months"] = ui.input(say("Interval in months"), value=given.months)
        first = ui.input(say("That day, if the document does not say it"), value=given.first_day)
        self._added["first_day"] = first.props(f"placeholder={A_DAY}")
        self._added["verdict"] = ui.input(say("Verdict, of a verification"), value=given.verdict)

    def _suggest(self) -> None:
        """What was said of the instrument besides its points."""
        version = self._loaded.version
        channel = channel_of(self._here.desk, version.equipment, version.channel)
        in_use = InUse(self._loaded.known, channel, version.content.native.get("equipment", {}))
        for one in suggestions(self._loaded.imported, in_use, self._here.words):
            with box("suggested"):
                ui.label(one.text).classes("detail")
                if self._may and one.fills and any(key in self._added for key in one.fills):
                    take = ui.button(self._here.words.say("Take over"), on_click=self._taking(one))
                    take.props("flat dense no-caps")

    def _taking(self, one: Suggestion) -> Callable[[], None]:
        def take() -> None:
            for key, text in one.fills.items():
                if key in self._added:
                    self._added[key].value = text

        return take

    def _findings(self) -> None:
        """Findings that stand in the way: corrected by a cell, or settled with a reason."""
        content, known = self._loaded.version.content, self._loaded.findings
        reasons = {one.finding: one.reason for one in content.settled}
        for finding in content.errors[:MOST_SHOWN]:
            with box("settle"):
                if finding in known:
                    finding_row(self._here, known[finding], self._view.show_place)
                else:
                    ui.label(f"✗ {finding}").classes("refusal")
                field = ui.input(
                    self._here.words.say("Why it does not stand in the way"), value=reasons.get(finding, "")
                )
                field.props("dense outlined" + ("" if self._may else " readonly"))
                self._settled[finding] = field
        if len(content.errors) > MOST_SHOWN:
            more = self._here.words.say("and {count} more", count=len(content.errors) - MOST_SHOWN)
            ui.label(more).classes("refusal")

    @property
    def is_changed(self) -> bool:
        """Whether anything on the page is not as it was opened."""
        return self._texts() != self._built

    def _texts(self) -> list[object]:
        fields = [field for _, field in self._cells.values()]
        fields += [*self._added.values(), *self._settled.values()]
        keyed = (self._keyed.kind.value, self._keyed.rows) if self._keyed is not None else ()
        owner = (self._owner.name, self._owner.channel_name)
        return [owner, keyed, *(str(field.value or "") for field in fields)]

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
        keyed = str(self._keyed.kind.value or "") if self._keyed is not None else ""
        additions = Additions(
            keys=_meant({key: value for key, value in text.items() if isinstance(key, tuple)}, keyed),
            keyed=keyed,
            rows=self._keyed.rows if self._keyed is not None else (),
            counted_from=text["counted_from"],
            months=text["months"],
            first_day=text["first_day"],
            verdict=text["verdict"],
        )
        content = self._loaded.version.content
        settled = ((finding, str(field.value or "").strip()) for finding, field in self._settled.items())
        return Said(
            equipment=self._owner.name,
            channel=self._owner.channel_name,
            proposal=content.proposal,
            without_results=content.proposal is None,
            tables=tables_of(additions),
            corrections=corrections_from(content.corrections, self.edited, reason),
            settled=tuple(Settled(finding, why) for finding, why in settled if why),
            due=due_of(additions),
            verdict=additions.verdict,
            reason=reason,
        )


def _meant(keys: dict[tuple[str, str], str], keyed: str) -> dict[tuple[str, str], str]:
    """Without what the chosen kind of curve, or a table of weights, does not have."""
    kind = keys.get(("curve", "kind"), "")
    without = {key for key, kinds in (OF_DEGREE, OF_TABLE) if kind not in kinds}
    if keyed == "value":
        without |= {key for key in keys if key[0] in ("curve", "in_use")}
    return {key: text for key, text in keys.items() if key not in without}
