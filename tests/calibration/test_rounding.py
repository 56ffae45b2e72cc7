"""GB/T 8170-2008, JCGM 100 7.2.6, EA-4/02 6.3."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest

from calibration.errors import ValueRefusedError
from calibration.rounding import (
    Coverage,
    align,
    plain,
    result_text,
    round_to_digits,
    round_to_interval,
    round_to_place,
    round_uncertainty,
)


@pytest.mark.parametrize(
    ("value", "interval", "expected"),
    [
        # GB/T 8170-2008, 3.2: below 5, above 5, 5 and more, exact 5 to even, negatives by size
        ("12.1498", "0.1", "12.1"),
        ("12.1498", "1", "12"),
        ("1268", "1E+2", "1.3E+3"),
        ("10.5002", "1", "11"),
        ("1.050", "0.1", "1.0"),
        ("0.35", "0.1", "0.4"),
        ("2500", "1E+3", "2E+3"),
        ("3500", "1E+3", "4E+3"),
        ("-355", "1E+1", "-3.6E+2"),
        ("-325", "1E+1", "-3.2E+2"),
        ("-0.0365", "0.001", "-0.036"),
        # one step only: 8.53459 by way of 8.535 would be 8.54
        ("8.53459", "0.01", "8.53"),
        ("97.46", "1", "97"),
        # 0.5 unit
        ("60.25", "0.5", "60.0"),
        ("60.38", "0.5", "60.5"),
        ("60.28", "0.5", "60.5"),
        ("-60.75", "0.5", "-61.0"),
        # 0.2 unit of the hundreds
        ("830", "20", "840"),
        ("842", "20", "840"),
        ("832", "20", "840"),
        ("-930", "20", "-920"),
    ],
)
def test_gbt8170_examples(value, interval, expected):
    rounded = round_to_interval(Decimal(value), Decimal(interval))
    assert rounded == Decimal(expected)
    assert rounded.as_tuple().exponent == Decimal(interval).as_tuple().exponent
    assert round_to_interval(Fraction(value), Decimal(interval)) == rounded


def test_a_million_random_decimals_equal_rational_arithmetic():
    draw = random.Random(8170)
    intervals = {
        interval: Fraction(interval)
        for interval in (Decimal(step).scaleb(power) for step in (1, 2, 5, 25) for power in range(-6, 3))
    }
    table = list(intervals.items())
    for _ in range(1_000_000):
        interval, exact_interval = table[draw.randrange(len(table))]
        value = Decimal(draw.randrange(-(10**9), 10**9)).scaleb(draw.randrange(-8, 3))
        if draw.random() < 0.2:  # ties are rare by chance
            value = interval * draw.randrange(-(10**6), 10**6) + interval / 2
        expected = round(Fraction(value) / exact_interval) * exact_interval  # Fraction rounds half to even
        assert Fraction(round_to_interval(value, interval)) == expected, (value, interval)


def test_a_float_is_the_decimal_it_shows():
    assert round_to_place(0.35, -1) == Decimal("0.4")
    assert round_to_place(2.675, -2) == Decimal("2.68")
    assert round_to_place(1e-7, -2) == 0


def test_a_rational_is_rounded_exactly():
    assert round_to_place(Fraction(2, 3), -3) == Decimal("0.667")
    assert round_to_place(Fraction(-5, 2), 0) == -2
    assert round_to_digits(Fraction(1, 30), 2) == Decimal("0.033")
    assert round_to_digits(Fraction(999999, 1000), 3) == 1000


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        ("0.0996", 2, "0.10"),
        ("9.96", 2, "10"),
        ("0.0125", 2, "0.012"),
        ("93.4", 2, "93"),
        ("934", 2, "930"),
        ("-12.345", 3, "-12.3"),
    ],
)
def test_significant_digits_are_counted_after_the_carry(value, digits, text):
    assert plain(round_to_digits(Decimal(value), digits)) == text


@pytest.mark.parametrize(
    ("expanded", "digits", "text"),
    [
        ("0.02275", 2, "0.023"),
        ("10.47", 2, "10"),  # loses 4.5 %
        ("0.0105", 2, "0.010"),  # a tie to even, loses 4.8 %
        ("0.104", 1, "0.1"),
        ("0.106", 1, "0.2"),  # 5.7 % would be lost
        ("0.25", 1, "0.3"),
        ("0.96", 1, "1"),
        ("9.4", 1, "9"),
        ("0.949", 1, "1.0"),
    ],
)
def test_ea402_6_3_not_more_than_five_per_cent_is_rounded_away(expanded, digits, text):
    rounded = round_uncertainty(Decimal(expanded), digits)
    assert rounded == Decimal(text)
    assert rounded >= Decimal(expanded) * Decimal("0.95")


def test_report_rounding_jcgm100_7_2_6(problem):
    given = problem("P-report-rounding")
    shown = [align(case["y"], case["U"]).text for case in given["inputs"]["cases"]]
    assert shown == given["expected"]["strings"]


def test_a_large_uncertainty_takes_whole_places_from_the_value():
    assert align(50000838, 934).text == "50000840 ± 930"
    assert align(-0.0004, 0.0996).text == "0.00 ± 0.10"


def test_the_report_says_k_level_and_degrees_of_freedom():
    aligned = align(12.483652, 0.02275)
    assert result_text(aligned, "g", Coverage(2.0)) == "(12.484 ± 0.023) g，k = 2"
    full = Coverage(2.284, 0.9545, 10.9)
    assert result_text(aligned, "g", full, "en") == "(12.484 ± 0.023) g, k = 2.28, p = 95.45 %, νeff = 10"
    assert (
        result_text(aligned, "1", Coverage(1.96, 0.95, float("inf"))) == "12.484 ± 0.023，k = 1.96，p = 95 %"
    )


@pytest.mark.parametrize("bad", [float("nan"), float("-inf"), Decimal("NaN"), Decimal("Infinity")])
def test_not_finite_is_refused(bad):
    for refused in (
        lambda: round_to_interval(bad, Decimal("0.1")),
        lambda: round_to_digits(bad, 2),
        lambda: round_uncertainty(bad),
        lambda: align(bad, Decimal("0.1")),
        lambda: align(Decimal(1), bad),
    ):
        with pytest.raises(ValueRefusedError, match="not finite"):
            refused()


def test_what_cannot_be_rounded_is_refused():
    for interval in (Decimal(0), Decimal("-0.1"), Decimal("NaN")):
        with pytest.raises(ValueRefusedError, match="must be a positive number"):
            round_to_interval(Decimal(1), interval)
    with pytest.raises(ValueRefusedError, match="1000 digits"):
        round_to_interval(Decimal("1E+2000"), Decimal(1))
    with pytest.raises(ValueRefusedError, match="0 cannot be rounded to 2 significant digits"):
        round_to_digits(0, 2)
    for uncertainty in (0, -0.1):
        with pytest.raises(ValueRefusedError, match="must be positive"):
            align(1.0, uncertainty)
    with pytest.raises(ValueRefusedError, match="1 or 2 significant digits, not 3"):
        align(1.0, 0.1, 3)
    with pytest.raises(ValueRefusedError, match="coverage factor is 0"):
        result_text(align(1.0, 0.1), "g", Coverage(0.5))
    with pytest.raises(ValueRefusedError, match="language 'de'"):
        result_text(align(1.0, 0.1), "g", Coverage(2), "de")
