"""Where a figure comes from, and how far it was checked: limits of documents are data with an edition."""

import enum
from dataclasses import dataclass


class Mark(enum.StrEnum):
    """How a figure or clause was checked."""

    VERIFIED = "V"
    """Computed again, or the document's table was seen."""
    REMEMBERED = "R"
    """Clause or constant not re-read in the document; its arithmetic is checked."""
    ON_PAPER = "B"
    """To be checked on paper before a method that uses it is approved."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document with its edition, the clause where it is known, and the mark that stays visible."""

    document: str
    mark: Mark
    clause: str = ""

    @property
    def text(self) -> str:
        """``OIML R 76-1:2006, 3.5.1 [V]``."""
        place = f"{self.document}, {self.clause}" if self.clause else self.document
        return f"{place} [{self.mark}]"
