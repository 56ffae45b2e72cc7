"""A press that could be meant for two open pages."""

from daq.lab.sessions.steps import At
from daq.web.sessions.listeners import Listeners

FIRST = At("S-2026-0001", "load", 1)
SECOND = At("S-2026-0001", "load", 2)
OTHER = At("S-2026-0002", "dish", 1)


def test_two_pages_at_one_place_are_one():
    listeners = Listeners()
    listeners.note("a tablet", FIRST, "B-01", 0.0)
    listeners.note("a screen", FIRST, "B-01", 0.1)
    assert listeners.others(FIRST, "B-01") == ()


def test_another_sample_or_portion_that_waits_for_the_same_balance_is_told():
    listeners = Listeners()
    listeners.note("a", FIRST, "B-01", 0.0)
    listeners.note("b", SECOND, "B-01", 0.0)
    listeners.note("c", OTHER, "B-01", 0.0)
    listeners.note("d", OTHER, "B-02", 0.0)
    assert listeners.others(FIRST, "B-01") == (SECOND, OTHER)
    assert listeners.others(OTHER, "B-02") == ()


def test_a_page_that_was_closed_or_went_on_does_not_wait():
    listeners = Listeners()
    listeners.note("a", FIRST, "B-01", 0.0)
    listeners.note("b", SECOND, "B-01", 0.0)
    listeners.note("a", FIRST, "B-01", 3.5)
    assert listeners.others(FIRST, "B-01") == ()
    listeners.note("b", FIRST, "B-01", 4.0)
    assert listeners.others(FIRST, "B-01") == ()
