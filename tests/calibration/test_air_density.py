"""CIPM-2007, OIML R 111 E.3-1, NIST SOP 2; buoyancy by NIST SOP 2 and OIML D 28."""

import math

import pytest

from calibration.air_density import (
    RELATIVE_U_OF_CIPM_2007,
    RELATIVE_U_OF_OIML,
    Climate,
    cipm_2007,
    nist_sop2,
    oiml_simplified,
    room_air,
)
from calibration.buoyancy import buoyancy_factor, conventional_difference, conventional_mass
from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.uncertain import Uncertain, correlation, independent, propagate


def climate(t=20.0, p=101325.0, h=50.0):
    return Climate(
        independent(t, 0.1, "thermometer"),
        independent(p, 20.0, "barometer"),
        independent(h, 2.0, "hygrometer"),
    )


def test_cipm_2007_reference_point(problem):
    given = problem("P-airdensity-cipm2007-ref")
    x, expected = given["inputs"], given["expected"]
    t, p, h = x["t_degC"], x["p_Pa"], 100 * x["h"]
    assert cipm_2007(t, p, h, x["x_CO2"]) == pytest.approx(expected["rho_kg_m3"], rel=1e-12, abs=0)
    inputs = [Uncertain(t), Uncertain(p), Uncertain(h)]
    for index, (step, name) in enumerate([(1.0, "d_rho_dt"), (1.0, "d_rho_dp"), (100.0, "d_rho_dh")]):
        own = [independent(q.value, step, "x") if i == index else q for i, q in enumerate(inputs)]
        assert propagate(cipm_2007, own).u == pytest.approx(abs(expected[name]), rel=1e-4, abs=0)


def test_cipm_2007_gupta_mass_metrology(problem):
    given = problem("P-airdensity-cipm2007-10C")
    x = given["inputs"]
    found = cipm_2007(x["t_degC"], x["p_Pa"], 100 * x["h"], x["x_CO2"])
    assert found == pytest.approx(given["expected"]["rho_kg_m3"], rel=1e-10, abs=0)
    assert found == pytest.approx(given["published_as_printed"]["rho"], abs=5e-6)


def test_nist_sop2_appendix_b_example_1(problem):
    given = problem("P-airdensity-nist-sop2-ex1")
    x = given["inputs"]
    found = nist_sop2(x["t_degC"], x["p_mmHg"], x["h_percent"])
    assert found == pytest.approx(given["expected"]["rho_mg_cm3"], abs=5e-6)


def test_oiml_r111_e3_1(problem):
    given = problem("P-airdensity-oiml-simplified")
    x, expected = given["inputs"], given["expected"]
    found = oiml_simplified(x["t_degC"], x["p_hPa"], x["h_percent"])
    assert found == pytest.approx(expected["rho_kg_m3"], rel=1e-12, abs=0)
    deviation = found / cipm_2007(x["t_degC"], 100 * x["p_hPa"], x["h_percent"]) - 1
    assert deviation == pytest.approx(expected["relative_to_cipm"], abs=1e-9)


@pytest.mark.parametrize("t", [15.0, 20.0, 27.0])
@pytest.mark.parametrize("p_hPa", [900.0, 1013.25, 1100.0])
@pytest.mark.parametrize("h", [20.0, 80.0])
def test_the_simplified_formula_keeps_its_two_parts_in_ten_thousand(t, p_hPa, h):
    deviation = oiml_simplified(t, p_hPa, h) / cipm_2007(t, 100 * p_hPa, h) - 1
    assert abs(deviation) < RELATIVE_U_OF_OIML


def test_room_air_has_the_uncertainty_of_sensors_and_formula():
    rho = room_air(climate())
    by_hand = math.hypot(4.4277e-3 * 0.1, 1.1892e-5 * 20, 1.0470e-4 * 2, RELATIVE_U_OF_CIPM_2007 * rho.value)
    assert rho.value == pytest.approx(1.1993139, abs=1e-7)
    assert rho.u == pytest.approx(by_hand, rel=1e-4, abs=0)


def test_air_densities_of_one_room_share_its_sensors():
    thermometer = independent(0.0, 0.1, "certificate of the thermometer")
    first, second = (
        room_air(Climate(thermometer + t, independent(p, 1.0, "barometer"), Uncertain(50.0)))
        for t, p in ((20.0, 101325.0), (21.0, 101300.0))
    )
    assert correlation(first, second) > 0.98


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"t": 14.9}, "air temperature 14.9 degC: CIPM-2007 is valid from 15 to 27 degC"),
        ({"t": 27.1}, "air temperature 27"),
        ({"p": 59999.0}, "air pressure 59999 Pa"),
        ({"p": 110001.0}, "air pressure"),
    ],
)
def test_room_air_is_not_extrapolated(values, said):
    with pytest.raises(OutOfRangeError, match=said):
        room_air(climate(**values))


@pytest.mark.parametrize("formula", [cipm_2007, oiml_simplified, nist_sop2])
@pytest.mark.parametrize(
    ("t", "p", "h", "said"),
    [
        (-300.0, 1000.0, 50.0, "temperature"),
        (math.nan, 1000.0, 50.0, "temperature"),
        (20.0, 0.0, 50.0, "pressure"),
        (20.0, math.inf, 50.0, "pressure"),
        (20.0, 1000.0, -0.1, "humidity"),
        (20.0, 1000.0, 100.1, "humidity"),
        (20.0, 1000.0, math.nan, "humidity"),
    ],
)
def test_what_is_no_air_is_refused(formula, t, p, h, said):
    with pytest.raises(ValueRefusedError, match=said):
        formula(t, p, h)


def test_nist_sop2_buoyancy_factors(problem):
    given = problem("P-buoyancy-factor")
    x = given["inputs"]
    found = [buoyancy_factor(case["rho_a"], case["rho"], x["rho_ref"]) for case in x["cases"]]
    assert found == pytest.approx(given["expected"]["factor"], rel=1e-12, abs=0)


def test_oiml_d28_conventional_mass_and_difference():
    # a body of 8000 kg/m3 has its mass as conventional mass, in any air
    assert conventional_mass(100.0, 8000.0) == 100.0
    assert conventional_difference(100.0, 1.15, 8000.0) == 0.0
    # the difference is that of the forces: m_c of a body of 7800 kg/m3 in air of 1.1 kg/m3
    true = 100.0
    m_c = conventional_mass(true, 7800.0)
    in_air = true * (1 - 1.1 / 7800.0)
    reads = in_air / (1 - 1.1 / 8000.0)  # of a balance adjusted in this air with weights of 8000 kg/m3
    assert conventional_difference(m_c, 1.1, 7800.0) == pytest.approx(reads - m_c, rel=1e-3, abs=0)
    assert conventional_difference(m_c, 1.1, 7800.0) > 0


def test_buoyancy_carries_the_uncertainty_of_air_and_sample():
    air, water = independent(1.2, 0.005, "air"), independent(998.2, 0.3, "water")
    factor = propagate(buoyancy_factor, [air, water])
    by_hand = math.hypot((1 / 998.2 - 1 / 8000) * 0.005, 1.2 / 998.2**2 * 0.3)
    assert factor.u == pytest.approx(by_hand, rel=0.003, abs=0)


def test_no_buoyancy_of_a_body_lighter_than_air():
    for air, body in [(1.2, 1.0), (-0.1, 8000.0), (math.nan, 8000.0), (1.2, math.inf), (1.2, math.nan)]:
        with pytest.raises(ValueRefusedError, match="no buoyancy"):
            buoyancy_factor(air, body)
        with pytest.raises(ValueRefusedError, match="no buoyancy"):
            conventional_difference(1.0, air, body)
    with pytest.raises(ValueRefusedError, match="no buoyancy"):
        conventional_mass(1.0, 0.5)
