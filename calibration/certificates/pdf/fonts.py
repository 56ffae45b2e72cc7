"""Fonts whose table of codes lacks a letter: it is shown as one that cannot be read, never left out.

A Chinese font that is not embedded is written in the codes of a table such as UniGB-UCS2-H, which has no
U+2212: the reader would leave out the minus of ``−0.3`` without a word.
"""

from collections.abc import Iterator, Mapping

from pdfminer.cmapdb import CMap
from pdfminer.pdffont import PDFCIDFont, PDFFont
from pdfminer.pdfinterp import PDFResourceManager

from calibration.certificates.pdf.text import plain

_NO_GLYPH = 0
"""CID of the shape for what a font does not have; it has no letter, so its text is ``(cid:0)``."""


class Fonts(PDFResourceManager):
    """The fonts of a document, none of which leaves out a code."""

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        """A font by the number of its object and its dictionary."""
        font = super().get_font(objid, spec)
        if isinstance(font, PDFCIDFont) and isinstance(font.cmap, CMap):
            font.cmap = _Whole(font.cmap)
        return font


class _Whole(CMap):
    """A table of codes that says where it has none."""

    def __init__(self, cmap: CMap) -> None:
        super().__init__()
        self.attrs = cmap.attrs
        self.code2cid = cmap.code2cid
        self._is_unicode = str(cmap.attrs.get("CMapName", "")).startswith("Uni")

    def decode(self, code: bytes) -> Iterator[int]:
        """The shape of each letter of a string."""
        branch, start = self.code2cid, 0
        for at, byte in enumerate(code):
            found = branch.get(byte)
            if isinstance(found, dict):
                branch = found
                continue
            yield found if isinstance(found, int) else self._instead(code[start : at + 1])
            branch, start = self.code2cid, at + 1

    def _instead(self, code: bytes) -> int:
        """The shape of the plain spelling of a letter that is missing."""
        letter = plain(chr(int.from_bytes(code, "big"))) if self._is_unicode and len(code) == 2 else ""
        inside = self.code2cid.get(0)
        found = inside.get(ord(letter)) if isinstance(inside, dict) and len(letter) == 1 else None
        return found if isinstance(found, int) else _NO_GLYPH
