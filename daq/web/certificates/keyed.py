"""A table that is keyed in from a scan: rows are added and taken away, a copied block is pasted at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import events, ui

from daq.i18n import N_
from daq.web.certificates.additions import KEYED
from daq.web.frame import box
from daq.web.visit import Visit

KINDS = {
    "": N_("nothing: the verdict alone counts"),
    "point": N_("points of an instrument"),
    "value": N_("values of weights and other standards"),
}
HEADINGS = {
    "name": N_("Name, such as 100 g *"),
    "reference": N_("Reference value"),
    "indication": N_("Indication"),
    "value": N_("Value"),
}
FIRST_ROWS = 3
MOST_ROWS = 200
_PASTED = """(event) => {
  const text = event.clipboardData.getData("text");
  if (/[\\t\\n]/.test(text.trim())) { event.preventDefault(); emit(text); }
}"""
"""A block of cells from a spreadsheet; one cell is pasted as everywhere."""


class KeyedTable:
    """What is keyed in, as texts."""

    def __init__(self, here: Visit, keyed: str, rows: Sequence[Mapping[str, str]], *, may: bool) -> None:
        """Build it with what is there already."""
        say = here.words.say
        self._here = here
        self._may = may
        self._inputs: list[dict[str, Any]] = []
        kinds = {kind: say(text) for kind, text in KINDS.items()}
        self.kind = ui.select(kinds, label=say("Keyed in from the document"), value=keyed)
        self.kind.props("dense outlined" + ("" if may else " readonly")).classes("wide")
        self.kind.on_value_change(lambda: self._build([]))
        self._root = box("scroll")
        self._build(list(rows))

    @property
    def rows(self) -> tuple[dict[str, str], ...]:
        """The texts of all rows."""
        return tuple({name: str(field.value or "") for name, field in row.items()} for row in self._inputs)

    def _columns(self) -> tuple[str, ...]:
        return KEYED.get(str(self.kind.value or ""), ())

    def _build(self, rows: list[Mapping[str, str]]) -> None:
        """Draw it anew."""
        say, columns = self._here.words.say, self._columns()
        self._inputs = []
        self._root.clear()
        if not columns:
            return
        with self._root:
            with box("points", "table"):
                with ui.element("thead"), ui.element("tr"):
                    for name in columns:
                        with ui.element("th"):
                            ui.label(say(HEADINGS.get(name, name)))
                    ui.element("th")
                with ui.element("tbody"):
                    for row in rows or [{} for _ in range(FIRST_ROWS)]:
                        self._row(columns, row)
            if self._may and len(self._inputs) < MOST_ROWS:
                ui.button(f"+ {say('Add a row')}", on_click=self._add).props("flat dense no-caps")

    def _row(self, columns: Sequence[str], row: Mapping[str, str]) -> None:
        number = len(self._inputs)
        fields: dict[str, Any] = {}
        with ui.element("tr"):
            for name in columns:
                with ui.element("td"):
                    label = f"{self._here.words.say(HEADINGS.get(name, name))} {number + 1}"
                    field = ui.input(value=row.get(name, "")).props(f'dense outlined aria-label="{label}"')
                    field.props("" if self._may else "readonly").classes("cell keyed")
                    field.on("paste", self._pasting(number, name), js_handler=_PASTED)
                    fields[name] = field
            with ui.element("td"):
                if self._may:
                    away = ui.button("×", on_click=lambda: self._take_away(number))
                    label = self._here.words.say("Take row {number} away", number=number + 1)
                    away.props(f'flat dense aria-label="{label}"')
        self._inputs.append(fields)

    def _add(self) -> None:
        self._build([*self.rows, {}])

    def _take_away(self, number: int) -> None:
        self._build([row for i, row in enumerate(self.rows) if i != number])

    def _pasting(self, number: int, column: str) -> Any:
        """What a spreadsheet has copied goes into this cell, those beside it and those below."""

        def paste(event: events.GenericEventArguments) -> None:
            columns, rows = self._columns(), [dict(row) for row in self.rows]
            lines = str(event.args).replace("\r", "").strip("\n").split("\n")[: MOST_ROWS - number]
            for i, line in enumerate(lines, start=number):
                while len(rows) <= i:
                    rows.append({})
                cells = zip(columns[columns.index(column) :], line.split("\t"), strict=False)
                rows[i] |= {name: text.strip()[:60] for name, text in cells}
            self._build(list(rows))

        return paste
