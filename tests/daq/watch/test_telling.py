"""Who is told of what and when: a pure function of alerts, of what was said, and of the time."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daq.records.alerts import Alert
from daq.records.messages import Told
from daq.settings import NotifyEntry
from daq.watch.rule_file import load_rulebook
from daq.watch.telling import GATHER_S, Situation, Teller
from tests.daq.watch.alert_site import METHODS, S, target

BOOK = load_rulebook(None, METHODS, ())


def at(text):
    """A time of that Tuesday in Shanghai."""
    local = datetime.fromisoformat(f"2026-11-24T{text}:00+08:00")
    return int(local.astimezone(UTC).timestamp()) * S


NOON = at("12:00")


def alert(id_=1, **more):
    values = {
        "id": id_,
        "site": "t",
        "key": f"hot|H-{id_:02d}/temperature",
        "rule": "hot",
        "kind": "limit",
        "nature": "value",
        "severity": "alarm",
        "instrument": "H-01",
        "channel": "temperature",
        "cause_id": None,
        "since_ns": NOON,
        "raised_ns": NOON,
        "times": 1,
        "acknowledged_ns": None,
        "acknowledged_by": None,
        "escalated_ns": None,
        "cleared_ns": None,
        "body": {"who": []},
    }
    return Alert(**{**values, **more})


def situation(*alerts, t_ns=NOON + 60 * S, **more):
    values = {
        "at_ns": t_ns,
        "now_ns": t_ns,
        "alerts": alerts,
        "told": {},
        "shelved": (),
        "written": {},
        "failing": (),
        "known_ns": {},
    }
    return Situation(**{**values, **more})


def tellings(now, *targets):
    entries = [NotifyEntry(**each) for each in targets] or [NotifyEntry(**target())]
    found = Teller(BOOK, entries, "Asia/Shanghai").tellings(now)
    return [(each.target.name, each.kind, [(a.id, phase) for a, phase in each.parts]) for each in found]


def kinds(now, *targets):
    return [kind for _, kind, _ in tellings(now, *targets)]


ACKED = {"acknowledged_ns": NOON + S, "acknowledged_by": "wu.fang"}
OVER = {"cleared_ns": NOON + 30 * S}


def told(phase, *times_ns):
    return {(1, "mail"): Told(phase, times_ns or (NOON - 3600 * S,))}


@pytest.mark.parametrize(
    ("one", "before", "expected"),
    [
        (alert(), {}, ["raised"]),
        (alert(**ACKED), {}, []),
        (alert(**OVER), {}, ["cleared"]),
        (alert(**OVER, **ACKED), {}, []),
        (alert(escalated_ns=NOON), {}, ["escalated"]),
        (alert(), told("raised"), []),
        (alert(escalated_ns=NOON), told("raised"), ["escalated"]),
        (alert(escalated_ns=NOON, **ACKED), told("raised"), []),
        (alert(**OVER), told("raised"), ["cleared"]),
        (alert(**OVER, **ACKED), told("raised"), ["cleared"]),
        (alert(**OVER), told("cleared"), []),
        (alert(), told("cleared"), ["raised"]),
        (alert(**ACKED), told("cleared"), ["raised"]),
        (alert(**ACKED, escalated_ns=NOON), told("escalated"), []),
        (alert(cause_id=7), {}, []),
        (alert(cause_id=7, **OVER), told("raised"), []),
    ],
)
def test_what_is_said_by_what_was_said(one, before, expected):
    assert kinds(situation(one, told=before)) == expected


def test_nobody_is_told_before_the_cause_can_be_known():
    assert kinds(situation(alert(), t_ns=NOON + (GATHER_S - 1) * S)) == []
    assert kinds(situation(alert(), t_ns=NOON + GATHER_S * S)) == ["raised"]


def test_a_shelved_cause_is_told_to_nobody():
    assert kinds(situation(alert(), shelved={"hot|H-01/temperature"})) == []


def test_a_target_gets_its_severities_its_rules_and_its_hours():
    warning = alert(severity="warning")
    assert kinds(situation(warning), target(severities=("alarm",))) == []
    assert kinds(situation(alert(body={"who": ["head"]})), target()) == []
    assert kinds(situation(alert(body={"who": ["head"]})), target("head")) == ["raised"]
    at_night = target(schedule="22:00-07:00")
    assert kinds(situation(alert()), at_night) == []
    assert kinds(situation(alert(), t_ns=at("23:00")), at_night) == ["raised"]


def test_quiet_hours_are_by_severity_and_lose_nothing():
    raised_ns = at("02:00")
    warning = alert(severity="warning", raised_ns=raised_ns)
    for night, day in ((at("03:00"), at("07:00")),):
        assert kinds(situation(warning, t_ns=night)) == []
        assert kinds(situation(alert(raised_ns=raised_ns), t_ns=night)) == ["raised"]
        assert kinds(situation(warning, t_ns=day)) == ["raised"]
        over = replace(warning, cleared_ns=at("04:00"))
        assert kinds(situation(over, t_ns=day)) == ["cleared"]


def test_who_is_told_only_of_what_nobody_acknowledged():
    head = target("head", escalation=True)
    assert kinds(situation(alert()), head) == []
    late = alert(escalated_ns=NOON + S, body={"who": ["mail"]})
    assert tellings(situation(late), target(), head) == [
        ("mail", "escalated", [(1, "escalated")]),
        ("head", "escalated", [(1, "escalated")]),
    ]
    over = replace(late, cleared_ns=NOON + 2 * S)
    assert kinds(situation(over, told={(1, "head"): Told("escalated", (NOON,))}), head) == ["cleared"]
    assert kinds(situation(over), head) == []


def test_a_new_target_is_told_of_what_is_open_and_not_of_what_was_over():
    known = {"mail": NOON + 10 * S}
    assert kinds(situation(alert(**OVER), known_ns=known)) == []
    assert kinds(situation(alert(), known_ns=known)) == ["raised"]


def test_many_alerts_at_once_are_one_digest():
    three = [alert(n) for n in (1, 2, 3)]
    assert kinds(situation(*three)) == ["raised"] * 3
    (digest,) = tellings(situation(*three, alert(4, **OVER)))
    assert digest == ("mail", "digest", [(1, "raised"), (2, "raised"), (3, "raised"), (4, "cleared")])


@pytest.mark.parametrize(
    ("written", "number", "expected"),
    [
        (8, 1, ["raised"]),
        (8, 2, ["digest"]),
        (9, 1, ["raised"]),
        (9, 3, ["digest"]),
        (10, 1, []),
        (10, 50, []),
    ],
)
def test_the_last_message_that_is_allowed_tells_of_all_that_is_left(written, number, expected):
    now = situation(*[alert(n + 1) for n in range(number)], written={"mail": written})
    assert kinds(now) == expected


def test_two_messages_about_one_alert_in_ten_minutes():
    now_ns = NOON + 700 * S
    often = told("cleared", now_ns - 300 * S, now_ns - 200 * S)
    assert kinds(situation(alert(), t_ns=now_ns, told=often)) == []
    assert kinds(situation(alert(), t_ns=now_ns + 301 * S, told=often)) == ["raised"]


def test_a_target_that_cannot_be_reached_gets_no_more_until_it_can():
    assert kinds(situation(alert(), failing={"mail"})) == []
    assert kinds(situation(alert(), failing={"robot"})) == ["raised"]


def test_an_alert_is_settled_when_it_is_over_and_everybody_knows():
    teller = Teller(BOOK, [NotifyEntry(**target())], "Asia/Shanghai")
    assert not teller.is_settled(alert(), situation(alert()))
    over = alert(**OVER)
    assert not teller.is_settled(over, situation(over))
    assert not teller.is_settled(over, situation(over, shelved={over.key}))
    assert teller.is_settled(over, situation(over, told=told("cleared")))
    assert teller.is_settled(alert(**OVER, cause_id=7), situation())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["raise", "clear", "ack", "escalate", "fold", "unfold", "wait"]),
            st.integers(1, 400),
        ),
        max_size=40,
    )
)
def test_whatever_happens_is_told_in_the_end_and_never_too_often(steps):
    """After a quiet hour the target knows how the alert stands, unless somebody took it on."""
    teller = Teller(BOOK, [NotifyEntry(**target())], "Asia/Shanghai")
    one, said, now_ns = alert(), [], NOON
    for what, pause_s in [*steps, *[("wait", 400)] * 9]:
        now_ns += pause_s * S
        change = {
            "raise": {"cleared_ns": None},
            "clear": {"cleared_ns": now_ns},
            "ack": {"acknowledged_ns": now_ns, "acknowledged_by": "wu"},
            "escalate": {"escalated_ns": now_ns} if one.is_open and one.acknowledged_ns is None else {},
            "fold": {"cause_id": 7},
            "unfold": {"cause_id": None},
            "wait": {},
        }[what]
        one = replace(one, **change)
        before = {(1, "mail"): Told(said[-1][1], tuple(t for t, _ in said))} if said else {}
        for each in teller.tellings(situation(one, t_ns=now_ns, told=before)):
            ((_, phase),) = each.parts
            said.append((now_ns, phase))
    times = [t_ns for t_ns, _ in said]
    assert all(later - first >= 600 * S for first, later in zip(times, times[2:], strict=False))
    assert all(first != later for (_, first), (_, later) in itertools.pairwise(said))
    if one.cause_id is None and one.acknowledged_ns is None:
        assert said
        assert (said[-1][1] == "cleared") is not one.is_open
