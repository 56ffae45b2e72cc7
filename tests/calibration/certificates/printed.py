"""Made-up certificates as PDF bytes, without a library: text at places, strokes, and objects by hand.

Letters are codes of Unicode with a map to themselves, as programs that print write them; nothing is embedded,
since nobody looks at these pages.
"""

import zlib
from dataclasses import dataclass, field

PAGE = (595.0, 842.0)


def _is_wide(letter: str) -> bool:
    return ord(letter) > 0x2E7F or letter in "℃Ω"


def width_of(text: str, size: float) -> float:
    """In pt, with half-width Latin letters."""
    return sum(size if _is_wide(letter) else size / 2 for letter in text)


@dataclass
class Sheet:
    """One page: coordinates in pt from the upper left corner."""

    parts: list[str] = field(default_factory=list)
    letters: set[str] = field(default_factory=set)

    def text(self, x: float, y: float, text: str, size: float = 10.0) -> None:
        """A line of text with its top at ``y``."""
        code = text.encode("utf-16-be").hex()
        self.letters |= set(text)
        baseline = PAGE[1] - y - 0.88 * size
        self.parts.append(f"BT /F1 {size} Tf 1 0 0 1 {x:.2f} {baseline:.2f} Tm <{code}> Tj ET")

    def stroke(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A thin line."""
        self.parts.append(f"0.5 w {x0:.2f} {PAGE[1] - y0:.2f} m {x1:.2f} {PAGE[1] - y1:.2f} l S")

    def lines(self, y: float, *texts: str, x: float = 60.0, pitch: float = 16.0) -> float:
        """Lines of text one below the other; the height below them."""
        for text in texts:
            self.text(x, y, text)
            y += pitch
        return y

    def columns(self, y: float, rows: list[list[str]], *, width: float = 90.0, x: float = 60.0) -> float:
        """A table without lines, centred in its columns."""
        for row in rows:
            for i, text in enumerate(row):
                if text:
                    self.text(x + (i + 0.5) * width - width_of(text, 10) / 2, y, text)
            y += 16
        return y

    def ruled(self, y: float, rows: list[list[str]], *, width: float = 90.0, x: float = 60.0) -> float:
        """A table with lines. ``<`` continues the cell to the left, ``^`` the one above."""
        height, count = 18.0, len(rows[0])
        for r in range(len(rows) + 1):
            for c in range(count):
                if r in (0, len(rows)) or rows[r][c] != "^":
                    left = x + c * width
                    self.stroke(left, y + r * height, left + width, y + r * height)
        for r, row in enumerate(rows):
            for c in range(count + 1):
                if c in (0, count) or row[c] != "<":
                    self.stroke(x + c * width, y + r * height, x + c * width, y + (r + 1) * height)
            for c, text in enumerate(row):
                if text not in ("<", "^"):
                    self._cell(rows, r, c, (x, y, width, height))
        return y + len(rows) * height + 4

    def _cell(self, rows: list[list[str]], r: int, c: int, at: tuple[float, float, float, float]) -> None:
        x, y, width, height = at
        across = next((n for n in range(1, len(rows[r]) - c) if rows[r][c + n] != "<"), len(rows[r]) - c)
        down = next((n for n in range(1, len(rows) - r) if rows[r + n][c] != "^"), len(rows) - r)
        middle = x + (c + across / 2) * width - width_of(rows[r][c], 10) / 2
        self.text(middle, y + (r + down / 2) * height - 5, rows[r][c])


def pdf_of(*sheets: Sheet, compress: bool = True, is_gb1: bool = False) -> bytes:
    """A document of these pages; ``is_gb1``: its letters are those of Adobe-GB1, with no map of their own."""
    encoding = "UniGB-UCS2-H" if is_gb1 else "Identity-H/ToUnicode 5 0 R"
    letters_of = "GB1" if is_gb1 else "Identity"
    first_page = 7
    letters = sorted({letter for sheet in sheets for letter in sheet.letters})
    kids = " ".join(f"{first_page + 2 * i} 0 R" for i in range(len(sheets)))
    narrow = [f"{ord(c)} [500]" for c in letters if not _is_wide(c)]
    widths = "" if is_gb1 else " ".join(narrow)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(sheets)}/MediaBox[0 0 595 842]"
        "/Resources<</Font<</F1 3 0 R>>>>>>".encode(),
        f"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/{encoding}/DescendantFonts[4 0 R]>>".encode(),
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/Song/CIDSystemInfo<</Registry(Adobe)"
        f"/Ordering({letters_of})/Supplement 0>>/DW {500 if is_gb1 else 1000}/W[{widths}]"
        "/FontDescriptor 6 0 R>>".encode(),
        stream(_to_unicode(letters), compress=compress),
        b"<</Type/FontDescriptor/FontName/Song/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880"
        b"/Descent -120/CapHeight 700/StemV 80>>",
    ]
    for i, sheet in enumerate(sheets):
        objects.append(f"<</Type/Page/Parent 2 0 R/Contents {first_page + 2 * i + 1} 0 R>>".encode())
        objects.append(stream("\n".join(sheet.parts).encode(), compress=compress))
    return assemble(objects)


def _to_unicode(letters: list[str]) -> bytes:
    pairs = "\n".join(f"<{ord(c):04x}> <{ord(c):04x}>" for c in letters)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{pairs}\nendbfchar\n"
        "endcmap end end"
    ).encode()


def stream(content: bytes, *, compress: bool = True, more: str = "") -> bytes:
    """A stream object."""
    name = "/Filter/FlateDecode" if compress else ""
    data = zlib.compress(content) if compress else content
    return f"<</Length {len(data)}{name}{more}>>stream\n".encode() + data + b"\nendstream"


def assemble(objects: list[bytes], trailer: str = "") -> bytes:
    """A file of numbered objects, the first being the catalogue."""
    out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        out
        + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
        + f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF\n".encode()
    )
