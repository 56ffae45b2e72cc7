"""IEC 60751 classes; thermometers in use."""

import math
from decimal import Decimal

import numpy as np
import pytest

from calibration.callendar_van_dusen import IEC_60751
from calibration.conformity import Decision, decide
from calibration.curves import CallendarVanDusen, PointTable
from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.influences import Repeatability
from calibration.limits import Measured
from calibration.thermometer import (
    Construction,
    PlatinumClass,
    ThermometerInUse,
    drift_of_ice_point_K,
    platinum_class_holds,
    platinum_limits,
    platinum_tolerance_K,
    resistance_temperature_degC,
    temperature_degC,
    zero_power_resistance_ohm,
)
from calibration.uncertain import independent


def in_use(**changes):
    given = {
        "resolution_K": 0.01,
        "repeatability_K": Repeatability(0.004, 9),
        "self_heating_half_width_K": 0.003,
        "hysteresis_half_width_K": 0.005,
        "immersion_half_width_K": 0.002,
        "drift_half_width_K": 0.02,
    }
    return ThermometerInUse(**given | changes)


def table():
    return PointTable.from_points(
        [0.0, 50.0, 100.0, 150.0], [0.02, 0.05, 0.03, -0.01], [0.01, 0.01, 0.012, 0.015],
        correlation=1.0, non_linearity=0.0,
    )  # fmt: skip


def test_iec60751_class_tolerances(problem):
    given = problem("P-iec60751-classes")
    x, expected = given["inputs"], given["expected"]
    for name in x["classes"]:
        platinum = PlatinumClass(name)
        tolerances = [platinum_tolerance_K(platinum, t) for t in x["t_degC"]]
        assert tolerances == [Decimal(str(one)) for one in expected["tolerance"][name]]
        for construction, key in (("wire-wound", "valid_wire_wound"), ("film", "valid_film")):
            holds = [platinum_class_holds(platinum, Construction(construction), t) for t in x["t_degC"]]
            assert holds == expected[key][name]


def test_iec60751_limits_are_inclusive_and_not_extrapolated():
    limits = platinum_limits(PlatinumClass.A, Construction.FILM, 100)
    assert (limits.lower, limits.upper, limits.unit) == (Decimal("-0.350"), Decimal("0.350"), "K")
    assert limits.specification == "class A, IEC 60751:2022, table 3 [R]"
    assert decide(Measured(Decimal("0.35"), 0.02, 2, "K"), limits).decision is Decision.PASS
    assert decide(Measured(Decimal("-0.3501"), 0.02, 2, "K"), limits).decision is Decision.FAIL
    with pytest.raises(OutOfRangeError, match="class A, film, holds from -30 to 300 degC, not at 300"):
        platinum_limits(PlatinumClass.A, Construction.FILM, 300.1)


def test_a_corrected_reading_has_table_and_use():
    found = temperature_degC(75.0, table(), in_use())
    assert found.value == pytest.approx(75.0 + 0.04)
    slope = (0.03 - 0.05) / 50
    own = math.sqrt(0.01**2 / 12 + 0.004**2 + (0.003**2 + 0.005**2 + 0.002**2 + 0.02**2) / 3)
    assert found.u == pytest.approx(math.hypot(0.011, (1 + slope) * own), rel=1e-9, abs=0)
    with pytest.raises(OutOfRangeError, match="150"):
        temperature_degC(150.1, table(), in_use())


def test_two_readings_of_one_thermometer_share_its_table():
    none = in_use(
        self_heating_half_width_K=0, hysteresis_half_width_K=0, immersion_half_width_K=0, drift_half_width_K=0
    )
    one_table = table()
    hot, cold = (temperature_degC(t, one_table, none) for t in (50.5, 50.0))
    own = math.hypot(0.01 / math.sqrt(12), 0.004)
    assert (hot - cold).u == pytest.approx(own * math.sqrt(2), rel=0.01, abs=0)


def test_a_sensor_with_its_own_curve_and_what_acts_in_use():
    covariance = np.diag([0.001**2, 0.0, 0.0, 0.0])
    pt100 = CallendarVanDusen.from_coefficients(IEC_60751, covariance, 0.0, 200.0)
    found = resistance_temperature_degC(independent(138.5055, 0.0005, "bridge"), pt100, in_use())
    assert found.value == pytest.approx(100.0, abs=1e-6)
    slope = 100 * (3.9083e-3 - 2 * 5.775e-7 * 100)
    own = in_use().effects_K.u
    expected = math.sqrt((0.0005 / slope) ** 2 + (1.385055 * 0.001 / slope) ** 2 + own**2)
    assert found.u == pytest.approx(expected, rel=1e-9, abs=0)
    with pytest.raises(OutOfRangeError):
        resistance_temperature_degC(independent(99.0, 0.0005, "bridge"), pt100, in_use())


def test_self_heating_is_extrapolated_to_no_current():
    # 1 mA and sqrt(2) mA: the heating doubles, so R0 is R1 minus the rise
    r1, r2 = independent(100.0100, 0.0002, "R1"), independent(100.0130, 0.0002, "R2")
    found = zero_power_resistance_ohm(r1, r2, 1.0, math.sqrt(2))
    assert found.value == pytest.approx(100.0070)
    assert found.u == pytest.approx(0.0002 * math.sqrt(4 + 1), rel=1e-9, abs=0)


def test_a_drift_of_the_ice_point_scales_with_resistance():
    assert drift_of_ice_point_K(138.5055, 100.0, 0.004, 0.379) == pytest.approx(0.0146179, rel=1e-4, abs=0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: platinum_tolerance_K(PlatinumClass.A, math.nan),
        lambda: in_use(resolution_K=0.0),
        lambda: in_use(drift_half_width_K=-0.1),
        lambda: in_use(immersion_half_width_K=math.inf),
        lambda: temperature_degC(math.nan, table(), in_use()),
        lambda: drift_of_ice_point_K(100.0, 0.0, 0.01, 0.39),
        lambda: drift_of_ice_point_K(100.0, 100.0, 0.01, -0.39),
        lambda: zero_power_resistance_ohm(independent(1, 0.1, "a"), independent(1, 0.1, "b"), 1.0, 1.0),
    ],
)
def test_bad_input_is_refused(wrong):
    with pytest.raises(ValueRefusedError):
        wrong()
