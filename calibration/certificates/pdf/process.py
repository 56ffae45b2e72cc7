"""Reading a PDF in a process of its own, with limits of time and memory."""

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibration.certificates.pdf.text import Page, page_of
from calibration.errors import CertificateError

MAX_BYTES = 30 * 2**20
WALL_SECONDS = 7.0
"""Of time as of processor time; understanding what was read takes 3 s at most."""

_TAIL_BYTES = 2048
_MODULE = "calibration.certificates.pdf.reading"
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that may be read."""

    pages: tuple[Page, ...]
    files: tuple[tuple[str, bytes], ...]
    """Embedded XML: name as written, and bytes."""
    seals: int
    is_rebuilt: bool
    """Whether its table of objects was damaged, so that the objects had to be searched for."""


def open_pdf(data: bytes, file_name: str) -> Opened:
    """The pages of a document and what else is in it.

    Args:
        data: the bytes of the file.
        file_name: for the sentences.

    Raises:
        CertificateError: no PDF, too large, truncated, encrypted, damaged, with programs or actions in it, or
            more work than a certificate is.
    """
    outside = _outside(data)
    found = {"refused": outside} if outside else _read_limited(data)
    if "refused" in found:
        raise CertificateError((f"{file_name}: {found['refused']}",))
    return opened(found)


def opened(found: dict[str, Any]) -> Opened:
    """From the answer of the limited process."""
    return Opened(
        pages=tuple(page_of(number, page) for number, page in enumerate(found["pages"], start=1)),
        files=tuple((name, base64.b64decode(content)) for name, content in found["files"]),
        seals=found["seals"],
        is_rebuilt=found["rebuilt"],
    )


def _outside(data: bytes) -> str:
    """What is wrong with the bytes before anything of them is read; empty if nothing."""
    if not data.strip():
        return "the file is empty"
    if len(data) > MAX_BYTES:
        return f"{len(data)} bytes; allowed are {MAX_BYTES} ({MAX_BYTES >> 20} MiB)"
    if not data.startswith(b"%PDF-"):
        return "not a PDF: its first bytes are not %PDF-, so it may be another kind of file as well"
    if b"%%EOF" not in data[-_TAIL_BYTES:]:
        return "it ends before its end (no %%EOF), so it is truncated; ask for the document again"
    return ""


def _read_limited(data: bytes) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", _MODULE, str(WALL_SECONDS)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            cwd=_PACKAGE_ROOT,
            env={"PATH": os.defpath, "PYTHONPATH": str(_PACKAGE_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": _too_long()}
    if done.returncode != 0:
        return {"refused": _too_long()}
    found = json.loads(done.stdout)
    return found if isinstance(found, dict) else {"refused": _too_long()}


def _too_long() -> str:
    return (
        f"reading it takes more than {WALL_SECONDS:g} s or too much memory; no certificate does. Ask the "
        "laboratory for a plain PDF, or key the table in"
    )
