"""What stands on a certificate: found through links, tried under another version, against exact results."""

import dataclasses
import math
from decimal import Decimal

import numpy as np
import pytest

from daq.errors import RegisterError
from daq.journal import ChannelDefinition, Journal, JournalReader
from daq.lab.nonconforming.records import Suspect
from daq.lab.results.computing import compute_results
from daq.lab.tracing.chain import LinkState
from daq.lab.tracing.impact import Window, impact_of_certificate, impact_of_equipment, recomputed
from daq.lab.tracing.impact_figures import curve_of
from daq.lab.tracing.impact_readings import indications_beside_corrected
from daq.lab.tracing.impact_suspect import what_stood_on
from daq.lab.tracing.records import chain_of_certificate, chain_of_result
from daq.records.database import changing, reading, records_url
from daq.records.migrations import open_records
from drivers.reading import Channel, Quality, Reading
from tests.calibration.native_files import BALANCE, COEFFICIENTS, TABLE
from tests.clocks import HandClock
from tests.daq.lab.impact.records import START_NS, YEAR_NS, Records
from tests.daq.lab.results.bench import BALANCE_PLATE, METHODS, NOW_NS, Session, moisture, weight

SHARE = '[[standard]]\ncertificate = "E2"\nu = 0.01\nu_relative = 1e-7\ndof = 20\n'
POINTS = "".join(
    f"[[point]]\nindication = {x}\nerror = {error}\nU = 0.2\nk = 2\n"
    for x, error in zip(range(0, 132, 2), np.random.default_rng(3).choice([-2.0, 0.0, 2.0], 66), strict=True)
)
BENT = TABLE.split("[[point]]")[0] + POINTS + SHARE
"""Up and down by 2 mg: its corrections do not cancel in a loss, as those of a line do."""
OTHER = COEFFICIENTS.replace("range", "dof = 4\nrange").replace("resolution = 0.0001", "resolution = 0.0002")
NAMES = ["coptis-moisture-chp-0832-2", "direct-drying-gb-5009-3-1", "coptis-total-ash-chp-2302"]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """200 random results of three methods on two balances, in one database of SQLite."""
    rng = np.random.default_rng(7)
    with open_records(records_url(tmp_path_factory.mktemp("many"))) as engine:
        with changing(engine) as connection:
            records = Records(connection)
            known = {
                "1.1": records.certificate("1.1", BALANCE + SHARE),
                "1.2": records.certificate("1.2", BENT),
                "1.3": records.certificate("1.3", OTHER, sha256="3" * 64),
                "1.4": records.certificate("1.4", TABLE + SHARE, sha256="4" * 64),
                "2.1": records.certificate("2.1", COEFFICIENTS.replace("B-01", "B-02") + SHARE),
            }
            givens = {}
            for number in range(1, 201):
                session = random_session(rng, number, known)
                records.session(session)
                limit = "drug-chp-2025" if session.method.procedure.limits else None
                givens[number] = session.given(product_limit=limit)
                records.results(givens[number], first=number)
        yield engine, known, givens


def random_session(rng, number, known):
    """Loss on drying near 14 %; some second portions on the other balance."""
    session = Session(METHODS[NAMES[number % 3]], f"S-{number:04d}")
    of_method = [one.name for one in session.method.procedure.inputs]
    dish_name, whole_name, dry_name = ("m0", "m1", "m2") if "m0" in of_method else ("m3", "m1", "m2")
    for portion in (1, 2):
        one = known["2.1" if portion == 2 and rng.random() < 0.3 else "1.1"]
        dish, sample = rng.uniform(20, 120), rng.uniform(2, 5)
        dry = dish + sample * (1 - rng.normal(0.1405, 0.0002))
        if "m0" in of_method:
            dry = dish + sample * rng.normal(0.0505, 0.0002)
        session.read(dish_name, portion, f"{dish:.4f}", one)
        session.read(whole_name, portion, f"{dish + sample:.4f}", one)
        session.read(dry_name, portion, f"{dry + 0.0002:.4f}", one)
        inner = next(
            step.steps[-1].id for step in session.method.procedure.steps if step.do == "repeat-until"
        )
        session.read(dry_name, portion, f"{dry:.4f}", one, step=inner)
    return session


@pytest.mark.parametrize(
    ("other", "first_order", "every"), [("1.2", 3e-3, 1), ("1.3", 1e-5, 5), ("1.4", 1e-5, 5)]
)
def test_200_random_results_under_another_version_against_exact_ones(many, other, first_order, every):
    """What is left is the second order: corrections of 2 mg move sensitivities by some 1e-4."""
    engine, known, givens = many
    with reading(engine) as connection:
        found = impact_of_certificate(connection, "1.1", other=other).results
    assert found.kept.id.tolist() == list(givens)
    assert found.is_tried.all()
    for place, given in list(enumerate(givens.values()))[::every]:
        (exact,) = compute_results(given.under({"1.1": other}, known))
        assert found.value[place] == pytest.approx(float(exact.value), abs=first_order * exact.u)
        assert found.u[place] == pytest.approx(exact.u, rel=first_order)
        assert found.expanded[place] == pytest.approx(exact.U, rel=first_order)
        assert found.verdict[place] == exact.verdict
        assert found.verdict_changed[place] == (exact.verdict != found.kept.verdict[place])
    if other == "1.2":
        assert 5 < found.verdict_changed.sum() < 100


def test_one_result_exactly_on_demand(many):
    _, known, givens = many
    (change,) = recomputed(givens[3], {"1.1": known["1.2"]})
    (exact,) = compute_results(givens[3].under({"1.1": "1.2"}, known))
    assert change.new.value == exact.value
    assert change.value_changed


def test_results_that_nothing_is_tried_on_stay_as_they_are(many):
    engine, _, givens = many
    with reading(engine) as connection:
        listed = impact_of_certificate(connection, "1.1").results
        tried = impact_of_certificate(connection, "2.1", other="1.3").results
    assert not listed.is_tried.any()
    assert listed.value.tolist() == listed.kept.value.tolist()
    assert list(listed.verdict) == list(listed.kept.verdict)
    on_second = [n for n, given in givens.items() if "2.1" in {one.certificate for one in given.captures}]
    assert tried.kept.id.tolist() == on_second
    assert 10 < len(on_second) < 190


# what stands on what


WEIGHTS = """
format = "hengliang-certificate-1"
[certificate]
number = "E2-0008"
kind = "calibration"
laboratory = "Province"
calibrated_on = 2026-03-01
level = 0.9545
[equipment]
name = "W-01"
serial_number = "9"
quantity = "mass"
unit = "g"
[[value]]
name = "50 g"
value = 50.00002
U = 0.00004
k = 2
"""


def small(connection):
    """Weights 9.1 above balance 1.1 above balance 2.1; a moisture, extractives from it, a check."""
    records = Records(connection)
    records.certificate("9.1", WEIGHTS, channel="", sha256="9" * 64)
    balance = records.certificate("1.1", BALANCE, links=[("E2-0008", "9" * 64)])
    later = BENT.replace("LX-2026-0417", "LX-2026-0418")
    records.certificate("1.2", later, links=[("E2-0008", "9" * 64)])
    lower = BALANCE.replace('"B-01"', '"B-02"').replace("0417", "0999")
    other = records.certificate("2.1", lower, links=[("LX-2026-0417", "")], sha256="2" * 64)
    water = moisture(one=balance, name="S-1")
    records.session(water)
    (wet,) = records.results(water.given(product_limit="drug-chp-2025"), first=1)
    dry = extractives(balance, other)
    records.session(dry)
    records.results(dry.given(earlier={"w": wet}), first=2)
    check = Session(METHODS["balance-daily-check"], "S-3")
    check.read("I", 1, "50.0000", balance)
    records.session(check, sample=None)
    about = {"standards": {"weight": {1: weight("50.00002", record="9.1")}}}
    records.results(check.given(instruments={"balance": {0: BALANCE_PLATE}}, **about), first=3)
    records.report("R-1", "S-1")
    records.report("R-1", "S-1", version=2)
    records.report("R-2", "S-2")
    return water, wet


def extractives(balance, other):
    session = Session(METHODS["coptis-extractives-chp-2201"], "S-2")
    for portion, row in enumerate(session.method.procedure.example.portions, 1):
        for name in ("m", "d0", "d1"):
            session.read(name, portion, f"{row[name]:.4f}", balance)
        for name in ("f1", "f2"):
            session.read(name, portion, f"{row[name]:.4f}", other)
        session.enter("V0", portion, str(row["V0"]))
    return session


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory):
    """Of SQLite, to be read only."""
    with open_records(records_url(tmp_path_factory.mktemp("small"))) as engine:
        with changing(engine) as connection:
            water, wet = small(connection)
        yield engine, water, wet


@pytest.fixture
def fresh(tmp_path):
    """Of SQLite, for one test."""
    with open_records(records_url(tmp_path)) as engine:
        with changing(engine) as connection:
            water, _ = small(connection)
        yield engine, water


def test_everything_below_is_found_through_links_readings_and_earlier_results(engine):
    with changing(engine) as connection:
        small(connection)
    with reading(engine) as connection:
        found = impact_of_certificate(connection, "9.1")
        own = impact_of_equipment(connection, "W-01")
        balance = impact_of_certificate(connection, "1.1", other="1.2")
        second = impact_of_certificate(connection, "2.1")
    below = {one.version.record: one.link for one in found.certificates}
    assert below == {
        "9.1": None,
        "1.1": LinkState.MATCHED,
        "1.2": LinkState.MATCHED,
        "2.1": LinkState.BY_NUMBER,
    }
    assert found.results.kept.formula == ("X_mean", "E_mean", "E", "E_in_mpe")
    assert [(one.number, one.version) for one in found.reports] == [("R-1", 2), ("R-2", 1)]
    assert [(one.instrument, one.record, one.count) for one in found.captures] == [
        ("B-01", "1.1", 15),
        ("B-02", "2.1", 4),
    ]
    assert own.results.kept.id.tolist() == found.results.kept.id.tolist()
    # the check compares the indication with the weight: the certificate of its balance is not behind it
    assert balance.results.kept.formula == ("X_mean", "E_mean")
    assert balance.results.is_tried.tolist() == [True, True]
    # the flask's balance only restores its mass, which no result uses
    assert second.results.kept.id.tolist() == []
    assert second.reports == ()
    assert second.captures[0].count == 4


def test_an_earlier_result_brings_its_readings_under_the_other_version(laboratory):
    """Extractives stand on the moisture of the same sample: both change with the balance's certificate."""
    engine, *_ = laboratory
    with reading(engine) as connection:
        found = impact_of_certificate(connection, "1.1", other="1.2").results
    water_at = found.value[0] - found.kept.value[0]
    assert water_at != 0
    assert found.value[1] != found.kept.value[1]
    assert found.kept.session == ("S-1", "S-2")


def test_a_window_of_time(laboratory):
    engine, water, _ = laboratory
    last = max(one.t_ns for one in water.captures)
    with reading(engine) as connection:
        before = impact_of_certificate(connection, "1.1", window=Window(until_ns=START_NS))
        within = impact_of_certificate(connection, "1.1", window=Window(from_ns=last, until_ns=last + 1))
    assert len(before.results) == 0
    assert before.captures == ()
    assert [one.session for one in before.reports] == []
    assert within.results.kept.formula == ("X_mean", "E_mean")
    assert {(one.first_ns, one.last_ns) for one in within.captures} == {(last, last)}


def test_a_result_that_was_computed_again_stands_on_the_version_that_was_tried(fresh):
    engine, water = fresh
    with changing(engine) as connection:
        records = Records(connection)
        again = water.given(product_limit="drug-chp-2025").under(
            {"1.1": "1.2"}, {"1.2": curve_of(connection, "1.2")}
        )
        (new,) = records.results(again, first=1, version=2)
    with reading(engine) as connection:
        old = impact_of_certificate(connection, "1.1", other="1.2").results
        back = impact_of_certificate(connection, "1.2", other="1.1").results
    assert old.kept.formula == ("E_mean",), "its newest version does not stand on the old certificate"
    assert back.kept.version.tolist() == [2]
    assert back.is_tried.tolist() == [True]
    (first,) = compute_results(water.given(product_limit="drug-chp-2025"))
    assert float(new.value) != pytest.approx(float(first.value), rel=1e-6)
    assert back.value[0] == pytest.approx(float(first.value), rel=1e-6)
    assert back.u[0] == pytest.approx(first.u, rel=1e-3)


def test_what_cannot_be_tried_is_refused(fresh):
    engine, _ = fresh
    with changing(engine) as connection:
        records = Records(connection)
        in_mg = (
            BALANCE.replace('unit = "g"', 'unit = "mg"')
            .replace("100.0001", "100")
            .replace("error = 0.08\n", "")
        )
        in_mg = in_mg.replace("200.0003", "200").replace("correction = -0.25\n", "")
        records.certificate("3.1", in_mg, sha256="8" * 64)
    with reading(engine) as connection:
        with pytest.raises(RegisterError, match=r"There is no certificate 7\.7"):
            impact_of_certificate(connection, "7.7")
        with pytest.raises(RegisterError, match=r"There is no certificate 1\.9"):
            impact_of_certificate(connection, "1.1", other="1.9")
        with pytest.raises(RegisterError, match=r"Certificate 9\.1 has no curve"):
            impact_of_certificate(connection, "1.1", other="9.1")
        with pytest.raises(RegisterError, match=r"1\.1 corrects g into g, and 3\.1 corrects mg into mg"):
            impact_of_certificate(connection, "1.1", other="3.1")


def test_readings_of_the_journal_are_counted_by_channel_with_their_numbers(laboratory, tmp_path):
    engine, *_ = laboratory
    clock = HandClock(NOW_NS)
    mass = Channel("mass", "mass", "g")
    with Journal.open(tmp_path / "journal.db", clock) as journal:
        for serial_number in ("B123456789", "another"):
            journal.define_channel(ChannelDefinition("B-01", mass, "p", serial_number))
            told = [
                Reading("B-01", "mass", "1.0", "g", t_ns, Quality.GOOD, b"x")
                for t_ns in (NOW_NS + 1, NOW_NS + 10**9, START_NS + YEAR_NS + 10**9)
            ]
            clock.ns = START_NS + YEAR_NS + 2 * 10**9
            journal.append(
                [dataclasses.replace(one, t_ns=one.t_ns + 5 * len(serial_number)) for one in told]
            ).wait(10)
    with reading(engine) as connection, JournalReader.open(tmp_path / "journal.db") as reader:
        found = impact_of_certificate(connection, "1.1", journal=reader).readings
    (one,) = [one for one in found if one.record == "1.1"]
    assert (one.instrument, one.channel, one.count) == ("B-01", "mass", 2)
    assert one.last_seq == one.first_seq + 1


# the chain, from the records


def test_the_chain_of_a_certificate_and_of_a_result_from_the_records(laboratory):
    engine, *_ = laboratory
    with reading(engine) as connection:
        certificate = chain_of_certificate(connection, "2.1", NOW_NS)
        result = chain_of_result(connection, 2, 1)
        check = chain_of_result(connection, 3, 1)
    steps = [(edge.below, edge.above, edge.state) for edge in certificate.edges]
    assert steps[:3] == [
        ("use B-02 2.1", "2.1", LinkState.MATCHED),
        ("2.1", "1.1", LinkState.BY_NUMBER),
        ("1.1", "9.1", LinkState.MATCHED),
    ]
    assert [node.key for node in result.nodes][:2] == ["use B-01 1.1", "1.1"]
    assert [node.key for node in check.nodes][:2] == ["use W-01 9.1", "9.1"], "nothing stands on the balance"
    assert certificate.is_sound


# nonconforming work


def test_what_stood_on_a_suspect_channel_is_listed_item_by_item(laboratory):
    engine, water, wet = laboratory
    first, last = water.captures[0].t_ns, water.captures[-1].t_ns
    with reading(engine) as connection:
        found = what_stood_on(connection, Suspect("B-01", "mass", first, last))
        nothing = what_stood_on(connection, Suspect("B-01", "temperature", first, last))
        standard = what_stood_on(connection, Suspect("W-01", "", START_NS, NOW_NS))
    kinds = [one.kind for one in found]
    assert kinds == ["capture"] * kinds.count("capture") + ["result"] * 4 + ["report"] * 2
    by_record = {(one.kind, one.record): one for one in found}
    result = by_record["result", "1.1"]
    assert (result.value, result.U, result.unit, result.verdict) == ("14.0", wet.reported_U, "%", "pass")
    assert (result.session, result.sample, result.new_value) == ("S-1", "HL-1", "")
    assert by_record["report", "R-1.2"].session == "S-1"
    assert by_record["capture", str(water.captures[0].id)].value == water.captures[0].raw_text
    assert nothing == ()
    assert [one.record for one in standard if one.kind == "result"] == ["1.1", "2.1", "3.1", "4.1"]


def test_results_stand_on_the_oven_that_dried_though_its_temperature_is_in_no_formula(fresh):
    engine, water = fresh
    oven = dataclasses.replace(
        water.captures[0], instrument="O-01", channel="temperature-1", step="first-drying", into=""
    )
    with changing(engine) as connection:
        read = Records(connection).capture(oven)
        found = what_stood_on(connection, Suspect("O-01", "temperature-1", oven.t_ns, oven.t_ns))
        before = what_stood_on(connection, Suspect("O-01", "temperature-1", START_NS, oven.t_ns - 1))
        other = what_stood_on(connection, Suspect("O-01", "temperature-2", oven.t_ns, oven.t_ns))
    assert [(one.kind, one.record) for one in found] == [
        ("capture", str(read.id)),
        ("result", "1.1"),
        ("result", "2.1"),  # takes up the moisture
        ("report", "R-1.2"),
        ("report", "R-2.1"),
    ]
    assert (before, other) == ((), ())


def test_uncorrected_indications_beside_corrected_readings_are_known_by_the_method():
    assert [indications_beside_corrected(one.procedure) for one in METHODS.values()] == [()] * len(METHODS)
    inputs = METHODS["coptis-moisture-chp-0832-2"].procedure.inputs
    mixed = tuple(one.model_copy(update={"indication": one.name == "m3"}) for one in inputs)
    procedure = METHODS["coptis-moisture-chp-0832-2"].procedure.model_copy(update={"inputs": mixed})
    assert indications_beside_corrected(procedure) == ("m3",)


def test_a_statistic_stays_as_it_was_judged(tmp_path):
    with open_records(records_url(tmp_path)) as engine:
        found = statistic_under_another(engine)
    assert len(found) == 1
    assert math.isnan(found.u[0])
    assert found.value[0] == found.kept.value[0] == Decimal(0)
    assert list(found.verdict) == ["pass"]


def statistic_under_another(engine):
    with changing(engine) as connection:
        records = Records(connection)
        one = records.certificate("1.1", BALANCE)
        records.certificate("1.2", BENT)
        session = Session(METHODS["balance-eccentricity"], "S-1")
        for name in "cfblr":
            session.read(name, 1, "50.0000", one)
        records.session(session)
        about = {"standards": {"weight": {1: weight("50.0", record="1.1")}}}
        plate = {"balance": {0: BALANCE_PLATE}}
        records.results(session.given(instruments=plate, product_limit="in-service", **about), first=1)
    with reading(engine) as connection:
        return impact_of_certificate(connection, "1.1", other="1.2").results
