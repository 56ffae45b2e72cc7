"""The parts that papers are made of, as ``templates/paper.typ`` takes them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]

_NUMBER = re.compile(r"[\u2212+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_LONG_RUN = re.compile(r"[!-~]{18}(?=[!-~]{6})")
_BREAK = "\u200b"
DASH = "\u2014"
"""Where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value."""

    name: str
    value: str
    wide: bool = False
    """Across the page."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    align: str = "left"
    """``left``, ``right``, ``center``, or ``decimal``: right, with decimal points under each other."""
    width: float = 0
    """Share of what the others leave; 0 is as wide as its texts."""
    style: str = ""
    """``mono`` for bytes, ``symbol`` for symbols of quantities; otherwise plain."""
    symbol: bool = False
    """Whether the title is the symbol of a quantity."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with its looks."""

    text: str
    strong: bool = False
    tone: str = ""
    """``bad`` for what a reader must not overlook."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row; a line of small print may stand under it."""

    cells: Sequence[str | Cell]
    under: str = ""
    struck: bool = False


def section(title: str) -> Block:
    """A heading; it never stands alone at the end of a page."""
    return {"kind": "section", "title": title}


def facts(rows: Iterable[Fact], label_mm: float) -> Block:
    """Names and values, two pairs in a row; ``label_mm`` is the width of the names."""
    shown: list[dict[str, Any]] = []
    halves = 0
    for fact in rows:
        if fact.wide and halves % 2:
            shown.append({"name": "", "value": "", "wide": False})
            halves += 1
        shown.append({"name": fact.name, "value": breakable(fact.value) or DASH, "wide": fact.wide})
        halves += 2 if fact.wide else 1
    return {"kind": "facts", "label": label_mm, "rows": shown}


def table(columns: Sequence[Column], rows: Sequence[Row], size_pt: float = 8.8) -> Block:
    """A table whose head is repeated on every page."""
    padding = [
        _padding(column, [_cell(row.cells[i]).text for row in rows]) for i, column in enumerate(columns)
    ]
    return {
        "kind": "table",
        "size": size_pt,
        "columns": [
            {
                "title": each.title,
                "align": each.align,
                "width": each.width,
                "style": each.style,
                "symbol": each.symbol,
            }
            for each in columns
        ],
        "rows": [
            {
                "cells": [
                    {
                        "text": breakable(_cell(cell).text),
                        "strong": _cell(cell).strong,
                        "tone": _cell(cell).tone,
                        "pad": pads.get(_cell(cell).text, ""),
                    }
                    for cell, pads in zip(row.cells, padding, strict=True)
                ],
                "under": breakable(row.under),
                "struck": row.struck,
            }
            for row in rows
        ],
    }


def statement(text: str, *, bad: bool = False) -> Block:
    """A sentence that the reader looks for."""
    return {"kind": "statement", "text": text, "tone": "bad" if bad else ""}


def notes(lines: Iterable[str], *, numbered: bool = False, size_pt: float = 8.4) -> Block:
    """Sentences, each for itself."""
    return {
        "kind": "notes",
        "lines": [breakable(line) for line in lines],
        "numbered": numbered,
        "size": size_pt,
    }


def signatures(signed: Block, seal: str = "") -> Block:
    """The table of signatures, kept together, with a place for the seal beside it."""
    return {"kind": "signatures", "table": signed, "seal": seal}


def ending(text: str) -> Block:
    """Says that nothing comes after it."""
    return {"kind": "ending", "text": text}


def breakable(text: str) -> str:
    """A text whose long words may be broken between any two lines."""
    return _LONG_RUN.sub(lambda run: run.group() + _BREAK, text)


def _cell(cell: str | Cell) -> Cell:
    return cell if isinstance(cell, Cell) else Cell(cell)


def _padding(column: Column, texts: Sequence[str]) -> dict[str, str]:
    """What stands invisibly behind each number, so that decimal points are under each other."""
    if column.align != "decimal":
        return {}
    decimals = {text: text.partition(".")[2] for text in texts if _NUMBER.fullmatch(text)}
    longest = max((len(digits) for digits in decimals.values()), default=0)
    return {
        text: ("" if digits or not longest else ".") + "0" * (longest - len(digits))
        for text, digits in decimals.items()
    }
