"""A dish in the oven, in the desiccator, in the room: the closed forms against the differential equations."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from drivers.sims.dishes import (
    COLD_DEGC,
    COOLING_S,
    DESICCATOR_S,
    HOT_DEGC,
    UPTAKE_S,
    WARMING_S,
    Approach,
    Body,
)

ROOM = Approach(22.4, 22.4, 600.0)
OVEN = Approach(103.6, 103.6, 90.0)
WET = Body(22.0, 22.4, dry_g=2.58, water_g=0.42, room_water_g=0.42, drying_s=2200.0)

quick = settings(max_examples=25, deadline=None)
durations_s = st.floats(0, 40_000)
airs = st.builds(Approach, st.floats(20, 200), st.floats(20, 200), st.sampled_from([90.0, 200.0, 600.0]))
bodies = st.builds(
    Body,
    st.just(22.0),
    st.floats(20, 120),
    dry_g=st.just(2.5),
    water_g=st.floats(0.01, 0.5),
    room_water_g=st.just(0.5),
    drying_s=st.floats(600, 9000),
)


def integrated(body, air, constant_s, water_law, seconds):
    """Temperature and water by a general solver that knows nothing of closed forms."""

    def slope(_, state):
        air_degc, degc, water_g = state
        return [
            (air.target - air_degc) / air.constant_s,
            (air_degc - degc) / constant_s,
            water_law(degc, water_g),
        ]

    start = [air.value, body.degc, body.water_g]
    done = solve_ivp(slope, (0, seconds), start, method="LSODA", rtol=1e-10, atol=1e-12)
    return done.y[1][-1], done.y[2][-1]


@quick
@given(bodies, airs, st.floats(1, 30_000))
def test_in_the_oven_as_the_differential_equations_say(body, air, seconds):
    def law(degc, water_g):
        return -water_g * (degc - COLD_DEGC) / (HOT_DEGC - COLD_DEGC) / body.drying_s

    degc, water_g = integrated(body, air, WARMING_S, law, seconds)
    later = body.in_oven(seconds, air)
    assert later.degc == pytest.approx(degc, abs=1e-6)
    assert later.water_g == pytest.approx(water_g, rel=1e-6, abs=1e-9)


@quick
@given(bodies, airs, st.floats(1, 30_000))
def test_in_desiccator_and_room_as_the_differential_equations_say(body, air, seconds):
    degc, water_g = integrated(body, air, DESICCATOR_S, lambda *_: 0.0, seconds)
    dry = body.in_desiccator(seconds, air)
    assert (dry.degc, dry.water_g) == (pytest.approx(degc, abs=1e-6), water_g)
    uptake = lambda _, water_g: (body.room_water_g - water_g) / UPTAKE_S  # noqa: E731
    degc, water_g = integrated(body, air, COOLING_S, uptake, seconds)
    room = body.in_room(seconds, air)
    assert (room.degc, room.water_g) == (pytest.approx(degc, abs=1e-6), pytest.approx(water_g, abs=1e-9))


@quick
@given(bodies, airs, durations_s, durations_s)
def test_two_stretches_of_time_are_one(body, air, first_s, second_s):
    for after in (Body.in_oven, Body.in_desiccator, Body.in_room):
        at_once = after(body, first_s + second_s, air)
        in_two = after(after(body, first_s, air), second_s, air.after(first_s))
        assert in_two.degc == pytest.approx(at_once.degc, abs=1e-6)
        assert in_two.mass_g == pytest.approx(at_once.mass_g, abs=1e-9)


@quick
@given(bodies, airs, st.lists(durations_s, min_size=2, max_size=8))
def test_the_loss_in_the_oven_is_monotone_and_never_more_than_the_water(body, air, moments):
    masses = [body.in_oven(moment, air).mass_g for moment in sorted(moments)]
    assert masses == sorted(masses, reverse=True)
    assert body.vessel_g + body.dry_g <= masses[-1]
    assert masses[0] <= body.mass_g


def test_the_asymptote_is_the_dry_mass_and_the_way_there_an_exponential():
    assert WET.in_oven(50 * 3600.0, OVEN).mass_g == pytest.approx(24.58, abs=1e-9)
    hot = WET.in_oven(3 * 3600.0, OVEN)
    an_hour_on = hot.in_oven(3600.0, OVEN)
    slope = (103.6 - COLD_DEGC) / (HOT_DEGC - COLD_DEGC) / WET.drying_s
    assert an_hour_on.water_g / hot.water_g == pytest.approx(math.exp(-3600 * slope), rel=1e-4)


def test_half_an_hour_in_the_desiccator_is_enough_and_a_quarter_is_not():
    hot = WET.in_oven(5 * 3600.0, OVEN)
    assert hot.degc == pytest.approx(103.6, abs=1e-6)
    assert hot.in_desiccator(900.0, ROOM).degc - 22.4 > 5
    assert 0.4 < hot.in_desiccator(1800.0, ROOM).degc - 22.4 < 0.6
    assert hot.in_desiccator(1800.0, ROOM).water_g == hot.water_g


def test_outside_of_the_desiccator_a_dry_sample_takes_up_water_slowly():
    dry = WET.in_oven(30 * 3600.0, OVEN)
    assert dry.in_room(60.0, ROOM).mass_g - dry.mass_g == pytest.approx(0.05e-3, rel=0.02)
    assert dry.in_room(1e9, ROOM).mass_g == pytest.approx(WET.mass_g)
    weight = Body(100.0, 22.4)
    assert weight.in_room(1e6, ROOM).mass_g == weight.in_oven(1e6, OVEN).mass_g == 100.0
