"""EURAMET cg-18 v4.0, EA-4/02 S2, INM Colombia's examples: balances and weights."""

import math

import numpy as np
import pytest

from calibration.balance import (
    LoadTest,
    eccentricity_relative_u,
    error_of_indication_g,
    error_polynomial,
    error_through_origin,
)
from calibration.curves import PointTable
from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.influences import Repeatability
from calibration.uncertain import Uncertain, correlation, covariance, independent
from calibration.weighing import InUse, global_uncertainty, weighing_g
from calibration.weights import (
    ReferenceWeight,
    Substitution,
    abba_difference,
    buoyancy_by_air_g,
    buoyancy_by_class_g,
    buoyancy_u_adjusted_before,
    buoyancy_u_not_adjusted,
    buoyancy_u_temperature_known,
    conventional_mass_g,
    weight_by_substitution_g,
)


def weight(nominal_g=100.0, **changes):
    given = {
        "set_number": "M-2025-17",
        "nominal_g": nominal_g,
        "deviation_g": 0.0,
        "u_g": 2.5e-5 * nominal_g / 100,
        "drift_half_width_g": 0.0,
    }
    return ReferenceWeight(**given | changes)


def load_test(**changes):
    given = {
        "indication_g": 100.0003,
        "zero_indication_g": 0.0,
        "resolution_g": 0.0001,
        "zero_resolution_g": 0.0001,
        "repeatability_g": Repeatability(0.00008, 9),
        "eccentricity_relative_u": eccentricity_relative_u(0.0002, 100.0),
        "convection_half_width_g": 0.00005,
    }
    return LoadTest(**given | changes)


def in_use(**changes):
    given = {
        "balance": "B-01",
        "maximum_g": 220.0,
        "resolution_g": 1e-4,
        "zero_resolution_g": 1e-4,
        "repeatability_g": Repeatability(8e-5),
        "eccentricity_relative_u": 0.0,
        "temperature_coefficient_per_K": 0.0,
        "temperature_range_K": 0.0,
        "adjustment_drift_relative": 0.0,
        "buoyancy_relative_u": 0.0,
    }
    return InUse(**given | changes)


def test_ea402_s2_calibration_of_a_10_kg_weight(problem):
    given = problem("P-ea402-S2-weight10kg")
    x, expected = given["inputs"], given["expected"]
    standard = weight(
        10000.0,
        deviation_g=x["m_S_g"] - 10000.0,
        u_g=x["U_S_mg"] / 1000 / x["k_S"],
        drift_half_width_g=x["drift_half_width_mg"] / 1000,
    )
    comparison = Substitution(
        mean_difference_mg=x["diff_mean_mg"],
        repeatability_mg=Repeatability(x["pooled_s_mg"]),
        comparisons=x["n"],
        eccentricity_half_width_mg=x["eccentricity_half_width_mg"],
        buoyancy_half_width_mg=x["buoyancy_half_width_mg"],
    )
    found = weight_by_substitution_g(standard, comparison)
    assert found.value == pytest.approx(expected["m_X_g"], rel=1e-12, abs=0)
    assert 1000 * found.u == pytest.approx(expected["u_mg"], rel=1e-9, abs=0)
    assert 2000 * found.u == pytest.approx(expected["U_mg"], rel=1e-9, abs=0)
    # the weight hangs on its standard: what they share stays visible
    assert covariance(found, standard.mass_g) == pytest.approx(standard.mass_g.u**2)


def test_a_cycle_abba_cancels_a_linear_drift():
    drift = 0.003
    a1, b1, b2, a2 = (base + drift * step for step, base in enumerate([100.0, 100.02, 100.02, 100.0]))
    assert abba_difference((a1, a2), (b1, b2)) == pytest.approx(0.02)
    with pytest.raises(ValueRefusedError, match="reading of the weight"):
        abba_difference((a1, a2), (b1, math.nan))


def test_cg18_7_1_2_5_buoyancy_cases(problem):
    given = problem("P-cg18-buoyancy-cases")
    x, expected = given["inputs"], given["expected"]
    mpe, nominal = x["mpe_g"], x["m_N_g"]
    assert buoyancy_u_adjusted_before(mpe, nominal) == pytest.approx(
        expected["u_rel_adjusted_before"], rel=1e-9
    )
    assert buoyancy_u_not_adjusted(mpe, nominal) == pytest.approx(
        expected["u_rel_not_adjusted"], rel=1e-9, abs=0
    )
    spread = buoyancy_u_temperature_known(mpe, nominal, x["delta_T_K"])
    assert spread == pytest.approx(expected["u_rel_temperature_known"], rel=1e-9, abs=0)


def test_inm_reading_with_certificate(problem):
    given = problem("P-balance-reading-with-certificate")
    x, expected = given["inputs"], given["expected"]
    certificate = x["calibration"]
    curve = PointTable.from_points(
        certificate["points_g"],
        np.array(certificate["error_mg"]) / 1000,
        np.array(certificate["U_mg"]) / 1000 / certificate["k"],
        correlation=1.0,
        non_linearity=0.0,
    )
    use = in_use(
        resolution_g=x["d_mg"] / 1000,
        zero_resolution_g=x["d_mg"] / 1000,
        repeatability_g=Repeatability(x["repeatability_s_mg"] / 1000),
        eccentricity_relative_u=eccentricity_relative_u(
            x["eccentricity_max_mg"] / 1000, x["eccentricity_load_g"]
        ),
    )
    error = curve.forward(x["reading_g"])
    found = weighing_g(x["reading_g"], use, error, "today")
    assert 1000 * error.value == pytest.approx(expected["error_mg"], rel=1e-9, abs=0)
    assert 1000 * error.u == pytest.approx(expected["u_correction_mg"], rel=1e-9, abs=0)
    assert found.value == pytest.approx(expected["corrected_g"], rel=1e-12, abs=0)
    assert 1000 * (found + error).u == pytest.approx(expected["u_reading_mg"], rel=1e-9, abs=0)
    assert 1000 * found.u == pytest.approx(expected["u_total_mg"], rel=1e-9, abs=0)


def test_cg18_7_4_uncertainty_in_use_and_minimum_weight(problem):
    given = problem("P-cg18-uncertainty-in-use")
    x, expected = given["inputs"], given["expected"]
    use = in_use(
        maximum_g=x["Max_g"],
        resolution_g=x["d_g"],
        zero_resolution_g=x["d0_g"],
        repeatability_g=Repeatability(x["s_g"]),
        eccentricity_relative_u=eccentricity_relative_u(x["ecc_max_g"], x["L_ecc_g"]),
        temperature_coefficient_per_K=x["K_T_per_K"],
        temperature_range_K=x["delta_T_K"],
        adjustment_drift_relative=x["rel_adjustment_drift"],
        buoyancy_relative_u=x["u_rel_buoyancy"],
    )
    readings = x["readings_g"]
    assert [weighing_g(r, use, Uncertain(0.0), "s").u for r in readings] == pytest.approx(
        expected["u_g"], rel=1e-9
    )
    overall = global_uncertainty(use, x["k"])
    assert [overall.U_g(r) for r in readings] == pytest.approx(expected["U_g"], rel=1e-9, abs=0)
    assert overall.alpha_g == pytest.approx(expected["alpha_g"], rel=1e-9, abs=0)
    assert overall.beta == pytest.approx(expected["beta"], rel=1e-9, abs=0)
    least = overall.minimum_weight(x["req_relative"], x["safety_factor"])
    assert least.exact_g == pytest.approx(expected["min_weight_exact_g"], rel=1e-9, abs=0)
    assert least.linear_g == pytest.approx(expected["min_weight_linear_g"], rel=1e-9, abs=0)
    # what the definition says: U times the safety factor is the requirement there
    assert overall.U_g(least.exact_g) * 2 / least.exact_g == pytest.approx(0.001, rel=1e-12, abs=0)


def test_cg18_c2_2_curve_of_errors(problem):
    given = problem("P-cg18-through-origin-fit")
    x, expected = given["inputs"], given["expected"]
    errors = [
        independent(error, expanded / x["k"], "E")
        for error, expanded in zip(x["error_g"], x["U_g"], strict=True)
    ]
    through = error_through_origin(x["load_g"], errors)
    (_, a1), powers = through.curve.powers()
    assert a1 == pytest.approx(expected["a1"], rel=1e-9, abs=0)
    assert math.sqrt(powers[1, 1]) == pytest.approx(expected["u_a1"], rel=1e-9, abs=0)
    assert (through.chi_square, through.dof) == (
        pytest.approx(expected["chi2"], rel=1e-9, abs=0),
        expected["dof"],
    )
    assert through.accepted
    at = through.curve.forward(x["apply_at_g"][0])
    assert at.value == pytest.approx(expected["error_at_g"][0], rel=1e-9, abs=0)
    assert at.u == pytest.approx(expected["u_error_at_g"][0], rel=1e-9, abs=0)
    line = error_polynomial(x["load_g"], errors, 1)
    printed = expected["with_intercept"]
    coefficients, matrix = line.curve.powers()
    assert coefficients == pytest.approx([printed["a0"], printed["a1"]], rel=1e-9, abs=0)
    assert np.sqrt(np.diag(matrix)) == pytest.approx([printed["u_a0"], printed["u_a1"]], rel=1e-9, abs=0)
    assert matrix[0, 1] == pytest.approx(printed["cov"], rel=1e-8, abs=0)
    assert (line.chi_square, line.dof) == (pytest.approx(printed["chi2"], rel=1e-9, abs=0), printed["dof"])


def test_cg18_error_of_indication_adds_up():
    reference = conventional_mass_g([weight(deviation_g=0.00002, drift_half_width_g=0.00003)])
    buoyancy = buoyancy_by_class_g(100.0, 8.9e-6, "air of 2025-03-01")
    error = error_of_indication_g(load_test(), reference, buoyancy)
    assert error.value == pytest.approx(0.00028, abs=1e-12)
    by_hand = math.sqrt(
        2 * 0.0001**2 / 12
        + 0.00008**2
        + (100.0003 * 0.0002 / (2 * 100 * math.sqrt(3))) ** 2
        + (2.5e-5) ** 2
        + 0.00003**2 / 3
        + (8.9e-4) ** 2
        + 0.00005**2 / 3
    )
    assert error.u == pytest.approx(by_hand, rel=1e-12, abs=0)
    assert error.dof == pytest.approx(by_hand**4 / (0.00008**4 / 9), rel=1e-9, abs=0)


def test_weights_of_one_set_add_linearly():
    one_set = conventional_mass_g([weight(100.0), weight(50.0), weight(50.0)])
    assert one_set.value == 200.0
    assert one_set.u == pytest.approx(2.5e-5 * (1 + 0.5 + 0.5), rel=1e-12, abs=0)
    two_sets = conventional_mass_g([weight(100.0), weight(100.0, set_number="M-2025-18")])
    assert two_sets.u == pytest.approx(2.5e-5 * math.sqrt(2), rel=1e-12, abs=0)


def test_loads_of_one_calibration_are_correlated_and_the_fit_knows():
    loads = [50.0, 100.0, 150.0, 200.0]
    errors = []
    for load in loads:
        reference = conventional_mass_g([weight(load, u_g=1e-5 * load)])
        buoyancy = buoyancy_by_class_g(load, 2e-6, "one day")
        errors.append(error_of_indication_g(load_test(indication_g=load), reference, buoyancy))
    assert correlation(errors[0], errors[-1]) > 0.9
    fit = error_through_origin(loads, errors)
    slope_u = math.sqrt(fit.curve.powers()[1][1, 1])
    # four loads do not average away what they have in common: 1e-5 and 2e-6, relative
    assert slope_u > math.hypot(1e-5, 2e-6)
    assert slope_u < 1.1 * math.hypot(1e-5, 2e-6)


def test_buoyancy_from_the_air_of_the_room():
    air = independent(1.15, 0.002, "air")
    density = independent(7850.0, 50.0, "density of the weights")
    load = [weight(200.0, density_kg_m3=density)]
    fresh = buoyancy_by_air_g(load, air)
    excess, volume = 1.15 - 1.2, 1 / 7850 - 1 / 8000
    assert fresh.value == pytest.approx(-200 * excess * volume, rel=1e-6, abs=0)
    assert fresh.u == pytest.approx(200 * math.hypot(volume * 0.002, excess / 7850**2 * 50), rel=1e-4, abs=0)
    # adjusted at 1.20 kg/m3: the balance, and not the weight, now carries the difference of the air
    later = buoyancy_by_air_g(load, air, independent(1.20, 0.002, "air at the adjustment"))
    assert later.value - fresh.value == pytest.approx(200 * 0.05 / 8000, rel=1e-9, abs=0)
    with pytest.raises(ValueRefusedError, match=r"density of the one of 100 g is not given"):
        buoyancy_by_air_g([weight()], air)


def test_a_difference_cancels_certificate_and_sensitivity():
    curve = PointTable.from_points(
        [0.0, 100.0, 200.0], [0.0, 1e-4, 2e-4], [1e-4, 1e-4, 1e-4], correlation=1.0, non_linearity=0.0
    )
    use = in_use(adjustment_drift_relative=5e-6, buoyancy_relative_u=2e-6)
    gross, tare = (weighing_g(r, use, curve.forward(r), "lot 7") for r in (50.5, 50.0))
    net = gross - tare
    own = math.hypot(8e-5, 1e-4 / math.sqrt(6))
    relative = math.hypot(5e-6 / math.sqrt(3), 2e-6)
    assert net.u == pytest.approx(math.hypot(own * math.sqrt(2), 0.5 * relative), rel=1e-9, abs=0)
    other_day = weighing_g(50.0, use, curve.forward(50.0), "lot 8")
    assert (gross - other_day).u > net.u


def test_an_uncorrected_error_is_added():
    slope = independent(-2e-5, 5e-6, "a1")
    corrected = global_uncertainty(in_use(), 2.0, slope)
    uncorrected = global_uncertainty(in_use(), 2.0, slope, corrected=False)
    assert corrected.U_g(200.0) == pytest.approx(
        2 * math.hypot(corrected.alpha_g / 2, 5e-6 * 200), rel=1e-12, abs=0
    )
    assert uncorrected.U_g(200.0) == pytest.approx(corrected.U_g(200.0) + 200 * 2e-5, rel=1e-12, abs=0)
    least = uncorrected.minimum_weight(0.001, 1.0).exact_g
    assert uncorrected.U_g(least) == pytest.approx(0.001 * least, rel=1e-12, abs=0)


@pytest.mark.parametrize("load", np.linspace(0, 220, 23))
def test_the_line_is_never_below_the_curve(load):
    overall = global_uncertainty(
        in_use(buoyancy_relative_u=8.9e-6), 2.0, independent(1e-6, 1e-6, "a1"), False
    )
    assert overall.alpha_g + overall.beta * load >= overall.U_g(load) * (1 - 1e-12)


def test_no_minimum_weight_where_the_requirement_cannot_be_met():
    overall = global_uncertainty(in_use(buoyancy_relative_u=1e-4), 2.0)
    with pytest.raises(OutOfRangeError, match="no weight meets"):
        overall.minimum_weight(2e-4, 1.0)
    with pytest.raises(OutOfRangeError, match="above Max"):
        global_uncertainty(in_use(), 2.0).minimum_weight(5e-7, 1.0)
    with pytest.raises(ValueRefusedError, match="safety factor"):
        overall.minimum_weight(0.001, 0.5)
    with pytest.raises(ValueRefusedError, match="requirement"):
        overall.minimum_weight(0.0, 1.0)


def test_indications_all_alike_leave_the_rounding():
    alike = Repeatability.of([100.0] * 10)
    assert (alike.s, alike.dof, alike.of_mean().u) == (0.0, 9, 0.0)
    test = load_test(repeatability_g=alike, convection_half_width_g=0.0, eccentricity_relative_u=0.0)
    assert test.net_g.u == pytest.approx(0.0001 / math.sqrt(6))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: weight(nominal_g=0.0),
        lambda: weight(u_g=0.0),
        lambda: weight(u_g=math.nan),
        lambda: weight(drift_half_width_g=-1.0),
        lambda: weight(deviation_g=math.inf),
        lambda: conventional_mass_g([]),
        lambda: load_test(indication_g=math.nan),
        lambda: load_test(resolution_g=0.0),
        lambda: load_test(convection_half_width_g=-1e-5),
        lambda: eccentricity_relative_u(0.1, 0.0),
        lambda: eccentricity_relative_u(-0.1, 100.0),
        lambda: in_use(maximum_g=-220.0),
        lambda: in_use(buoyancy_relative_u=math.nan),
        lambda: weighing_g(-0.1, in_use(), Uncertain(0.0), "s"),
        lambda: weighing_g(220.1, in_use(), Uncertain(0.0), "s"),
        lambda: weighing_g(math.nan, in_use(), Uncertain(0.0), "s"),
        lambda: global_uncertainty(in_use(), 0.9),
        lambda: global_uncertainty(in_use(), 2.0).U_g(221.0),
        lambda: Repeatability(-1.0),
        lambda: Repeatability.of([1.0]),
        lambda: Repeatability(1.0).of_mean(0),
        lambda: buoyancy_u_not_adjusted(0.0, 100.0),
        lambda: buoyancy_u_temperature_known(0.1, 100.0, -1.0),
    ],
)
def test_bad_input_is_refused(wrong):
    with pytest.raises(ValueRefusedError):
        wrong()
