"""GB 5009.3, ChP 0832, checks with tartrate: loss on drying."""

import math
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats

from calibration.curves import PointTable
from calibration.drying_rules import (
    CHP_0832_METHOD_2,
    CHP_CONSTANT_WEIGHT,
    GB_5009_3,
    GB_5009_3_PARALLELS,
    GRAIN_PARALLELS,
    ConstantMassRule,
    ParallelRule,
    Takes,
    accept_parallels,
    constant_mass,
    reported_moisture,
)
from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.influences import Repeatability, rounding
from calibration.moisture import (
    TARTRATE_MOLAR_MASS,
    TARTRATE_WATER_PERCENT,
    ReferenceValue,
    check_with_reference_material,
    compare_with_reference_method,
    dry_residue_percent,
    heating_corrections,
    incomplete_drying_g,
    loss_on_drying_percent,
    mean_of_portions_percent,
    moisture_on_dry_basis_percent,
    temperature_effect_percent,
)
from calibration.sources import Mark
from calibration.uncertain import Uncertain, independent
from calibration.weighing import InUse, weighing_g


def weighings(x, offset, slope):
    """Three readings of one balance: own rounding and repeatability, common offset and scale."""
    values = [x["m1_dish_sample_g"], x["m2_dish_dry_g"], x["m3_dish_g"]]
    own = [rounding(x["d_g"], "rounding") + Repeatability(x["s_g"]).of_mean() for _ in values]
    return [value + offset + slope * value + noise for value, noise in zip(values, own, strict=True)]


def test_gb5009_3_loss_on_drying_with_correlated_weighings(problem):
    given = problem("P-lod-correlated")
    x, expected = given["inputs"], given["expected"]
    offset = independent(0.0, x["u_a0_common_offset_g"], "offset")
    slope = independent(0.0, x["u_a1_common_slope"], "scale")
    found = loss_on_drying_percent(*weighings(x, offset, slope))
    assert found.value == pytest.approx(expected["X_percent"], rel=1e-12, abs=0)
    assert found.u == pytest.approx(expected["u_percent"], rel=1e-9, abs=0)
    only_slope = loss_on_drying_percent(
        *(Uncertain(m) + slope * m for m in (x["m1_dish_sample_g"], x["m2_dish_dry_g"], x["m3_dish_g"]))
    )
    assert only_slope.u == pytest.approx(expected["u_from_slope_percent"], abs=1e-15)
    apart = loss_on_drying_percent(
        *(
            weighings(x, independent(0.0, x["u_a0_common_offset_g"], "a0"),
                      independent(0.0, x["u_a1_common_slope"], "a1"))[i]
            for i in range(3)
        )
    )  # fmt: skip
    assert apart.u == pytest.approx(expected["u_percent_if_independent"], rel=1e-9, abs=0)


def test_gb5009_3_sensitivities(problem):
    given = problem("P-lod-correlated")
    x, expected = given["inputs"], given["expected"]
    masses = [x["m1_dish_sample_g"], x["m2_dish_dry_g"], x["m3_dish_g"]]
    found = []
    for moved in range(3):
        inputs = [independent(m, 1.0, "m") if i == moved else Uncertain(m) for i, m in enumerate(masses)]
        found.extend(loss_on_drying_percent(*inputs).components.values())
    assert found == pytest.approx(expected["sensitivities_per_g"], rel=1e-9, abs=0)
    assert sum(found) == pytest.approx(0.0, abs=1e-12)


def test_one_certificate_cancels_in_the_loss_on_drying():
    curve = PointTable.from_points(
        [0.0, 220.0], [0.0003, 0.0007], [0.0002, 0.0002], correlation=1.0, non_linearity=0.0
    )
    use = InUse(
        balance="B-01",
        maximum_g=220.0,
        resolution_g=1e-4,
        zero_resolution_g=1e-4,
        repeatability_g=Repeatability(1.2e-4),
        eccentricity_relative_u=0.0,
        temperature_coefficient_per_K=1.5e-6,
        temperature_range_K=5.0,
        adjustment_drift_relative=1.5e-6,
        buoyancy_relative_u=8.9e-6,
    )
    m1, m2, m3 = (weighing_g(m, use, curve.forward(m), "sample 7") for m in (25.6842, 25.4317, 20.6505))
    found = loss_on_drying_percent(m1, m2, m3)
    own = math.hypot(1.2e-4, 1e-4 / math.sqrt(6))
    by_hand = own * math.hypot(18.86958, 19.86610, 0.99652)
    assert found.u == pytest.approx(by_hand, rel=1e-4, abs=0)


def test_constant_mass_and_temperature_widen_the_result():
    m1, m2, m3 = Uncertain(25.6842), Uncertain(25.4317), Uncertain(20.6505)
    open_end = loss_on_drying_percent(m1, m2 + incomplete_drying_g(Decimal(2)), m3)
    assert open_end.u == pytest.approx(19.866102 * 0.002 / math.sqrt(3), rel=1e-6, abs=0)
    heated = open_end + temperature_effect_percent(0.02, independent(103.4, 0.8, "oven"))
    assert heated.value == open_end.value
    assert heated.u == pytest.approx(math.hypot(open_end.u, 0.016), rel=1e-9, abs=0)


def test_what_portions_share_does_not_average_out():
    common = independent(0.0, 0.03, "oven")
    portions = [value + common + independent(0.0, 0.02, "own") for value in (12.3, 12.5, 12.4, 12.4)]
    found = mean_of_portions_percent(portions, Repeatability(0.04, 9))
    assert found.value == pytest.approx(12.4)
    assert found.u == pytest.approx(math.sqrt(0.03**2 + (0.02**2 + 0.04**2) / 4), rel=1e-9, abs=0)
    assert math.isfinite(found.dof)


def test_bases_of_moisture():
    moisture = independent(20.0, 0.1, "X")
    assert dry_residue_percent(moisture).value == 80.0
    assert moisture_on_dry_basis_percent(moisture).value == 25.0
    assert moisture_on_dry_basis_percent(moisture).u == pytest.approx(0.1 * 100 * 100 / 80**2)


def test_tartrate_theoretical_water(problem):
    expected = problem("P-tartrate-theoretical")["expected"]
    assert pytest.approx(expected["molar_mass"], rel=1e-12, abs=0) == TARTRATE_MOLAR_MASS
    assert pytest.approx(expected["water_percent"], rel=1e-12, abs=0) == TARTRATE_WATER_PERCENT


def test_iso13528_tartrate_check(problem):
    given = problem("P-moisture-tartrate-check")
    x, expected = given["inputs"], given["expected"]
    found = check_with_reference_material(
        x["readings"],
        ReferenceValue(x["reference_percent"], x["U_reference"], x["k"]),
        x["u_resolution"] * math.sqrt(12),
        x["limit_percent"],
    )
    assert found.mean == pytest.approx(expected["mean"], rel=1e-12, abs=0)
    assert found.s == pytest.approx(expected["s"], rel=1e-9, abs=0)
    assert found.bias == pytest.approx(expected["bias"], rel=1e-9, abs=0)
    assert found.u_mean == pytest.approx(expected["u_mean"], rel=1e-9, abs=0)
    assert pytest.approx(expected["En"], rel=1e-9, abs=0) == found.En
    assert found.within_limit is expected["within_limit"]
    assert not found.satisfactory


def test_the_limit_of_a_check_is_inclusive_in_decimal():
    reference = ReferenceValue(Decimal("15.66"), 0.05, 2)
    at = check_with_reference_material([15.51, 15.50, 15.52], reference, 0.01, 0.15)
    assert at.within_limit
    beyond = check_with_reference_material([15.51, 15.50, 15.517], reference, 0.01, 0.15)
    assert not beyond.within_limit


def test_constant_mass_rules(problem):
    given = problem("P-constant-mass")
    x, expected = given["inputs"], given["expected"]
    rules = {
        "GB5009_3": (GB_5009_3, "index_GB5009_3"),
        "ChP0832_method2": (CHP_0832_METHOD_2, "index_ChP0832"),
        "ChP_constant_weight": (CHP_CONSTANT_WEIGHT, "index_ChP_hengzhong"),
    }
    for key, (rule, name) in rules.items():
        assert rule.limit_mg == Decimal(str(x["limits_mg"][key]))
        found = [constant_mass(series, rule) for series in x["weighings_g"]]
        assert [one.index if one else None for one in found] == expected[name]


def test_which_mass_counts_is_a_property_of_the_rule():
    rising = [Decimal("25.4310"), Decimal("25.4299"), Decimal("25.4301")]
    smaller = constant_mass(rising[1:], GB_5009_3)
    last = constant_mass(rising[1:], CHP_0832_METHOD_2)
    assert smaller is not None
    assert last is not None
    assert (smaller.mass_g, last.mass_g) == (Decimal("25.4299"), Decimal("25.4301"))
    assert smaller.difference_mg == Decimal("0.2")
    assert constant_mass(rising[:1], GB_5009_3) is None
    assert GB_5009_3.source.mark is Mark.ON_PAPER


def test_a_residue_in_a_tared_dish_is_constant_about_zero():
    found = constant_mass([Decimal("0.0031"), Decimal("0.0000"), Decimal("-0.0002")], GB_5009_3)
    assert found is not None
    assert (found.index, found.mass_g) == (2, Decimal("-0.0002"))


def test_gb5009_3_parallels_and_digits(problem):
    given = problem("P-gb5009-duplicates")
    found = [accept_parallels(pair, GB_5009_3_PARALLELS) for pair in given["inputs"]["duplicates_g_per_100g"]]
    assert [one.accepted for one in found] == given["expected"]["accept"]
    assert [reported_moisture(one.mean) for one in found] == given["expected"]["mean_reported"]


def test_parallels_are_compared_inclusive_and_exactly():
    assert accept_parallels([Decimal("9.5"), Decimal("10.5")], GB_5009_3_PARALLELS).accepted  # 1.0 of 10.0
    assert not accept_parallels([Decimal("9.4999"), Decimal("10.5")], GB_5009_3_PARALLELS).accepted
    assert accept_parallels([12.1, 12.3], GRAIN_PARALLELS).accepted
    assert not accept_parallels([12.1, 12.2, 12.31], GRAIN_PARALLELS).accepted
    assert accept_parallels([12.345, 12.871], GB_5009_3_PARALLELS).mean == Decimal("12.608")


def test_no_range_is_within_a_fraction_of_a_mean_below_zero():
    assert accept_parallels([0, 0], GB_5009_3_PARALLELS).accepted
    assert not accept_parallels([0.004, -0.003], GB_5009_3_PARALLELS).accepted
    assert not accept_parallels([-0.003, -0.003], GB_5009_3_PARALLELS).accepted


@pytest.mark.parametrize(
    ("percent", "text"),
    [("1.0", "1.00"), ("0.9999", "1.0"), ("0.0996", "0.10"), ("12.65", "12.6"), ("99.96", "100")],
)
def test_gb5009_3_digits_of_the_unrounded_value(percent, text):
    assert reported_moisture(Decimal(percent)) == text


def test_two_point_calibration_of_a_heating_unit():
    kit = independent(0.0, 0.3, "temperature kit")
    corrections = [value + kit + independent(0.0, 0.2, "own") for value in (1.0, -0.5)]
    table = heating_corrections([100.0, 160.0], corrections, 0.4)
    at = table.forward(130.0)
    assert at.value == pytest.approx(0.25)
    assert at.u == pytest.approx(math.sqrt(0.3**2 + 0.2**2 / 2 + 0.4**2 / 3), rel=1e-9, abs=0)
    assert table.forward(100.0).u == pytest.approx(math.sqrt(0.3**2 + 0.2**2 + 0.4**2 / 3), rel=1e-9, abs=0)
    with pytest.raises(OutOfRangeError, match="heating unit"):
        table.forward(165.0)


def test_a_fast_method_is_compared_by_pairs():
    fast = [12.1, 10.4, 8.7, 14.9, 11.2, 9.9]
    reference = [12.0, 10.5, 8.6, 14.7, 11.1, 9.9]
    found = compare_with_reference_method(fast, reference, limit_percent=0.2)
    expected = stats.ttest_rel(fast, reference)
    assert found.t == pytest.approx(expected.statistic)
    assert found.significant == (expected.pvalue < 0.05)
    assert found.bias.dof == 5
    assert found.bias.value == pytest.approx(np.mean(np.subtract(fast, reference)))
    assert found.within_limit
    assert not compare_with_reference_method(fast, reference, limit_percent=0.15).within_limit


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: loss_on_drying_percent(Uncertain(20.0), Uncertain(20.0), Uncertain(20.0)),
        lambda: loss_on_drying_percent(Uncertain(25.0), Uncertain(19.9), Uncertain(20.0)),
        lambda: loss_on_drying_percent(Uncertain(math.nan), Uncertain(19.9), Uncertain(20.0)),
        lambda: moisture_on_dry_basis_percent(Uncertain(100.0)),
        lambda: incomplete_drying_g(-2),
        lambda: temperature_effect_percent(math.inf, Uncertain(105.0)),
        lambda: mean_of_portions_percent([], Repeatability(0.1)),
        lambda: heating_corrections([100.0], [independent(1.0, 0.1, "c")], 0.1),
        lambda: heating_corrections([160.0, 100.0], [independent(1.0, 0.1, "c")] * 2, 0.1),
        lambda: heating_corrections([100.0, 160.0], [independent(1.0, 0.1, "c")], 0.1),
        lambda: heating_corrections([100.0, 160.0], [independent(1.0, 0.1, "c")] * 2, -0.1),
        lambda: check_with_reference_material([15.6], ReferenceValue(15.66, 0.05, 2), 0.01, 0.15),
        lambda: check_with_reference_material([15.6, 15.7], ReferenceValue(15.66, 0.05, 2), 0.0, 0.15),
        lambda: check_with_reference_material([15.6, 15.7], ReferenceValue(15.66, 0.05, 2), 0.01, 0),
        lambda: check_with_reference_material([15.6, math.nan], ReferenceValue(15.66, 0.05, 2), 0.01, 0.15),
        lambda: ReferenceValue(15.66, 0.0, 2),
        lambda: ReferenceValue(15.66, 0.05, 0.5),
        lambda: compare_with_reference_method([1.0, 2.0], [1.0], 0.1),
        lambda: compare_with_reference_method([1.0, 2.0], [0.5, 1.5], 0.1),
        lambda: compare_with_reference_method([1.0, 2.0], [0.5, 1.6], 0.0),
        lambda: constant_mass([25.1, math.nan], GB_5009_3),
        lambda: ConstantMassRule("r", GB_5009_3.source, Decimal(0), Takes.LAST),
        lambda: ParallelRule("r", GB_5009_3.source),
        lambda: ParallelRule("r", GB_5009_3.source, Decimal("0.1"), Decimal("0.2")),
        lambda: accept_parallels([12.0], GB_5009_3_PARALLELS),
        lambda: reported_moisture(0),
        lambda: reported_moisture(math.inf),
    ],
)
def test_bad_input_is_refused(wrong):
    with pytest.raises(ValueRefusedError):
        wrong()
