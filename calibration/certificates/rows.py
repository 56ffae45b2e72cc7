"""One row of a document that is shown as a table; apart, so that whoever shows it loads no reader."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One place of a document."""

    place: str
    """XPath, sheet and cell, or key: as findings name it."""
    text: str
    about: str = ""
    """Attributes of an element."""
