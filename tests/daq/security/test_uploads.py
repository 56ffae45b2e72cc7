"""Documents of strangers through the confined process: what comes back, what it costs, what cannot happen."""

import datetime
import io
import os
import socket
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from calibration.certificates.pdf.located import ImportedPdf
from calibration.errors import CertificateError
from daq.security import uploads
from daq.security.document_kinds import DocumentKind, kind_of
from daq.security.reading_process import Answer, Request, Task, answer
from daq.security.signature_report import Integrity
from daq.security.uploads import (
    Examined,
    Verdict,
    examine,
    examine_file,
    file_in_document,
    picture_of_page,
    rows_of_document,
    words_of_page,
)
from daq.settings import CertificatesSettings
from tests.calibration.certificates import pdf_layouts as layouts
from tests.calibration.certificates.own_files import BALANCE
from tests.calibration.certificates.printed import Sheet, assemble, pdf_of, stream
from tests.calibration.certificates.workbooks import BALANCE as BALANCE_BOOK
from tests.calibration.certificates.workbooks import data_of, filled_book, filled_csv

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
NOTHING = CertificatesSettings()


def read(data: bytes, name: str = "upload") -> Examined:
    return examine(data, name, NOTHING, NOW)


def refusal(data: bytes, name: str = "upload") -> str:
    found = read(data, name)
    assert found.verdict is Verdict.REFUSED
    assert found.imported is None
    assert all(sentence.startswith(f"{found.file_name}: ") for sentence in found.refused)
    return found.refused[0]


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the confined process does is the same here, and quicker."""
    monkeypatch.setattr(uploads, "_answer", answer)


def test_every_kind_is_known_by_its_bytes_and_read(native: bytes) -> None:
    workbook = data_of(filled_book(BALANCE_BOOK))
    for data, kind, kind_format in (
        (BALANCE.encode(), DocumentKind.DCC, "DCC 3.3.0"),
        (workbook, DocumentKind.WORKBOOK, "workbook 1 (balance)"),
        (filled_csv(BALANCE_BOOK), DocumentKind.CSV, "workbook 1 (balance)"),
        (layouts.verification(), DocumentKind.PDF, "PDF"),
        (native, DocumentKind.NATIVE, "hengliang-certificate-1"),
    ):
        found = read(data, "some name.exe")
        assert (found.kind, found.refused) == (kind, ())
        assert found.imported is not None
        assert found.imported.format == kind_format
        assert found.imported.proposals[0].points
        assert found.imported.file_sha256 == found.sha256
        assert found.signature is not None
        assert found.signature.integrity is Integrity.UNSIGNED


@pytest.fixture
def native() -> bytes:
    """The first example of docs/certificate-native.md."""
    page = (Path(__file__).parents[3] / "docs" / "certificate-native.md").read_text(encoding="utf-8")
    return page.split("```toml\n")[1].split("```")[0].encode()


@pytest.mark.usefixtures("in_this_process")
def test_a_usable_document_has_only_notes(native: bytes) -> None:
    assert read(native).verdict is Verdict.USABLE
    assert read(BALANCE.encode()).verdict is Verdict.USABLE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "gb18030"])
def test_texts_are_known_in_every_encoding(encoding: str) -> None:
    assert kind_of(BALANCE.encode(encoding), "x") is DocumentKind.DCC
    assert kind_of(filled_csv(BALANCE_BOOK).decode("utf-8-sig").encode(encoding), "x") is DocumentKind.CSV
    assert kind_of('format = "a"\n[certificate]\n'.encode(encoding), "x") is DocumentKind.NATIVE


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b" \n\t", "the file is empty"),
        (b"\x1f\x8b\x08" + b"x" * 50, "gzip data; upload what is in it"),
        (b"Rar!\x1a\x07\x00", "a RAR archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
        (b"\x89PNG\r\n\x1a\n", "a picture; put the scan into a PDF"),
        (b"MZ\x90\x00", "a program"),
        (b"hello", "no document of a kind that is read"),
        (b"\x00\x01\x02\x03", "no document of a kind that is read"),
        (b"<html>%PDF-1.7 %%EOF</html>", "a PDF inside another kind of file"),
        (b"PK\x03\x04" + b"%PDF-1.7", "a PDF inside another kind of file"),
        (b"a,b\n" * 200 + b"%PDF-1.7", "a PDF inside another kind of file"),
        (b"#" * (30 * 2**20 + 1), "31457281 bytes; allowed are 31457280 (30 MiB)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_none_of_the_kinds_is_refused_without_a_process(data: bytes, words: str) -> None:
    with pytest.raises(CertificateError, match=r"^x: ") as caught:
        kind_of(data, "x")
    assert words in str(caught.value)


def archive(**entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.usefixtures("in_this_process")
def test_two_kinds_in_one_file_are_refused() -> None:
    workbook = data_of(filled_book(BALANCE_BOOK))
    assert "a PDF and a ZIP archive at once" in refusal(layouts.verification()[:-6] + workbook + b"%%EOF")
    assert "before or behind the workbook" in refusal(archive(a=b"b") + workbook)
    assert "before or behind the workbook" in refusal(workbook + b"<script>")
    assert "a ZIP archive that is no workbook" in refusal(archive(a=b"b"))


@pytest.mark.usefixtures("in_this_process")
def test_a_name_is_never_a_path_nor_misleading() -> None:
    found = read(b"x", "../../etc/\u202efdp.exe\n")
    assert found.file_name == "fdp.exe"
    assert read(b"x", "..").file_name == "unnamed"


def test_a_file_is_measured_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert "1099511627776 bytes; allowed are" in examine_file(path, NOTHING, NOW).refused[0]
    assert "cannot be read" in examine_file(tmp_path, NOTHING, NOW).refused[0]
    assert "cannot be read: No such file" in examine_file(tmp_path / "none", NOTHING, NOW).refused[0]


def test_the_cells_of_a_pdf_arrive_with_their_places() -> None:
    found = read(layouts.adjusted_over_two_pages()).imported
    assert isinstance(found, ImportedPdf)
    cell = next(one for one in found.located if one.target == "proposals[1].points[3].expanded")
    assert (cell.text, cell.page, cell.box[0]) == ("0.4", 2, pytest.approx(330))


@pytest.mark.usefixtures("in_this_process")
def test_seals_in_a_pdf_are_told_and_the_bytes_kept() -> None:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        b"<</Type/Sig/Filter/X.SM2/ByteRange[0 1 2 3]/Contents<00>>>",
    ]
    report = read(assemble(objects)).signature
    assert report is not None
    assert report.integrity is Integrity.NOT_VERIFIABLE
    assert "not verifiable here; the bytes are kept" in report.integrity_said


# limits of the process: bombs that no gate can see


def page_with(content: bytes, *more: bytes, page: str = "/Contents 4 0 R") -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]{page}>>".encode(),
    ]
    return assemble([*objects, content, *more])


def test_a_stream_that_inflates_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than 20 kB, compressed twice, become 1.2 GiB: stopped by the limit of memory."""
    monkeypatch.setattr(uploads, "WALL_SECONDS", 45.0)
    packer = zlib.compressobj(9, wbits=-15)
    piece = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = ((75 * 2**24) % 65521 << 16 | 1).to_bytes(4, "big")
    once = b"\x78\xda" + piece * 75 + zlib.compressobj(9, wbits=-15).flush() + checksum
    twice = zlib.compress(once, 9)
    bomb = stream(twice, compress=False, more="/Filter[/FlateDecode/FlateDecode]")
    assert "takes more than 1024 MiB" in refusal(page_with(bomb))


def test_a_map_of_four_thousand_million_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """A range of a ToUnicode map without end: stopped by the limit of time."""
    whole = layouts.verification()
    code = zlib.compress(
        b"begincmap 1 begincodespacerange <00000000> <ffffffff> endcodespacerange "
        b"1 beginbfrange <00000000> <ffffffff> <00000000> endbfrange endcmap"
    )
    bomb = f"<</Length {len(code)}/Filter/FlateDecode>>stream\n".encode() + code + b"\nendstream"
    start, end = whole.index(b"5 0 obj\n") + 8, whole.index(b"\nendobj\n6 0 obj")
    monkeypatch.setattr(uploads, "WALL_SECONDS", 2.0)
    assert "no certificate does" in refusal(whole[:start] + bomb + whole[end:])


def test_forms_that_draw_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve forms, each drawing the next one ten times: stopped by the limit of time."""
    forms = []
    for n in range(5, 17):
        resources = f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {n + 1} 0 R>>>>"
        forms.append(stream(b"/F Do " * 10, more=resources))
    forms.append(stream(b"0 0 m 1 1 l S", more="/Type/XObject/Subtype/Form/BBox[0 0 9 9]"))
    page = "/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R"
    monkeypatch.setattr(uploads, "WALL_SECONDS", 2.0)
    assert "no certificate does" in refusal(page_with(stream(b"/F Do"), *forms, page=page))


def test_an_importer_that_falls_over_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The edge of the process: whatever a library raises becomes a sentence."""

    def fall_over(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("calibration.certificates.pdf.importer.read_pdf", fall_over)
    request = Request(task=Task.READ, kind=DocumentKind.PDF, file_name="a.pdf", now=NOW)
    (sentence,) = answer(request, b"").refused
    assert sentence.startswith("a.pdf: it cannot be read (ZeroDivisionError): damaged")


# the process is not believed


@pytest.fixture
def other_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_MODULE", "tests.daq.security.other_reader")


@pytest.mark.usefixtures("other_reader")
@pytest.mark.parametrize("command", ["other types", "other fields", "deep", "nothing", "flood", "", "deaf"])
def test_an_answer_that_is_none_is_a_refusal(command: str) -> None:
    assert "no certificate does" in refusal(f"#{command}".encode())


@pytest.mark.usefixtures("other_reader")
def test_a_process_that_dies_while_it_is_fed() -> None:
    assert "no certificate does" in refusal(b"#deaf" + b" " * 2**20)


@pytest.mark.usefixtures("other_reader")
def test_a_process_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "WALL_SECONDS", 0.5)
    assert "no certificate does" in refusal(b"#sleep")


@pytest.mark.usefixtures("other_reader")
def test_half_a_letter_can_be_shown() -> None:
    assert read(b"#half a letter").refused == ("a?b",)


@pytest.mark.usefixtures("other_reader")
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc")
def test_no_descriptor_and_no_environment_is_inherited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HENGLIANG_SECRET", "1")
    with (tmp_path / "secret").open("w") as file, socket.socket() as listening:
        os.set_inheritable(file.fileno(), True)
        os.set_inheritable(listening.fileno(), True)
        names = read(b"#descriptors").refused
    assert [name.split(":")[0] for name in names] == ["pipe", "pipe", "/dev/null"]
    assert "HENGLIANG_SECRET" not in read(b"#environment").refused


# nothing is fetched, nothing is written


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.usefixtures("in_this_process")
def test_no_document_makes_a_connection(listening: socket.socket) -> None:
    """Not even without the kernel's filter, which would forbid it."""
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
    root = "<dcc:digitalCalibrationCertificate"
    external = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{address}">]>'
    parameter = f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{address}"> %x;]>'
    documents = [
        BALANCE.replace(root, f"{external}{root}", 1),
        BALANCE.replace(root, f"{parameter}{root}", 1),
        BALANCE.replace(root, f'<!DOCTYPE a SYSTEM "{address}">{root}', 1),
        BALANCE.replace(root, f'<?xml-stylesheet href="{address}"?>{root}', 1),
        BALANCE.replace(
            "https://ptb.de/dcc https://ptb.de", f"https://ptb.de/dcc {address} https://ptb.de", 1
        ),
        BALANCE.replace(
            "<dcc:model>M-1</dcc:model>",
            f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}"/>',
        ),
    ]
    actions = f"/S/URI/URI({address})", f"/S/GoToR/F({address})", f"/S/SubmitForm/F({address})"
    pdfs = [page_with(b"null", page=f"/Annots[<</Subtype/Link/A<<{action}>>>>]") for action in actions]
    for data in [*(text.encode() for text in documents), *pdfs]:
        read(data)
    with pytest.raises(BlockingIOError):  # nobody has come
        listening.accept()


@pytest.mark.parametrize("kind", ["dcc", "pdf", "workbook", "native"])
def test_no_file_is_written(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, native: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    documents = {
        "dcc": BALANCE.encode(),
        "pdf": layouts.verification(),
        "workbook": data_of(filled_book(BALANCE_BOOK)),
        "native": native,
    }
    assert read(documents[kind]).refused == ()
    assert list(tmp_path.iterdir()) == []


def test_no_hostile_file_costs_more_than_its_limits(shared: Callable[[str], Path]) -> None:
    """Peak of memory of one of each family, by the kernel's own count (``ru_maxrss`` of the children)."""
    folder = shared("certificates/samples/hostile")
    code = (
        "import sys, resource, datetime; from pathlib import Path\n"
        "from daq.security.uploads import examine; from daq.settings import CertificatesSettings\n"
        "now = datetime.datetime.now(datetime.UTC)\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()):\n"
        "    if path.stem[:3] in ('h05', 'h29', 'p01', 'x01', 'x02'):\n"
        "        examine(path.read_bytes(), path.name, CertificatesSettings(), now)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code, folder], cwd=root, capture_output=True, check=True)
    assert int(done.stdout) * 1024 < 300 * 2**20


# pictures of pages


def dark(png: bytes) -> Callable[[tuple[float, ...], float], bool]:
    image = Image.open(io.BytesIO(png)).convert("L")

    def is_dark(box: tuple[float, ...], dpi: float) -> bool:
        scale = dpi / 72
        left, top, right, bottom = (round(edge * scale) for edge in box)
        return (
            image.crop((left, top, min(right, image.width), min(bottom, image.height))).getextrema()[0] < 128
        )

    return is_dark


UPRIGHT = {0: "1 0 0 1 150 80", 90: "0 1 -1 0 80 60", 180: "-1 0 0 -1 120 100", 270: "0 -1 1 0 90 150"}
"""Where text must be drawn so that it stands upright on a page that is shown turned."""


def squares(page: str, turned: int = 0) -> bytes:
    """A page with one word, in a font that has a black square for each of its two letters."""
    glyph = stream(b"1000 0 d0 0 0 900 900 re f")
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65"
        b"/LastChar 66/Widths[1000 1000]/CharProcs<</A 6 0 R/B 6 0 R>>"
        b"/Encoding<</Type/Encoding/Differences[65/A/B]>>/Resources<<>>>>"
    )
    content = stream(f"BT /F 20 Tf {UPRIGHT[turned]} Tm (AB) Tj ET".encode())
    more = f"/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/Rotate {turned}{page}"
    whole = page_with(content, font, glyph, page=more)
    return whole.replace(b"/MediaBox[0 0 200 200]", b"") if "MediaBox" in page else whole


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("turned", UPRIGHT)
@pytest.mark.parametrize(
    "page",
    [
        "",
        "/CropBox[40 30 195 190]",
        "/CropBox[300 300 400 400]",
        "/MediaBox[20 10 220 190]/CropBox[30 40 210 180]",
    ],
)
def test_a_box_lies_on_its_word_in_the_picture(page: str, turned: int) -> None:
    data = squares(page, turned)
    (word,) = words_of_page(data, 1)
    is_dark = dark(picture_of_page(data, 1, 144))
    left, top, right, bottom = word.box
    assert word.text == "AB"
    assert is_dark((left, top, left + 18, bottom), 144)
    assert is_dark((right - 18, top, right, bottom), 144)
    assert not is_dark((0, 0, 999, top - 1), 144)
    assert not is_dark((0, bottom + 1, 999, 999), 144)
    assert not is_dark((0, 0, left - 1, 999), 144)


def test_a_picture_comes_out_of_the_confined_process() -> None:
    data = squares("")
    (word,) = words_of_page(data, 1)
    assert dark(picture_of_page(data, 1, 144))(word.box, 144)


@pytest.mark.usefixtures("in_this_process")
def test_words_of_a_page() -> None:
    sheet = Sheet()
    sheet.text(60, 100, "证书编号: X-1")
    sheet.text(300, 100, "77")
    words = words_of_page(pdf_of(Sheet(), sheet), 2)
    assert [(word.text, round(word.box[0])) for word in words] == [("证书编号: X-1", 60), ("77", 300)]


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("data", "page", "dpi", "words"),
    [
        (layouts.verification(), 3, 72, "there is no page 3; it has 2"),
        (layouts.verification(), 0, 72, "there is no page 0"),
        (layouts.verification(), 1, 2000, "too large for a picture of 2000 dpi"),
        (b"%PDF-1.7\n%%EOF", 1, 72, "cannot be read"),
        (b"a,b", 1, 72, "only a PDF has pages"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_has_no_picture_has_a_sentence(data: bytes, page: int, dpi: int, words: str) -> None:
    with pytest.raises(CertificateError) as caught:
        picture_of_page(data, page, dpi)
    assert words in str(caught.value)


def test_the_answer_is_carried_whole() -> None:
    """Nothing gets lost between the processes: the same as read in one."""
    data = layouts.many_tables()
    request = Request(task=Task.READ, kind=DocumentKind.PDF, file_name="upload", now=NOW)
    here = answer(request, data)
    assert isinstance(here, Answer)
    assert read(data).imported == here.imported_pdf


@pytest.mark.usefixtures("in_this_process")
def test_documents_without_pages_are_shown_as_tables(native: bytes) -> None:
    """What an importer names as a place is a row of the table."""
    rows = {row.place: row for row in rows_of_document(BALANCE.encode())}
    found = read(BALANCE.encode())
    assert found.imported is not None
    number = rows["//dcc:administrativeData/dcc:coreData/dcc:uniqueIdentifier"]
    assert number.text == found.imported.administrative.number
    assert any(place.startswith(found.imported.proposals[0].place) for place in rows)
    assert any('refType="' in row.about for row in rows.values())
    book = rows_of_document(data_of(filled_book(BALANCE_BOOK)))
    assert ("示值误差 Errors!A4", "100.00002") in {(row.place, row.text) for row in book}
    keys = {row.place: row.text for row in rows_of_document(native)}
    assert keys["certificate.level"] == "0.9545"
    assert "point[2].U" in keys
    with pytest.raises(CertificateError, match="a PDF has pages"):
        rows_of_document(layouts.verification())


@pytest.mark.usefixtures("in_this_process")
def test_a_table_hides_nothing_and_has_an_end() -> None:
    text = "x".join("\u202e") + "a" * 500
    rows = rows_of_document(f"<a><b>{text}</b>{'<c>1</c>' * 4000}</a>".encode())
    assert rows[0].text == "\ufffd" + "a" * 399 + " …"
    assert [row.place for row in rows[1:3]] == ["//*:c[1]", "//*:c[2]"]
    assert len(rows) == 3001
    assert rows[-1].text == "1001 more places stand in the document itself"


def test_a_table_of_a_hostile_document_is_refused_in_its_process() -> None:
    with pytest.raises(CertificateError, match="DOCTYPE"):
        rows_of_document(b"<!DOCTYPE a><a/>")


@pytest.mark.usefixtures("in_this_process")
def test_a_file_inside_a_document_is_handed_out_by_its_hash() -> None:
    document = BALANCE.encode()
    found = read(document)
    assert found.imported is not None
    file = found.imported.files[0]
    assert file_in_document(document, file.sha256) == file
    assert len(file.content) == file.size > 0
    with pytest.raises(CertificateError, match="no such file"):
        file_in_document(document, "0" * 64)
