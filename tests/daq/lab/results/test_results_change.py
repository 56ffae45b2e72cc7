"""Recalculation: an old result beside a new one."""

import json
from decimal import Decimal

import pytest

from daq.lab.results.change import Statement, compare, compare_all
from daq.lab.results.computing import compute_results
from tests.daq.lab.results.bench import METHODS, Session, certificate, moisture


def bent(size):
    """A curve whose corrections are curved, so that they do not cancel."""
    return certificate(
        "B-01", coefficients=(0.0, 0.0, size), covariance=[[0.0] * 3] * 3, record="1.2", s=2e-4
    )


def statements(given):
    return [Statement.of(one) for one in compute_results(given)]


def test_what_changed_is_told_with_figures_and_the_verdict():
    given = moisture().given(product_limit="drug-chp-2025")
    (old,) = statements(given)
    (new,) = statements(given.under({"1.1": "1.2"}, {"1.2": bent(1e-3)}))
    change = compare(old, new)
    assert (change.value_changed, change.U_changed, change.verdict_changed) == (True, True, True)
    assert change.sentence.en == (
        "Moisture, mean: 14.020 % becomes 14.056 % (+0.036 %); U was 0.19 % and becomes 0.18 %; the "
        "verdict changes: conforms before, does not conform now."
    )
    assert change.sentence.zh.startswith("水分平均值：由 14.020 % 变为 14.056 %（+0.036 %）；")


def test_a_result_that_stays_is_told_so():
    (old,) = statements(moisture().given())
    change = compare(old, old)
    assert (change.value_changed, change.U_changed, change.verdict_changed) == (False, False, False)
    assert change.sentence.en == "Moisture, mean: stays 14.020 %; U stays 0.19 %; no verdict."


def test_the_records_are_compared_like_results():
    outcome = compute_results(moisture().given(product_limit="drug-chp-2025"))[0]
    kept = Statement.from_json(json.loads(json.dumps(outcome.as_json())))
    change = compare(kept, Statement.of(outcome))
    assert not (change.value_changed or change.U_changed or change.verdict_changed)
    assert kept.verdict == "pass"


def test_results_of_portions_are_paired_and_statistics_have_no_u():
    session = Session(METHODS["moisture-analyser-tartrate-check"])
    for portion in (1, 2, 3):
        session.read("M", portion, f"15.6{portion}", instrument="M-01")
    found = compare_all(statements(session.given()), statements(session.given())[1:])
    (change,) = found
    assert change.new.formula == "s"
    assert change.new.U is None
    assert "without uncertainty" in change.sentence.en
    assert change.old.value == Decimal("0.01")
    ice = Session(METHODS["thermometer-ice-point"])
    for portion in (1, 2):
        for _ in range(5):
            ice.read("t", portion, "0.02", instrument="T-01")
    second = compare_all(statements(ice.given()), statements(ice.given()))[1]
    assert second.sentence.en.startswith("Error of indication, determination 2: stays 0.0200 degC")
    assert second.new.U == pytest.approx(second.old.U)
