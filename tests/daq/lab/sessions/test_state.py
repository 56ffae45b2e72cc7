"""The state is a fold: whatever is asked in whatever order, it follows from the events; nothing is lost."""

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from daq.errors import HengliangError
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.constant_mass import mass_g
from daq.lab.sessions.events import Act, Stage
from daq.lab.sessions.records import opened
from daq.lab.sessions.results import finish_session
from daq.lab.sessions.signing import PERFORMED, REVIEWED, return_session, review_session, sign_session
from daq.lab.sessions.state import fold
from daq.lab.sessions.steps import (
    STRIKEABLE,
    At,
    abandon_portion,
    add_portion,
    confirm,
    enter,
    skip,
    start_timer,
    stop_timer,
    strike,
)
from daq.security.audit import Actor
from daq.security.verification import verify_records
from tests.daq.lab.sessions.bench import CHEN, do, next_task, prepare

METHODS = ("water-shield-dried-solids", "spices-distillation-gb-5009-3-3", "balance-repeatability")
HOUR_NS = 3_600_000_000_000
REVIEWER = Actor("li.jun", "web")


class Sessions(RuleBasedStateMachine):
    """Somebody works at a bench, mostly as asked, sometimes not."""

    test = None  # the bench; one for all runs, a session for each

    def __init__(self):
        super().__init__()
        self.session = ""
        self.acknowledged = {}
        self.events = ()

    @initialize(method=st.sampled_from(METHODS))
    def start(self, method):
        if self.test.clock.now_ns() - self.test.checked_ns > 12 * HOUR_NS:
            self.test.check_balance()
        self.session = self.test.start(method)

    @property
    def bench(self):
        return self.test.bench

    def state(self):
        return self.test.state(self.session)

    def refused_or(self, action):
        """What is refused changes nothing."""
        before = opened(self.bench, self.session)
        try:
            return action()
        except HengliangError:
            assert opened(self.bench, self.session) == before
            return None

    @rule()
    def next_step(self):
        state = self.state()
        if state.tasks:
            task = next_task(state)
            prepare(self.test, self.session, task)
            token = f"m{next(self.test.tokens)}"
            answer = self.refused_or(lambda: do(self.bench, self.session, task, token))
            for one in getattr(answer, "captures", ()) if task.action == "capture" else ():
                self.acknowledged[one.id] = one

    @rule(data=st.data())
    def any_request(self, data):
        """A request for any step of any portion, wherever the session stands."""
        steps = {step.id for task in self.state().tasks for step in [task.step]} | {
            "level",
            "room",
            "no-such",
        }
        at = At(self.session, data.draw(st.sampled_from(sorted(steps))), data.draw(st.integers(0, 4)))
        action = data.draw(
            st.sampled_from(
                [
                    lambda: confirm(self.bench, CHEN, at),
                    lambda: start_timer(self.bench, CHEN, at),
                    lambda: stop_timer(self.bench, CHEN, at),
                    lambda: enter(self.bench, CHEN, at, "0.4", "read by eye"),
                    lambda: skip(self.bench, CHEN, at, "not today"),
                    lambda: capture(self.bench, CHEN, Press(at=at, token=f"m{next(self.test.tokens)}")),
                ]
            )
        )
        answer = self.refused_or(action)
        for one in getattr(answer, "captures", ()) if hasattr(answer, "n") else ():
            self.acknowledged[one.id] = one

    @rule(data=st.data())
    def strike(self, data):
        events = [one.n for one in self.state().events]
        n = data.draw(st.integers(1, len(events) + 2))
        self.refused_or(lambda: strike(self.bench, CHEN, self.session, n, "wrong"))

    @rule(seconds=st.sampled_from([1, 60, 3600]))
    def wait(self, seconds):
        self.test.pass_time(seconds)

    @rule()
    def another_portion(self):
        self.refused_or(lambda: add_portion(self.bench, CHEN, self.session))

    @rule(portion=st.integers(1, 4))
    def give_a_portion_up(self, portion):
        self.refused_or(lambda: abandon_portion(self.bench, CHEN, self.session, portion, "broken"))

    @precondition(lambda self: self.session and self.state().is_through)
    @rule()
    def finish(self):
        self.refused_or(lambda: finish_session(self.bench, CHEN, self.session))

    @rule()
    def sign(self):
        signature = self.test.signature("chen.yu", PERFORMED)
        self.refused_or(lambda: sign_session(self.bench, self.session, signature))

    @rule(good=st.booleans())
    def review(self, good):
        signature = self.test.signature("li.jun", REVIEWED)
        if good:
            self.refused_or(lambda: review_session(self.bench, self.session, signature))
        else:
            self.refused_or(lambda: return_session(self.bench, REVIEWER, self.session, "which dish?"))

    @invariant()
    def the_state_is_the_fold_of_what_is_kept(self):
        if not self.session:
            return
        loaded = opened(self.bench, self.session)
        now_ns = self.test.clock.now_ns()
        whole = loaded.state(now_ns)
        again = fold(loaded.header, loaded.method.procedure, loaded.events, loaded.captures, now_ns)
        assert whole == again
        assert loaded.events[: len(self.events)] == self.events
        self.events = loaded.events

    @invariant()
    def every_acknowledged_capture_is_there(self):
        kept = (
            {one.id: dataclasses.replace(one, struck="") for one in self.state().captures}
            if self.session
            else {}
        )
        assert self.acknowledged.items() <= kept.items()

    @invariant()
    def what_is_struck_never_counts(self):
        if not self.session:
            return
        state = self.state()
        struck = {one.number("n") for one in state.events if one.act is Act.STRUCK}
        gone = {capture for capture, n in state.numbers.items() if n in struck}
        assert {one.id for one in state.captures if one.struck} == gone
        counting = {one.id for one in state.standing_captures}
        assert not counting & gone
        for loop in state.loops:
            assert not {one.id for one in loop.weighings} & gone
            if loop.counting is not None and not loop.exhausted:
                masses = [mass_g(one) for one in loop.weighings]
                assert min(abs(b - a) for a, b in pairwise(masses)) <= 0.002
        assert all(state.events[n - 1].act in STRIKEABLE for n in struck)

    @invariant()
    def a_signed_session_has_nothing_open(self):
        state = self.state() if self.session else None
        if state is not None and state.stage in (Stage.SIGNED, Stage.REVIEWED):
            assert state.is_through
            assert state.results
            assert state.tasks == ()


@pytest.mark.timeout(60)
def test_any_order_of_actions(bench):
    machine = type("Sessions", (Sessions,), {"test": bench})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=6,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        ),
    )
    assert verify_records(bench.engine).ok
