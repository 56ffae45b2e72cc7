"""ISO/IEC 17025:2017, 7.10: nonconforming work from the failed check to the last signature."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daq.errors import (
    CheckError,
    EquipmentError,
    NonconformityError,
    NotPermittedError,
    RecordsError,
    TwoPersonError,
)
from daq.lab.checks.dates import check_reason
from daq.lab.checks.records import checks_of
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import EquipmentChange, change_equipment, find_equipment
from daq.lab.equipment.validity import validity
from daq.lab.nonconforming.causes import AsFound, FollowUp, answer_calibration, do_checks
from daq.lab.nonconforming.course import (
    add_evidence,
    close,
    evaluate,
    good_again,
    open_nonconformity,
    resume,
)
from daq.lab.nonconforming.items import confirm, decide, return_items
from daq.lab.nonconforming.records import (
    Affected,
    Cause,
    Decision,
    Evaluation,
    ItemState,
    PointFound,
    State,
    Suspect,
    items_of,
    nonconformities,
    nonconformity,
    open_on,
)
from daq.records.checks_tables import checks as checks_table
from daq.records.database import changing, reading
from daq.security.kept_rows import unaudited
from daq.security.kept_tables import KEPT_TABLES
from daq.security.people import Role
from daq.security.verification import verify_records
from tests.clocks import HandClock
from tests.daq.lab.checks.bench import (
    MANAGER,
    METROLOGIST,
    START_NS,
    TECHNICIAN,
    TWO_POINTS,
    ZONE,
    a_check,
    at_day,
    plan_checks,
    signature,
)
from tests.daq.lab.checks.bench import do_checks as write_checks

BAD = "200.15"
LATER = at_day(3)


def stood_on_it(connection, suspect):
    """Two captures, their result and its report a day, as the room of results would list them."""
    assert suspect.equipment == "B-02"
    assert suspect.channel == "mass"
    listed = []
    for day in range(10):
        t_ns = at_day(day, 1)
        if suspect.from_ns < t_ns <= suspect.until_ns:
            listed += [
                Affected(kind="capture", record=f"{day}1", t_ns=t_ns, session=f"S-{day}"),
                Affected(
                    kind="result",
                    record=f"{day}.1",
                    t_ns=t_ns,
                    unit="%",
                    value="13.2",
                    U="0.3",
                    verdict="pass",
                    new_value="14.6",
                    new_U="0.3",
                    new_verdict="fail",
                ),
                Affected(kind="report", record=f"R-{day}.1", t_ns=t_ns),
            ]
    return listed


FOLLOW_UP = FollowUp(stood_on_it, ZONE)


def done(engine, *new, now_ns=LATER, follow_up=FOLLOW_UP):
    with changing(engine) as connection:
        return do_checks(connection, TECHNICIAN, new, follow_up, now_ns)


def opened(engine):
    """A good check on Monday, a failed one on Thursday."""
    plan_checks(engine)
    done(engine, a_check(), now_ns=START_NS)
    return done(engine, a_check(LATER, BAD)).nonconformity


def items(engine, number="NC-2026-001"):
    with reading(engine) as connection:
        return items_of(connection, number)


def state_of(engine, name="B-02"):
    with reading(engine) as connection:
        return find_equipment(connection, name).state


def do(engine, step, *arguments):
    with changing(engine) as connection:
        return step(connection, *arguments)


def manager(meaning, t_ns=LATER):
    return signature("zhao.min", Role.QUALITY_MANAGER, t_ns, meaning)


def metrologist(meaning, t_ns=LATER):
    return signature("li.wei", Role.METROLOGIST, t_ns, meaning)


def settled(engine, number="NC-2026-001"):
    """All items decided by two, and the whole evaluated."""
    every = [item.item for item in items(engine, number)]
    do(engine, decide, metrologist("decided"), number, every, (Decision.AMENDED, "the error was known"))
    do(engine, confirm, manager("confirmed"), number, every)
    words = Evaluation("three results of one day", "suspended", "weekly cleaning", "client 12 told")
    do(engine, evaluate, metrologist("evaluated"), number, words)


def test_a_passed_check_leads_to_nothing(local):
    plan_checks(local)
    answer = done(local, a_check(), now_ns=START_NS)
    assert (answer.checks[0].passed, answer.nonconformity) == (True, None)
    with reading(local) as connection:
        assert nonconformities(connection) == ()


def test_a_failed_check_suspends_and_lists_what_stood_on_it_since_the_last_good_one(staffed):
    case = opened(staffed)
    assert (case.number, case.version, case.state, case.opened_by) == (
        "NC-2026-001",
        1,
        State.OPEN,
        "wu.fang",
    )
    assert case.content.cause == Cause(
        kind="check",
        record="check/2",
        suspect=Suspect("B-02", "mass", START_NS, LATER),
        found=(PointFound("200 g", "0.1497", "0.012", "0.1", "g"),),
    )
    found = items(staffed)
    assert [(one.item, one.affected.kind, one.affected.record) for one in found[:4]] == [
        (1, "capture", "01"),
        (2, "result", "0.1"),
        (3, "report", "R-0.1"),
        (4, "capture", "11"),
    ]
    assert len(found) == 9
    assert {one.state for one in found} == {ItemState.PENDING}
    assert found[1].affected.verdict_changes
    assert not found[0].affected.verdict_changes
    assert state_of(staffed) is EquipmentState.SUSPENDED
    with reading(staffed) as connection:
        unmet = {reason.code: reason.facts for reason in validity(connection, "B-02", LATER).unmet}
    assert {"not-suspended", "check-failed", "no-nonconformity"} <= set(unmet)
    assert unmet["not-suspended"]["reason"] == "NC-2026-001"
    assert verify_records(staffed).ok


def test_checks_and_consequences_are_written_together_or_not_at_all(local):
    plan_checks(local)

    def broken(connection, suspect):
        raise NonconformityError("the list cannot be made")

    with pytest.raises(NonconformityError, match="cannot be made"):
        done(local, a_check(LATER, BAD), follow_up=FollowUp(broken, ZONE))
    with reading(local) as connection:
        assert checks_of(connection, "B-02-daily", "200 g") == ()
    assert state_of(local) is EquipmentState.IN_USE


def test_a_second_failure_widens_the_same_nonconformity(staffed):
    opened(staffed)
    second = done(staffed, a_check(at_day(5), "200.3"), now_ns=at_day(5)).nonconformity
    assert (second.number, second.version) == ("NC-2026-001", 2)
    assert second.content.evidence == ("check/3",)
    assert second.content.cause.suspect == Suspect("B-02", "mass", START_NS, at_day(5))
    found = items(staffed)
    assert [one.item for one in found] == list(range(1, 16))  # listed ones stay, days 3 and 4 are new
    assert found[8].affected.record == "R-2.1"
    assert found[9].affected.record == "31"
    with reading(staffed) as connection:
        assert [one.number for one in nonconformities(connection)] == ["NC-2026-001"]


def test_without_a_good_check_it_reaches_back_to_the_beginning(local):
    plan_checks(local)
    case = done(local, a_check(LATER, BAD)).nonconformity
    assert case.content.cause.suspect.from_ns == 0


def test_one_point_of_two_is_enough_and_the_earlier_good_check_counts(local):
    plan_checks(local, TWO_POINTS)
    two = {"plan": "B-02-two"}
    small = {"plan": "B-02-two", "point": "10 g", "reference": Decimal(10)}
    done(local, a_check(START_NS, **two), a_check(START_NS, "10.01", **small), now_ns=START_NS)
    done(local, a_check(at_day(1), **two), now_ns=at_day(1))
    case = done(local, a_check(LATER, **two), a_check(LATER, "10.30", **small)).nonconformity
    assert [one.point for one in case.content.cause.found] == ["10 g"]
    assert case.content.cause.suspect.from_ns == START_NS
    with pytest.raises(CheckError, match="One check is of one plan"):
        done(local, a_check(LATER + 1, **two), a_check(LATER + 1))


AS_FOUND = AsFound(
    equipment="B-02",
    channel="mass",
    record="18.1",
    unit="g",
    points=(
        (Decimal(200), Decimal("0.10"), Decimal("0.004"), Decimal("0.10")),
        (Decimal(2000), Decimal("-0.25"), Decimal("0.01"), Decimal("0.20")),
    ),
    t_ns=at_day(2),
)


def test_a_calibration_that_finds_errors_beyond_the_mpe_is_answered_likewise(staffed):
    plan_checks(staffed)
    done(staffed, a_check(), now_ns=START_NS)
    case = do(staffed, answer_calibration, METROLOGIST, AS_FOUND, FOLLOW_UP, LATER)
    assert case.content.cause.record == "certificate/18.1"
    assert case.content.cause.found == (PointFound("2000 g", "-0.25", "0.01", "0.20", "g"),)
    assert case.content.cause.suspect == Suspect("B-02", "mass", START_NS, LATER)
    assert state_of(staffed) is EquipmentState.SUSPENDED
    with pytest.raises(NonconformityError, match="has neither passed all its checks since"):
        do(staffed, resume, metrologist("resumed"), case.number, "the last check had passed")
    good = replace(AS_FOUND, points=AS_FOUND.points[:1])
    assert do(staffed, answer_calibration, METROLOGIST, good, FOLLOW_UP, LATER) is None


def test_a_person_opens_one_for_what_was_observed(local):
    suspect = Suspect("B-02", "mass", at_day(0), LATER)
    cause = Cause(kind="observation", record="", suspect=suspect, text="overloaded with 3 kg")
    with reading(local) as connection:
        listed = stood_on_it(connection, suspect)
    case = do(local, open_nonconformity, MANAGER, cause, listed, (LATER, ZONE))
    assert (case.content.cause.text, len(items(local))) == ("overloaded with 3 kg", 9)
    with pytest.raises(NonconformityError, match="Say what was observed"):
        do(local, open_nonconformity, MANAGER, replace(cause, text=" "), (), (LATER, ZONE))
    unknown = replace(cause, suspect=replace(suspect, equipment="B-07"))
    with pytest.raises(EquipmentError, match="no equipment B-07"):
        do(local, open_nonconformity, MANAGER, unknown, (), (LATER, ZONE))
    do(local, open_nonconformity, MANAGER, cause, (), (at_day(303, 15) - 1, ZONE))
    do(local, open_nonconformity, MANAGER, cause, (), (at_day(304, 15), ZONE))  # New Year in Shanghai
    with reading(local) as connection:
        assert [one.number for one in nonconformities(connection)] == [
            "NC-2027-001",
            "NC-2026-002",
            "NC-2026-001",
        ]


def test_one_person_widens_it_when_it_reaches_further(local):
    opened(local)
    new = do(local, add_evidence, MANAGER, ("NC-2026-001", "weights were\nmixed up", 5), (), LATER)
    assert new.content.cause.suspect.from_ns == 5
    assert new.content.evidence == ("weights were mixed up",)


def test_every_item_is_decided_by_two_people_one_of_them_the_quality_manager(staffed):
    opened(staffed)
    number = "NC-2026-001"
    do(staffed, decide, metrologist("decided"), number, [1, 2], (Decision.WITHDRAWN, "verdict\nchanges"))
    assert [one.state for one in items(staffed)[:3]] == [
        ItemState.DECIDED,
        ItemState.DECIDED,
        ItemState.PENDING,
    ]
    with pytest.raises(TwoPersonError):
        do(staffed, confirm, metrologist("confirmed"), number, [1])
    other = signature("chen.jie", Role.METROLOGIST, LATER, "confirmed")
    with pytest.raises(NotPermittedError, match="One of the two who decide this must be a quality manager"):
        do(staffed, confirm, other, number, [1])
    do(staffed, confirm, manager("confirmed"), number, [1])
    first = items(staffed)[0]
    assert (first.state, first.decision, first.reason) == (
        ItemState.CONFIRMED,
        Decision.WITHDRAWN,
        "verdict changes",
    )
    assert (first.decided_by, first.confirmed_by) == ("li.wei", "zhao.min")
    with pytest.raises(NonconformityError, match=r"Item 1 of NC-2026-001 is confirmed; return it first"):
        do(staffed, decide, metrologist("decided"), number, [1], (Decision.VALID, "no"))
    with pytest.raises(NonconformityError, match="Item 1 of NC-2026-001 is confirmed already"):
        do(staffed, confirm, manager("confirmed"), number, [1])
    do(staffed, return_items, manager("returned"), number, [1, 2], "look at the window again")
    assert [one.decision for one in items(staffed)[:2]] == [None, None]
    with pytest.raises(NonconformityError, match="Item 1 of NC-2026-001 is not decided yet"):
        do(staffed, confirm, manager("confirmed"), number, [1])
    with pytest.raises(NonconformityError, match="Item 1 of NC-2026-001 is not decided yet"):
        do(staffed, return_items, manager("returned"), number, [1], "again")
    with pytest.raises(NonconformityError, match=r"has no item 77, 78; choose of its 9 items"):
        do(staffed, decide, metrologist("decided"), number, [1, 78, 77], (Decision.VALID, "no"))
    assert verify_records(staffed).ok


def test_a_signature_is_for_what_it_was_given(local):
    opened(local)
    number, what = "NC-2026-001", (Decision.VALID, "small")
    with pytest.raises(NotPermittedError, match="given for something else"):
        do(local, decide, metrologist("checked"), number, [1], what)
    technician = signature("wu.fang", Role.TECHNICIAN, LATER, "decided")
    with pytest.raises(NotPermittedError, match="takes the role metrologist or quality-manager"):
        do(local, decide, technician, number, [1], what)
    false = signature("wu.fang", Role.METROLOGIST, LATER, "decided")
    with pytest.raises(NotPermittedError, match=r"wu\.fang may not do this"):
        do(local, decide, false, number, [1], what)
    with pytest.raises(NonconformityError, match="A reason is needed"):
        do(local, decide, metrologist("decided"), number, [1], (Decision.VALID, "  "))
    with pytest.raises(NonconformityError, match="1001 characters long; 1000 are allowed"):
        do(local, decide, metrologist("decided"), number, [1], (Decision.VALID, "x" * 1001))
    with pytest.raises(NonconformityError, match="There is no nonconformity NC-2026-009"):
        do(local, decide, metrologist("decided"), "NC-2026-009", [1], what)


def test_the_instrument_is_resumed_on_a_passed_check_and_a_signature(staffed):
    opened(staffed)
    number = "NC-2026-001"
    with pytest.raises(NonconformityError, match="has neither passed all its checks since NC-2026-001"):
        do(staffed, resume, metrologist("resumed"), number, "cleaned")
    write_checks(staffed, a_check(LATER - 1), now_ns=LATER)  # before the failed one: shows nothing
    with pytest.raises(NonconformityError, match="neither"):
        do(staffed, resume, metrologist("resumed"), number, "cleaned")
    after = at_day(4)
    done(staffed, a_check(after), now_ns=after)
    assert state_of(staffed) is EquipmentState.SUSPENDED
    case = do(staffed, resume, metrologist("resumed", after), number, "cleaned the pan")
    assert (case.state, case.content.resumed_on) == (State.RESUMED, "check/4")
    assert case.content.resumed.account == "li.wei"
    assert state_of(staffed) is EquipmentState.IN_USE
    with reading(staffed) as connection:
        codes = {reason.code for reason in validity(connection, "B-02", after).unmet}
        assert codes == {"certificate"}  # it never had one here
        assert open_on(connection, "B-02", "mass") is None
    with pytest.raises(NonconformityError, match="is resumed already"):
        do(staffed, resume, metrologist("resumed"), number, "again")
    again = done(staffed, a_check(at_day(6), BAD), now_ns=at_day(6)).nonconformity
    assert again.number == "NC-2026-002"
    assert again.content.cause.suspect.from_ns == after


def test_an_instrument_under_repair_or_kept_by_another_stays_where_it_is(local):
    opened(local)
    suspect = Suspect("B-02", "mass", at_day(0), LATER)
    cause = Cause(kind="observation", record="", suspect=suspect, text="dropped")
    do(local, open_nonconformity, MANAGER, cause, (), (LATER, ZONE))
    after = at_day(4)
    done(local, a_check(after), now_ns=after)
    do(local, resume, metrologist("resumed", after), "NC-2026-001", "cleaned")
    assert state_of(local) is EquipmentState.SUSPENDED
    with reading(local) as connection:
        now = find_equipment(connection, "B-02")
    repair = replace(now.about, state=EquipmentState.UNDER_REPAIR)
    change = EquipmentChange("B-02", now.version, repair, "sent to the maker")
    change_equipment(local, HandClock(after), METROLOGIST, change)
    do(local, resume, metrologist("resumed", after), "NC-2026-002", "looked at")
    assert state_of(local) is EquipmentState.UNDER_REPAIR


def test_it_is_closed_only_when_all_is_decided_and_evaluated(staffed):
    opened(staffed)
    number = "NC-2026-001"
    with pytest.raises(NonconformityError, match="9 items are not decided by two people"):
        do(staffed, close, manager("closed"), number, "done")
    words = Evaluation("three results of one day", "suspended", "", "client 12 told")
    with pytest.raises(NonconformityError, match="says significance, correction"):
        do(staffed, evaluate, metrologist("evaluated"), number, words)
    with pytest.raises(NonconformityError, match="31 March is no day"):
        wrong = replace(words, corrective_action="none", due_on="31 March")
        do(staffed, evaluate, metrologist("evaluated"), number, wrong)
    every = [item.item for item in items(staffed)]
    do(staffed, decide, metrologist("decided"), number, every, (Decision.RETEST, "enough sample is left"))
    do(staffed, confirm, manager("confirmed"), number, every)
    with pytest.raises(NonconformityError, match="it is not evaluated"):
        do(staffed, close, manager("closed"), number, "done")
    settled_words = replace(words, corrective_action="none: a single slip", due_on="2026-03-31")
    do(staffed, evaluate, metrologist("evaluated"), number, settled_words)
    with pytest.raises(NotPermittedError, match="takes the role quality-manager"):
        do(staffed, close, metrologist("closed"), number, "done")
    case = do(staffed, close, manager("closed"), number, "all reports amended")
    assert (case.state, case.content.closed.reason) == (State.CLOSED, "all reports amended")
    assert case.content.evaluation == settled_words
    assert state_of(staffed) is EquipmentState.SUSPENDED  # nothing has shown it to be good
    for step, arguments in (
        (decide, (metrologist("decided"), number, [1], (Decision.VALID, "no"))),
        (evaluate, (metrologist("evaluated"), number, settled_words)),
        (close, (manager("closed"), number, "again")),
        (add_evidence, (MANAGER, (number, "more", 1), (), LATER)),
    ):
        with pytest.raises(NonconformityError, match="NC-2026-001 is closed"):
            do(staffed, step, *arguments)
    assert verify_records(staffed).ok


def test_nothing_of_it_can_be_changed_or_deleted(staffed):
    opened(staffed)
    settled(staffed)
    for table in ("nonconformities", "nonconformity_items", "nonconformity_steps", "check_baselines"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET t_ns = 1"):
            if table == "check_baselines" and staffed.dialect.name == "sqlite":
                continue  # a table without rows fires no trigger for each row
            with pytest.raises(RecordsError, match="never"), changing(staffed) as connection:
                connection.exec_driver_sql(statement)
    with reading(staffed) as connection:
        assert [found for kept in KEPT_TABLES for found in unaudited(connection, kept)] == []
        assert nonconformity(connection, "NC-2026-001").content.evaluation is not None


def test_a_plan_without_all_its_points_shows_nothing(local):
    plan_checks(local, TWO_POINTS)
    two = {"plan": "B-02-two"}
    case = done(local, a_check(LATER, BAD, **two)).nonconformity
    write_checks(local, a_check(at_day(4), **two))
    with reading(local) as connection:
        assert good_again(connection, case, at_day(5)) == ""
        assert check_reason(connection, "B-02", at_day(5)).code == "check-never-done"
    small = {"plan": "B-02-two", "point": "10 g", "reference": Decimal(10)}
    write_checks(local, a_check(at_day(4), "10.00", **small))
    with reading(local) as connection:
        assert good_again(connection, case, at_day(5)).startswith("check/")
        assert connection.execute(checks_table.select()).fetchall()


PEOPLE = (
    ("li.wei", Role.METROLOGIST),
    ("zhao.min", Role.QUALITY_MANAGER),
    ("chen.jie", Role.METROLOGIST),
    ("chen.jie", Role.QUALITY_MANAGER),
)
STEPS = st.tuples(
    st.sampled_from(["decided", "confirmed", "returned"]), st.sampled_from(PEOPLE), st.integers(1, 3)
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12))
def test_no_way_leads_to_a_confirmed_item_but_two_people_and_the_quality_manager(local, steps):
    with changing(local) as connection:
        suspect = Suspect("B-02", "mass", at_day(0), at_day(1))
        cause = Cause(kind="observation", record="", suspect=suspect, text="dropped")
        listed = stood_on_it(connection, suspect)
        number = open_nonconformity(connection, MANAGER, cause, listed, (LATER, ZONE)).number
        last: dict[int, list[tuple[str, tuple[str, Role]]]] = {1: [], 2: [], 3: []}
        for meaning, person, item in steps:
            signed = signature(*person, LATER, meaning)
            try:
                if meaning == "decided":
                    decide(connection, signed, number, [item], (Decision.VALID, "small"))
                elif meaning == "confirmed":
                    confirm(connection, signed, number, [item])
                else:
                    return_items(connection, signed, number, [item], "again")
            except (NonconformityError, NotPermittedError, TwoPersonError):
                continue
            last[item].append((meaning, person))
        for item in items_of(connection, number):
            way = last[item.item]
            if item.state is ItemState.CONFIRMED:
                (decided, first), (confirmed, second) = way[-2:]
                assert (decided, confirmed) == ("decided", "confirmed")
                assert first[0] != second[0]
                assert Role.QUALITY_MANAGER in (first[1], second[1])
            elif item.state is ItemState.DECIDED:
                assert way[-1][0] == "decided"
            else:
                assert not way or way[-1][0] == "returned"
