"""Mistakes in the file of a written method: each in a sentence with key, found and allowed, all at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daq.lab.methods.loading import MethodError, load_methods, read_method
from tests.daq.lab.method_files import SHIPPED, changed, mistakes_in, text_of


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
