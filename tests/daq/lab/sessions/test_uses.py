"""What an instrument is used for decides what speaks against it, and is asked before work begins with it."""

import pytest

from daq.errors import StepRefusedError
from daq.journal import ChannelDefinition
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import EquipmentChange, change_equipment, find_equipment
from daq.lab.equipment.validity import Reason
from daq.lab.methods.loading import load_methods
from daq.lab.sessions.instruments import Use, demanded, has_passed, objections, whole_use
from daq.lab.sessions.results import finish_session
from daq.lab.sessions.signing import PERFORMED, sign_session
from daq.lab.sessions.starting import Choice, choose_instrument, start_session
from daq.lab.sessions.steps import At, start_timer
from daq.records.database import reading
from drivers.reading import Channel
from tests.daq.lab.register.laboratory import DAY_NS
from tests.daq.lab.sessions.bench import CHEN, WANG, certificate_of, walk

SCREENING = load_methods()["moisture-analyser-screening"].procedure
COMPARISON = load_methods()["thermometer-comparison"].procedure


def second_channel(bench, instrument="O-01"):
    definition = ChannelDefinition(instrument, Channel("temperature-2", "temperature", "degC"), "profile", "")
    bench.journal.define_channel(definition)


def said(bench, procedure, use, days=0):
    now_ns = bench.clock.now_ns() + days * DAY_NS
    with reading(bench.engine) as connection:
        found = objections(connection, procedure, use, now_ns)
    return [one.remark.sentence for one in found if one.remark.code.startswith("certificate")]


def test_an_analyser_whose_moisture_certificate_ended_still_weighs(bench):
    """Its mass channel has a newer certificate of its own."""
    text = certificate_of("M-01").replace("2027-03-05", "2028-03-05")
    bench.laboratory.in_force(text.replace("LX-M-01-mass", "LX-M-01-mass-2"))
    demand, days = demanded(SCREENING, "analyser"), 366
    (why,) = said(bench, SCREENING, Use(demand, "M-01", frozenset({"moisture"})), days)
    assert "certificate LX-M-01-moisture ended on" in why
    assert said(bench, SCREENING, Use(demand, "M-01", frozenset({"mass"})), days) == []
    assert said(bench, SCREENING, Use(demand, "M-01"), days) == [why]


def test_a_moisture_that_a_method_takes_in_percent_still_needs_the_certificate_for_moisture():
    use = Use(demanded(SCREENING, "analyser"), "M-01", frozenset({"fraction"}))
    ended = Reason("certificate", False, {"channel": "moisture", "quantity": "moisture"})
    assert use.concerns(ended)
    assert not use.concerns(Reason("certificate", False, {"channel": "mass", "quantity": "mass"}))


def test_what_a_role_measures_is_read_from_the_method():
    assert whole_use(SCREENING, "analyser", "M-01").quantities >= {"moisture"}
    assert whole_use(COMPARISON, "reference", "T-02/ch1").quantities == {"temperature"}
    assert whole_use(load_methods()["balance-eccentricity"].procedure, "weight", "W-01").quantities == set()


def test_an_oven_of_two_channels_is_named_with_its_channel_before_anything_begins(bench):
    bench.check_balance()
    second_channel(bench)
    order = bench.order("coptis-moisture-chp-0832-2")
    with pytest.raises(StepRefusedError, match="Name one, such as O-01/temperature"):
        start_session(bench.bench, CHEN, order)
    roles = dict(order.roles) | {"oven": "O-01/temperature-9"}
    with pytest.raises(StepRefusedError, match="O-01/temperature-9 has no channel for temperature"):
        start_session(bench.bench, CHEN, bench.order("coptis-moisture-chp-0832-2", roles=roles))
    roles |= {"oven": "O-01/temperature-2"}
    session = bench.start("coptis-moisture-chp-0832-2", roles=roles)
    with pytest.raises(StepRefusedError, match="several channels"):
        choose_instrument(bench.bench, CHEN, session, Choice("oven", 0, "O-01", "the other sensor"))


def at_the_oven(bench):
    bench.check_balance()
    session = bench.start("coptis-moisture-chp-0832-2")
    walk(bench, session, until=lambda state: state.task(1) and state.task(1).place.step == "first-drying")
    return session, At(session, "first-drying", 1)


def test_an_oven_that_got_a_second_channel_meanwhile_is_refused_before_the_dish_goes_in(bench):
    session, at = at_the_oven(bench)
    second_channel(bench)
    with pytest.raises(StepRefusedError, match="several channels for temperature"):
        start_timer(bench.bench, CHEN, at)
    assert bench.state(session).timers == ()


def test_an_oven_that_was_suspended_meanwhile_takes_no_dish(bench):
    _, at = at_the_oven(bench)
    with reading(bench.engine) as connection:
        oven = find_equipment(connection, "O-01")
    about = oven.about.__class__(**{**oven.as_json(), "state": EquipmentState.SUSPENDED, "accessories": ()})
    change_equipment(bench.engine, bench.clock, WANG, EquipmentChange("O-01", oven.version, about, "too hot"))
    with pytest.raises(StepRefusedError, match="O-01 is suspended"):
        start_timer(bench.bench, CHEN, at)


def passed(bench, method, instrument):
    with reading(bench.engine) as connection:
        return has_passed(connection, method, instrument, bench.clock.now_ns() - DAY_NS)


def test_only_the_instrument_that_was_checked_has_passed_its_check(bench):
    bench.check_balance()
    assert passed(bench, "balance-daily-check", "B-01")
    assert not passed(bench, "balance-daily-check", "W-01")
    session = bench.start("thermometer-comparison", limit="oven-thermometer")
    walk(bench, session)
    finish_session(bench.bench, CHEN, session)
    sign_session(bench.bench, session, bench.signature("chen.yu", PERFORMED))
    assert passed(bench, "thermometer-comparison", "T-01")
    assert not passed(bench, "thermometer-comparison", "T-02")


def test_a_balance_that_was_replaced_in_the_middle_of_a_check_has_not_passed_it(bench):
    session = bench.start("balance-daily-check")
    choose_instrument(bench.bench, CHEN, session, Choice("balance", 0, "B-02", "B-01 does not warm up"))
    walk(bench, session)
    finish_session(bench.bench, CHEN, session)
    sign_session(bench.bench, session, bench.signature("chen.yu", PERFORMED))
    assert passed(bench, "balance-daily-check", "B-02")
    assert not passed(bench, "balance-daily-check", "B-01")
