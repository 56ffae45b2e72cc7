"""Weighings that no method foresees: an empty pan, a residue of nothing, no sample at all."""

import pytest

from daq.errors import ResultBlockedError, StepRefusedError
from daq.lab.methods.loading import load_methods, read_method
from daq.lab.sessions.events import Place
from daq.lab.sessions.results import finish_session
from daq.lab.sessions.sample_mass import mass_objections
from daq.lab.sessions.steps import strike
from tests.daq.lab.results.bench import Session, certificate
from tests.daq.lab.sessions.bench import CHEN, do, show, walk

MOISTURE = load_methods()["coptis-moisture-chp-0832-2"]


def weigh(bench, session, portion, text, token):
    task = bench.state(session).task(portion)
    show(bench, session, task, text)
    return do(bench.bench, session, task, token)


def test_an_empty_pan_in_a_loop_is_captured_told_and_struck(dried):
    bench, session = dried
    n = weigh(bench, session, 1, "0.0000", "empty").n
    walk(bench, session)
    (first, _) = bench.state(session).loops
    assert first.why.code == "mass-constant"
    strike(bench.bench, CHEN, session, n, "the pan was empty")
    assert all(one.raw_text != "0.0000" for one in bench.state(session).loops[0].weighings)


def test_empty_pans_that_are_constant_give_no_result(dried):
    bench, session = dried
    walk(bench, session, until=lambda state: state.task(1) is None)
    weighed = [one for one in bench.state(session).captures if one.into == "m2" and one.portion == 1]
    numbers = bench.state(session).numbers
    for one in weighed:
        strike(bench.bench, CHEN, session, numbers[one.id], "to be weighed again")
    while (task := bench.state(session).task(1)) is not None:
        if task.step.do == "weigh":
            weigh(bench, session, 1, "0.0000", f"pan {task.place.turn}")
        else:
            walk(bench, session, until=lambda state: state.task(1).step.do == "weigh")
    walk(bench, session)
    with pytest.raises(ResultBlockedError, match=r"0\.0000 g \(m2, 1, no\. \d+\): a dish weighs more"):
        finish_session(bench.bench, CHEN, session)


def test_no_sample_at_all_is_too_little(bench):
    bench.check_balance()
    session = bench.start("coptis-moisture-chp-0832-2")
    walk(bench, session, until=lambda state: state.task(1) and state.task(1).place.step == "dish-and-sample")
    dish = next(one for one in bench.state(session).captures if one.into == "m3")
    with pytest.raises(StepRefusedError, match="The mass taken is 0 g, less than 2 g"):
        weigh(bench, session, 1, dish.raw_text, "nothing")


@pytest.mark.parametrize("text", ["5.1234", "0.1236", "21.0007"])
def test_exactly_the_least_mass_is_enough_whatever_the_dish_weighs(text):
    """23.1234 - 21.1234 has a tail as a float."""
    session, one = Session(MOISTURE), certificate("B-01")
    dish = session.read("m3", 1, text, one)
    whole, digits = text.split(".")
    filled = session.read("m1", 1, f"{int(whole) + 2}.{digits}", one)
    assert mass_objections(MOISTURE.procedure, [dish], filled, Place("dish-and-sample", 1, 1)) == ()


def test_a_mass_by_a_constant_is_checked_too_and_nothing_else_is_computed_for_it():
    """An aliquot is the mass taken; the moisture above it has no value yet, and none is asked for."""
    text = MOISTURE.document.decode()
    text = text.replace(
        '[[formula]]\nname = "m"',
        '[[constant]]\nname = "share"\ntitle_zh = "分取"\ntitle_en = "Aliquot"\nvalue = 0.1\nunit = "1"\n'
        'source = "laboratory"\nconfidence = "own"\n\n[[formula]]\nname = "m"',
    ).replace('expression = "m1 - m3"', 'expression = "(m1 - m3) * share"')
    session, one = Session(read_method("aliquot", text.encode(), "aliquot.toml")), certificate("B-01")
    dish, filled = session.read("m3", 1, "20.0000", one), session.read("m1", 1, "25.0000", one)
    (found,) = mass_objections(session.method.procedure, [dish], filled, Place("dish-and-sample", 1, 1))
    assert found.remark.sentence == "The mass taken is 0.500000 g, less than 2 g."


def test_an_empty_pan_is_no_matter_of_a_warning():
    """Spices by distillation only warn of a small sample; of none at all they made 499 000 % of moisture."""
    method = load_methods()["spices-distillation-gb-5009-3-3"]
    assert method.procedure.sample_mass.below == "warn"
    session, one = Session(method), certificate("B-01")
    for text, does in (("0.0000", "block"), ("0.5000", "block"), ("0.5001", "warn"), ("4.9999", "warn")):
        taken = session.read("m", 1, text, one)
        (found,) = mass_objections(method.procedure, [], taken, Place("sample", 1, 1))
        assert found.does == does


def test_a_tiny_mass_is_told_without_digits_that_no_balance_shows():
    session, one = Session(MOISTURE), certificate("B-01")
    dish, filled = session.read("m3", 1, "20.00000", one), session.read("m1", 1, "20.00002", one)
    (found,) = mass_objections(MOISTURE.procedure, [dish], filled, Place("dish-and-sample", 1, 1))
    assert found.remark.sentence == "The mass taken is 0.0000200 g, less than 2 g."
