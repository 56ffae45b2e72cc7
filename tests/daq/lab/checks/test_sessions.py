"""Check sessions become checks: with the shipped methods and the results they give."""

import dataclasses
from decimal import Decimal

import pytest

from daq.errors import CheckError
from daq.lab.checks.plans import CheckPoint
from daq.lab.checks.sessions import checks_from, do_session
from daq.lab.nonconforming.causes import FollowUp
from daq.lab.results.computing import compute_results
from daq.records.database import changing
from tests.daq.lab.checks.bench import DAY_NS, PLAN, SMALL, TECHNICIAN, ZONE, plan_checks
from tests.daq.lab.results.bench import (
    BALANCE_PLATE,
    METHODS,
    NOW_NS,
    Session,
    certificate,
    weight,
)

FINE = dataclasses.replace(
    PLAN,
    name="B-01-daily",
    equipment="B-01",
    points=(
        dataclasses.replace(PLAN.points[0], mpe=Decimal("0.002"), resolution=Decimal("0.0001")),
        dataclasses.replace(SMALL, mpe=Decimal("0.001"), resolution=Decimal("0.0001")),
    ),
)
ICE = dataclasses.replace(
    PLAN,
    name="T-01-ice",
    equipment="T-01",
    channel="temperature",
    unit="degC",
    method="thermometer-ice-point",
    points=(
        CheckPoint(
            id="0 °C", nominal=Decimal(0), standard="ice", mpe=Decimal("0.30"), resolution=Decimal("0.01")
        ),
    ),
    net=False,
)
NO_FOLLOW_UP = FollowUp(lambda _connection, _suspect: (), ZONE)


def daily(large="200.0003", small="10.0001", **about):
    """Two weights, the small one first."""
    session = Session(METHODS["balance-daily-check"])
    one = certificate("B-01", record="17.2")
    session.read("I", 1, small, one)
    session.read("I", 2, large, one)
    weights = {1: weight("10.00003", 1e-5, name="W-01/10 g"), 2: weight("200.00012", name="W-01/200 g")}
    given = {"standards": {"weight": weights}, "instruments": {"balance": {0: BALANCE_PLATE}}}
    return session.given(**(given | about))


def test_each_portion_of_a_daily_check_is_a_check_of_the_point_of_its_weight():
    given = daily()
    small, large = checks_from(FINE, given, compute_results(given))
    assert (small.point, large.point) == ("10 g", "200 g")
    assert large.indication - large.reference == Decimal("0.00018")
    assert (large.indication, large.reference) == (Decimal("200.0003"), Decimal("200.00012"))
    assert (large.standard, large.standard_certificate) == ("W-01/200 g", "9.1")
    assert (large.instrument_certificate, large.session, large.u_reference) == ("17.2", "S-2026-0001", 2e-5)
    outcomes = [one for one in compute_results(given) if one.formula == "E"]
    assert pytest.approx(outcomes[1].U, rel=1e-9) == large.U
    assert large.k == pytest.approx(outcomes[1].k)
    assert large.t_ns == given.captures[1].t_ns


def test_repeated_determinations_at_one_point_are_one_check_their_mean():
    session = Session(METHODS["thermometer-ice-point"])
    for portion, readings in ((1, (0.02, 0.03, 0.02, 0.02, 0.01)), (2, (0.04, 0.05, 0.04, 0.04, 0.03))):
        for text in readings:
            session.read("t", portion, text, instrument="T-01")
    given = session.given(product_limit="class-b")
    outcomes = compute_results(given)
    (found,) = checks_from(ICE, given, outcomes)
    assert float(found.indication) == pytest.approx(0.03)
    assert float(found.reference) == pytest.approx(0.0, abs=1e-12)
    assert (found.point, found.standard, found.standard_certificate) == ("0 °C", "ice", "")
    # the ice's own error is common to both; the repeatability averages out
    u = found.U / found.k
    assert 0.01 / 3**0.5 < u < outcomes[0].u


def test_a_reference_thermometer_is_the_check_standard_of_a_comparison():
    plan = dataclasses.replace(
        ICE,
        method="thermometer-comparison",
        points=(
            CheckPoint(
                id="105 °C",
                nominal=Decimal(105),
                standard="T-REF",
                mpe=Decimal("0.5"),
                resolution=Decimal("0.1"),
            ),
            ICE.points[0],
        ),
    )
    session = Session(METHODS["thermometer-comparison"])
    reference = certificate(
        "T-REF", "degC", covariance=((4e-4, 0), (0, 1e-12)), record="5.1", d=0.01, s=0.005
    )
    for text in ("105.2", "105.3", "105.2"):
        session.read("t", 1, text, instrument="T-01")
    for text in ("105.05", "105.06", "105.04"):
        session.read("t_ref", 1, text, reference)
    given = session.given()
    (found,) = checks_from(plan, given, compute_results(given))
    assert (found.point, found.standard, found.standard_certificate) == ("105 °C", "T-REF", "5.1")
    assert float(found.indication - found.reference) == pytest.approx(0.18333, abs=1e-5)
    assert float(found.reference) == pytest.approx(105.05)
    assert found.u_reference == pytest.approx(0.02, rel=0.05)


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ({"formula": "bias"}, "S-2026-0001 has no result bias, which the plan B-01-daily takes"),
        ({"unit": "mg"}, "S-2026-0001: E is in g, and the plan B-01-daily in mg"),
        ({"points": FINE.points[:1]}, "The reference 10.00003 g is none of the points of B-01-daily: 200 g"),
        ({"equipment": "B-02"}, "no reading of B-02 stands behind E"),
    ],
)
def test_results_that_do_not_fit_the_plan_are_refused(plan, sentence):
    given = daily()
    with pytest.raises(CheckError, match=sentence):
        checks_from(dataclasses.replace(FINE, **plan), given, compute_results(given))


def test_a_result_without_uncertainty_is_no_check():
    session = Session(METHODS["balance-eccentricity"])
    for name, text in zip("cfblr", ("70.0000", "70.0002", "69.9999", "70.0001", "70.0000"), strict=True):
        session.read(name, 1, text, instrument="B-01")
    given = session.given(
        standards={"weight": {0: weight("70.00002")}}, instruments={"balance": {0: BALANCE_PLATE}}
    )
    plan = dataclasses.replace(FINE, formula="eccentricity")
    with pytest.raises(CheckError, match="eccentricity has no uncertainty"):
        checks_from(plan, given, compute_results(given))


def test_a_finished_session_is_written_down_once_and_a_failed_one_answered(staffed):
    plan_checks(staffed, FINE, NOW_NS - DAY_NS)

    def finish(given):
        with changing(staffed) as connection:
            return do_session(connection, TECHNICIAN, given, NO_FOLLOW_UP, NOW_NS + 2 * DAY_NS)

    (answer,) = finish(daily())
    assert [check.passed for check in answer.checks] == [True, True]
    assert answer.nonconformity is None
    assert finish(daily()) == ()  # signed again: nothing was measured again
    first = daily()
    again = dataclasses.replace(
        first,
        captures=(
            first.captures[0],
            dataclasses.replace(first.captures[1], t_ns=NOW_NS + 9, raw_text="200.0004"),
        ),
    )
    (answer,) = finish(again)
    assert [(check.point, check.t_ns) for check in answer.checks] == [("200 g", NOW_NS + 9)]
    bad = daily(large="200.0300")
    bad = dataclasses.replace(
        bad,
        session="S-2026-0002",
        captures=tuple(dataclasses.replace(one, t_ns=one.t_ns + DAY_NS) for one in bad.captures),
    )
    (answer,) = finish(bad)
    assert [check.passed for check in answer.checks] == [True, False]
    assert answer.nonconformity.content.cause.found[0].point == "200 g"


def test_without_a_plan_for_method_and_instrument_nothing_is_written(local):
    plan_checks(local, dataclasses.replace(FINE, method="balance-repeatability"), NOW_NS - DAY_NS)
    with changing(local) as connection:
        assert do_session(connection, TECHNICIAN, daily(), NO_FOLLOW_UP, NOW_NS + DAY_NS) == ()
