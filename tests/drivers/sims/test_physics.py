"""Physics: the same for a time however often asked, settling ends, drying ends where it should."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.sims.physics import (
    BATCH,
    BOTTLE,
    DryingRun,
    OperatedPan,
    Oven,
    Routine,
    StillPan,
    noise,
    room_humidity,
    room_temperature,
    uniform,
    water_bath,
)

seeds = st.integers(0, 1000)
times_s = st.floats(0, 3 * 86_400)
quick = settings(max_examples=60, deadline=None)


@quick
@given(seeds, st.lists(times_s, min_size=1, max_size=6))
def test_a_state_depends_on_the_time_only_not_on_who_asked_before(seed, moments):
    for source in (OperatedPan(BOTTLE, 0.0001, seed), DryingRun(seed), Oven(seed), room_temperature(seed)):
        first = [source.at(moment) for moment in moments]
        assert [source.at(moment) for moment in reversed(moments)] == first[::-1]


def test_another_seed_is_another_story():
    assert OperatedPan(BOTTLE, 0.0001, 1).at(60.0) != OperatedPan(BOTTLE, 0.0001, 2).at(60.0)
    assert noise(1.0, 1) != noise(1.0, 2)


@quick
@given(st.sampled_from([(BOTTLE, 0.0001), (BATCH, 0.01)]), seeds, st.integers(0, 50))
def test_settling_ends_stable_on_the_load_that_was_put_on(kind, seed, cycle):
    routine, digit_g = kind
    pan = OperatedPan(routine, digit_g, seed)
    load_g = 0.0
    steps = list(routine.steps(seed, cycle))
    ends = [time_s for time_s, _ in steps[1:]] + [(cycle + 1) * routine.cycle_s + routine.vessel_on_s]
    for (_, step_g), end_s in zip(steps, ends, strict=True):
        load_g += step_g
        settled = pan.at(end_s - 0.01)
        assert settled.stable
        assert settled.mass_g == pytest.approx(load_g, abs=6 * digit_g)
    assert load_g == pytest.approx(0.0, abs=1e-9)


@quick
@given(seeds, st.sampled_from([BOTTLE, BATCH]))
def test_the_pan_is_never_stable_right_after_a_step(seed, routine):
    pan = OperatedPan(routine, 0.0001, seed)
    for time_s, _ in routine.steps(seed, 1):
        assert not pan.at(time_s + 0.3).stable


@quick
@given(seeds, st.integers(0, 40))
def test_a_weighing_bottle_holds_two_to_five_grams_of_coptis(seed, cycle):
    portions = [step for _, step in BOTTLE.steps(seed, cycle)][1:-1]
    assert 2.0 < sum(portions) < 5.0


def test_the_zero_drifts_slowly_and_by_few_digits():
    pan = OperatedPan(Routine(20.0, 1.0, (), 1e8, 2e8, 3e8), digit_g=0.0001)
    zeros = [pan.at(60.0 * minute).mass_g for minute in range(45)]
    assert 0.0001 < max(abs(zero) for zero in zeros) < 0.0005


@quick
@given(seeds, st.integers(0, 20), st.lists(st.floats(0, 150), min_size=2, max_size=20))
def test_the_drying_curve_rises_monotonically_to_its_final_value(seed, run, moments):
    runs = DryingRun(seed)
    begin_s = run * runs.cycle_s + runs.empty_s + runs.weighing_s
    curve = [runs.at(begin_s + moment).moisture_percent for moment in sorted(moments)]
    assert curve == sorted(curve)
    assert curve[-1] <= runs.final_percent(run) + 1e-9
    result = runs.at(begin_s + runs.drying_s + 1.0)
    assert (result.phase, result.stable) == ("result", True)
    assert result.moisture_percent == pytest.approx(runs.final_percent(run))
    assert result.mass_g == pytest.approx(runs.wet_g(run) * (1 - runs.final_percent(run) / 100))


def test_the_first_sample_of_coptis_ends_at_11_32_percent():
    runs = DryingRun()
    assert f"{runs.at(runs.cycle_s - 1.0).moisture_percent:.2f}" == "11.32"


def test_a_run_goes_through_its_phases_and_heats():
    runs = DryingRun()
    phases = [runs.at(second).phase for second in range(int(runs.cycle_s) + 2)]
    names = [phase for phase, _ in itertools.groupby(phases)]
    assert names == ["empty", "weighing", "drying", "result", "empty"]
    heater = [runs.at(runs.empty_s + runs.weighing_s + second).heater_degc for second in (0, 20, 60, 149)]
    assert heater == sorted(heater)
    assert heater[0] == pytest.approx(24.0)
    assert heater[-1] == pytest.approx(105.0, abs=0.01)
    assert runs.at(runs.cycle_s - 1.0).stable
    assert not runs.at(60.0).stable


def test_the_oven_cycles_about_105_degc_between_its_edges():
    oven = Oven(noise_degc=0.0)
    curve = [oven.at(float(second)) for second in range(600)]
    assert min(curve) == pytest.approx(104.3, abs=0.05)
    assert max(curve) == pytest.approx(105.6, abs=0.05)
    turns = sum((b - a) * (c - b) < 0 for a, b, c in zip(curve, curve[1:], curve[2:], strict=False))
    assert turns >= 6
    assert max(abs(b - a) for a, b in itertools.pairwise(curve)) < 0.1


@quick
@given(seeds, times_s)
def test_room_and_bath_stay_where_people_can_work(seed, now_s):
    assert 20.5 < room_temperature(seed).at(now_s) < 24.5
    assert 44.0 < room_humidity(seed).at(now_s) < 58.0
    assert 59.8 < water_bath(seed).at(now_s) < 60.2


@quick
@given(seeds, times_s)
def test_noise_holds_still_within_a_display_update(seed, now_s):
    step = int(now_s * 10)
    assert noise((step + 0.1) / 10, seed) == noise((step + 0.9) / 10, seed)
    assert 0.0 < uniform(seed, now_s) < 1.0


def test_a_still_pan_is_still():
    assert StillPan(50.0).at(0.0) == StillPan(50.0).at(1e6)
