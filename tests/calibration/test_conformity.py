"""JCGM 106:2012, ILAC-G8:09/2019, ISO 14253-1, GB/T 8170-2008: limits, rules, verdicts."""

import math
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats

from calibration.conformity import (
    GUARD_BAND_1_5_U,
    GUARD_BAND_3_U,
    GUARD_BAND_U,
    GUARDED_REJECTION_U,
    ISO_14253_1,
    NON_BINARY_U,
    SIMPLE_ACCEPTANCE,
    Comparison,
    Decision,
    GuardBandRule,
    ProbabilityRule,
    decide,
)
from calibration.errors import UnitMismatchError, UnknownUnitError, ValueRefusedError
from calibration.limits import Limits, Measured
from calibration.risk import acceptance_limits, probability_of_conformity, with_prior


def limits(lower: object, upper: object, unit: str = "1") -> Limits:
    low, high = (None if limit is None else Decimal(str(limit)) for limit in (lower, upper))
    return Limits(low, high, unit, "specification of 2025")


def test_jcgm106_zener_diode(problem):
    given = problem("P-106-zener-one-sided")
    x = given["inputs"]
    found = probability_of_conformity(x["y"], x["u"], limits(None, x["upper_limit"], "V"))
    assert found.inside == pytest.approx(given["expected"]["p_conform"], abs=1e-9)


def test_jcgm106_two_sided_normal(problem):
    given = problem("P-106-two-sided")
    cases = given["inputs"]["cases"]
    found = [probability_of_conformity(c["y"], c["u"], limits(c["TL"], c["TU"])).inside for c in cases]
    assert found == pytest.approx(given["expected"]["p_conform"], abs=1e-12)


def test_ilac_g8_decisions(problem):
    given = problem("P-ilacG8-decisions")
    x = given["inputs"]
    rules = {
        "simple_acceptance": SIMPLE_ACCEPTANCE,
        "binary_guard_band_w_eq_U": GUARD_BAND_U,
        "non_binary_w_eq_U": NON_BINARY_U,
    }
    tolerance = limits(x["TL"], x["TU"], "g")
    for name, rule in rules.items():
        found = [
            decide(Measured(value, x["U"], x["k"], "g"), tolerance, rule).decision.value
            for value in x["values"]
        ]
        assert found == given["expected"][name], name


def test_ilac_g8_specific_risk_at_the_acceptance_limit(problem):
    given = problem("P-ilacG8-specific-risk")
    rules = [GUARD_BAND_3_U, GUARD_BAND_1_5_U, GUARD_BAND_U, ISO_14253_1, SIMPLE_ACCEPTANCE]
    assert [float(rule.multiple) for rule in rules] == given["inputs"]["guard_band_in_U"]
    tolerance = limits(None, 10, "mg")
    bounds = given["expected"]["published_upper_bounds"]
    for rule, expected, bound in zip(rules, given["expected"]["pfa"], bounds, strict=True):
        at_the_limit = 10 - rule.multiple * Decimal("0.2")
        verdict = decide(Measured(at_the_limit, Decimal("0.2"), 2, "mg"), tolerance, rule)
        assert verdict.decision is Decision.PASS
        assert verdict.risk == pytest.approx(expected, rel=1e-7, abs=0)
        assert verdict.risk <= bound


def test_the_verdict_carries_rule_band_and_risk():
    tolerance = limits("9.9", "10.1", "g")
    verdict = decide(Measured(Decimal("10.08"), Decimal("0.03"), 2, "g"), tolerance, NON_BINARY_U)
    assert verdict.decision is Decision.CONDITIONAL_PASS
    assert verdict.rule is NON_BINARY_U
    assert verdict.rule.source == "ILAC-G8:09/2019, 4.2.3"
    assert verdict.limits.specification == "specification of 2025"
    assert (verdict.acceptance.lower, verdict.acceptance.upper) == (Decimal("9.93"), Decimal("10.07"))
    assert (verdict.guard_band, verdict.compared) == (Decimal("0.03"), Decimal("10.08"))
    assert verdict.p_conform == pytest.approx(stats.norm.cdf(0.02 / 0.015), abs=1e-12)
    assert verdict.risk == pytest.approx(1 - verdict.p_conform)
    failed = decide(Measured(Decimal("10.12"), Decimal("0.03"), 2, "g"), tolerance)
    assert failed.decision is Decision.FAIL
    assert failed.risk == failed.p_conform < 0.5


def test_limits_are_inclusive_in_decimal_not_in_binary():
    assert 1.0 - 0.9 < 0.1  # in binary the acceptance limit would be below 0.1
    assert decide(Measured(0.1, 0.9, 2, "g"), limits(None, "1.0", "g"), GUARD_BAND_U).decision.accepts
    assert decide(Measured(10.07, 0.03, 2, "g"), limits("9.9", "10.1", "g"), GUARD_BAND_U).decision.accepts
    assert decide(Measured(0.3, 0.01, 2, "mg"), limits(None, "0.3", "mg")).decision.accepts


def test_gbt8170_full_and_rounded_value_comparison():
    # ChP limit 14.0 %: 14.04 % rounds to 14.0 %
    moisture = limits(None, "14.0", "%M")
    result = Measured(Decimal("14.04"), Decimal("0.1"), 2, "%M")
    full = decide(result, moisture)
    rounded = decide(result, moisture, comparison=Comparison.ROUNDED_VALUE)
    assert (full.decision, full.compared) == (Decision.FAIL, Decimal("14.04"))
    assert (rounded.decision, rounded.compared) == (Decision.PASS, Decimal("14.0"))
    assert rounded.p_conform == full.p_conform < 0.5
    # the written places of the limit decide: 14.4 rounds to 14 for a limit of 14
    assert decide(Measured(Decimal("14.4"), 0.1, 2, "%M"), limits(None, "14", "%M"),
                  comparison=Comparison.ROUNDED_VALUE).decision.accepts  # fmt: skip
    # a tie goes to even, once: 14.05 -> 14.0, 14.0501 -> 14.1
    for value, decision in [("14.05", Decision.PASS), ("14.0501", Decision.FAIL), ("14.15", Decision.FAIL)]:
        tie = Measured(Decimal(value), 0.1, 2, "%M")
        assert decide(tie, moisture, comparison=Comparison.ROUNDED_VALUE).decision is decision


def test_rounded_values_go_with_simple_acceptance_and_limits_written_alike():
    result = Measured(Decimal("10.0"), Decimal("0.1"), 2, "mg")
    for rule in (GUARD_BAND_U, ProbabilityRule("p", "JCGM 106", 0.95)):
        with pytest.raises(ValueRefusedError, match="needs the unrounded value"):
            decide(result, limits("9", "11", "mg"), rule, Comparison.ROUNDED_VALUE)
    with pytest.raises(ValueRefusedError, match="written with different places"):
        decide(result, limits("9", "11.0", "mg"), comparison=Comparison.ROUNDED_VALUE)


@pytest.mark.parametrize("dof", [math.inf, 5.0])
def test_acceptance_limits_reach_the_required_probability_on_both_sides(dof):
    # the tolerance is 3.6 u wide: one-sided bands of 1.645 u would leave 9 % outside in the middle
    narrow = limits("-1.8", "2.2")
    law = stats.t(dof) if math.isfinite(dof) else stats.norm()
    for p_required in (0.8, 0.89):
        low, high = acceptance_limits(1.0, narrow, p_required, dof)
        assert law.cdf(2.2 - high) - law.cdf(-1.8 - high) == pytest.approx(p_required, abs=1e-9)
        assert low + high == pytest.approx(0.4)
    one_sided = acceptance_limits(1.0, limits(None, "2.2"), 0.95, dof)
    assert one_sided == (-math.inf, pytest.approx(2.2 - law.ppf(0.95)))


def test_probability_rule_is_exact_where_both_limits_act():
    rule = ProbabilityRule("p_c at least 0.9", "JCGM 106:2012", 0.9)
    verdict = decide(Measured(0.3, 2.0, 2, "1"), limits("-1.8", "2.2"), rule)
    assert verdict.decision.accepts
    assert verdict.p_conform >= 0.9
    assert float(verdict.acceptance.upper or 0) == pytest.approx(
        acceptance_limits(1.0, limits(-1.8, 2.2), 0.9)[1]
    )
    beyond = Measured(float(verdict.acceptance.upper or 0) + 1e-6, 2.0, 2, "1")
    assert not decide(beyond, limits("-1.8", "2.2"), rule).decision.accepts
    with pytest.raises(ValueRefusedError, match="too large for this tolerance"):
        decide(Measured(0.2, 2.0, 2, "1"), limits("-1.4", "1.8"), rule)


def test_few_degrees_of_freedom_widen_the_tails():
    found = probability_of_conformity(-5.47, 0.05, limits(None, "-5.4", "V"), dof=4)
    assert found.inside == pytest.approx(stats.t(4).cdf(1.4), abs=1e-12)


def test_small_probabilities_keep_their_digits():
    far_inside = probability_of_conformity(0.0, 1.0, limits(-9, 9))
    assert far_inside.outside == pytest.approx(2 * stats.norm.sf(9), rel=1e-12, abs=0)
    far_outside = probability_of_conformity(20.0, 1.0, limits(-9, 9))
    assert far_outside.inside == pytest.approx(stats.norm.sf(11), rel=1e-9, abs=0)


def test_a_measurand_that_cannot_be_negative_has_a_truncated_distribution():
    bounds = limits(0, None)
    law = stats.truncnorm(-0.5, np.inf, loc=0.5, scale=1.0)
    found = probability_of_conformity(0.5, 1.0, limits(None, 2), bounds=bounds)
    assert found.inside == pytest.approx(law.cdf(2.0), abs=1e-12)
    assert found.inside + found.outside == pytest.approx(1.0)
    assert probability_of_conformity(0.5, 1.0, limits(None, -1), bounds=bounds).inside == 0.0


def test_guarded_rejection_fails_only_beyond_doubt():
    limit = limits(None, "100", "1")
    for value, decision in [("101.9", Decision.PASS), ("102", Decision.PASS), ("102.01", Decision.FAIL)]:
        verdict = decide(Measured(Decimal(value), Decimal(2), 2, "1"), limit, GUARDED_REJECTION_U)
        assert verdict.decision is decision
    assert verdict.risk < 0.025
    assert verdict.guard_band == -2


def test_jcgm106_a_known_process_moves_the_result():
    # precision resistors: process N(1500, 0.12) ohm, measured with u = 0.04 ohm
    y, u = with_prior(1500.22, 0.04, 1500.0, 0.12)
    assert y == pytest.approx((1500.22 * 9 + 1500.0) / 10, rel=1e-12, abs=0)
    assert u == pytest.approx(0.04 * math.sqrt(0.9), rel=1e-12, abs=0)
    tolerance = limits("1499.8", "1500.2", "ohm")
    assert probability_of_conformity(y, u, tolerance).inside > 0.5
    assert probability_of_conformity(1500.22, 0.04, tolerance).inside < 0.5
    with pytest.raises(ValueRefusedError, match="u of the process"):
        with_prior(1.0, 0.1, 1.0, 0.0)


def test_bad_input_is_named():
    with pytest.raises(UnitMismatchError, match="in g, and the limits of specification of 2025 in mg"):
        decide(Measured(1.0, 0.1, 2, "g"), limits(0, 2, "mg"))
    with pytest.raises(ValueRefusedError, match="lower or an upper limit is needed"):
        limits(None, None)
    with pytest.raises(ValueRefusedError, match="lower limit 3 is above"):
        limits(3, 2)
    with pytest.raises(ValueRefusedError, match="must be a decimal"):
        Limits(0.1, None, "g", "x")  # type: ignore[arg-type]
    with pytest.raises(ValueRefusedError, match="not finite"):
        limits("NaN", 1)
    with pytest.raises(UnknownUnitError):
        limits(0, 1, "gram")
    for expanded, k, dof, name in [(0, 2, 9, "U"), (math.nan, 2, 9, "U"), (0.1, 0.9, 9, "coverage factor"),
                            (0.1, math.nan, 9, "k"), (0.1, 2, 0, "degrees of freedom")]:  # fmt: skip
        with pytest.raises(ValueRefusedError, match=name):
            Measured(1.0, expanded, k, "g", dof)
    with pytest.raises(ValueRefusedError, match="not finite"):
        Measured(math.inf, 0.1, 2, "g")
    with pytest.raises(ValueRefusedError, match="uncertainty is too large"):
        decide(Measured(1.0, 1.1, 2, "g"), limits(0, 2, "g"), GUARD_BAND_U)
    with pytest.raises(ValueRefusedError, match="is no number"):
        GuardBandRule("r", "s", Decimal("NaN"))
    with pytest.raises(ValueRefusedError, match="nothing conditional"):
        GuardBandRule("r", "s", Decimal(0), non_binary=True)
    for p in (0.5, 1.0, math.nan):
        with pytest.raises(ValueRefusedError, match="probability of conformity"):
            acceptance_limits(0.1, limits(0, 2), p)
    with pytest.raises(ValueRefusedError, match="beyond what the measurand can be"):
        probability_of_conformity(-100.0, 1.0, limits(None, 2), bounds=limits(0, None))
