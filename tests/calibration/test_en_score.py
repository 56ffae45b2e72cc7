"""En scores: published cases, shared references, two certificates of one instrument."""

import math
from decimal import Decimal

import numpy as np
import pytest

from calibration.curve import Share
from calibration.curves import Polynomial
from calibration.drift.en_score import en_between, en_of_difference, en_score
from calibration.errors import CovarianceError, OutOfRangeError, UnitMismatchError, ValueRefusedError
from calibration.limits import Measured
from calibration.uncertain import Uncertain, independent


def test_iso13528_9_7_en_score(problem):
    p = problem("P-en-score")
    found = [
        en_score(Measured(c["x_lab"], c["U_lab"], 2, "g"), Measured(c["x_ref"], c["U_ref"], 2, "g"))
        for c in p["inputs"]["cases"]
    ]
    assert [one.value for one in found] == pytest.approx(p["expected"]["En"], abs=1e-9)
    assert [one.satisfactory for one in found] == p["expected"]["satisfactory"]


def test_a_score_of_exactly_one_is_satisfactory_whatever_binary_says():
    for scale in ("0.1", "0.3", "0.7", "1.1", "1e-7"):
        three, four, five = (Decimal(scale) * n for n in (3, 4, 5))
        at_one = en_score(Measured(five, three, 2, "mg"), Measured(Decimal(0), four, 2, "mg"))
        assert (at_one.satisfactory, at_one.value) == (True, pytest.approx(1))
        beyond = en_score(
            Measured(five * Decimal("1.000000000000000001"), three, 2, "mg"), Measured(0.0, four, 2, "mg")
        )
        assert beyond.satisfactory is False


def test_a_shared_reference_makes_the_score_larger():
    one, two = Measured(10.0021, 0.0012, 2, "g"), Measured(10.0009, 0.0010, 2, "g")
    reference_u = 0.0004
    apart = en_score(one, two)
    together = en_score(one, two, covariance=reference_u**2)
    expected = 0.0012 / math.sqrt(0.0012**2 + 0.0010**2 - 2 * 4 * reference_u**2)
    assert together.value == pytest.approx(expected, rel=1e-12)
    assert apart.satisfactory
    assert together.value > apart.value
    # the same from values that know what they share
    standard = independent(0.0, reference_u, "reference")
    first = standard + independent(10.0021, math.sqrt(0.0006**2 - reference_u**2), "first")
    second = standard + independent(10.0009, math.sqrt(0.0005**2 - reference_u**2), "second")
    assert en_of_difference(first - second).value == pytest.approx(expected, rel=1e-9)


def certificate(correction_mg, u_mg, shares=()):
    curve = Polynomial.from_powers([correction_mg, 0.0], [[u_mg**2, 0], [0, 1e-12]], 0, 200)
    return curve.hanging_on([Share(key, curve.line(u, 0.0)) for key, u in shares], included=True)


def test_two_certificates_with_one_standard_are_judged_by_what_they_do_not_share():
    alone = en_between(certificate(0.30, 0.10), certificate(0.05, 0.10), at=100.0)
    assert alone.value == pytest.approx(0.25 / (2 * math.hypot(0.1, 0.1)), rel=1e-5)
    standard = [("E2 set 2026", 0.09)]
    shared = en_between(certificate(0.30, 0.10, standard), certificate(0.05, 0.10, standard), at=100.0)
    own = math.sqrt(0.1**2 - 0.09**2)
    assert shared.value == pytest.approx(0.25 / (2 * math.hypot(own, own)), rel=1e-5)
    assert (alone.satisfactory, shared.satisfactory) == (True, False)
    other = en_between(
        certificate(0.30, 0.10, standard), certificate(0.05, 0.10, [("E2 set 2024", 0.09)]), 100.0
    )
    assert other.value == pytest.approx(alone.value, rel=1e-5)
    between_1_and_2 = en_between(certificate(0.45, 0.10), certificate(0.05, 0.10), at=100.0)
    assert (between_1_and_2.value, between_1_and_2.satisfactory) == (pytest.approx(1.414, abs=1e-3), False)
    wide = en_between(certificate(0.30, 0.10), certificate(0.05, 0.10), at=100.0, k=3.0)
    assert wide.value == pytest.approx(alone.value * 2 / 3)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (
            lambda: en_score(Measured(1, 0.1, 2, "g"), Measured(1, 0.1, 2, "mg")),
            UnitMismatchError,
            "the result is in g, and the reference value in mg",
        ),
        (
            lambda: en_score(Measured(1, 0.1, 2, "g"), Measured(1, 0.1, 2, "g"), 0.0026),
            CovarianceError,
            r"a covariance of 0\.0026 is larger",
        ),
        (
            lambda: en_score(Measured(1, 0.1, 2, "g"), Measured(1, 0.1, 2, "g"), 0.0025),
            CovarianceError,
            "share all their uncertainty",
        ),
        (
            lambda: en_score(Measured(1, 0.1, 2, "g"), Measured(1, 0.1, 2, "g"), math.nan),
            ValueRefusedError,
            "nan is not finite",
        ),
        (lambda: en_of_difference(Uncertain(0.1)), ValueRefusedError, "without uncertainty"),
        (
            lambda: en_of_difference(independent(1, 1, "x"), 0.5),
            ValueRefusedError,
            r"coverage factor is 0\.5",
        ),
        (
            lambda: en_between(certificate(0, 0.1), certificate(0, 0.1), at=201.0),
            OutOfRangeError,
            "201 lies outside",
        ),
    ],
)
def test_what_cannot_be_scored_is_refused_by_name(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


def test_the_score_of_many_equal_results_is_standard_normal_over_two():
    generator = np.random.default_rng(20260714)
    x, reference = generator.normal(0, 0.3, 4000), generator.normal(0, 0.4, 4000)
    scores = [
        en_score(Measured(float(a), 0.6, 2, "g"), Measured(float(b), 0.8, 2, "g")).value
        for a, b in zip(x, reference, strict=True)
    ]
    assert np.std(scores) == pytest.approx(0.5, abs=0.02)
