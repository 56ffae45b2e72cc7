"""Numbers and days as people type them: the same in every keyboard, and nothing is guessed."""

import datetime
from decimal import Decimal

import pytest

from daq.lab.typed_numbers import typed_date, typed_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.01", "0.01"),
        (" 12 ", "12"),
        ("０．０１", "0.01"),
        ("－０．２", "-0.2"),
        ("−0.2", "-0.2"),
        ("–0.2", "-0.2"),
        ("+.5", "0.5"),
        ("1e-4", "0.0001"),
    ],
)
def test_numbers_of_every_keyboard(text, number):
    assert typed_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "0,01", "1_0", "1 000", "NaN", "Infinity", "0.01 g", "1e3000", "٣", "0x10", "——", "1.2.3", "½"],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="'"):
        typed_number(text)


@pytest.mark.parametrize(
    "text", ["2026-03-02", "2026/3/2", "2026.03.02", "2026年3月2日", "２０２６－０３－０２"]
)
def test_days_with_the_year_first(text):
    assert typed_date(text) == datetime.date(2026, 3, 2)


@pytest.mark.parametrize("text", ["", "02.03.2026", "2026-3/2", "2026-13-01", "20260302", "26-03-02"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"'|month"):
        typed_date(text)
