"""What a refusal says to whoever may allow it: by which code and about what two people sign."""

from decimal import Decimal

import pytest

from daq.errors import StepRefusedError
from daq.lab.equipment.validity import OVERRIDE
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.events import Stage
from daq.lab.sessions.records import count_events
from daq.lab.sessions.starting import OVERRIDABLE, Allowed, override, start_session
from daq.lab.sessions.steps import At
from daq.security.people import Role
from tests.daq.lab.sessions.bench import CHEN, act, show

MOISTURE = "coptis-moisture-chp-0832-2"


def two_people(bench):
    return (
        bench.signature("wang.fang", OVERRIDE, Role.METROLOGIST),
        bench.signature("li.jun", OVERRIDE, Role.QUALITY_MANAGER),
    )


def test_what_stops_the_start_is_allowed_by_its_own_code(bench):
    order = bench.order(MOISTURE)
    with pytest.raises(StepRefusedError) as refused:
        start_session(bench.bench, CHEN, order)
    assert refused.value.stops == (("instrument", "balance/B-01"),)
    allowed = Allowed(*refused.value.stops[0], "the check follows", two_people(bench))
    assert start_session(bench.bench, CHEN, order, (allowed,)).stage is Stage.RUNNING


def test_what_stops_a_weighing_is_allowed_by_its_own_code(bench):
    bench.check_balance()
    session = bench.start(MOISTURE)
    while (task := bench.state(session).task(1)) is None or task.place.step != "dish-and-sample":
        act(bench, session, task or bench.state(session).task(0))
    empty = Decimal(bench.state(session).captures[-1].raw_text)

    def weigh():
        show(bench, session, task, f"{empty + 1:.4f}")
        press = Press(at=At(session, "dish-and-sample", 1), token=f"r{next(bench.tokens)}")
        return capture(bench.bench, CHEN, press)

    before = count_events(bench.bench, session)
    with pytest.raises(StepRefusedError, match="less than 2 g") as refused:
        weigh()
    assert refused.value.stops == (("mass-low", "dish-and-sample/1"),)
    assert refused.value.stops[0][0] in OVERRIDABLE
    assert count_events(bench.bench, session) == before
    override(bench.bench, session, Allowed(*refused.value.stops[0], "all that there is", two_people(bench)))
    assert weigh().captures


def test_nobody_is_offered_to_allow_what_cannot_be_allowed(bench):
    bench.check_balance()
    session = bench.start(MOISTURE)
    while (task := bench.state(session).task(1)) is None:
        act(bench, session, bench.state(session).task(0))
    bench.pass_time(60)
    with pytest.raises(StepRefusedError, match="is 1 min") as refused:
        capture(bench.bench, CHEN, Press(at=At(session, task.place.step, 1), token="old"))
    assert refused.value.stops == ()
