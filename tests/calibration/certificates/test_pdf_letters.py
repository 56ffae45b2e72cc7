"""Letters that a reader of PDFs may overlook: a minus that a font does not have, turned and hidden ones."""

import pytest

from tests.calibration.certificates.pdf_layouts import plain_cover
from tests.calibration.certificates.pdf_reading import points, read, said
from tests.calibration.certificates.printed import PAGE, Sheet, pdf_of

ROWS = [["标准值(℃)", "修正值(℃)", "U(℃),k=2"], ["10.00", "−0.12", "0.05"], ["20.00", "-0.13", "0.05"]]


@pytest.mark.parametrize("is_gb1", [False, True], ids=["own map", "Adobe-GB1"])
def test_a_minus_that_the_font_does_not_have(is_gb1: bool) -> None:
    """UniGB-UCS2-H has no U+2212; without an indication beside it nothing else tells the sign."""
    sheet, y = plain_cover()
    sheet.ruled(y, ROWS)
    found = read(pdf_of(sheet, is_gb1=is_gb1))
    assert points(found, "ref", "cor") == [[["10.00", "-0.12"], ["20.00", "-0.13"]]]


@pytest.mark.parametrize("letter", ["\u2234", "\u200b", "\x07"])
def test_a_letter_without_text_is_not_overlooked(letter: str) -> None:
    sheet, y = plain_cover()
    rows = [ROWS[0], ["10.00", f"{letter}0.12", "0.05"]]
    sheet.ruled(y, rows)
    found = read(pdf_of(sheet, is_gb1=letter == "\u2234"))
    assert points(found, "ref", "cor") == [[["10.00", ""]]]
    assert any("cannot be read as a number" in sentence for sentence in said(found))


@pytest.mark.parametrize("turn", ["0 1 -1 0 500 100", "-1 0 0 -1 595 842", "0 -1 1 0 100 700"])
def test_a_turned_page_is_said_and_not_read_backwards(turn: str) -> None:
    sheet, y = plain_cover()
    sheet.ruled(y, ROWS)
    sheet.parts.insert(0, f"{turn} cm")
    found = read(pdf_of(sheet))
    assert found.proposals == ()
    assert any(
        "most of its letters" in sentence and "key this page in" in sentence for sentence in said(found)
    )
    assert not any("scan" in sentence for sentence in said(found))


def test_letters_without_ink_are_said() -> None:
    sheet, y = plain_cover()
    sheet.parts.append("3 Tr")
    sheet.lines(sheet.ruled(y, ROWS), "U=9.9 ℃，k=2")
    assert any("may be drawn without ink" in sentence for sentence in said(read(pdf_of(sheet))))


def picture(sheet: Sheet) -> None:
    """A picture over the whole page."""
    width, height = PAGE
    sheet.parts.insert(0, f"q {width} 0 0 {height} 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q")


def test_a_scan_with_the_head_of_a_page_is_a_scan() -> None:
    cover, _ = plain_cover()
    scan = Sheet()
    scan.lines(20, "证书编号：X-1   第2页 共2页  本页由扫描仪生成")
    picture(scan)
    found = read(pdf_of(cover, scan))
    assert any("page 2" in s and "a picture without text" in s for s in said(found))
    found = read(pdf_of(scan, scan))
    assert any("it has no text, so it is a scan" in s for s in said(found))
    assert not any("a machine recognised it" in s for s in said(found))


def test_digits_spread_over_their_cell() -> None:
    sheet, y = plain_cover()
    rows = [ROWS[0], ["1 0 . 0 0", "- 0 . 1 2", "0.05"], ["1 0", "0.12", "0.05"]]
    sheet.ruled(y, rows)
    found = read(pdf_of(sheet))
    assert points(found, "ref", "cor") == [[["10.00", "-0.12"], ["", "0.12"]]]
