"""Verdicts of results: limits, comparison, MPE, and determinations that lie apart."""

import dataclasses
from decimal import Decimal

import pytest

from calibration.conformity import Decision
from daq.lab.results.computing import compute_results
from tests.daq.lab.results.bench import (
    BALANCE_PLATE,
    METHODS,
    Session,
    moisture,
    weight,
    with_moisture,
)


@pytest.mark.parametrize(
    ("percent", "rounded", "full"),
    [
        ("14.00", Decision.PASS, Decision.PASS),
        ("14.04", Decision.PASS, Decision.FAIL),
        ("14.05", Decision.PASS, Decision.FAIL),  # a tie goes to the even digit: 14.0 (GB/T 8170)
        ("14.06", Decision.FAIL, Decision.FAIL),
        ("13.96", Decision.PASS, Decision.PASS),
    ],
)
def test_chp_moisture_at_its_limit_by_rounded_and_by_full_value(percent, rounded, full):
    by_rounded, by_full = with_moisture(percent), with_moisture(percent, "full-value")
    assert by_rounded.value == by_full.value == Decimal(percent)
    assert [one.verdicts[0].decision for one in (by_rounded, by_full)] == [rounded, full]
    assert by_full.verdicts[0].compared == Decimal(percent)
    assert by_rounded.verdicts[0].comparison.value == "rounded-value"


def test_moisture_14_04_is_reported_as_14_0_with_rule_limits_and_risk():
    outcome = with_moisture("14.04")
    (verdict,) = outcome.verdicts
    assert (outcome.reported, outcome.reported_U) == ("14.0", "0.29")
    assert (verdict.limit, verdict.upper, verdict.lower) == ("drug-chp-2025", Decimal("14.0"), None)
    assert (verdict.edition, verdict.rule, verdict.guard_band) == ("ChP 2025", "simple-acceptance", 0)
    assert verdict.compared.as_tuple() == Decimal("14.0").as_tuple()
    assert verdict.risk == pytest.approx(1 - verdict.p_conform)
    assert 0.5 < verdict.risk < 0.7, "an accepted value above the limit is more likely wrong than right"
    assert outcome.verdict == "pass"


def test_a_check_that_shows_exactly_its_mpe_conforms():
    """70.0010 g on 70.0000 g at 1 mg: in floating point the ratio is 1.0000000000331966."""
    session = Session(METHODS["balance-eccentricity"])
    for name, text in zip("cfblr", ("70.0000", "70.0010", "70.0000", "70.0000", "70.0000"), strict=True):
        session.read(name, 1, text, instrument="B-01")
    about = {"standards": {"weight": {1: weight("70.0000")}}, "instruments": {"balance": {0: BALANCE_PLATE}}}
    plate = dataclasses.replace(BALANCE_PLATE, verified=None, mpe=Decimal("0.001"))
    about["instruments"] = {"balance": {0: plate}}
    eccentricity, worst = compute_results(session.given(product_limit="in-service", **about))
    assert (eccentricity.value, worst.value) == (Decimal("0.001"), 1)
    assert worst.verdicts[0].decision is Decision.PASS
    assert (worst.verdicts[0].risk, worst.verdicts[0].p_conform) == (None, None)


@pytest.mark.parametrize(
    ("load", "mpe"), [("50.00003", "0.001"), ("50.0010", "0.002"), ("200.0000", "0.002")]
)
def test_oiml_r76_mpe_in_service_is_that_of_the_load_counted_in_e(load, mpe):
    session = Session(METHODS["balance-daily-check"])
    session.read("I", 1, "50.0000", instrument="B-01")
    given = session.given(
        standards={"weight": {1: weight(load)}}, instruments={"balance": {0: BALANCE_PLATE}}
    )
    outcome = next(one for one in compute_results(given) if one.formula == "E_in_mpe")
    assert next(one.value for one in outcome.inputs if one.input == "mpe") == float(mpe)


def test_without_a_limit_there_is_no_verdict_and_one_of_another_product_is_another():
    session = moisture()
    assert compute_results(session.given())[0].verdict == ""
    slices = compute_results(session.given(product_limit="slices-chp-2025"))[0]
    assert (slices.verdict, slices.verdicts[0].upper) == ("fail", Decimal("12.0"))


def test_determinations_that_lie_apart_are_told_with_difference_and_limit():
    apart = (("20.0000", "22.0000", "21.7202", "21.7200"), ("20.0000", "22.0000", "21.7152", "21.7150"))
    outcome = compute_results(moisture(masses=apart).given())[0]
    found = outcome.parallels
    assert (found.values, found.difference) == ((Decimal(14), Decimal("14.25")), Decimal("0.25"))
    assert (found.limit, found.relative, found.met, found.outside) == (Decimal("0.2"), None, False, "block")
    assert "The determinations lie 0.25 % apart, more than 0.2 %." in [n.words.en for n in outcome.notes]
    relative = compute_results(moisture(METHODS["direct-drying-gb-5009-3-1"], masses=apart).given())[0]
    assert relative.parallels.met
    assert relative.parallels.limit == Decimal("1.4125")


def test_negative_errors_can_be_compared_absolutely():
    session = Session(METHODS["thermometer-ice-point"])
    for portion in (1, 2):
        for text in ("-0.02", "-0.03", "-0.02", "-0.02", "-0.01"):
            session.read("t", portion, text, instrument="T-01")
    outcome = compute_results(session.given())[0]
    assert outcome.parallels.mean == Decimal("-0.02")
    assert outcome.parallels.met
