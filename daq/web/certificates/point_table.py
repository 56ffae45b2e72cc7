"""The points of a result as cells that can be corrected: one element of the page, however many there are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from nicegui import events, ui

from daq.web.certificates.cells import Cell, Result, target_text
from daq.web.words import Words

_CELL = "(event) => emit([event.target.dataset.cell, event.target.value])"


@dataclass(slots=True)
class TypedCell:
    """A cell, and what stands in it on the page."""

    cell: Cell
    value: str


class PointTable:
    """A table whose cells are plain fields of the browser: hundreds of them do not make the page slow."""

    def __init__(self, result: Result, words: Words, point_at: Callable[[str], None], *, may: bool) -> None:
        """Build it; ``point_at`` is told the target of the cell that is worked on."""
        self._words = words
        self._may = may
        self._point_at = point_at
        self.cells = [TypedCell(cell, cell.said) for row in result.points for cell in row]
        heads = "".join(f"<th>{escape(words.say(heading))}</th>" for heading in result.headings)
        rows = "".join(f"<tr>{''.join(row)}</tr>" for row in self._rows(len(result.headings)))
        table = f'<table class="points"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        element = ui.html(table, sanitize=False).classes("scroll")
        for event in ("input", "change"):
            element.on(event, self._typed, js_handler=_CELL)
        element.on("focusin", self._reached, js_handler=_CELL)

    def _rows(self, columns: int) -> Iterator[Iterator[str]]:
        for first in range(0, len(self.cells), columns):
            yield (self._field(number) for number in range(first, first + columns))

    def _field(self, number: int) -> str:
        cell, words = self.cells[number].cell, self._words
        hint = ""
        if cell.is_corrected:
            read = words.say("the document says {text}", text=cell.read or "—")
            hint = f' title="{escape(f"{read}: {cell.reason}")}"'
        attributes = f'data-cell="{number}" class="{degree(cell)}" value="{escape(cell.said)}"{hint}'
        label = escape(target_text(cell.target, words))
        kept = "" if self._may else " readonly"
        return f'<td><input type="text" autocomplete="off" aria-label="{label}" {attributes}{kept}></td>'

    def _typed(self, event: events.GenericEventArguments) -> None:
        number, text = event.args
        if self._may and (one := self._cell(number)) is not None:
            one.value = str(text)

    def _reached(self, event: events.GenericEventArguments) -> None:
        if (one := self._cell(event.args[0])) is not None:
            self._point_at(one.cell.target)

    def _cell(self, number: object) -> TypedCell | None:
        """None for what is no cell of this table."""
        text = str(number)
        known = text.isascii() and text.isdecimal() and len(text) < 6 and int(text) < len(self.cells)
        return self.cells[int(text)] if known else None


def degree(cell: Cell) -> str:
    """How a cell is drawn: corrected, as it was read, or not said by the document."""
    if cell.is_corrected:
        return "cell corrected"
    return "cell read" if cell.read else "cell blank"
