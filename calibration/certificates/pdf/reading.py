"""Opening a PDF: gates on its bytes, everything that is not its pages, and what is on them.

A hostile document costs its reader time and memory without end: bytes of strangers are opened only in a
process with limits (``daq.security.uploads``).
"""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFXRefFallback
from pdfminer.pdftypes import resolve_all
from pdfplumber.page import Page as RawPage
from pdfplumber.utils.exceptions import PdfminerException

from calibration.certificates.file_names import too_long
from calibration.certificates.pdf.fonts import Fonts
from calibration.certificates.pdf.objects import Inside, TooMuchError, look_inside
from calibration.certificates.pdf.text import Box, Char, Page
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about, joined, sentence_of

MAX_BYTES = 30 * 2**20
MOST_PAGES = 50
MOST_CHARS = 100_000
"""Of all pages together; a full page has 3000."""
MOST_EDGES = 4000
"""Of one page; more is a drawing, in which no table is looked for."""

_TAIL_BYTES = 2048
_SMALLEST_PT = 2.0
_WIDTH_EM = 0.2
_NO_LETTER = "\ufffd"
_SOFT_HYPHEN = "\u00ad"
_INVISIBLE = re.compile(rb"(?<![\d.])[37]\s+Tr\b")
_PICTURE_SHARE = 0.5
_WHITE = ((1,), (1, 1, 1), (0, 0, 0, 0))
_DAMAGED = Sentence("it is damaged and cannot be read; ask the laboratory for the document again")
_ENCRYPTED = Sentence(
    "it is encrypted, be it only against printing or changes, so nobody can tell what is in it; ask the "
    "laboratory for one without protection"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that may be read."""

    pages: tuple[Page, ...]
    files: tuple[tuple[str, bytes], ...] = ()
    """Embedded XML: name as written, and bytes."""
    seals: int = 0
    is_rebuilt: bool = False
    """Whether its table of objects was damaged, so that the objects had to be searched for."""


def open_pdf(data: bytes, file_name: str) -> Opened:
    """The pages of a document and what else is in it.

    Args:
        data: the bytes of the file.
        file_name: for the sentences.

    Raises:
        CertificateError: no PDF, too large, truncated, encrypted, damaged, with programs or actions in it, or
            more than a certificate has.
        MemoryError: it needs more than the process may take.
    """
    outside = _outside(data)
    if outside is not None:
        raise CertificateError((about(file_name, outside),))
    try:
        return _opened(io.BytesIO(data), file_name)
    except (CertificateError, MemoryError):
        raise
    except Exception as error:  # damaged files make the library raise anything
        if isinstance(error, PdfminerException):
            error = next((e for e in error.args if isinstance(e, Exception)), error)
        if isinstance(error, MemoryError):
            raise error from None
        raise CertificateError((about(file_name, _reason(error)),)) from error


def _outside(data: bytes) -> Sentence | None:
    """What is wrong with the bytes before anything of them is read."""
    if not data.strip():
        return Sentence("the file is empty")
    if len(data) > MAX_BYTES:
        return too_long(len(data), MAX_BYTES)
    if not data.startswith(b"%PDF-"):
        return Sentence("not a PDF: its first bytes are not %PDF-, so it may be another kind of file as well")
    if b"%%EOF" not in data[-_TAIL_BYTES:]:
        return Sentence("it ends before its end (no %%EOF), so it is truncated; ask for the document again")
    if zipfile.is_zipfile(io.BytesIO(data)):
        return Sentence("a PDF and a ZIP archive at once; ask the laboratory for a plain PDF")
    return None


def _reason(error: Exception) -> Sentence:
    if isinstance(error, TooMuchError):
        return Sentence("{what}; it is not read", what=sentence_of(error))
    return _ENCRYPTED if isinstance(error, PDFEncryptionError) else _DAMAGED


def _opened(stream: io.BytesIO, file_name: str) -> Opened:
    with pdfplumber.open(stream, unicode_norm=None) as pdf:
        pdf.rsrcmgr = Fonts()
        inside = look_inside(pdf.doc)
        refusal = _refusal(inside, len(pdf.pages), is_encrypted=pdf.doc.encryption is not None)
        if refusal is not None:
            raise CertificateError((about(file_name, refusal),))
        return Opened(
            pages=_pages(pdf.pages),
            files=tuple(inside.files),
            seals=inside.seals,
            is_rebuilt=any(isinstance(xref, PDFXRefFallback) for xref in pdf.doc.xrefs),
        )


def _refusal(inside: Inside, pages: int, *, is_encrypted: bool) -> Sentence | None:
    if is_encrypted:
        return _ENCRYPTED
    if inside.dangers:
        return Sentence(
            "it contains {dangers}. A certificate needs none of this: ask the laboratory for one without, or "
            "print it into a new PDF",
            dangers=joined("; ", inside.dangers),
        )
    if not pages:
        return Sentence("it has no pages")
    if pages > MOST_PAGES:
        return Sentence("it has {count} pages; allowed are {most}", count=pages, most=MOST_PAGES)
    return None


def _pages(raw: list[RawPage]) -> tuple[Page, ...]:
    pages: list[Page] = []
    count = 0
    for number, page in enumerate(raw, start=1):
        pages.append(_page(number, page))
        count += len(pages[-1].chars)
        if count > MOST_CHARS:
            raise TooMuchError("more than {most} letters", most=MOST_CHARS)
        page.close()
    return tuple(pages)


def _page(number: int, page: RawPage) -> Page:
    if len(page.chars) > MOST_CHARS:
        raise TooMuchError("more than {most} letters", most=MOST_CHARS)
    left, top, right, bottom = view = _view(page)
    chars = page.dedupe_chars().chars
    shown = [c for c in chars if _is_shown(c, view)]
    drawing = len(page.edges) > MOST_EDGES
    return Page(
        number=number,
        width=right - left,
        height=bottom - top,
        chars=tuple(sorted((_char(c, left, top) for c in shown), key=lambda char: char.middle)),
        tables=() if drawing else tuple(_cells(table.rows, left, top) for table in page.find_tables()),
        left_out=len(chars) - len(shown),
        has_invisible=any(_INVISIBLE.search(stream.get_data()) for stream in page.page_obj.contents),
        white=sum(c.get("non_stroking_color") in _WHITE for c in shown),
        is_picture=_picture_share(page) > _PICTURE_SHARE,
        is_drawing=drawing,
    )


def _view(page: RawPage) -> Box:
    """What a reader sees of a page: its media box as far as the crop box reaches, turned as it is shown."""
    left, top, right, bottom = map(float, page.mediabox)
    media, crop = _raw_box(page, "MediaBox"), _raw_box(page, "CropBox")
    if crop is None or media is None:
        return left, top, right, bottom
    margins = [crop[0] - media[0], media[3] - crop[3], media[2] - crop[2], crop[1] - media[1]]
    turns = int(page.rotation) // 90
    west, north, east, south = (max(0.0, margin) for margin in margins[-turns:] + margins[:-turns])
    if west + east >= right - left or north + south >= bottom - top:
        return left, top, right, bottom  # a crop box beside the page counts for nothing
    return left + west, top + north, right - east, bottom - south


def _raw_box(page: RawPage, name: str) -> Box | None:
    """A box of the page as it is written, its corners in order."""
    box = resolve_all(page.page_obj.attrs.get(name))
    if box is None:
        return None
    x0, y0, x1, y1 = (float(edge) for edge in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _is_shown(char: dict[str, Any], view: Box) -> bool:
    """Whether a reader of the page sees this letter as part of its text."""
    left, top, right, bottom = view
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    inside = left <= x <= right and top <= y <= bottom
    is_upright = char["upright"] and char["matrix"][0] > 0
    return bool(inside and is_upright and char["size"] >= _SMALLEST_PT)


def _char(char: dict[str, Any], left: float, top: float) -> Char:
    box = (char["x0"] - left, char["top"] - top, char["x1"] - left, char["bottom"] - top)
    return Char(_seen(char["text"], box), box, float(char["size"]))


def _seen(text: str, box: Box) -> str:
    """The text of a letter; a shape that the font says has none is not overlooked."""
    is_nothing = all(unicodedata.category(letter) in ("Cc", "Cf") for letter in text) and not text.isspace()
    has_width = box[2] - box[0] > _WIDTH_EM * (box[3] - box[1])
    return _NO_LETTER if is_nothing and text != _SOFT_HYPHEN and has_width else text


def _cells(rows: Any, left: float, top: float) -> tuple[tuple[Box | None, ...], ...]:
    return tuple(
        tuple(
            None if cell is None else (cell[0] - left, cell[1] - top, cell[2] - left, cell[3] - top)
            for cell in row.cells
        )
        for row in rows
    )


def _picture_share(page: RawPage) -> float:
    whole = float(page.width) * float(page.height)
    covered = sum(max(0.0, i["x1"] - i["x0"]) * max(0.0, i["bottom"] - i["top"]) for i in page.images)
    return covered / whole if whole > 0 else 0.0
