"""Results of sessions: reference problems, ties, what counts, what stops them, what is said about them."""

import dataclasses
import json
import math
from decimal import Decimal
from pathlib import Path

import pytest

from calibration.conformity import Decision
from daq.errors import ResultBlockedError
from daq.lab.results.computing import compute_results
from daq.lab.results.given import Override, Plate
from drivers.reading import Quality
from tests.daq.lab.results.bench import (
    COPTIS,
    METHODS,
    NOW_NS,
    Session,
    certificate,
    changed,
    method,
    moisture,
    weight,
)

YEAR_NS = 366 * 86400 * 10**9


def problem(topic, identifier):
    path = Path(__file__).resolve().parents[3] / "data" / "reference_problems" / f"{topic}.json"
    return next(one for one in json.loads(path.read_text(encoding="utf-8")) if one["id"] == identifier)


def blocked(given):
    with pytest.raises(ResultBlockedError) as refused:
        compute_results(given)
    assert len(str(refused.value).splitlines()) == len(refused.value.reasons)
    return str(refused.value)


def codes(outcome):
    return [note.code for note in outcome.notes]


# reference problems


OWN = 'resolution = "included"\nrepeatability = "included"'


def test_gb5009_3_p_lod_correlated_of_captured_weighings():
    """One portion of direct drying: u of the moisture with the full covariance of its three weighings."""
    x, expected = (problem("moisture", "P-lod-correlated")[key] for key in ("inputs", "expected"))
    of = changed(
        "direct-drying-gb-5009-3-1",
        ("in_uncertainty = true", "in_uncertainty = false"),
        ('formula = "X_mean"', 'formula = "X"'),
    )
    line = certificate(
        "B-01",
        covariance=((x["u_a0_common_offset_g"] ** 2, 0), (0, x["u_a1_common_slope"] ** 2)),
        s=x["s_g"],
        d=x["d_g"],
    )
    masses = [str(x[key]) for key in ("m3_dish_g", "m1_dish_sample_g", "m2_dish_dry_g", "m2_dish_dry_g")]
    session = moisture(of, one=line, masses=(masses, ("21.0000", "26.0000", "25.7501", "25.7500")))
    outcome = compute_results(session.given())[0]
    assert float(outcome.value) == pytest.approx(expected["X_percent"], rel=1e-9)
    assert outcome.u == pytest.approx(expected["u_percent"], rel=1e-8)
    assert outcome.u < 0.6 * expected["u_percent_if_independent"]
    found = {one.input: one.sensitivity for one in outcome.inputs}
    assert [found["m1"], found["m2"], found["m3"]] == pytest.approx(expected["sensitivities_per_g"], rel=1e-8)
    calibration = [row for row in outcome.rows if row.quantity.en == "calibration of B-01"]
    assert all(row.contribution < 1e-9 for row in calibration)


NET = """
title_zh = "净重"
title_en = "Net mass"
purpose = "sample"
status = "draft"
notice_zh = "草案"
notice_en = "Draft"
coverage_level = 0.9545
source = [{{ id = "own", document = "own", edition = "1" }}]
[[instrument]]
role = "{role}"
kind = "{kind}"
title_zh = "仪器"
title_en = "Instrument"
expired = "block"
source = "own"
confidence = "own"
{inputs}
[[formula]]
name = "y"
title_zh = "结果"
title_en = "Result"
unit = "{unit}"
scope = "portion"
expression = "{expression}"
source = "own"
confidence = "own"
[determinations]
minimum = 1
maximum = 1
source = "own"
confidence = "own"
{steps}
[[result]]
formula = "y"
uncertainty = "propagated"
digits = {{ interval = 0.0001, source = "own", confidence = "own" }}
[example]
worked_by = "test"
portions = [{{ {example} }}]
gives = {{ y = {gives} }}
"""
INPUT = (
    '[[input]]\nname = "{0}"\ntitle_zh = "量"\ntitle_en = "{0}"\nunit = "{1}"\nscope = "portion"\n'
    'from = "step"\n'
)
STEP = (
    '[[step]]\nid = "{0}"\ndo = "{1}"\nscope = "portion"\ntitle_zh = "步"\ntitle_en = "{0}"\nrole = "{2}"\n'
    'into = "{3}"\n'
)


def net_method():
    return method(
        NET.format(
            role="balance",
            kind="balance",
            unit="g",
            expression="b - a",
            inputs=INPUT.format("a", "g") + INPUT.format("b", "g"),
            steps=STEP.format("first", "weigh", "balance", "a")
            + STEP.format("second", "weigh", "balance", "b"),
            example="a = 50, b = 50.5",
            gives="0.5",
        )
    )


def test_jcgm_100_f_1_2_3_difference_of_weighings_through_one_certificate():
    x, expected = (
        problem("shared_calibration", "P-corr-difference-of-weighings")[key] for key in ("inputs", "expected")
    )
    mg = 1e-3
    own = (
        f'[[influence]]\nname = "repeatability"\nu = {x["s_mg"] * mg!r}\ncommon = false\n'
        f'[[influence]]\nname = "rounding"\nhalf_width = {x["d_mg"] * mg / 2!r}\n'
        'distribution = "rectangular"\ncommon = false\n'
    )
    (v00, v01), (_, v11) = x["cov"]
    line = certificate(
        "B-01",
        coefficients=(-x["a0_mg"] * mg, -x["a1_mg_per_g"] * mg),
        covariance=((v00 * mg**2, v01 * mg**2), (v01 * mg**2, v11 * mg**2)),
        in_use=OWN,
        more=own,
    )
    session = Session(net_method())
    session.read("a", 1, x["R1_g"], line)
    session.read("b", 1, x["R2_g"], line)
    (outcome,) = compute_results(session.given())
    assert float(outcome.value) == pytest.approx(expected["net_g"], rel=1e-8)
    assert outcome.u / mg == pytest.approx(expected["u_net_mg"], rel=1e-8)
    assert [one.u / mg for one in outcome.inputs] == pytest.approx(expected["u_single_mg"], rel=1e-8)
    assert outcome.certificates == pytest.approx({"1.1": outcome.u})


def test_gum_5_2_2_ten_resistors_compared_with_one_standard():
    of = method(
        NET.format(
            role="meter",
            kind="thermometer",
            unit="ohm",
            expression="10 * mean(r)",
            inputs=INPUT.format("r", "ohm") + "times = 10\n",
            steps=STEP.format("read", "read", "meter", "r"),
            example="r = [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000]",
            gives="10000",
        )
    )
    text = '[[influence]]\nname = "standard"\nu = 0.1\ncommon = true\n'
    line = dataclasses.replace(certificate("R-01", in_use=OWN, more=text), unit="ohm", value_unit="ohm")
    line = dataclasses.replace(line, curve=dataclasses.replace(line.curve, high=2000.0))
    session = Session(of)
    for _ in range(10):
        session.read("r", 1, 1000, line)
    (outcome,) = compute_results(session.given())
    assert (float(outcome.value), outcome.u) == pytest.approx((10000, 1.0), rel=1e-12)


def test_tartrate_check_gives_bias_and_spread_of_p_moisture_tartrate_check():
    x, expected = (problem("moisture", "P-moisture-tartrate-check")[key] for key in ("inputs", "expected"))
    session = Session(METHODS["moisture-analyser-tartrate-check"])
    for portion, reading in enumerate(x["readings"], 1):
        session.read("m", portion, "2.000", instrument="M-01")
        session.read("M", portion, f"{reading:.2f}", instrument="M-01")
    bias, s = compute_results(session.given(product_limit="bias"))
    assert float(bias.value) == pytest.approx(expected["bias"], rel=1e-9)
    assert float(s.value) == pytest.approx(expected["s"], rel=1e-8)
    assert (s.u, s.k, s.U, s.dof, s.reported_U, s.rows) == (None, None, None, None, "", ())
    assert "a statistic of the readings" in s.why_no_uncertainty
    assert bias.verdicts[0].decision is Decision.PASS
    assert codes(bias) == ["draft-method", "no-repeatability"]
    u_reference, u_rounding = 0.05 / math.sqrt(3), 0.01 / math.sqrt(12) / math.sqrt(5)
    assert bias.u == pytest.approx(math.hypot(u_reference, u_rounding))


@pytest.mark.parametrize("name", [COPTIS, "direct-drying-gb-5009-3-1"])
def test_an_offset_or_scale_error_of_the_balance_changes_neither_result_nor_u(name):
    plain = compute_results(moisture(METHODS[name]).given())[0]
    shifted = certificate("B-01", coefficients=(0.01, 0.001))
    found = compute_results(moisture(METHODS[name], one=shifted).given())[0]
    assert float(found.value) == pytest.approx(float(plain.value), rel=1e-10)
    uncertain = certificate("B-01", covariance=((1e-6, 0), (0, 1e-8)))
    found = compute_results(moisture(METHODS[name], one=uncertain).given())[0]
    assert found.u == pytest.approx(plain.u, rel=1e-9)
    assert found.inputs[0].u > 20 * plain.inputs[0].u


# ties and limits


# what counts


def test_of_a_loop_the_mass_counts_that_the_method_takes():
    rising = ("20.0000", "22.0000", "21.7200", "21.7210")
    last = compute_results(moisture(masses=(rising, rising)).given())[0]
    assert last.value == Decimal("13.95")
    smaller = METHODS["direct-drying-gb-5009-3-1"]
    assert compute_results(moisture(smaller, masses=(rising, rising)).given())[0].value == 14


def test_a_mass_that_is_not_constant_gives_no_result_unless_the_loop_may_end():
    far = ("20.0000", "22.0000", "21.7300", "21.7200")
    session = moisture(masses=(far, far))
    assert "m2, 1: its mass is not constant yet (2 weighings)" in blocked(session.given())
    for portion in (1, 2):
        for mass in range(7):
            text = f"{21.71 - mass / 100:.4f}"
            one = session.certificates["1.1"]
            session.read("m2", portion, text, one, step="dry-mass-again")
    assert "m2, 2" in blocked(session.given())
    loops = frozenset({("constant-mass", 1), ("constant-mass", 2)})
    outcome = compute_results(session.given(ended_loops=loops))[0]
    assert outcome.value == Decimal("17.5")
    assert codes(outcome) == ["draft-method", "mass-not-constant", "mass-not-constant"]


def test_struck_readings_and_entries_never_count():
    session = moisture()
    wrong = session.read("m1", 1, "99.0000", session.certificates["1.1"])
    sentence = blocked(session.given())
    assert f"m1, 1: 2 readings count instead of 1 (no. 2, no. {wrong.id})" in sentence
    session.captures[-1] = dataclasses.replace(wrong, struck="wrong dish")
    assert compute_results(session.given())[0].value == Decimal("14.02")
    spices = Session(METHODS["spices-distillation-gb-5009-3-3"])
    one = certificate("B-01")
    spices.enter("V0", 0, "0.10")
    for portion, volume in ((1, "2.50"), (2, "2.45")):
        spices.read("m", portion, "20.0000", one)
        spices.enter("V", portion, volume)
    spices.enter("V", 2, "9.99")
    assert "V, 2: 2 readings count instead of 1" in blocked(spices.given())
    spices.entries[-1] = dataclasses.replace(spices.entries[-1], struck="slip")
    outcome = compute_results(spices.given())[0]
    assert outcome.reported == "11.9"
    assert float(outcome.value) == pytest.approx(11.85363, abs=1e-5)


def test_what_a_result_does_not_need_does_not_stop_it():
    """The analyser's mass is only looked at; without a certificate of its mass there is a moisture."""
    session = Session(METHODS["moisture-analyser-screening"])
    one = certificate("M-01", "%M", s=0.03, d=0.01)
    for portion, percent in ((1, "13.82"), (2, "13.96")):
        session.read("m", portion, "5.012", instrument="M-01")
        session.read("M", portion, percent, one)
    (outcome,) = compute_results(session.given(approved=True))
    assert outcome.value == Decimal("13.89")
    assert codes(outcome) == ["screening"]
    assert set(outcome.sensitivities) == {2, 4}


def test_a_setting_to_zero_is_one_rounding_for_all_weighings_after_it():
    text = STEP.format("first", "weigh", "balance", "a")
    tare = STEP.format("zero", "tare", "balance", "").replace('into = ""\n', "")
    plain = net_method().document.decode()
    one = certificate("B-01", s=1e-9, d=1e-4)

    def u(document):
        session = Session(method(document))
        session.read("a", 1, "50.0000", one)
        session.read("b", 1, "50.5000", one)
        return compute_results(session.given())[0].u

    step = 1e-4 / math.sqrt(12)
    assert u(plain) == pytest.approx(step * math.sqrt(2), rel=1e-6)
    assert u(plain.replace(text, tare + text)) == pytest.approx(step * math.sqrt(2), rel=1e-6)
    between = STEP.format("second", "weigh", "balance", "b")
    assert u(plain.replace(between, tare + between)) == pytest.approx(step * math.sqrt(3), rel=1e-6)


def test_repeated_indications_tell_their_own_repeatability_where_nothing_else_does():
    session = Session(METHODS["thermometer-ice-point"])
    readings = ("0.02", "0.03", "0.02", "0.02", "0.01")
    for portion in (1, 2):
        for text in readings:
            session.read("t", portion, text, instrument="T-01")
    first, second = compute_results(session.given(product_limit="class-a"))
    assert (first.portion, second.portion) == (1, 2)
    assert first.value == Decimal("0.02")
    spread = math.sqrt(5e-5) / math.sqrt(5)
    assert first.u == pytest.approx(math.hypot(spread, 0.01 / math.sqrt(12 * 5), 0.01 / math.sqrt(3)))
    row = next(row for row in first.rows if row.quantity.en == "repeatability of T-01")
    assert (row.count, row.dof) == (5, 4)
    assert "no-repeatability" not in codes(first)


# an earlier result


def extractives(earlier, one):
    session = Session(METHODS["coptis-extractives-chp-2201"], "S-2026-0002")
    figures = METHODS["coptis-extractives-chp-2201"].procedure.example.portions
    for portion, row in enumerate(figures, 1):
        for name in ("m", "f1", "f2", "d0", "d1"):
            session.read(
                name, portion, f"{row[name]:.4f}", one, id=100 + 10 * portion + len(session.captures)
            )
        session.enter("V0", portion, str(row["V0"]))
    return session.given(earlier=earlier)


def test_an_earlier_result_brings_its_readings_certificates_and_correlation():
    one = certificate("B-01", covariance=((1e-8, 0), (0, 1e-8)))
    w = compute_results(moisture(one=one).given())[0]
    outcome = compute_results(extractives({"w": w}, one))[0]
    factor = outcome.value / 100 / (1 - w.value / 100)
    assert outcome.sensitivities[1] == pytest.approx(float(factor) * w.sensitivities[1], rel=1e-6)
    assert {1, 2, 4, 5, 6, 8} < set(outcome.sensitivities)
    assert next(one.sensitivity for one in outcome.inputs if one.input == "w") == pytest.approx(float(factor))
    alone = compute_results(extractives({"w": dataclasses.replace(w, behind=())}, one))[0]
    assert alone.u == outcome.u
    assert set(outcome.certificates) == {"1.1"}
    assert any("constant mass" in row.quantity.en for row in outcome.rows)


def test_an_earlier_result_is_one_of_the_methods_that_are_named():
    one = certificate("B-01")
    other = compute_results(moisture(METHODS["direct-drying-gb-5009-3-1"], one=one).given())[0]
    needed = f"w: a result of the same sample by {COPTIS} is needed"
    assert blocked(extractives({"w": other}, one)) == needed
    assert blocked(extractives({}, one)) == needed


# what stops a result


def test_a_reading_without_certificate_gives_no_number_and_says_which():
    session = moisture()
    session.captures[1] = dataclasses.replace(session.captures[1], certificate="")
    assert blocked(session.given()) == (
        "B-01 23.1234 g (m1, 1, no. 2): B-01 had no certificate in force, so there is no corrected value"
    )


def test_every_reason_is_told_at_once():
    one = certificate("B-01")
    session = moisture(one=one)
    session.captures[0] = dataclasses.replace(session.captures[0], certificate="7.7")
    session.captures[1] = dataclasses.replace(session.captures[1], raw_text="500.0")
    session.captures[4] = dataclasses.replace(session.captures[4], unit="mg")
    del session.captures[5]
    assert blocked(session.given()).splitlines() == [
        "B-01 20.1234 g (m3, 1, no. 1): certificate 7.7 is not in the records",
        "B-01 19.8765 mg (m3, 2, no. 5): certificate C-B-01 is for indications in g",
        "B-01 500.0 g (m1, 1, no. 2): outside the range of certificate C-B-01, -50 to 400 g",
        "m1, 2: nothing is captured yet",
    ]


def test_one_portion_is_not_two_determinations():
    session = moisture()
    session.captures = session.captures[:4]
    assert blocked(session.given()) == "1 determinations are there, and the method needs 2"


def test_an_expired_certificate_needs_the_release_by_two_people_which_is_told():
    late = {"t_ns": NOW_NS + YEAR_NS}
    session = moisture()
    session.captures = [dataclasses.replace(one, **late) for one in session.captures]
    assert "certificate C-B-01 of B-01 was not in force then" in blocked(session.given())
    release = Override(subject="B-01", reason="institute is late", accounts=("li.jun", "zhao.min"))
    outcome = compute_results(session.given(overrides=(release,)))[0]
    assert outcome.value == Decimal("14.02")
    note = next(note for note in outcome.notes if note.code == "override")
    assert (
        note.words.en == "Released by li.jun and zhao.min although refused: B-01. Reason: institute is late"
    )
    assert "放行" in note.words.zh


def test_a_check_of_a_standard_or_plate_that_is_missing_is_refused():
    session = Session(METHODS["balance-daily-check"])
    session.read("I", 1, "50.0000", instrument="B-01")
    sentence = blocked(session.given())
    assert "W, 1: the value of the standard in the role weight is missing" in sentence
    assert "mpe, 1: no instrument of the register is in the role balance" in sentence
    bare = {"balance": {0: Plate(name="B-01", unit="g")}}
    given = session.given(standards={"weight": {1: weight("50")}}, instruments=bare)
    assert "the register does not say the maximum permissible error of B-01" in blocked(given)


def test_nothing_has_a_value_without_uncertainty_unless_the_method_says_so():
    """A line that is exactly known, without rounding and spread, has no u: no result."""
    session = Session(net_method())
    one = certificate("B-01", in_use=OWN)
    session.read("a", 1, "50.0000", one)
    session.read("b", 1, "50.5000", one)
    assert blocked(session.given()).startswith("y: the variance of the result is 0")


# what is said


def test_another_certificate_version_is_tried_without_asking_whether_it_was_in_force():
    session = moisture()
    bent = certificate("B-01", coefficients=(0.0, 0.0, 4e-5), covariance=[[0.0] * 3] * 3, record="1.2")
    later = dataclasses.replace(bent, in_force_from_ns=NOW_NS + YEAR_NS, valid_until_ns=NOW_NS + 2 * YEAR_NS)
    given = session.given()
    old, new = compute_results(given)[0], compute_results(given.under({"1.1": "1.2"}, {"1.2": later}))[0]
    assert new.value > old.value
    assert set(new.certificates) == {"1.2"}
    assert "Computed under certificate 1.2 instead of 1.1." in [note.words.en for note in new.notes]
    assert compute_results(given)[0].as_json() == old.as_json()


def test_simulated_and_unstable_readings_are_told():
    session = moisture()
    session.captures[0] = dataclasses.replace(session.captures[0], quality=Quality.SIMULATED)
    session.captures[1] = dataclasses.replace(session.captures[1], quality=Quality.UNSTABLE)
    assert codes(compute_results(session.given(approved=True))[0]) == ["simulated", "unstable"]


def leaves(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def test_json_has_no_floats_says_all_and_is_the_same_in_every_run():
    def document():
        return compute_results(moisture().given(product_limit="drug-chp-2025"))[0].as_json()

    first = document()
    assert first == document() == json.loads(json.dumps(first))
    assert not any(isinstance(leaf, float) for leaf in leaves(first))
    assert first["value"] == "14.02"
    assert Decimal(first["U"]) == pytest.approx(
        Decimal(first["k"]) * Decimal(first["u"]), rel=Decimal("1e-11")
    )
    assert {row["source"] for row in first["budget"][1:]} == {"C-B-01 (1.1)"}
    assert first["budget"][0]["source"].startswith("中国药典")
    assert first["budget"][0]["quantity"]["zh"].startswith("恒重判据")
    shares = sum(Decimal(row["share"]) for row in first["budget"])
    assert shares == pytest.approx(1, rel=Decimal("1e-10"))
    assert [one["capture"] for one in first["inputs"]] == [1, 5, 2, 6, 4, 8]
