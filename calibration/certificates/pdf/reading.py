"""The limited process that reads a PDF of a stranger: bytes on standard input, JSON on standard output.

Everything that the libraries do with a document is done here and nowhere else. A page bomb, a stream that
inflates without end or a map of four thousand million letters ends with this process.
"""

import base64
import io
import json
import math
import sys
from typing import Any, BinaryIO

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFXRefFallback
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException

from calibration.certificates.pdf.objects import TooMuchError, look_inside

MOST_PAGES = 50
MOST_CHARS = 100_000
"""Of all pages together; a full page has 3000."""
MOST_EDGES = 4000
"""Of one page; more is a drawing, in which no table is looked for."""
MEMORY_BYTES = 2**30

_SMALLEST_PT = 2.0
_PICTURE_SHARE = 0.5
_WHITE = ((1,), (1, 1, 1), (0, 0, 0, 0))
_DAMAGED = "it is damaged and cannot be read; ask the laboratory for the document again"


def main() -> None:
    """Read one document under limits; the argument is the number of seconds that it may take."""
    _limit_this_process(math.ceil(float(sys.argv[1])))
    sys.stdout.buffer.write(answer(sys.stdin.buffer))


def _limit_this_process(cpu_seconds: int) -> None:
    if sys.platform == "win32":
        return  # there the parent's time limit alone must do
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(stream: BinaryIO) -> bytes:
    """JSON: either ``refused``, a sentence, or what the pages and the rest of the document have."""
    try:
        found = _read(io.BytesIO(stream.read()))
    except Exception as error:  # noqa: BLE001 - the edge of a process: damaged files make the library raise anything
        found = {"refused": _reason(error)}
    return json.dumps(found).encode()


def _reason(error: Exception) -> str:
    if isinstance(error, PdfminerException):
        error = next((e for e in error.args if isinstance(e, Exception)), error)
    if isinstance(error, TooMuchError):
        return f"{error}; it is not read"
    if isinstance(error, MemoryError):
        return f"reading it takes more than {MEMORY_BYTES >> 20} MiB; no certificate does"
    return _encrypted() if isinstance(error, PDFEncryptionError) else _DAMAGED


def _encrypted() -> str:
    return "it is encrypted, so nobody can tell what is in it; ask the laboratory for one without protection"


def _read(stream: io.BytesIO) -> dict[str, Any]:
    with pdfplumber.open(stream, unicode_norm=None) as pdf:
        if pdf.doc.encryption is not None:
            return {"refused": _encrypted()}
        inside = look_inside(pdf.doc)
        if inside.dangers:
            return {
                "refused": f"it contains {'; '.join(inside.dangers)}. A certificate needs none of this: ask "
                "the laboratory for one without, or print it into a new PDF"
            }
        if not pdf.pages:
            return {"refused": "it has no pages"}
        if len(pdf.pages) > MOST_PAGES:
            return {"refused": f"it has {len(pdf.pages)} pages; allowed are {MOST_PAGES}"}
        pages: list[dict[str, Any]] = []
        count = 0
        for page in pdf.pages:
            pages.append(_page(page))
            count += len(pages[-1]["chars"])
            if count > MOST_CHARS:
                raise TooMuchError(f"more than {MOST_CHARS} letters")
            page.close()
        return {
            "pages": pages,
            "seals": inside.seals,
            "rebuilt": any(isinstance(xref, PDFXRefFallback) for xref in pdf.doc.xrefs),
            "files": [(name, base64.b64encode(content).decode()) for name, content in inside.files],
        }


def _page(page: Page) -> dict[str, Any]:
    if len(page.chars) > MOST_CHARS:
        raise TooMuchError(f"more than {MOST_CHARS} letters")
    chars = page.dedupe_chars().chars
    shown = [c for c in chars if _is_shown(c, page)]
    drawing = len(page.edges) > MOST_EDGES
    left, top, _, _ = page.bbox
    return {
        "width": float(page.width),
        "height": float(page.height),
        "chars": [
            (c["text"], float(c["x0"] - left), float(c["top"] - top), float(c["x1"] - left),
             float(c["bottom"] - top), float(c["size"]))
            for c in shown
        ],
        "tables": [] if drawing else [_cells(table.rows, left, top) for table in page.find_tables()],
        "left_out": len(chars) - len(shown),
        "white": sum(c.get("non_stroking_color") in _WHITE for c in shown),
        "picture": _picture_share(page) > _PICTURE_SHARE,
        "drawing": drawing,
    }  # fmt: skip


def _is_shown(char: dict[str, Any], page: Page) -> bool:
    """Whether a reader of the page sees this letter as part of its text."""
    left, top, right, bottom = page.bbox
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    inside = left <= x <= right and top <= y <= bottom
    return bool(inside and char["upright"] and char["size"] >= _SMALLEST_PT)


def _cells(rows: Any, left: float, top: float) -> list[list[tuple[float, ...] | None]]:
    return [
        [
            None if cell is None else (cell[0] - left, cell[1] - top, cell[2] - left, cell[3] - top)
            for cell in row.cells
        ]
        for row in rows
    ]


def _picture_share(page: Page) -> float:
    whole = float(page.width) * float(page.height)
    covered = sum(max(0.0, i["x1"] - i["x0"]) * max(0.0, i["bottom"] - i["top"]) for i in page.images)
    return covered / whole if whole > 0 else 0.0


if __name__ == "__main__":
    main()
