"""Written methods as data: what ships loads, every mistake at once, formulas keep the correlation."""

import hashlib
import json
import math
import re
from decimal import Decimal
from importlib import resources
from pathlib import Path

import numpy as np
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.conformity import Comparison, Decision, decide
from calibration.drying_rules import accept_parallels, constant_mass
from calibration.influences import Repeatability, rounding
from calibration.limits import Measured
from calibration.uncertain import Uncertain, correlation, independent
from daq.lab.methods.formulas import compute, with_step_influences
from daq.lab.methods.loading import MethodError, load_methods, read_method
from daq.lab.methods.results import Digits
from daq.lab.methods.steps import RepeatUntil

FOLDER = Path(str(resources.files("config") / "methods"))
SHIPPED = [
    "balance-daily-check",
    "balance-eccentricity",
    "balance-repeatability",
    "coptis-extractives-chp-2201",
    "coptis-moisture-chp-0832-2",
    "coptis-total-ash-chp-2302",
    "direct-drying-gb-5009-3-1",
    "moisture-analyser-screening",
    "moisture-analyser-tartrate-check",
    "spices-distillation-gb-5009-3-3",
    "thermometer-comparison",
    "thermometer-ice-point",
    "water-shield-dried-solids",
]
LOSS_ON_DRYING = ["coptis-moisture-chp-0832-2", "direct-drying-gb-5009-3-1"]
METHODS = load_methods()


def reference(identifier):
    path = Path(__file__).resolve().parents[2] / "data" / "reference_problems" / "moisture.json"
    return next(one for one in json.loads(path.read_text(encoding="utf-8")) if one["id"] == identifier)


def text_of(name):
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def changed(name, *changes):
    """The text of a shipped method with words replaced; each must be there."""
    text = text_of(name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def mistakes_in(text):
    with pytest.raises(MethodError) as refused:
        read_method("m", text.encode(), "m.toml")
    assert str(refused.value) == "\n".join(refused.value.mistakes)
    assert all(mistake.startswith("m.toml: ") for mistake in refused.value.mistakes)
    return refused.value.mistakes


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


def test_every_mistake_of_shape_is_told_at_once_with_key_found_and_allowed():
    text = changed(
        "coptis-moisture-chp-0832-2",
        ('status = "draft"', 'status = "approved"'),
        ('title_en = "Coptis: moisture by oven drying"\n', ""),
        ("coverage_level = 0.9545", "coverage_level = 95"),
        ('accuracy_class = "I"', 'accuracy_clas = "I"'),
        ('expired = "block"', 'expired = "stop"'),
        ('do = "confirm"', 'do = "conform"'),
        ("minimum_g = 2", "minimum_g = -2"),
        ('source = "chp-0832"\nconfidence = "H"', 'source = "chp-0832"'),
        ('confidence = "M-H"', 'confidence = "L"'),
        ("low_degC = 100", 'low_degC = "hot"'),
        ('comparison = "rounded-value"', 'comparison = "rounded"'),
        ("in_force_from = 2025-10-01", 'in_force_from = "2025-13-01"'),
        ('name = "m3"', 'name = "3m"'),
    )
    told = "\n".join(mistakes_in(text))
    for words in (
        "status: found 'approved'; input should be 'draft'",
        "title_en: is missing",
        "coverage_level: found '95'",
        "instrument[1].accuracy_clas: unknown key; did you mean 'accuracy_class'?",
        "instrument[1].expired: found 'stop'",
        "step[2].do: found 'conform'; allowed are confirm, weigh, read",
        "sample_mass.minimum_g: found '-2'; input should be greater than 0",
        "formula[1].confidence: is missing",
        "formula[2].confidence: found 'L'; a figure known from memory only does not enter a method",
        "step[6].low_degC: found 'hot'",
        "limit[1].comparison: found 'rounded'; input should be 'full-value' or 'rounded-value'",
        "limit[1].in_force_from: found '2025-13-01'",
        "input[1].name: found '3m'",
    ):
        assert words in told, told
    assert len(told.splitlines()) == 13


def test_every_mistake_between_the_parts_is_told_at_once():
    text = changed(
        "coptis-moisture-chp-0832-2",
        ('id = "chp-0832"', 'id = "chp-832"'),
        ('role = "oven"\nkind = "oven"', 'role = "box"\nkind = "oven"'),
        ('expression = "(m1 - m2) / (m1 - m3) * 100"', 'expression = "(m1 - m2) / (m1 - m4) * 100"'),
        ('expression = "mean(X)"', 'expression = "mean(X"'),
        ('of = "X"', 'of = "Y"'),
        ('of = "m"\n', 'of = "X"\n'),
        ('into = "m3"', 'into = "m2"'),
        ('of = "m2"', 'of = "m1"'),
        ('id = "first-cooling"', 'id = "first-drying"'),
        ('unit = "%"\ncomparison', 'unit = "g"\ncomparison'),
        ('decision_rule = "simple-acceptance"', 'decision_rule = "guard-band-u"'),
        ('id = "slices-chp-2025"\nresult = "X_mean"', 'id = "drug-chp-2025"\nresult = "X"'),
    )
    told = "\n".join(mistakes_in(text))
    for words in (
        "found 'chp-0832'; the file's sources are chp-832,",
        "step[6].role: found 'oven'; the roles are balance, box, room",
        "formula[2].expression: m4 is not known above it",
        "formula[3].expression: formula 'mean(X', position 7: ')' or an operator is missing",
        "determinations.of: found 'Y'",
        "sample_mass.of: found 'X'",
        "input[1].name: m3 is captured by 0 steps",
        "step[9].step[3]: the last step of the loop weighs into m1",
        "step[6].id, step[7].id: found 'first-drying' 2 times",
        "limit[1].unit: found 'g'; X_mean is in %",
        "limit[1].decision_rule: found 'guard-band-u'; rounded values go with 'simple-acceptance' only",
        "limit[2].result: found 'X'; the results are X_mean",
        "limit[1].id, limit[2].id: found 'drug-chp-2025' 2 times",
    ):
        assert words in told, told


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("direct-drying-gb-5009-3-1", "(m1 - m3) * 100", "(m1 - m3)", "example.gives.X: found 5.0162"),
        ("direct-drying-gb-5009-3-1", "gives = { X = 5.0162,", "gives = { X = 5.0163,", "gives 5.016191"),
        ("direct-drying-gb-5009-3-1", ", X_mean = 5.0081 }", " }", "X_mean is missing; every result"),
        ("direct-drying-gb-5009-3-1", "m2 = 25.7500", "m4 = 25.7500", "example.portions[2]: found m3, m1"),
        ("direct-drying-gb-5009-3-1", "m1 = 26.0000", "m1 = 21.0000", "example: formula"),
        ("direct-drying-gb-5009-3-1", '"mean(X)"', '"X"', "X stands for 2 values; take mean, min, max or sd"),
        ("direct-drying-gb-5009-3-1", '"m1 - m3"', '"m1 - 20"', "give a number that has a unit a name"),
        ("direct-drying-gb-5009-3-1", '"m1 - m3"', '"m1 - X_mean"', "X_mean is not known above it"),
        ("balance-repeatability", "100.0002]", "100.0002, 100]", "found 11 values; the input is captured 10"),
        ("balance-repeatability", '"none"', '"propagated"', "why_no_uncertainty is given where"),
        ("balance-daily-check", 'rule = "simple-', 'rule = "guarded-', "limit[1].decision_rule: found"),
        ("balance-eccentricity", 'role = "weight"\n\n', "\n", "role is given where from is 'reference'"),
        ("balance-daily-check", 'role = "weight"\n\n[[input]]', 'role = "w2"\n\n[[input]]', "input[2].role"),
        ("coptis-extractives-chp-2201", 'methods = ["copt', 'method = ["copt', "did you mean 'methods'?"),
        ("spices-distillation-gb-5009-3-3", '"session"\nfrom', '"portion"\nfrom', "step[2].scope"),
        ("spices-distillation-gb-5009-3-3", 'name = "rho"', 'name = "V"', "'V' 2 times"),
        ("thermometer-comparison", 'role = "reference"\ninto', 'role = "oven"\ninto', "the roles are"),
        ("thermometer-ice-point", "lower = -0.30", "lower = 0.40", "is above the upper limit"),
        ("thermometer-ice-point", "minimum = 2", "minimum = 1", "compared where minimum is 2 or more"),
        ("thermometer-ice-point", "minimum = 2", "minimum = 4", "minimum must not be above maximum"),
        ("moisture-analyser-screening", 'unit = "%M"', 'unit = "kelvin"', "unit 'kelvin' is not known"),
        ("moisture-analyser-screening", 'into = "M"', 'into = "m"', "a mass is captured by 'weigh'"),
        ("moisture-analyser-screening", 'expired = "block"', 'expired = "allow"', "a sample needs 'warn' or"),
        ("moisture-analyser-screening", "check_valid_h = 168\n", "", "check_valid_h and unchecked are"),
        ("coptis-total-ash-chp-2302", "= [45, 75]", "= [75, 45]", "[lowest"),
        ("coptis-total-ash-chp-2302", "high_degC = 600", "high_degC = 400", "low_degC must be below"),
    ],
)  # fmt: skip
def test_one_mistake_is_told_in_one_sentence(name, old, new, words):
    told = mistakes_in(changed(name, (old, new)))
    assert any(words in one for one in told), told


def test_a_result_by_sd_cannot_claim_a_propagated_uncertainty():
    text = changed(
        "balance-repeatability",
        ('uncertainty = "none"\nwhy_no_uncertainty = "一组示值的统计量 (a statistic of the readings)"',
         'uncertainty = "propagated"'),
    )  # fmt: skip
    assert mistakes_in(text) == (
        "m.toml: result[1].uncertainty: found 'propagated'; a result by sd has 'none', "
        "with why_no_uncertainty",
    )


def test_hostile_formulas_are_refused_with_a_sentence():
    for hostile in ("__import__('os').system('id')", "9^9^9^9^9^9", "(" * 5000, "1" + "+1" * 4000):
        told = mistakes_in(changed("direct-drying-gb-5009-3-1", ('"m1 - m3"', f'"{hostile} + m1"')))
        assert all("formula" in one or "example" in one for one in told)
        assert max(map(len, told)) < 400


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SHIPPED), st.data())
def test_a_file_with_any_line_lost_or_doubled_is_read_or_refused(name, data):
    lines = text_of(name).splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at : at + 1] = data.draw(st.sampled_from([[], [lines[at]] * 2, [lines[at].replace("=", "= -")]]))
    try:
        read_method(name, "\n".join(lines).encode(), "m.toml")
    except MethodError as error:
        assert all(mistake.startswith("m.toml: ") for mistake in error.mistakes)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_method_are_refused_in_sentences(data):
    with pytest.raises(MethodError, match=r"m\.toml: "):
        read_method("m", data, "m.toml")


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


def test_mistakes_of_all_files_come_together(tmp_path):
    own = text_of("water-shield-dried-solids")
    (tmp_path / "coptis-moisture-chp-0832-2.toml").write_text(own, encoding="utf-8")
    (tmp_path / "broken.toml").write_text("title_zh = ", encoding="utf-8")
    (tmp_path / "a.toml").write_text(own.replace("balance-daily-check", "no-such-check"), encoding="utf-8")
    swapped = own.replace("balance-daily-check", "direct-drying-gb-5009-3-1")
    (tmp_path / "b.toml").write_text(swapped, encoding="utf-8")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(MethodError) as refused:
        load_methods(tmp_path)
    told = str(refused.value)
    assert len(refused.value.mistakes) == 5
    assert "a method 'coptis-moisture-chp-0832-2' is in" in told
    assert "broken.toml: is not a TOML file" in told
    assert "a.toml: instrument[1].check_before_use: found 'no-such-check'; the methods are" in told
    assert "b.toml: instrument[1].check_before_use: found 'direct-drying-gb-5009-3-1'; a method with" in told
    assert "folder.toml: cannot be read" in told


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(MethodError, match="is not a folder"):
        load_methods(tmp_path / "none")
