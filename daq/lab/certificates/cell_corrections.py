"""Cells of a document that a person corrected: what it said, what the person says, and why."""

import datetime
import enum
import re
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, get_args, get_origin, get_type_hints

from calibration.certificates.imported import Imported
from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.certificates.register import one_line
from daq.lab.typed_numbers import typed_date, typed_number
from daq.records.certificate_content import Correction

_STEP = re.compile(r"([a-z_][a-z_0-9]*)(?:\[([0-9]{1,4})\])?", re.ASCII)
_ROOTS = frozenset({"administrative", "proposals", "stated", "links"})


@dataclass(frozen=True, slots=True)
class CellCorrection:
    """What a person puts in the place of what was read."""

    target: str
    """Path inside the ``Imported``: ``proposals[0].points[3].error``, ``administrative.number`` …."""
    text: str
    """Numbers with a decimal point, dates as 2026-03-02; empty: the document says nothing there."""
    reason: str


def corrected(
    imported: Imported, corrections: Iterable[CellCorrection]
) -> tuple[Imported, tuple[Correction, ...]]:
    """The document with its cells corrected, and what is kept about each of them.

    Raises:
        RegisterError: there is no such cell, it takes no such text, the reason is missing, or a cell is
            corrected twice.
    """
    kept: list[Correction] = []
    for one in corrections:
        if any(one.target == before.target for before in kept):
            raise RegisterError(N_("{target} is corrected twice; say it once."), target=one.target)
        if not one.reason.strip():
            raise RegisterError(N_("The correction of {target} needs its reason."), target=one.target)
        cell = _Cell(one.target)
        before = cell.shown(imported)
        imported = cell.put(imported, one.text.strip())
        kept.append(Correction(one.target, before, cell.shown(imported), one_line(one.reason)))
    return imported, tuple(kept)


class _Cell:
    """One place inside an ``Imported``, by its path."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._steps: list[tuple[str, int | None]] = []
        for part in target.split("."):
            match = _STEP.fullmatch(part)
            if match is None:
                raise self._unknown()
            self._steps.append((match[1], int(match[2]) if match[2] else None))
        if self._steps[0][0] not in _ROOTS:
            raise self._unknown()

    def shown(self, imported: Imported) -> str:
        """What stands there, as text; empty where nothing does."""
        value: Any = imported
        for name, index in self._steps:
            value = self._item(value, name, index)
        return "" if value is None else str(value)

    def put(self, imported: Imported, text: str) -> Imported:
        """A copy with another value there."""
        found = self._with(imported, self._steps, text)
        if not isinstance(found, Imported):
            raise self._unknown()
        return found

    def _with(self, owner: Any, steps: list[tuple[str, int | None]], text: str) -> Any:
        (name, index), rest = steps[0], steps[1:]
        inner = self._item(owner, name, index)
        kind = get_type_hints(type(owner))[name]
        if rest:
            new = self._with(inner, rest, text)
        else:
            new = self._read(get_args(kind)[0] if index is not None else kind, text)
        if index is None:
            return replace(owner, **{name: new})
        several = list(getattr(owner, name))
        several[index] = new
        return replace(owner, **{name: tuple(several)})

    def _item(self, owner: Any, name: str, index: int | None) -> Any:
        if not is_dataclass(owner) or name not in {field.name for field in fields(owner)}:
            raise self._unknown()
        value = getattr(owner, name)
        if (index is not None) != (get_origin(get_type_hints(type(owner))[name]) is tuple):
            raise self._unknown()
        if index is None:
            return value
        if index >= len(value):
            raise self._unknown()
        return value[index]

    def _read(self, kind: Any, text: str) -> Any:
        """The text as the field takes it."""
        if isinstance(kind, types.UnionType):
            if not text:
                return None
            kind = next(one for one in get_args(kind) if one is not type(None))
        read: Callable[[str], object]
        if kind is datetime.date:
            read, sentence = typed_date, N_("{target}: {text} is no date; write it like 2026-03-02.")
        elif kind is Decimal:
            read, sentence = (
                typed_number,
                N_("{target}: {text} is no number; write it with a decimal point, such as 0.05."),
            )
        elif kind is str or (isinstance(kind, type) and issubclass(kind, enum.StrEnum)):
            read, sentence = kind, N_("{target}: {text} cannot stand there.")
        else:
            raise self._unknown()
        try:
            return read(text)
        except ValueError as error:
            raise RegisterError(sentence, target=self._target, text=f"“{text[:100]}”") from error

    def _unknown(self) -> RegisterError:
        return RegisterError(
            N_("{target} is no cell of this document that can be corrected."), target=self._target[:100]
        )
