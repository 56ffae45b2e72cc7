"""Labels for instruments: what stands on them, by colour, shape and word, and how large they are."""

import datetime
import io

import pdfplumber
import pytest

from daq.errors import PaperError
from daq.lab.papers.content import EquipmentLabel, Standing
from daq.lab.papers.labels import render_labels
from daq.lab.results.words import Words
from tests.daq.lab.papers import examples as ex
from tests.daq.lab.papers.looking import shown, squeezed

MM = 72 / 25.4


def label(**changes):
    content = {
        "laboratory": ex.LABORATORY.name,
        "name": "B-01",
        "title": Words("分析天平", "Analytical balance"),
        "serial_number": "B329041175",
        "certificate": "2026-0311",
        "calibrated_on": datetime.date(2026, 3, 11),
        "due_on": datetime.date(2027, 3, 10),
        "standing": Standing.QUALIFIED,
    }
    return EquipmentLabel(**{**content, **changes})


@pytest.mark.parametrize(
    ("standing", "said", "colour"),
    [
        (Standing.QUALIFIED, "● 合格 QUALIFIED", (False, True)),
        (Standing.LIMITED, "▲ 准用 LIMITED USE", (True, True)),
        (Standing.STOPPED, "■ 停用 OUT OF SERVICE", (True, False)),
    ],
)
def test_standing_has_its_shape_word_and_colour(standing, said, colour):
    """Green has no red in it, red no green, and yellow has both."""
    pdf = render_labels([label(standing=standing)], ex.T0, sheet=False)
    assert squeezed(said) in shown(pdf)
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        page = document.pages[0]
        (band,) = [one for one in page.rects + page.curves if one["fill"] and one["width"] > 100]
    red, green, _ = band["non_stroking_color"]
    assert (red > 0.4, green > 0.4) == colour


def test_equipment_certificate_and_due_date_are_there():
    text = shown(render_labels([label()], ex.T0, sheet=False))
    for said in (
        "分析天平",
        "Analytical balance",
        "B-01",
        "B329041175",
        "2026-0311",
        "2026-03-11",
        "2027-03-10",
    ):
        assert squeezed(said) in text


def test_limited_use_says_to_what():
    limited = label(standing=Standing.LIMITED, limits=Words("仅 0 – 50 g", "0 – 50 g only"))
    assert squeezed("仅 0 – 50 g 0 – 50 g only") in shown(render_labels([limited], ex.T0, sheet=False))


def test_a_label_is_50_by_30_mm_and_long_texts_stay_inside():
    long = label(
        name="B-" + "0" * 30,
        title=Words("卤素水分测定仪" * 8, "Halogen moisture analyser " * 6),
        certificate="2026-" + "X" * 40,
        laboratory=Words("重庆市" * 20, ""),
    )
    with pdfplumber.open(io.BytesIO(render_labels([long, label()], ex.T0, sheet=False))) as document:
        assert len(document.pages) == 2
        for page in document.pages:
            assert (page.width, page.height) == pytest.approx((50 * MM, 30 * MM), abs=0.1)
            assert all(
                char["x0"] >= 0 and char["x1"] <= page.width and char["bottom"] <= page.height
                for char in page.chars
            )


def test_36_labels_stand_on_a_sheet():
    with pdfplumber.open(io.BytesIO(render_labels([label()] * 37, ex.T0, sheet=True))) as document:
        assert [page.extract_text().count("合格") for page in document.pages] == [36, 1]
        assert document.pages[0].height == pytest.approx(297 * MM, abs=0.1)


def test_no_equipment_is_no_sheet():
    with pytest.raises(PaperError, match="no equipment"):
        render_labels([], ex.T0, sheet=True)


def test_nothing_on_a_label_is_markup():
    odd = label(name="#panic()", title=Words("*a* $x$", "_b_"), certificate="[x]#{1}")
    text = shown(render_labels([odd], ex.T0, sheet=False))
    assert all(squeezed(said) in text for said in ("#panic()", "*a* $x$", "_b_", "[x]#{1}"))
