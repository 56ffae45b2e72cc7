"""Hostile, damaged and unreadable PDFs: refused in one sentence or flagged, within limits."""

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.certificates.imported import Severity
from calibration.certificates.pdf import reading
from calibration.certificates.pdf.importer import read_pdf, understood
from calibration.certificates.pdf.located import ImportedPdf
from calibration.certificates.pdf.reading import Opened, open_pdf
from calibration.certificates.pdf.text import Char, Page
from calibration.errors import CertificateError
from tests.calibration.certificates import pdf_layouts as layouts
from tests.calibration.certificates.printed import Sheet, assemble, pdf_of, stream

TODAY = datetime.date(2026, 11, 23)
PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def read(data: bytes) -> ImportedPdf:
    return read_pdf(data, "upload.pdf", TODAY)


def refusal(data: bytes) -> str:
    with pytest.raises(CertificateError) as caught:
        read(data)
    (sentence,) = caught.value.mistakes
    assert sentence.startswith("upload.pdf: ")
    return sentence


def with_catalogue(entries: str, *more: bytes, page: str = "") -> bytes:
    """A one-page document with further entries and objects (from number 4 on)."""
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{entries}>>".encode(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]{page}>>".encode(),
    ]
    return assemble([*objects, *more])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("p01_js_openaction_launch_embedded_xfa.pdf", ("JavaScript", "Launch", "XFA", "embedded file")),
        ("p03_truncated.pdf", ("truncated",)),
    ],
)
def test_hostile_files_beside_the_checkout(
    shared: Callable[[str], Path], name: str, words: tuple[str, ...]
) -> None:
    sentence = refusal(shared(f"certificates/samples/hostile/{name}").read_bytes())
    assert all(word in sentence for word in words)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04 %PDF-1.7 %%EOF", "not a PDF"),
        (b"<html>%PDF-1.7\n%%EOF", "not a PDF"),
        (b"%PDF-1.7\n1 0 obj", "truncated"),
        (b"%PDF-1.7\n%%EOF", "damaged"),
        (assemble([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]), "it has no pages"),
        (with_catalogue("/OpenAction<</S/JavaScript/JS(a)>>"), "JavaScript"),
        (with_catalogue("/OpenAction 4 0 R", b"<</S/#4Aava#53cript/J#53(a)>>"), "JavaScript"),
        (with_catalogue("", page="/AA<</O<</S/Named/N/Print>>>>"), "start by themselves"),
        (with_catalogue("", page="/Annots[<</Subtype/Link/A<</S/GoToR/F(x.pdf)>>>>]"), "GoToR"),
        (with_catalogue("", page="/Annots[<</Subtype/Link/A<</S/SubmitForm/F(http://x)>>>>]"), "SubmitForm"),
        (with_catalogue("", page="/Annots[<</Subtype/RichMedia>>]"), "rich media"),
        (with_catalogue("/AcroForm<</Fields[]/XFA 4 0 R>>", stream(b"<x/>")), "XFA"),
        (
            with_catalogue(
                "/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>",
                b"<</F(a.exe)/EF<</F 5 0 R>>>>",
                stream(b"MZ"),
            ),
            "embedded file that is not the XML",
        ),
    ],
)  # fmt: skip
def test_refused_with_a_reason(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_action_in_a_compressed_object_stream() -> None:
    """Objects packed in a stream are looked at like the others."""
    inner = b"4 0 <</S/Launch/F(cmd.exe)>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    ]
    out = b"%PDF-1.7\n"
    places = []
    packed = stream(inner, more="/Type/ObjStm/N 1/First 4")
    for number, content in [*enumerate(objects, start=1), (5, packed)]:
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    rows = [(0, 0, 0), *((1, p, 0) for p in places[:3]), (2, 5, 0), (1, places[3], 0), (1, start, 0)]
    table = b"".join(bytes([kind]) + place.to_bytes(4, "big") + bytes([index]) for kind, place, index in rows)
    cross = stream(table, more="/Type/XRef/W[1 4 1]/Size 7/Root 1 0 R")
    out += b"6 0 obj\n" + cross + f"\nendobj\nstartxref\n{start}\n%%EOF\n".encode()
    assert "starts another program (Launch)" in refusal(out)


def rc4(key: bytes, data: bytes) -> bytes:
    box, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


@pytest.mark.parametrize("opens_without_password", [True, False])
def test_encrypted(opens_without_password: bool) -> None:
    """Also one that anybody can open and that only forbids printing (standard handler, revision 2)."""
    owner = bytes(range(32))
    key = hashlib.md5(PADDING + owner + (0xFFFFFFFC).to_bytes(4, "little") + b"\x01\x02").digest()[:5]
    user = rc4(key, PADDING) if opens_without_password else bytes(32)
    encrypt = f"/Encrypt<</Filter/Standard/V 1/R 2/O<{owner.hex()}>/U<{user.hex()}>/P -4>>/ID[<0102><0102>]"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    ]
    assert "encrypted" in refusal(assemble(objects, trailer=encrypt))


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    assert "allowed are 100" in refusal(layouts.verification())


def test_many_pages() -> None:
    sheet, _ = layouts.plain_cover()
    assert "it has 51 pages; allowed are 50" in refusal(pdf_of(*[sheet] * 51))


def test_pages_in_a_circle() -> None:
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"]
    assert "no pages" in refusal(assemble(objects))


def test_embedded_certificate_is_kept() -> None:
    content = b"<?xml version='1.0'?><a/>"
    found = read(
        with_catalogue(
            "/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>",
            b"<</F(../../dcc.xml)/EF<</F 5 0 R>>>>",
            stream(content),
        )
    )
    (file,) = found.files
    assert (file.name, file.content, file.mime_type) == ("dcc.xml", content, "text/xml")


def test_seals_are_counted_and_not_judged() -> None:
    sealed = with_catalogue("", b"<</Type/Sig/Filter/X.SM2/ByteRange[0 1 2 3]/Contents<00>>>")
    found = read(sealed)
    assert found.signatures == 1
    assert any("not verifiable here; the bytes are kept" in str(finding) for finding in found.findings)


_SIZE = "/Width 10/Height 10/BitsPerComponent 8/ColorSpace/DeviceGray"
IMAGE = stream(bytes(100), more=f"/Type/XObject/Subtype/Image{_SIZE}")
PICTURE_PAGE = "/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R"


def test_scan_without_text_is_kept_and_must_be_keyed_in() -> None:
    found = read(with_catalogue("", IMAGE, stream(b"200 0 0 200 0 0 cm /I Do"), page=PICTURE_PAGE))
    (finding,) = (f for f in found.findings if f.severity is Severity.ERROR)
    assert finding.sentence == (
        "it has no text, so it is a scan: the file is kept, and fields and table must be keyed in"
    )
    assert (found.proposals, found.administrative.number) == ((), "")
    assert len(found.file_sha256) == 64


def test_text_over_a_picture_is_not_trusted() -> None:
    sheet, _ = layouts.plain_cover()
    data = pdf_of(sheet)
    document = open_pdf(data, "scan.pdf")
    pages = tuple(replace(page, is_picture=True) for page in document.pages)
    found = understood(replace(document, pages=pages), "0" * 64, "scan.pdf", TODAY)
    assert any("a machine recognised it: compare every digit" in str(f) for f in found.findings)


def test_letters_outside_or_white_are_flagged() -> None:
    sheet, y = layouts.plain_cover()
    sheet.text(700, y, "出厂编号: 99")
    sheet.parts.append("1 1 1 rg")
    sheet.text(60, y, "k=2")
    sheet.parts.insert(0, "0 g")
    found = read(pdf_of(sheet))
    said = " ".join(str(finding) for finding in found.findings)
    assert "8 letters outside the page" in said and "3 letters are white" in said
    assert found.administrative.items[0].serial_number == "77"


def test_font_that_does_not_say_its_letters() -> None:
    sheet, _ = layouts.plain_cover()
    data = pdf_of(sheet, compress=False).replace(b"/ToUnicode 5 0 R", b"/NoUnicode 5 0 R")
    assert any("does not say which letters" in str(finding) for finding in read(data).findings)


def test_damaged_index_is_rebuilt_and_said() -> None:
    data = layouts.verification()
    at = data.rindex(b"startxref\n") + 10
    found = read(data[:at] + b"7\n%%EOF\n")
    assert found.administrative.number == "LX-2026-77"
    assert any("inner index is damaged" in str(finding) for finding in found.findings)


GOOD = layouts.adjusted_over_two_pages()


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes(data: bytes) -> None:
    with pytest.raises(CertificateError):
        read(b"%PDF-1.7\n" + data)


@given(st.integers(0, len(GOOD) - 10))
@settings(max_examples=100, deadline=None)
def test_truncations(length: int) -> None:
    """The outside refuses all of them; what lies behind it does not fall over either."""
    with pytest.raises(CertificateError):
        read(GOOD[:length])
    try:
        read(GOOD[:length] + b"\n%%EOF")
    except CertificateError as error:
        assert len(error.mistakes) == 1


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4)), max_size=6))
@settings(max_examples=150, deadline=None)
def test_changed_bytes(changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(GOOD)
    for at, new in changes:
        data[at : at + len(new)] = new
    try:
        read(bytes(data))
    except CertificateError as error:
        assert len(error.mistakes) == 1


_SOME_WORDS = """标准值 示值(g) 误差/mg 修正值 U (mg) k=2 证书编号: 校准日期 2026-13-45 有效期至 U=1×
10 -0.1 1e99 -- / 调整前 ± 重复性 ("""
WORDS = st.sampled_from(_SOME_WORDS.split()) | st.text(max_size=6)
PLACED = st.tuples(st.integers(0, 560), st.integers(0, 40).map(lambda n: n * 14.0), WORDS, st.floats(1, 40))


@given(st.lists(PLACED, max_size=60), st.lists(st.tuples(*[st.floats(0, 600)] * 4), max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_words_anywhere(words: list[tuple[int, float, str, float]], cells: list[tuple[int, ...]]) -> None:
    """Whatever stands on a page, there is a result or a finding."""
    chars = [
        Char(letter, (x + i * size, y, x + (i + 1) * size, y + size), size)
        for x, y, text, size in words
        for i, letter in enumerate(text)
    ]
    rows = tuple(tuple(cells[i : i + 3]) for i in range(0, len(cells), 3))
    page = page_with(chars, (rows,) if rows else ())
    understood(Opened((page, replace(page, number=2))), "0" * 64, "a.pdf", TODAY)


def page_with(chars: list[Char], tables: tuple) -> Page:
    chars = sorted(chars, key=lambda char: char.middle)
    return Page(1, 595.0, 842.0, tuple(chars), tables, 0, 0, is_picture=False, is_drawing=False)


ROW = st.lists(WORDS, min_size=2, max_size=5)


@given(st.lists(ROW, min_size=1, max_size=8), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_words_in_a_table(rows: list[list[str]], has_lines: bool) -> None:
    """The same with the words in rows and columns, with lines and without."""
    width = min(len(row) for row in rows)
    chars = [
        Char(letter, (60 + c * 90 + i * 5, 100 + r * 18, 65 + c * 90 + i * 5, 110 + r * 18), 10)
        for r, row in enumerate(rows)
        for c, text in enumerate(row[:width])
        for i, letter in enumerate(text)
    ]
    cells = tuple(
        tuple((60 + c * 90, 98 + r * 18, 150 + c * 90, 116 + r * 18) for c in range(width))
        for r in range(len(rows))
    )
    page = page_with(chars, (cells,) if has_lines else ())
    understood(Opened((page,)), "0" * 64, "a.pdf", TODAY)


def test_longest_document_is_read_within_the_limits() -> None:
    """Fifty pages with one table that goes on over all of them."""
    sheet = Sheet()
    y = sheet.lines(40, "校准证书", "证书编号: X1")
    sheet.ruled(y, [["标准值(g)", "示值(g)", "U(g),k=2"], *[["1.0", "1.0", "0.1"]] * 40])
    (proposal,) = read(pdf_of(*[sheet] * 50)).proposals
    assert len(proposal.points) == 2000
