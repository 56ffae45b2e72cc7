"""Global risks: JCGM 106:2012 clause 9, Deaver 1993, NCSLI RP-19, ANSI/NCSL Z540.3 Handbook."""

import itertools
import math
from decimal import Decimal

import numpy as np
import pytest
from scipy import integrate, stats

from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.limits import Limits
from calibration.risk import (
    global_risk,
    guard_band_for_consumer_risk,
    multiplier_expanded_uncertainty,
    multiplier_managed_risk,
    multiplier_root_sum_square,
    uncertainty_ratio,
)


def limits(lower: float | None, upper: float | None, unit: str = "1") -> Limits:
    low, high = (None if limit is None else Decimal(str(limit)) for limit in (lower, upper))
    return Limits(low, high, unit, "specification")


def test_jcgm106_9_5_4_ball_bearing(problem):
    given = problem("P-106-9.5.4-ball-bearing")
    expected = given["expected"]
    process, u = stats.gamma(4, scale=0.25), given["inputs"]["u_m"]
    tolerance = limits(None, given["inputs"]["TU"])  # radial error motion: one limit, and never negative
    simple = global_risk(process, u, tolerance, tolerance)
    assert simple.out_of_tolerance == pytest.approx(expected["p_out_of_tolerance"], abs=1e-12)
    assert simple.consumer == pytest.approx(expected["R_C_no_guard"], abs=1e-12)
    assert simple.producer == pytest.approx(expected["R_P_no_guard"], abs=1e-12)
    band = guard_band_for_consumer_risk(process, u, tolerance, given["inputs"]["target_consumer_risk"])
    assert band == pytest.approx(expected["guard_band"], abs=1e-9)
    assert tolerance.high - band == pytest.approx(expected["acceptance_limit"], abs=1e-9)
    guarded = global_risk(process, u, tolerance, tolerance.narrowed(Decimal(band)))
    assert guarded.producer == pytest.approx(expected["R_P_with_guard"], abs=1e-9)
    assert guarded.consumer == pytest.approx(0.001, abs=1e-12)


def test_deaver_sl2_tur4(problem):
    given = problem("P-deaver-SL2-TUR4")
    tolerance = limits(*given["inputs"]["tolerance"])
    found = global_risk(
        stats.norm(), given["inputs"]["u_m"], tolerance, limits(*given["inputs"]["acceptance"])
    )
    assert found.consumer == pytest.approx(given["expected"]["R_C"], abs=1e-12)
    assert found.producer == pytest.approx(given["expected"]["R_P"], abs=1e-12)


def test_ncsli_rp19_false_accept_table(problem):
    given = problem("P-rp19-pfa-table")
    tolerance = limits(*given["inputs"]["tolerance"])
    rows = [
        global_risk(stats.norm(0, sigma), sigma / 4, tolerance, tolerance)
        for sigma in 1 / stats.norm.ppf((1 + np.array(given["inputs"]["itp"])) / 2)
    ]
    expected = given["expected"]
    assert [100 * row.consumer for row in rows] == pytest.approx(expected["pfa_percent"], abs=1e-10)
    assert [100 * row.conditional_consumer for row in rows] == pytest.approx(
        expected["conditional_pfa_percent"], abs=1e-10
    )


def test_z540_3_guard_band_multipliers(problem):
    given = problem("P-guardband-multipliers")
    turs, expected = given["inputs"]["TUR"], given["expected"]
    assert [multiplier_root_sum_square(tur) for tur in turs] == pytest.approx(expected["rss"], abs=1e-12)
    assert [multiplier_expanded_uncertainty(tur) for tur in turs] == pytest.approx(
        expected["w_eq_U"], abs=1e-12
    )
    assert [multiplier_managed_risk(tur) for tur in turs] == pytest.approx(
        expected["dobbert_method6"], abs=1e-12
    )
    assert multiplier_managed_risk(5.0) == 1.0  # M is negative: no guard band
    assert uncertainty_ratio(0.25, limits(-1, 1)) == 4.0


@pytest.mark.parametrize(
    "process",
    [
        stats.uniform(-3, 6),
        stats.t(3),
        stats.cauchy(),
        stats.expon(-0.5),
        stats.lognorm(1),
        stats.norm(0.9, 0.001),
        stats.norm(0, 30),
    ],
    ids=["rectangular", "t", "cauchy", "exponential", "lognormal", "narrow", "wide"],
)
def test_any_process_agrees_with_adaptive_quadrature(process):
    u, tolerance, acceptance = 0.25, limits(-1, 1), limits("-0.9", "0.95")
    blur = stats.norm(0, u)

    def accepted(eta: float) -> float:
        return blur.cdf(0.95 - eta) - blur.cdf(-0.9 - eta)

    def integral(low: float, high: float, accept: bool) -> float:
        marks = np.unique(np.clip([low, -0.9, 0.95, *process.ppf([0.01, 0.5, 0.99]), high], low, high))
        return sum(
            integrate.quad(
                lambda eta: process.pdf(eta) * (accepted(eta) if accept else 1 - accepted(eta)),
                a,
                b,
                epsabs=1e-13,
            )[0]
            for a, b in itertools.pairwise(marks)
        )

    found = global_risk(process, u, tolerance, acceptance)
    assert found.consumer == pytest.approx(integral(-4, -1, True) + integral(1, 4, True), abs=1e-10)
    assert found.producer == pytest.approx(integral(-1, 1, False), abs=1e-10)
    assert found.out_of_tolerance == pytest.approx(process.cdf(-1) + process.sf(1), abs=1e-12)


def test_risks_add_up():
    tolerance = limits(-1, 1)
    found = global_risk(stats.norm(0, 0.6), 0.2, tolerance, limits("-0.8", "0.8"))
    # accepted = conforming - producer's + consumer's
    assert found.accepted == pytest.approx(
        1 - found.out_of_tolerance - found.producer + found.consumer, abs=1e-12
    )
    assert found.conditional_producer == pytest.approx(found.producer / (1 - found.accepted))


def test_a_guard_band_may_aim_at_the_accepted_items():
    process, tolerance = stats.norm(0, 0.6), limits(-1, 1)
    band = guard_band_for_consumer_risk(process, 0.2, tolerance, 0.02, conditional=True)
    found = global_risk(process, 0.2, tolerance, tolerance.narrowed(Decimal(band)))
    assert found.conditional_consumer == pytest.approx(0.02, abs=1e-9)
    assert guard_band_for_consumer_risk(process, 0.2, tolerance, 0.9) == 0.0


def test_bad_input_is_named():
    tolerance = limits(-1, 1)
    for u in (0.0, -1.0, math.nan):
        with pytest.raises(ValueRefusedError, match="u is"):
            global_risk(stats.norm(), u, tolerance, tolerance)
    with pytest.raises(ValueRefusedError, match="tolerance in 1 and acceptance in mg"):
        global_risk(stats.norm(), 0.1, tolerance, limits(-1, 1, "mg"))
    with pytest.raises(ValueRefusedError, match="between 0 and 1"):
        guard_band_for_consumer_risk(stats.norm(), 0.1, tolerance, 0.0)
    with pytest.raises(ValueRefusedError, match="no guard band"):
        guard_band_for_consumer_risk(stats.norm(5, 1), 3.0, tolerance, 0.01, conditional=True)
    with pytest.raises(OutOfRangeError, match="needs 1 or more"):
        multiplier_root_sum_square(0.9)
    with pytest.raises(OutOfRangeError, match=r"needs 1\.4 or more"):
        multiplier_managed_risk(1.2)
    with pytest.raises(ValueRefusedError, match="both limits"):
        uncertainty_ratio(0.1, limits(None, 1))
