"""Where each found thing stands, so that a page can show it beside its picture and have it confirmed."""

from dataclasses import dataclass

from calibration.certificates.imported import Imported
from calibration.certificates.pdf.text import Box


@dataclass(frozen=True, slots=True)
class Located:
    """One cell or field as it was printed, and what was read from it."""

    target: str
    """Path inside the ``Imported``: ``proposals[0].points[3].error``, ``administrative.number`` …."""
    text: str
    """As printed, in plain spelling."""
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class PageSize:
    """Of one page in pt, for putting boxes on its picture."""

    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPdf(Imported):
    """What was found in a PDF, each with its place."""

    located: tuple[Located, ...] = ()
    pages: tuple[PageSize, ...] = ()
