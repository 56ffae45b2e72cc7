"""Formulas of methods: total parser, arithmetic as Python's, uncertainty as GTC's, hostile texts refused."""

import math
import sys

import GTC
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calibration.errors import UnknownUnitError
from calibration.expressions.expression import MAX_DEPTH, MAX_LENGTH, MAX_OPERATIONS, ExpressionError, parse
from calibration.influences import Repeatability, rounding
from calibration.uncertain import Uncertain, independent

NAMES = ("m1", "m2", "m3", "t_0")
NUMBERS = st.floats(0.01, 50).map(lambda number: f"{number:.4g}")


def trees(function_names):
    """Texts of formulas, fully of our grammar."""

    def extend(inner):
        return st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
            st.builds("{} {} {}".format, inner, st.sampled_from("+-*/"), inner),
            st.builds("-{}".format, inner),
            st.builds("({})^{}".format, inner, st.integers(-3, 4)),
            st.builds("{}({})".format, st.sampled_from(function_names), inner),
        )

    return st.recursive(st.one_of(NUMBERS, st.sampled_from(NAMES)), extend, max_leaves=12)


def as_python(text, functions, values):
    """The same text as Python reads it: an oracle that nobody here wrote, for texts that this test made."""
    return eval(text.replace("^", "**"), {"__builtins__": {}}, {**functions, **values})


def mean_of_one(x):
    return x


@settings(max_examples=400, deadline=None)
@given(trees(["sqrt", "exp", "ln", "mean"]), st.lists(st.floats(0.1, 30), min_size=4, max_size=4))
def test_value_is_what_python_computes(text, numbers):
    values = dict(zip(NAMES, numbers, strict=True))
    functions = {"sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "mean": mean_of_one}
    try:
        expected = as_python(text, functions, values)
    except (ArithmeticError, ValueError):
        expected = math.nan
    if isinstance(expected, complex) or not math.isfinite(expected):
        with pytest.raises(ExpressionError):
            parse(text).evaluate(values)
        return
    try:
        found = parse(text).evaluate(values)
    except ExpressionError as error:
        assert "not finite" in error.mistake  # an intermediate infinity that Python divides away again
        return
    assert found == pytest.approx(expected, rel=1e-14, abs=0)


@settings(max_examples=300, deadline=None)
@given(
    trees(["sqrt", "exp", "ln"]),
    st.lists(st.floats(0.5, 9), min_size=4, max_size=4),
    st.lists(st.floats(0.001, 0.1), min_size=5, max_size=5),
)
def test_uncertainty_is_what_gtc_computes(text, numbers, us):
    common, gtc_common = independent(0.0, us[4], "offset"), GTC.ureal(0.0, us[4])
    ours, theirs = {}, {}
    for i, (name, number, u) in enumerate(zip(NAMES, numbers, us[:4], strict=True)):
        share = 1.0 - 0.4 * i
        ours[name] = independent(number, u, name) + share * common
        theirs[name] = GTC.ureal(number, u) + share * gtc_common
    try:
        found = parse(text).evaluate(ours)
        expected = as_python(text, {"sqrt": GTC.sqrt, "exp": GTC.exp, "ln": GTC.log}, theirs)
        value, u = GTC.value(expected), GTC.uncertainty(expected)
    except (ArithmeticError, ValueError, ExpressionError):
        assume(False)
    assume(not isinstance(value, complex) and math.isfinite(value) and math.isfinite(u))
    if not isinstance(found, Uncertain):
        assert u == 0
        return
    assert found.value == pytest.approx(value, rel=1e-12, abs=0)
    # where contributions cancel, both are rounding of the largest of them
    largest = max((abs(float(part)) for part in found.components.values()), default=0.0)
    assert found.u == pytest.approx(u, rel=1e-9, abs=1e-9 * largest + 1e-13 * abs(value))


@settings(max_examples=150, deadline=None)
@given(trees(["exp", "mean"]), st.lists(st.floats(0.5, 3), min_size=8, max_size=8))
def test_an_array_gives_the_values_of_its_elements(text, numbers):
    rows = np.array(numbers).reshape(4, 2)
    formula = parse(text)
    try:
        one_by_one = [formula.evaluate(dict(zip(NAMES, map(float, row), strict=True))) for row in rows.T]
    except ExpressionError:
        assume(False)
    found = formula.evaluate(dict(zip(NAMES, rows, strict=True)))
    assert np.broadcast_to(found, 2) == pytest.approx(one_by_one, rel=1e-12)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text("m1+-*/^(), .e0x_9", max_size=60)))
def test_every_text_is_read_or_refused_with_a_position(text):
    try:
        formula = parse(text)
    except ExpressionError as error:
        assert 1 <= error.position <= len(text) + 1
        return
    try:
        formula.evaluate(dict.fromkeys(formula.names, 1.5))
    except ExpressionError as error:
        assert 1 <= error.position <= len(text)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("__import__('os').system('id')", 1, "found '_'"),
        ("m1.__class__", 3, "not a number"),
        ("m1[0]", 3, "found '['"),
        ("lambda: 1", 7, "found ':'"),
        ("eval(m1)", 1, "no function 'eval'"),
        ("abs(m1)", 1, "sqrt exp ln mean min max sd"),
        ("m1 if m2 else m3", 4, "an operator is missing before 'if'"),
        ("m1; m2", 3, "found ';'"),
        ("1_000", 1, "not a number"),
        ("0x10", 1, "not a number"),
        ("2m1", 1, "not a number"),
        ("12,5 * m1", 3, "an operator is missing before ','"),
        ("m1 ** 2", 4, "write '^'"),
        ("m1 × 100", 4, "write '*'"),
        ("（m1）", 1, "write '('"),
        ("水分", 1, "found '水'"),
        ("1e999", 1, "too large"),
        ("+m1", 1, "is missing before '+'"),
        ("m1 +", 5, "is missing before the end"),
        ("", 1, "is missing before the end"),
        ("(m1 + m2", 9, "opened at position 1"),
        ("sqrt(m1, m2)", 1, "has 2 arguments; it takes 1"),
        ("mean()", 6, "is missing before ')'"),
    ],
)
def test_what_cannot_be_read_is_refused_with_position_and_what_to_do(text, position, words):
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert refused.value.position == position
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 400 + "1" + ")" * 400,
        "-" * 600 + "1",
        "^".join(["2"] * 300),
        "+".join(["m1"] * 300),
        "9" * 5000,
        "sqrt(" * 150 + "1" + ")" * 150,
        "max(" + ",".join(["1"] * 60) + ")",
    ],
)
def test_what_is_too_large_is_refused_and_not_tried(text):
    with pytest.raises(ExpressionError, match=r"at most|more than|takes 1 to 50"):
        parse(text)


def test_the_largest_formulas_allowed_are_computed_well_inside_the_stack():
    nested = "(" * (MAX_DEPTH - 1) + "m1" + ")" * (MAX_DEPTH - 1)
    assert parse(nested).evaluate({"m1": 2.0}) == 2.0
    chain = parse("+".join(["m1"] * (MAX_OPERATIONS + 1)))
    assert len(chain.text) <= MAX_LENGTH
    limit = sys.getrecursionlimit()
    assert chain.evaluate({"m1": 1.0}) == MAX_OPERATIONS + 1.0
    chain.check_units({"m1": "g"}, "g")
    assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("9^9^9^9", 4, "too large"),
        ("9.9^(9^9)", 4, "too large"),
        ("1e300*1e300", 6, "not finite"),
        ("exp(1000)", 1, "not finite"),
        ("exp(-1e308)/0", 12, "division by 0"),
        ("m1 / (m2 - m2)", 4, "division by 0"),
        ("0^-1", 2, "division by 0"),
        ("(-8)^(1/3)", 5, "no power of 0.333333"),
        ("ln(m1 - m1)", 1, r"ln(0) has no value"),
        ("sqrt(-m1)", 1, "sqrt(-2) has no value"),
        ("m1 + dish", 6, "dish has no value; known are m1 m2 many nan"),
        ("1 + nan", 5, "nan is not finite"),
        ("many + 1", 1, "stands for 3 values; take mean, min, max or sd of them"),
        ("sd(m1)", 1, "2 values or more"),
    ],
)
def test_what_has_no_value_is_refused_by_position_and_name(text, position, words):
    values = {"m1": 2.0, "m2": 3.0, "many": [1.0, 2.0, 4.0], "nan": math.nan}
    with pytest.raises(ExpressionError) as refused:
        parse(text).evaluate(values)
    assert refused.value.position == position
    assert words in str(refused.value)


def test_an_uncertain_value_is_refused_where_there_is_no_derivative():
    zero = independent(0.0, 0.1, "x")
    for text in ("sqrt(x)", "x^0.5", "1/x", "ln(x)", "x^-1"):
        with pytest.raises(ExpressionError):
            parse(text).evaluate({"x": zero})
    with pytest.raises(ExpressionError, match="plain readings"):
        parse("sd(x, 1)").evaluate({"x": zero})


def test_arrays_and_uncertain_values_do_not_meet():
    for text in ("x + a", "max(x, a)"):
        with pytest.raises(ExpressionError, match="meet"):
            parse(text).evaluate({"x": independent(1.0, 0.1, "x"), "a": np.ones(3)})
    for bad in (None, True, "3"):
        with pytest.raises(ExpressionError, match=r"a number, array or uncertain value|stands for"):
            parse("x + 1").evaluate({"x": bad})
    with pytest.raises(ExpressionError, match=r"position 3: division by 0"):
        parse("1 / x").evaluate({"x": np.array([1.0, 0.0])})
    with pytest.raises(ExpressionError, match="not finite"):
        parse("ln(x)").evaluate({"x": np.array([1.0, 0.0])})


def test_series_go_into_mean_min_max_sd():
    values = {"I": [10.0002, 10.0001, 10.0003, 10.0002]}
    assert parse("max(I) - min(I)").evaluate(values) == pytest.approx(0.0002)
    assert parse("mean(I)").evaluate(values) == pytest.approx(10.0002)
    assert parse("sd(I)").evaluate(values) == pytest.approx(np.std(values["I"], ddof=1))
    assert parse("2000 * max(sd(I), 0.41 * 0.0001)").evaluate(values) == pytest.approx(0.163299, rel=1e-5)
    trials = np.array([1.0, 2.0, 3.0])
    assert parse("mean(a, 2*a)").evaluate({"a": trials}) == pytest.approx(1.5 * trials)
    assert parse("max(a, 2)").evaluate({"a": trials}).tolist() == [2.0, 2.0, 3.0]
    assert parse("mean(a)").evaluate({"a": [trials, 3 * trials]}) == pytest.approx(2 * trials)
    with pytest.raises(ExpressionError, match="mean of no values"):
        parse("mean(I)").evaluate({"I": []})


def test_min_and_max_keep_the_uncertainty_of_what_they_choose():
    a, b, sure = independent(2.0, 0.1, "a"), independent(3.0, 0.2, "b"), 3.0
    assert parse("min(a, b)").evaluate({"a": a, "b": b}) is a
    assert parse("max(a, b)").evaluate({"a": a, "b": b}) is b
    for order in ("max(sure, b)", "max(b, sure)", "min(sure, b)", "min(b, sure)"):
        assert parse(order).evaluate({"b": b, "sure": sure}) is b


def test_gb5009_3_an_error_shared_by_the_weighings_cancels(problem):
    """P-lod-correlated: offset and scale of one balance leave the loss on drying as it is."""
    x, expected = (problem("P-lod-correlated")[key] for key in ("inputs", "expected"))
    offset = independent(0.0, x["u_a0_common_offset_g"], "offset")
    slope = independent(0.0, x["u_a1_common_slope"], "scale")
    readings = {"m1": x["m1_dish_sample_g"], "m2": x["m2_dish_dry_g"], "m3": x["m3_dish_g"]}
    weighed = {
        name: value + offset + slope * value + rounding(x["d_g"], "d") + Repeatability(x["s_g"]).of_mean()
        for name, value in readings.items()
    }
    found = parse("(m1 - m2) / (m1 - m3) * 100").evaluate(weighed)
    assert found.value == pytest.approx(expected["X_percent"], rel=1e-12)
    assert found.u == pytest.approx(expected["u_percent"], rel=1e-8)


UNITS = {
    "m1": "g", "m2": "g", "k": "mg", "V": "mL", "rho": "g/cm3", "w": "%", "t": "degC", "T": "K", "tau": "h"
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("100 * (m1 - m2) / m1", "%"),
        ("100 - w", "%"),
        ("m1 * (1 - w / 100)", "g"),
        ("V * rho", "g"),
        ("V * rho / m1 * 100", "%"),
        ("k / 1000 + m1", "g"),
        ("sqrt(m1 * m2)", "g"),
        ("m1^2 / m2", "g"),
        ("exp(-tau / tau)", "1"),
        ("mean(m1, m2)", "g"),
        ("t - mean(t, t)", "degC"),
        ("m1 * 1000", "mg"),
        ("m1 / m2", "pcs"),
    ],
)
def test_units_that_agree(text, unit):
    parse(text).check_units(UNITS, unit)


@pytest.mark.parametrize(
    ("text", "unit", "position", "words"),
    [
        ("m1 - m2", "%", 4, "said to be in %: 1 and kg"),
        ("m1 + k", "g", 4, "different size"),
        ("m1", "mg", 1, "different size"),
        ("m1 + V", "g", 4, "kg and m^3 are different dimensions"),
        ("m1 - 0.5", "g", 4, "give a number that has a unit a name"),
        ("max(m1, w)", "g", 1, "different dimensions"),
        ("t - T", "degC", 3, "degC and K"),
        ("ln(m1)", "1", 1, "pure numbers"),
        ("m1^w", "g", 4, "a written number"),
        ("w^m1", "1", 3, "pure number"),
        ("m1^99", "g", 4, "-9 to 9"),
        ("m1 / m9", "1", 6, "m9 is not known here"),
        ("w * tau", "%", 3, "1 and s"),
    ],
)
def test_units_that_do_not_agree_are_refused(text, unit, position, words):
    with pytest.raises(ExpressionError) as refused:
        parse(text).check_units(UNITS, unit)
    assert refused.value.position == position
    assert words in str(refused.value)


@pytest.mark.parametrize("unit", ["gramm", "tl"])
def test_units_that_are_not_known_are_refused_by_name(unit):
    with pytest.raises(UnknownUnitError, match=f"m1: unit '{unit}' is not known"):
        parse("m1 * 2").check_units({"m1": unit}, "g")


def test_names_and_functions_of_a_formula():
    formula = parse("mean(m3, m1) - m2 * sqrt(m1)")
    assert formula.names == ("m3", "m1", "m2")
    assert formula.functions == {"mean", "sqrt"}
