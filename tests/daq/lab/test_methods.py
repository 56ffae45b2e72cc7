"""Written methods as data: what ships loads, every mistake at once, formulas keep the correlation."""

import hashlib
import json
import math
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pydantic
import pytest

from calibration.conformity import Comparison, Decision, decide
from calibration.drying_rules import accept_parallels, constant_mass
from calibration.influences import Repeatability, rounding
from calibration.limits import Measured
from calibration.uncertain import Uncertain, correlation, independent
from daq.lab.methods.formulas import compute, with_step_influences
from daq.lab.methods.loading import load_methods, read_method
from daq.lab.methods.results import Digits
from daq.lab.methods.steps import RepeatUntil
from tests.daq.lab.method_files import FOLDER, SHIPPED, changed, text_of

LOSS_ON_DRYING = ["coptis-moisture-chp-0832-2", "direct-drying-gb-5009-3-1"]
METHODS = load_methods()


def reference(identifier):
    path = Path(__file__).resolve().parents[2] / "data" / "reference_problems" / "moisture.json"
    return next(one for one in json.loads(path.read_text(encoding="utf-8")) if one["id"] == identifier)


# what ships


def test_every_shipped_method_loads():
    assert list(METHODS) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_method_is_a_draft_with_source_and_confidence_in_two_languages(name):
    procedure = METHODS[name].procedure
    assert procedure.status == "draft"
    assert "草案" in procedure.notice_zh
    assert "Draft" in procedure.notice_en
    sources = {source.id for source in procedure.sources}
    assert procedure.facts()
    for _, fact in procedure.facts():
        assert fact.source in sources
        assert fact.confidence in ("H", "M-H", "M", "L-M", "own")
        assert (fact.source == "laboratory") == (fact.confidence == "own")
    loops = [inner for step in procedure.steps if isinstance(step, RepeatUntil) for inner in step.steps]
    titled = (*procedure.inputs, *procedure.formulas, *procedure.instruments, *procedure.steps, *loops)
    for one in (procedure, *titled):
        assert re.search("[一-鿿]", one.title_zh), one
        assert not re.search("[一-鿿]", one.title_en), one


@pytest.mark.parametrize("name", SHIPPED)
def test_every_table_that_holds_a_figure_is_in_the_list_for_the_check_on_paper(name):
    written = len(re.findall(r'\bconfidence = "', text_of(name)))
    assert len(METHODS[name].procedure.facts()) == written


def test_facts_are_told_by_their_key_in_the_file():
    keys = [key for key, _ in METHODS["coptis-moisture-chp-0832-2"].procedure.facts()]
    assert "limit[1]" in keys
    assert "result[1].digits" in keys
    assert "step[9].step[1]" in keys
    assert len(set(keys)) == len(keys)


def test_the_version_is_the_sha_256_of_the_files_bytes():
    data = (FOLDER / "coptis-moisture-chp-0832-2.toml").read_bytes()
    method = METHODS["coptis-moisture-chp-0832-2"]
    assert method.version == hashlib.sha256(data).hexdigest()
    assert method.document == data
    other = read_method("m", data + b"\n", "m.toml")
    assert other.version != method.version
    assert method.version.startswith(method.short_version)


def test_a_method_cannot_be_changed():
    method = METHODS["coptis-moisture-chp-0832-2"]
    with pytest.raises(AttributeError):
        method.version = "0"
    with pytest.raises(pydantic.ValidationError):
        method.procedure.title_zh = "x"
    with pytest.raises(pydantic.ValidationError):
        method.procedure.steps[3].into = "m2"
    with pytest.raises(TypeError):
        method.procedure.example.portions[0]["m1"] = Decimal(1)
    assert isinstance(method.procedure.limits, tuple)


# formulas


def weighed(x, offset, slope):
    """The readings of P-lod-correlated: own rounding and repeatability, common offset and scale."""
    readings = {"m1": x["m1_dish_sample_g"], "m2": x["m2_dish_dry_g"], "m3": x["m3_dish_g"]}
    return {
        name: value + offset + slope * value + rounding(x["d_g"], "d") + Repeatability(x["s_g"]).of_mean()
        for name, value in readings.items()
    }


@pytest.mark.parametrize("name", LOSS_ON_DRYING)
def test_gb5009_3_p_lod_correlated_through_the_methods_formula(name):
    x, expected = (reference("P-lod-correlated")[key] for key in ("inputs", "expected"))
    offset = independent(0.0, x["u_a0_common_offset_g"], "offset")
    slope = independent(0.0, x["u_a1_common_slope"], "scale")
    found = compute(METHODS[name].procedure, {}, [weighed(x, offset, slope)] * 2).of("X")
    assert found.value == pytest.approx(expected["X_percent"], rel=1e-12)
    assert found.u == pytest.approx(expected["u_percent"], rel=1e-8)


@pytest.mark.parametrize("name", [*LOSS_ON_DRYING, "coptis-total-ash-chp-2302", "water-shield-dried-solids"])
def test_an_offset_or_scale_error_of_the_one_balance_changes_neither_result_nor_uncertainty(name):
    procedure = METHODS[name].procedure
    plain = [{key: float(value) for key, value in portion.items()} for portion in procedure.example.portions]
    offset, slope = independent(0.0, 0.01, "offset"), independent(0.0, 0.001, "scale")
    shifted = [{key: value * 1.001 + 0.01 for key, value in portion.items()} for portion in plain]
    uncertain = [{key: value * (1 + slope) + offset for key, value in one.items()} for one in plain]
    result = procedure.results[0].formula
    value = compute(procedure, {}, plain).of(result)
    assert compute(procedure, {}, shifted).of(result) == pytest.approx(value, rel=1e-12)
    found = compute(procedure, {}, uncertain).of(result)
    assert found.value == pytest.approx(value, rel=1e-12)
    assert found.u < 1e-12


def test_the_criterion_of_constant_mass_does_not_average_out_over_the_portions():
    procedure = METHODS["coptis-moisture-chp-0832-2"].procedure
    portion = {"m3": 20.0, "m1": 23.0, "m2": 22.58}
    portions = [with_step_influences(procedure, portion, "S-1") for _ in range(2)]
    computed = compute(procedure, {}, portions)
    assert computed.of("X").u == pytest.approx(100 * 0.005 / math.sqrt(3) / 3)
    assert computed.of("X_mean").u == pytest.approx(computed.of("X").u)
    other = with_step_influences(procedure, portion, "S-2")
    assert compute(procedure, {}, [portions[0], other]).of("X_mean").u < 0.8 * computed.of("X").u


def test_the_reading_of_a_burette_is_new_every_time_and_the_blank_is_shared():
    procedure = METHODS["spices-distillation-gb-5009-3-3"].procedure
    portions = [with_step_influences(procedure, {"m": 20.0, "V": 2.5}, "S-1") for _ in range(2)]
    session = with_step_influences(procedure, {"V0": 0.1}, "S-1")
    computed = compute(procedure, session, portions)
    u_volume = 0.05 / math.sqrt(3) * 0.9982 / 20 * 100
    u_density = 0.00065 / math.sqrt(3) * 2.4 / 20 * 100
    assert computed.of("X").u == pytest.approx(math.hypot(u_volume, u_volume, u_density))
    assert computed.of("X_mean").u == pytest.approx(math.hypot(u_volume / math.sqrt(2), u_volume, u_density))


def test_a_constant_is_the_same_effect_in_every_session():
    procedure = METHODS["spices-distillation-gb-5009-3-3"].procedure
    first, second = (
        compute(procedure, {"V0": 0.1}, [{"m": mass, "V": 2.5}]).of("X") for mass in (20.0, 10.0)
    )
    assert correlation(first, second) == pytest.approx(1.0)


def test_monte_carlo_through_the_formulas_agrees_with_propagation():
    procedure = METHODS["coptis-extractives-chp-2201"].procedure
    generator = np.random.default_rng(20261123)
    us = {"m": 0.0003, "V0": 0.05, "f1": 0.01, "f2": 0.01, "d0": 0.0003, "d1": 0.0003}
    portion = {name: float(value) for name, value in procedure.example.portions[0].items()}
    linear = compute(
        procedure,
        {"w": independent(10.0, 0.1, "w")},
        [{name: independent(value, us[name], name) for name, value in portion.items()}] * 2,
    ).of("E_mean")
    draws = {name: generator.normal(value, us[name], 200_000) for name, value in portion.items()}
    drawn = compute(procedure, {"w": generator.normal(10.0, 0.1, 200_000)}, [draws] * 2).of("E_mean")
    of_aliquot = 0.03 / math.sqrt(3) / 25 * linear.value  # arrays take constants as exact
    assert drawn.mean() == pytest.approx(linear.value, rel=1e-4)
    assert drawn.std() == pytest.approx(math.sqrt(linear.u**2 - of_aliquot**2), rel=0.02)


def test_statistics_of_a_check_are_plain_numbers_also_of_uncertain_readings():
    procedure = METHODS["balance-repeatability"].procedure
    readings = [independent(100.0 + 0.0001 * (i % 2), 0.0002, "I") for i in range(10)]
    computed = compute(procedure, {}, [{"I": readings, "mpe": 0.001, "d": 0.0001}])
    assert computed.of("s") == pytest.approx(np.std([one.value for one in readings], ddof=1))
    assert computed.of("spread_in_mpe") == pytest.approx(0.1)
    assert computed.of("m_min") == pytest.approx(2000 * computed.of("s"))


def test_a_balance_without_any_eccentricity_has_a_result():
    procedure = METHODS["balance-eccentricity"].procedure
    alike = {name: independent(70.0, 0.0001, name) for name in "cfblr"} | {"W": 70.0, "mpe": 0.001}
    computed = compute(procedure, {}, [alike])
    assert computed.of("eccentricity") == 0.0
    assert computed.of("worst_in_mpe") == 0.0


def test_an_error_of_indication_has_the_uncertainty_of_reading_and_weight():
    procedure = METHODS["balance-daily-check"].procedure
    portion = {"I": independent(200.0003, 0.0003, "I"), "W": independent(200.0001, 0.0001, "W"), "mpe": 0.002}
    found = compute(procedure, {}, [portion]).of("E_in_mpe")
    assert isinstance(found, Uncertain)
    assert found.u == pytest.approx(math.hypot(0.0003, 0.0001) / 0.002)


# rules


def test_moisture_of_14_04_percent_conforms_by_rounded_value_and_fails_by_full_value():
    procedure = METHODS["coptis-moisture-chp-0832-2"].procedure
    limit = procedure.limits[0]
    assert (limit.id, str(limit.upper), limit.comparison) == (
        "drug-chp-2025", "14.0", Comparison.ROUNDED_VALUE
    )  # fmt: skip
    measured = Measured(14.04, 0.12, 2.0, "%")
    assert decide(measured, limit.limits, limit.rule, limit.comparison).decision is Decision.PASS
    full = decide(measured, limit.limits, limit.rule, Comparison.FULL_VALUE)
    assert full.decision is Decision.FAIL
    assert procedure.results[0].digits.reported(14.04) == "14.0"


@pytest.mark.parametrize(
    ("name", "key", "takes"),
    [
        ("direct-drying-gb-5009-3-1", "index_GB5009_3", min),
        ("coptis-moisture-chp-0832-2", "index_ChP0832", None),
        ("coptis-total-ash-chp-2302", "index_ChP_hengzhong", None),
    ],
)
def test_p_constant_mass_by_the_rule_of_the_file(name, key, takes):
    problem = reference("P-constant-mass")
    procedure = METHODS[name].procedure
    loop = next(step for step in procedure.steps if isinstance(step, RepeatUntil))
    rule = loop.rule(procedure.source(loop.source).cited)
    for weighings, index in zip(problem["inputs"]["weighings_g"], problem["expected"][key], strict=True):
        found = constant_mass(weighings, rule)
        assert (found.index if found else None) == index
    rising = constant_mass([25.4300, 25.4302], rule)
    assert rising.mass_g == Decimal("25.43" if takes else "25.4302")


def test_p_gb5009_duplicates_by_the_rule_of_the_file():
    problem = reference("P-gb5009-duplicates")
    procedure = METHODS["direct-drying-gb-5009-3-1"].procedure
    rule = procedure.determinations.rule(procedure.source(procedure.determinations.source).cited)
    pairs = problem["inputs"]["duplicates_g_per_100g"]
    found = [accept_parallels(pair, rule) for pair in pairs]
    assert [one.accepted for one in found] == problem["expected"]["accept"]
    digits = procedure.results[0].digits
    assert [digits.reported(one.mean) for one in found] == problem["expected"]["mean_reported"]
    assert digits.rule(rule.source).digits_below == 2


def test_the_balance_is_one_throughout_and_each_weight_of_a_check_is_its_own():
    scopes = {one.role: one.scope for one in METHODS["balance-daily-check"].procedure.instruments}
    assert scopes == {"balance": "session", "weight": "portion"}
    for method in METHODS.values():
        for one in method.procedure.instruments:
            assert one.kind != "balance" or one.scope == "session"


def test_digits_to_an_interval_or_by_size():
    fact = {"source": "laboratory", "confidence": "own"}
    assert Digits(interval=Decimal("0.1"), **fact).reported(14.05) == "14.0"
    assert Digits(interval=Decimal("0.1"), **fact).rule(None) is None
    by_size = Digits(threshold=Decimal(1), digits_from_threshold=3, digits_below=2, **fact)
    assert [by_size.reported(value) for value in (12.345, 1.0, 0.4567)] == ["12.3", "1.00", "0.46"]
    for wrong in ({}, {"threshold": Decimal(1)}, {"interval": Decimal(1), "threshold": Decimal(1)}):
        with pytest.raises(pydantic.ValidationError):
            Digits(**wrong, **fact)


# mistakes


# folders


def test_the_complete_method_of_the_guide_loads():
    guide = Path(__file__).resolve().parents[3] / "docs" / "methods.md"
    text = guide.read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL).group(1)
    method = read_method("guide", example.encode(), "methods.md")
    assert method.procedure.limits[0].limits.lower == Decimal("4.0")
    assert all(f"`{name}`" in text for name in SHIPPED)


def test_a_new_product_is_one_file_in_the_laboratorys_own_folder(tmp_path):
    text = changed("water-shield-dried-solids", ("莼菜固形物测定", "榨菜固形物测定"))
    (tmp_path / "zhacai-dried-solids.toml").write_text(text, encoding="utf-8")
    methods = load_methods(tmp_path)
    assert methods["zhacai-dried-solids"].procedure.title_zh.startswith("榨菜")
    assert len(methods) == len(SHIPPED) + 1
