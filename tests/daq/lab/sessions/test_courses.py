"""Loops, struck captures, portions, times, the end of a session: what goes on or stops, and why in words."""

from decimal import Decimal

import pytest

from daq.errors import BenchError, NotPermittedError, ResultBlockedError, StepRefusedError, TwoPersonError
from daq.lab.certificates.life import revoke
from daq.lab.equipment.validity import OVERRIDE
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.events import Stage
from daq.lab.sessions.results import finish_session, kept_results, recalculate, result_versions
from daq.lab.sessions.signing import (
    PERFORMED,
    REVIEWED,
    amend_session,
    cancel_session,
    return_session,
    review_session,
    sign_session,
)
from daq.lab.sessions.starting import Allowed, Choice, choose_instrument, override, start_session
from daq.lab.sessions.state import why_of
from daq.lab.sessions.steps import (
    At,
    abandon_portion,
    add_portion,
    confirm,
    enter,
    note,
    skip,
    start_timer,
    stop_timer,
    strike,
)
from daq.records.certificate_versions import State
from daq.records.database import reading
from daq.security.audit import Actor
from daq.security.people import Role
from tests.daq.lab.register.laboratory import certificate_text
from tests.daq.lab.sessions.bench import (
    CHEN,
    WANG,
    act,
    certificate_of,
    next_task,
    prepare,
    show,
    walk,
)

MOISTURE = "coptis-moisture-chp-0832-2"


def two_people(bench):
    return (
        bench.signature("chen.yu", OVERRIDE, Role.TECHNICIAN),
        bench.signature("li.jun", OVERRIDE, Role.QUALITY_MANAGER),
    )


def until_step(step, portion=1):
    return lambda state: bool((task := state.task(portion)) and task.place.step == step)


def weigh(bench, session, text, portion=1, token=""):
    """The balance shows it, and it is captured where the portion stands."""
    task = bench.state(session).task(portion)
    show(bench, session, task, text)
    at = At(session, task.place.step, portion)
    return capture(bench.bench, CHEN, Press(at=at, token=token or f"w{next(bench.tokens)}"))


def once_more(bench, session, portion=1):
    """Through oven and desiccator to the next weighing of the loop."""
    while (task := bench.state(session).task(portion)).step.do != "weigh":
        act(bench, session, task)


def test_the_constant_mass_loop_goes_on_and_stops_in_words_with_figures(dried):
    """ChP 0832 method 2: dry 1 h more until two weighings differ by 5 mg or less; the last one counts."""
    bench, session = dried
    state = weigh(bench, session, "23.8471").state
    assert why_of(state, 1).sentence == ("First mass 23.8471 g: it is weighed again after the next drying.")
    once_more(bench, session)
    state = weigh(bench, session, "23.8409").state
    assert why_of(state, 1).sentence == (
        "Not constant: 23.8409 g after 23.8471 g, a difference of 6.2 mg, more than 5 mg. "
        "Once more, repetition 2 of at most 8."
    )
    assert state.task(1).place.step == "drying-again"
    assert state.task(1).place.turn == 2
    once_more(bench, session)
    state = weigh(bench, session, "23.8359").state  # 5.0 mg: the limit is included
    assert why_of(state, 1).sentence == (
        "Constant: 23.8359 g after 23.8409 g, a difference of 5 mg, at most 5 mg. 23.8359 g counts."
    )
    (loop,) = [one for one in state.loops if one.portion == 1]
    assert loop.counting.raw_text == "23.8359"
    assert state.task(1) is None


def test_the_smaller_mass_counts_where_the_method_says_so(bench):
    """GB 5009.3 method 1: where the mass rises within 2 mg, the previous one is taken."""
    bench.check_balance()
    session = bench.start("direct-drying-gb-5009-3-1")
    walk(bench, session, until=until_step("first-dry-mass"))
    weigh(bench, session, "23.8400")
    once_more(bench, session)
    state = weigh(bench, session, "23.8415").state
    (loop,) = [one for one in state.loops if one.portion == 1]
    assert loop.counting.raw_text == "23.8400"
    assert why_of(state, 1).facts["counts"] == "23.8400 g"


def test_a_struck_weighing_leaves_the_loop_as_if_it_had_not_been(dried):
    bench, session = dried
    weigh(bench, session, "23.8471")
    once_more(bench, session)
    wrong = weigh(bench, session, "23.8470")
    assert wrong.state.task(1) is None  # constant
    state = strike(bench.bench, CHEN, session, wrong.n, "the door was open")
    assert (state.task(1).place.step, state.task(1).place.turn) == ("dry-mass-again", 1)
    assert [one.struck for one in state.captures][-1] == "the door was open"
    state = weigh(bench, session, "23.8400").state
    assert why_of(state, 1).code == "mass-not-constant"
    assert [one.raw_text for one in state.loops[0].weighings] == ["23.8471", "23.8400"]


def test_a_struck_first_mass_is_replaced_by_the_next_that_stands(dried):
    bench, session = dried
    first = weigh(bench, session, "23.9471")
    once_more(bench, session)
    weigh(bench, session, "23.8409")
    state = strike(bench.bench, CHEN, session, first.n, "a glove lay on the pan")
    assert state.task(1).place.step == "drying-again"
    once_more(bench, session)
    state = weigh(bench, session, "23.8405").state
    assert why_of(state, 1).code == "mass-constant"


def test_a_loop_that_never_ends_stops_and_two_people_may_end_it(dried):
    bench, session = dried
    weigh(bench, session, "24.0000")
    for number in range(8):
        once_more(bench, session)
        state = weigh(bench, session, f"{Decimal('23.9900') - number * Decimal('0.0100')}").state
    assert state.task(1) is None
    assert why_of(state, 1).sentence.startswith("Not constant after 8 repetitions: 23.9200 g after 23.9300 g")
    with pytest.raises(StepRefusedError, match="Not constant after 8 repetitions"):
        finish_session(bench.bench, CHEN, session)
    allowed = Allowed("mass-never-constant", "constant-mass/1", "the oven closes", two_people(bench))
    state = override(bench.bench, session, allowed)
    (loop,) = [one for one in state.loops if one.portion == 1]
    assert loop.counting.raw_text == "23.9200"
    assert next(one for one in state.positions if one.portion == 1).is_through


def test_portions_go_through_the_oven_at_their_own_pace(dried):
    bench, session = dried
    state = bench.state(session)
    places = {task.place.portion: task.place.step for task in state.tasks}
    assert places == {1: "first-dry-mass", 2: "first-cooling"}
    assert [timer.place.portion for timer in state.timers] == [2]


def test_a_time_that_is_too_short_is_kept_as_a_deviation(bench):
    bench.check_balance()
    session = bench.start(MOISTURE)
    walk(bench, session, until=until_step("first-cooling"))
    at = At(session, "first-cooling", 1)
    with pytest.raises(StepRefusedError, match="not running"):
        stop_timer(bench.bench, CHEN, at)
    start_timer(bench.bench, CHEN, at)
    with pytest.raises(StepRefusedError, match="running already"):
        start_timer(bench.bench, CHEN, at)
    bench.pass_time(20 * 60)
    state = stop_timer(bench.bench, CHEN, at)
    assert state.deviations[-1].remark.sentence == "20 min have passed, at least 30 min are needed."


def test_the_oven_is_read_back_from_the_journal(bench):
    """Held for 5 h, but 8 min outside, counted from the last reading inside to the next: both are kept."""
    bench.check_balance()
    session = bench.start(MOISTURE, portions=2)
    walk(bench, session, until=until_step("first-drying"))
    at = At(session, "first-drying", 1)
    start_timer(bench.bench, CHEN, at)
    start_ns = bench.clock.now_ns()
    minute_ns = 60_000_000_000
    for degrees, until_min in (("103.0", 100), ("98.2", 108), ("103.0", 301)):
        bench.keep_saying("O-01", "temperature", degrees, (start_ns, start_ns + until_min * minute_ns))
    bench.pass_time(301 * 60)
    state = stop_timer(bench.bench, CHEN, at)
    remarks = {one.remark.code: one.remark.facts for one in state.deviations}
    assert remarks["hold-excursion"]["worst"] == "98.20 degC"
    assert remarks["hold-excursion"]["duration"] == "9 min 10 s"
    assert remarks["hold-short"]["minimum"] == "5 h"
    held = bench.events(session)[-1].body["held"]
    assert (held["lowest"], held["highest"], len(held["excursions"])) == (98.2, 103.0, 1)
    evidence = [one for one in state.captures if one.step == "first-drying"]
    assert [one.raw_text for one in evidence] == ["98.2", "103.0"]


def test_an_oven_that_was_silent_shows_a_gap(bench):
    bench.check_balance()
    session = bench.start(MOISTURE)
    walk(bench, session, until=until_step("first-drying"))
    start_timer(bench.bench, CHEN, At(session, "first-drying", 1))
    start_ns = bench.clock.now_ns()
    bench.keep_saying("O-01", "temperature", "103.0", (start_ns, start_ns + 3600 * 10**9))
    bench.pass_time(5 * 3600 + 60)
    state = stop_timer(bench.bench, CHEN, At(session, "first-drying", 1))
    codes = [one.remark.code for one in state.deviations]
    assert codes.count("hold-gap") == 1
    assert "hold-short" in codes


def test_many_silences_of_an_oven_are_one_sentence_in_the_time_of_the_site(bench):
    bench.check_balance()
    session = bench.start(MOISTURE)
    walk(bench, session, until=until_step("first-drying"))
    start_timer(bench.bench, CHEN, At(session, "first-drying", 1))
    for silence_min in (20, 45, 10):
        start_ns = bench.clock.now_ns()
        bench.keep_saying("O-01", "temperature", "103.0", (start_ns, start_ns + 3600 * 10**9))
        bench.pass_time(3600 + silence_min * 60)
    state = stop_timer(bench.bench, CHEN, At(session, "first-drying", 1))
    (said,) = (one.remark.sentence for one in state.deviations if one.remark.code.startswith("hold-gap"))
    assert said.startswith(
        "O-01 gave no reading 3 times, for 1 h 17 min in all, at longest for 45 min 50 s from 20"
    )
    assert said.endswith("+08:00.")
    assert len(bench.events(session)[-1].body["held"]["gaps"]) == 3


def test_what_is_entered_has_a_reason_and_is_within_the_method(bench):
    bench.check_balance()
    session = bench.start("spices-distillation-gb-5009-3-3")
    walk(bench, session, until=until_step("blank", 0))
    at = At(session, "blank", 0)
    for text in ("0,10", "0_1", "０．１", "1e-1", ".1", "nan", "", "0.1 mL"):
        with pytest.raises(BenchError, match="is no number; write it with a point"):
            enter(bench.bench, CHEN, at, text, "read by eye")
    with pytest.raises(StepRefusedError, match="3 mL is outside 0 to 1"):
        enter(bench.bench, CHEN, at, "3", "read by eye")
    with pytest.raises(BenchError, match="A reason is needed"):
        enter(bench.bench, CHEN, at, "0.10", " ")
    state = enter(bench.bench, CHEN, at, "0.10", "read by eye")
    assert (state.entries[0].value, state.entries[0].into) == (Decimal("0.10"), "V0")


def test_only_what_the_method_lets_go_is_skipped(bench):
    bench.check_balance()
    session = bench.start(MOISTURE)
    walk(bench, session, until=until_step("crush", 0))
    with pytest.raises(StepRefusedError, match="does not allow to skip crush"):
        skip(bench.bench, CHEN, At(session, "crush", 0), "no time")
    confirm(bench.bench, CHEN, At(session, "crush", 0))
    state = skip(bench.bench, CHEN, At(session, "sample-picture", 0), "no camera")
    assert state.deviations[-1].remark.sentence == "sample-picture was skipped: no camera"


def test_parallels_too_far_apart_take_another_determination(bench):
    bench.check_balance()
    session = bench.start("water-shield-dried-solids")
    walk(bench, session, until=until_step("constant-mass", 9))
    last = bench.state(session).captures
    wrong = max((one for one in last if one.into == "m2" and one.portion == 2), key=lambda one: one.id)
    state = strike(bench.bench, CHEN, session, bench.state(session).numbers[wrong.id], "wrong dish")
    weigh(bench, session, "41.7000", 2)
    while not bench.state(session).is_through:
        task = next_task(bench.state(session))
        prepare(bench, session, task)
        if task.step.do == "weigh":
            show(bench, session, task, "41.7000")
        act_text = Press(at=At(session, task.place.step, 2), token=f"x{next(bench.tokens)}")
        if task.action == "capture":
            capture(bench.bench, CHEN, act_text)
        else:
            act(bench, session, task)
    with pytest.raises(StepRefusedError, match=r"The determinations lie .* apart, more than"):
        finish_session(bench.bench, CHEN, session)
    state = add_portion(bench.bench, CHEN, session)
    assert state.portions == (1, 2, 3)
    with pytest.raises(StepRefusedError, match="at most 3 determinations"):
        add_portion(bench.bench, CHEN, session)
    state = abandon_portion(bench.bench, CHEN, session, 2, "the dish was broken")
    assert state.portions == (1, 3)
    assert all(one.portion in (0, 1) for one in state.standing_captures)


def test_a_result_is_kept_with_captures_certificates_and_verdict(finished):
    bench, session = finished
    with reading(bench.engine) as connection:
        (result,) = kept_results(connection, session)
    assert result.body["verdicts"][0]["limit"] == "drug-chp-2025"
    assert set(result.body["certificates"]) == {"1.1"}
    state = bench.state(session)
    counting = {one.counting.id for one in state.loops}
    assert counting <= {int(key) for key in result.body["sensitivities"]}


def test_a_finished_session_that_is_corrected_is_finished_again(finished):
    bench, session = finished
    last = max(bench.state(session).captures, key=lambda one: one.id)
    state = strike(bench.bench, CHEN, session, bench.state(session).numbers[last.id], "wrong dish")
    assert state.stage is Stage.RUNNING
    walk(bench, session)
    state = finish_session(bench.bench, CHEN, session)
    with reading(bench.engine) as connection:
        versions = [(one.id, one.version) for one in result_versions(connection, session)]
    assert versions == [(versions[0][0], 1), (versions[0][0], 2)]
    assert state.results == (versions[-1],)


def test_signed_by_who_did_it_and_reviewed_by_another(finished):
    bench, session = finished
    with pytest.raises(BenchError, match="is finished"):
        review_session(bench.bench, session, bench.signature("li.jun", REVIEWED))
    with pytest.raises(NotPermittedError, match="has done nothing"):
        sign_session(bench.bench, session, bench.signature("wang.fang", PERFORMED))
    with pytest.raises(NotPermittedError, match="means reviewed"):
        sign_session(bench.bench, session, bench.signature("chen.yu", REVIEWED))
    state = sign_session(bench.bench, session, bench.signature("chen.yu", PERFORMED))
    assert state.stage is Stage.SIGNED
    with pytest.raises(BenchError, match="is signed"):
        strike(bench.bench, CHEN, session, 5, "too late")
    with pytest.raises(TwoPersonError):
        review_session(bench.bench, session, bench.signature("chen.yu", REVIEWED))
    state = return_session(bench.bench, Actor("li.jun", "web"), session, "m3 of portion 2: which dish?")
    assert (state.stage, state.comments) == (Stage.RUNNING, "m3 of portion 2: which dish?")
    note(bench.bench, CHEN, session, "dish 14, as on the tag")
    finish_session(bench.bench, CHEN, session)
    sign_session(bench.bench, session, bench.signature("chen.yu", PERFORMED))
    state = review_session(bench.bench, session, bench.signature("li.jun", REVIEWED), "compared")
    assert (state.stage, state.comments) == (Stage.REVIEWED, "")
    assert state.signed.digest != state.reviewed.digest


def test_whoever_only_helped_does_not_review_either(bench):
    bench.check_balance()
    session = bench.start(MOISTURE)
    walk(bench, session, until=until_step("crush", 0))
    confirm(bench.bench, WANG, At(session, "crush", 0))
    walk(bench, session)
    finish_session(bench.bench, CHEN, session)
    sign_session(bench.bench, session, bench.signature("chen.yu", PERFORMED))
    with pytest.raises(TwoPersonError, match="took part"):
        review_session(bench.bench, session, bench.signature("wang.fang", REVIEWED))


def test_an_amended_session_keeps_its_predecessor(finished):
    bench, session = finished
    sign_session(bench.bench, session, bench.signature("chen.yu", PERFORMED))
    review_session(bench.bench, session, bench.signature("li.jun", REVIEWED))
    with pytest.raises(NotPermittedError):
        amend_session(bench.bench, CHEN, session, "the client's lot was wrong")
    state = amend_session(bench.bench, WANG, session, "the client's lot was wrong")
    assert (state.stage, state.revision, state.reviewed) == (Stage.RUNNING, 1, None)
    state = finish_session(bench.bench, CHEN, session)
    assert [version for _, version in state.results] == [2]


def supersede(bench, text, of, from_ns):
    """A corrected paper of a certificate, put in force from the same moment on."""
    version = bench.laboratory.enter(bench.laboratory.draft(text, of=of))
    checked = bench.laboratory.check(version, "the institute corrected its paper")
    bench.laboratory.put_in_force(checked, from_ns)


def test_an_error_of_scale_common_to_all_weighings_changes_no_result(finished):
    """JCGM 100:2008, 5.2: what all weighings share cancels in a loss in percent."""
    bench, session = finished
    sign_session(bench.bench, session, bench.signature("chen.yu", PERFORMED))
    review_session(bench.bench, session, bench.signature("li.jun", REVIEWED))
    with reading(bench.engine) as connection:
        (before,) = kept_results(connection, session)
    slope = {"100.00002": "100.00902", "indication = 100.0001\nerror = 0.08": "indication = 100.0091"}
    corrected = certificate_text("LX-2026-0417", slope)
    supersede(bench, corrected, 1, bench.state(session).header.t_ns - 1)
    with pytest.raises(NotPermittedError):
        recalculate(bench.bench, CHEN, session, "certificate corrected")
    found = recalculate(bench.bench, WANG, session, "certificate corrected")
    (change,) = found.changes
    assert not found.verdict_changed
    assert "stays 14.020 %" in change.sentence.en
    assert "the verdict stays" in change.sentence.en
    assert (found.state.stage, found.state.revision) == (Stage.FINISHED, 1)
    with reading(bench.engine) as connection:
        (after,) = kept_results(connection, session)
        assert result_versions(connection, session) == (before, after)
    assert (set(before.body["certificates"]), set(after.body["certificates"])) == ({"1.1"}, {"1.2"})


def test_a_certificate_that_changed_says_that_the_verdict_changed(bench):
    bench.pass_time(60)
    session = bench.start("thermometer-comparison")
    walk(bench, session)
    finish_session(bench.bench, CHEN, session)
    record = next(one.certificate for one in bench.state(session).captures if one.into == "t_ref")
    text = certificate_of("T-02").replace("coefficients = [0.0]", "coefficients = [1.0]")
    supersede(bench, text, int(record.partition(".")[0]), bench.state(session).header.t_ns - 1)
    found = recalculate(bench.bench, WANG, session, "certificate corrected")
    assert found.verdict_changed
    assert "the verdict changes: conforms before, does not conform now" in found.changes[0].sentence.en
    changes = bench.events(session)[-1].body["changes"]
    assert changes[0]["verdict_changed"] is True


def test_a_revoked_certificate_leaves_no_result(finished):
    bench, session = finished
    revoke(bench.laboratory.register, bench.signature("li.jun", State.REVOKED), "1.1", "a wrong weight")
    with pytest.raises(ResultBlockedError, match=r"certificate 1\.1 is not in the records"):
        recalculate(bench.bench, WANG, session, "the certificate was revoked")


def test_another_balance_takes_over_with_a_reason(bench):
    bench.check_balance()
    session = bench.start("water-shield-dried-solids")
    with pytest.raises(BenchError, match="A reason is needed"):
        choose_instrument(bench.bench, CHEN, session, Choice("oven", 0, "O-01"))
    state = choose_instrument(bench.bench, CHEN, session, Choice("oven", 0, "O-01", "moved"))
    assert state.deviations[-1].remark.code == "instrument-changed"
    with pytest.raises(StepRefusedError, match="B-02 has not passed"):
        choose_instrument(bench.bench, CHEN, session, Choice("balance", 0, "B-02", "B-01 is dirty"))
    with pytest.raises(StepRefusedError, match="O-01 is of kind oven; balance takes balance"):
        choose_instrument(bench.bench, CHEN, session, Choice("balance", 0, "O-01", "x"))


def test_a_session_is_given_up_and_stays(bench):
    session = bench.start("balance-daily-check")
    state = cancel_session(bench.bench, CHEN, session, "the balance is being cleaned")
    assert (state.stage, state.tasks) == (Stage.CANCELLED, ())
    with pytest.raises(BenchError, match="is cancelled"):
        confirm(bench.bench, CHEN, At(session, "level", 0))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sample": None}, "needs a sample"),
        ({"sample": "none"}, "There is no sample none"),
        ({"limit": "no-such"}, "has no limit no-such"),
        ({"portions": 9}, "at most 2 determinations"),
        ({"roles": {}}, "No instrument is chosen for balance"),
        ({"roles": {"spoon": "B-01"}}, "There is no role spoon"),
        ({"version": "00"}, "There is no method"),
    ],
)
def test_an_order_that_cannot_be_is_refused(bench, changes, words):
    with pytest.raises(BenchError, match=words):
        start_session(bench.bench, CHEN, bench.order(MOISTURE, **changes))


def test_who_may_not_work_at_the_bench_starts_nothing(bench):
    for account in ("admin", "inspector"):
        with pytest.raises(NotPermittedError):
            start_session(bench.bench, Actor(account, "web"), bench.order("balance-daily-check"))
