"""Times of the week as a site writes them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daq.schedule import MINUTES_A_DAY, is_within, spans_of


def at(text):
    return int(datetime.fromisoformat(f"{text}+08:00").timestamp()) * 10**9


@pytest.mark.parametrize(
    ("schedule", "inside", "outside"),
    [
        ("08:00-18:00", ["2026-11-24T08:00:00", "2026-11-28T17:59:59"], ["2026-11-24T18:00:00"]),
        ("Mon-Fri 08:00-18:00", ["2026-11-27T12:00:00"], ["2026-11-28T12:00:00", "2026-11-29T12:00:00"]),
        ("Sat,Sun 00:00-24:00", ["2026-11-28T23:59:59"], ["2026-11-30T00:00:00"]),
        ("22:00-07:00", ["2026-11-24T23:00:00", "2026-11-25T06:59:59"], ["2026-11-25T07:00:00"]),
        ("Fri 22:00-07:00", ["2026-11-28T06:00:00"], ["2026-11-27T06:00:00", "2026-11-28T22:00:00"]),
        ("Sat-Mon 10:00-11:00; Wed 09:00-09:01", ["2026-11-30T10:30:00", "2026-11-25T09:00:59"], []),
        ("", [], ["2026-11-24T12:00:00"]),
    ],
)
def test_a_moment_is_inside_or_outside(schedule, inside, outside):
    assert [is_within(schedule, at(text), "Asia/Shanghai") for text in inside] == [True] * len(inside)
    assert [is_within(schedule, at(text), "Asia/Shanghai") for text in outside] == [False] * len(outside)


def test_the_time_is_the_sites_own_also_when_clocks_change():
    at_night = int(datetime.fromisoformat("2026-10-25T00:30:00+00:00").timestamp()) * 10**9
    assert is_within("02:00-03:00", at_night, "Europe/Berlin")
    assert is_within("02:00-03:00", at_night + 3600 * 10**9, "Europe/Berlin")  # the hour that comes twice
    assert not is_within("02:00-03:00", at_night + 7200 * 10**9, "Europe/Berlin")


@pytest.mark.parametrize(
    "text",
    ["8-18", "08:00", "08:00-08:00", "24:00-08:00", "08:60-09:00", "25:00-26:00", "Mo 08:00-09:00",
     "Mon- 08:00-09:00", "08:00-09:00;", "Mon 08:00-09:00 x", "mon 08:00-09:00"],
)  # fmt: skip
def test_what_is_written_in_another_way_is_refused(text):
    with pytest.raises(ValueError, match="times of a week, such as"):
        spans_of(text)


@given(
    st.integers(0, MINUTES_A_DAY - 1), st.integers(1, MINUTES_A_DAY), st.integers(0, 7 * MINUTES_A_DAY - 1)
)
def test_a_span_and_what_it_leaves_make_the_week(start, end, minute):
    if start == end or (start, end) == (0, MINUTES_A_DAY):
        return
    name = "{:02d}:{:02d}"
    text = f"{name.format(*divmod(start, 60))}-{name.format(*divmod(end, 60))}"
    left = (
        f"{name.format(*divmod(end % MINUTES_A_DAY, 60))}-{name.format(*divmod(start or MINUTES_A_DAY, 60))}"
    )
    t_ns = at("2026-11-23T00:00:00") + minute * 60 * 10**9
    assert is_within(text, t_ns, "Asia/Shanghai") is not is_within(left, t_ns, "Asia/Shanghai")
