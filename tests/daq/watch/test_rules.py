"""Rules over readings, pure: what is well, bad or unknown, and what delays make of it."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daq.watch import windows
from daq.watch.rule_parts import (
    Disagreement,
    Limit,
    Noise,
    PlateOfBalance,
    Rate,
    Step,
    Stuck,
    ZeroDrift,
)
from daq.watch.rules import (
    Change,
    Delays,
    Sample,
    Seen,
    Standing,
    Verdict,
    advance,
    judge,
)
from drivers.reading import Quality

S = 10**9
T0 = 1_795_492_800 * S
WORDS = {
    "name": "r",
    "title_zh": "题",
    "title_en": "t",
    "action_zh": "做",
    "action_en": "a",
    "severity": "warning",
}
DELAYS = Delays(on_ns=10 * S, off_ns=20 * S, gap_ns=3 * S)


def sample(raw, t_s=0, value=None, U=None, unit="degC", quality=Quality.GOOD, text=None):
    return Sample(
        path="H-01/temperature",
        quantity="temperature",
        unit=unit,
        seq=1 + int(t_s),
        t_ns=T0 + round(t_s * S),
        raw=raw,
        text=text or str(raw),
        quality=quality,
        value=value,
        U=U,
        k=2.0 if U else None,
        value_unit=unit,
    )


def limit(**more):
    return Limit(**WORDS, kind="limit", unit="degC", **more)


def verdict(rule, one, band, *, active=False, other=None):
    judged, _ = judge(rule, Standing(active=active), Seen(one, other, band))
    return judged.verdict


def run(rule, readings, standing=None):
    """Verdicts over readings ``(t_s, raw)``, and where each was given."""
    standing = standing or Standing()
    found = []
    for t_s, raw in readings:
        judged, memory = judge(rule, standing, Seen(sample(raw, t_s)))
        standing = Standing(standing.active, memory=memory)
        if judged is not None:
            found.append((t_s, judged))
    return found


# ---- limits


@pytest.mark.parametrize(
    ("value", "expected"),
    [(30.0, Verdict.WELL), (30.000001, Verdict.BAD), (15.0, Verdict.WELL), (14.9, Verdict.BAD)],
)
def test_a_value_on_a_limit_is_within(value, expected):
    rule = limit(low=Decimal(15), high=Decimal(30))
    assert verdict(rule, sample(0.0, value=value, U=0.1), (rule.low, rule.high)) is expected


def test_what_is_on_a_limit_as_it_is_written_is_within():
    def judged(type_of_rule, readings, **more):
        rule = type_of_rule(**WORDS, unit="degC", window_s=60, **more)
        return {found.verdict for _, found in run(rule, readings)} - {Verdict.UNKNOWN}

    steady = [(t, -0.01) for t in range(130)]
    zero = {"kind": "zero-drift", "idle_within": Decimal("0.05"), "most": Decimal("0.01")}
    assert judged(ZeroDrift, steady, **zero) == {Verdict.WELL}
    jump = [(t, 20.1 if t < 65 else 20.4) for t in range(130)]
    assert Verdict.BAD not in judged(Rate, jump, kind="rate", most=Decimal("0.3"))
    assert Verdict.BAD in judged(Rate, jump, kind="rate", most=Decimal("0.29"))
    assert Verdict.BAD not in judged(Step, jump, kind="step", most=Decimal("0.3"))
    high = limit(high=Decimal("3.3"))
    assert verdict(high, sample(0.0, value=1.1 + 2.2, U=0.1), (None, high.high)) is Verdict.WELL
    for a, b in ((20.0, 20.3), (20.3, 20.0), (20.0, 20.6), (0.1, 0.4)):
        assert pair(a, b, U=None, apart=f"{abs(a - b):.1f}") is Verdict.UNKNOWN


def test_the_corrected_value_counts_and_not_the_indication():
    rule = limit(high=Decimal(30))
    assert verdict(rule, sample(29.0, value=30.5, U=0.1), (None, rule.high)) is Verdict.BAD
    by_indication = limit(high=Decimal(30), indication=True)
    assert verdict(by_indication, sample(29.0, value=30.5, U=0.1), (None, rule.high)) is Verdict.WELL


def test_without_certificate_nothing_is_well_but_what_is_beyond_the_limit_is_bad():
    rule = limit(high=Decimal(30))
    assert verdict(rule, sample(20.0), (None, rule.high)) is Verdict.UNKNOWN
    assert verdict(rule, sample(31.0), (None, rule.high)) is Verdict.BAD


@pytest.mark.parametrize(
    "flag",
    [
        Quality.OVER_RANGE,
        Quality.UNDER_RANGE,
        Quality.STALE,
        Quality.COMM_FAULT,
        Quality.SENSOR_FAULT | Quality.SIMULATED,
    ],
)
def test_a_reading_that_is_not_to_be_trusted_says_nothing(flag):
    rule = limit(high=Decimal(30))
    for raw in (20.0, 99.0):
        assert (
            verdict(rule, sample(raw, value=raw, U=0.1, quality=flag), (None, rule.high)) is Verdict.UNKNOWN
        )


def test_an_alert_is_well_again_only_inside_the_deadband():
    rule = limit(low=Decimal(15), high=Decimal(30), deadband=Decimal("0.5"))
    band = (rule.low, rule.high)
    for value, expected in ((29.6, Verdict.BAD), (29.5, Verdict.WELL), (15.4, Verdict.BAD)):
        assert verdict(rule, sample(0.0, value=value, U=0.1), band, active=True) is expected
        assert verdict(rule, sample(0.0, value=value, U=0.1), band) is Verdict.WELL


def test_another_unit_is_bad_because_nobody_judges_the_limit():
    rule = limit(high=Decimal(30))
    judged, _ = judge(rule, Standing(), Seen(sample(77.0, unit="degF"), None, (None, rule.high)))
    assert judged.verdict is Verdict.BAD
    assert judged.facts["found_unit"] == "degF"


# ---- delays


def test_raised_after_the_on_delay_and_not_before():
    standing, changes = Standing(), []
    for t_s in range(12):
        standing, change = advance(standing, Verdict.BAD, T0 + t_s * S, DELAYS)
        changes.append(change)
    assert changes == [None] * 10 + [Change.RAISED, None]
    assert standing.bad_since_ns == T0


def test_one_good_reading_ends_the_on_delay_and_an_unknown_one_does_not():
    standing, _ = advance(Standing(), Verdict.BAD, T0, DELAYS)
    unknown, _ = advance(standing, Verdict.UNKNOWN, T0 + 5 * S, DELAYS)
    assert advance(unknown, Verdict.BAD, T0 + 10 * S, DELAYS)[1] is Change.RAISED
    well, _ = advance(standing, Verdict.WELL, T0 + 5 * S, DELAYS)
    assert advance(well, Verdict.BAD, T0 + 10 * S, DELAYS)[1] is None


def active(t_ns=T0):
    return Standing(active=True, bad_since_ns=t_ns, seen_ns=t_ns)


def test_cleared_after_the_off_delay_of_readings_that_are_well():
    standing, changes = active(), []
    for t_s in range(1, 23):
        standing, change = advance(standing, Verdict.WELL, T0 + t_s * S, DELAYS)
        changes.append(change)
    assert changes.index(Change.CLEARED) == 20


@pytest.mark.parametrize("between", [Verdict.UNKNOWN, Verdict.BAD])
def test_what_is_not_well_begins_the_off_delay_anew(between):
    standing = active()
    for t_s in range(1, 20):
        standing, _ = advance(standing, Verdict.WELL, T0 + t_s * S, DELAYS)
    standing, _ = advance(standing, between, T0 + 20 * S, DELAYS)
    standing, change = advance(standing, Verdict.WELL, T0 + 21 * S, DELAYS)
    assert change is None
    assert standing.well_since_ns == T0 + 21 * S


def test_silence_is_not_time_that_was_well():
    standing, _ = advance(active(), Verdict.WELL, T0 + S, DELAYS)
    standing, change = advance(standing, Verdict.WELL, T0 + 100 * S, DELAYS)
    assert change is None
    assert standing.active


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.integers(0, 40))))
def test_an_alert_is_raised_and_cleared_in_turn_and_never_by_what_is_unknown(steps):
    standing, t_ns, raised = Standing(), T0, False
    for said, pause_s in steps:
        t_ns += pause_s * S
        standing, change = advance(standing, said, t_ns, DELAYS)
        if change is not None:
            assert said is (Verdict.BAD if change is Change.RAISED else Verdict.WELL)
            assert (change is Change.RAISED) is not raised
            raised = not raised
        assert standing.active is raised


# ---- windows


def test_a_gradient_is_the_range_of_means_within_the_window():
    rule = Rate(**WORDS, kind="rate", unit="degC", window_s=3600, most=Decimal(2))
    slow = run(rule, [(t, 20.0 + 1.9 * t / 3600) for t in range(0, 7200, 10)])
    assert {judged.verdict for _, judged in slow} == {Verdict.UNKNOWN, Verdict.WELL}
    fast = run(rule, [(t, 20.0 + 3.0 * t / 3600) for t in range(0, 7200, 10)])
    first = next(t for t, judged in fast if judged.verdict is Verdict.BAD)
    assert 2400 < first < 3600


def test_a_step_is_found_where_it_is_and_noise_is_not_one():
    rule = Step(**WORDS, kind="step", unit="degC", window_s=60, most=Decimal("0.5"))
    readings = [(t, 20.0 + 0.2 * math.sin(t) + (1.0 if t >= 300 else 0.0)) for t in range(600)]
    bad = [t for t, judged in run(rule, readings) if judged.verdict is Verdict.BAD]
    assert bad
    assert 300 < bad[0] <= 365
    assert bad[-1] <= 425
    judged = next(judged for t, judged in run(rule, readings) if t == 360)
    assert judged.facts["change"] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("spread", "expected"), [(0.0, Verdict.BAD), (0.1, Verdict.WELL), (1.0, Verdict.BAD)]
)
def test_noise_has_a_band_too_quiet_is_suspicious_too(spread, expected):
    rule = Noise(**WORDS, kind="noise", unit="degC", window_s=60, least=Decimal("0.01"), most=Decimal("0.5"))
    found = run(rule, [(t, 20.0 + spread * (-1) ** t) for t in range(200)])
    assert found[-1][1].verdict is expected
    assert found[0][1].verdict is Verdict.UNKNOWN


def test_a_standard_deviation_over_parts_is_that_of_all():
    values = [math.sin(3 * n) * n for n in range(40)]
    window = []
    for n, value in enumerate(values):
        window = windows.with_reading(window, n * S, value, 5 * S, 100)
    mean = sum(values) / 40
    assert windows.mean_of(window) == pytest.approx(mean)
    expected = math.sqrt(sum((value - mean) ** 2 for value in values) / 39)
    assert windows.deviation_of(window) == pytest.approx(expected)


@given(
    st.lists(st.tuples(st.integers(1, 500), st.floats(-1e6, 1e6)), min_size=1, max_size=60),
    st.integers(1, 50),
)
def test_a_window_keeps_no_more_than_its_time(steps, part_s):
    window, t_ns = [], T0
    for pause_s, value in steps:
        t_ns += pause_s * S
        window = windows.with_reading(window, t_ns, value, part_s * S, windows.PARTS)
        assert len(window) <= windows.PARTS
        assert all(t_ns - bucket[0] <= windows.PARTS * part_s * S for bucket in window)
        assert [bucket[0] for bucket in window] == sorted({bucket[0] for bucket in window})


def test_stuck_digits_are_told_and_a_change_ends_it():
    rule = Stuck(**WORDS, kind="stuck", for_s=60)
    found = run(rule, [(t, 20.0) for t in range(0, 70, 10)] + [(70, 20.1), (80, 20.1)])
    assert [judged.verdict is Verdict.BAD for _, judged in found] == [False] * 6 + [True, False, False]


# ---- zero of an idle balance


def zero_rule(**more):
    return ZeroDrift(**WORDS, kind="zero-drift", unit="g", window_s=60, idle_within=Decimal("0.05"), **more)


def test_the_limit_of_the_zero_is_the_mpe_in_service_at_zero_load():
    plate = PlateOfBalance(accuracy_class="I", e=Decimal("0.001"), maximum=Decimal(220), unit="g")
    assert zero_rule(mpe=plate).limit == Decimal("0.001")  # OIML R 76-1:2006: 0.5 e, twice that in service


def test_the_zero_of_an_empty_pan_is_judged_and_a_load_is_not():
    rule = zero_rule(most=Decimal("0.001"))
    standing, found = Standing(), []
    loads = [(t, 0.0002) for t in range(90)] + [(t, 50.0) for t in range(90, 120)]
    loads += [(t, 0.0030) for t in range(120, 220)]
    for t_s, raw in loads:
        judged, memory = judge(rule, standing, Seen(sample(raw, t_s, unit="g")))
        standing = Standing(memory=memory)
        if judged is not None:
            found.append((t_s, judged.verdict))
    by_time = dict(found)
    assert by_time[85] is Verdict.WELL
    assert by_time[100] is Verdict.UNKNOWN
    assert next(t for t, said in found if said is Verdict.BAD) in range(170, 190)


def test_a_pan_that_settles_is_not_judged():
    rule = zero_rule(most=Decimal("0.001"))
    unsettled = sample(0.01, unit="g", quality=Quality.UNSTABLE)
    assert judge(rule, Standing(memory=[]), Seen(unsettled)) == (None, [])


# ---- two channels of one thing


def pair(a, b, U=0.1, apart="0"):
    rule = Disagreement(**WORDS, kind="disagreement", unit="degC", against="H-02/t", apart=Decimal(apart))
    one, other = sample(a, value=a if U else None, U=U), sample(b, value=b if U else None, U=U)
    return verdict(rule, one, (None, None), other=other)


def test_two_channels_disagree_beyond_their_uncertainties():
    assert pair(20.0, 20.14) is Verdict.WELL  # sqrt(2) * 0.1
    assert pair(20.0, 20.15) is Verdict.BAD
    assert pair(20.0, 20.60, apart="0.5") is Verdict.WELL
    assert pair(20.0, 20.65, apart="0.5") is Verdict.BAD


def test_what_is_not_corrected_may_agree_by_accident():
    assert pair(20.0, 20.0, U=None) is Verdict.UNKNOWN
    assert pair(20.0, 25.0, U=None) is Verdict.UNKNOWN
    assert pair(20.0, 25.0, U=None, apart="1") is Verdict.BAD


def test_without_the_other_channel_nothing_is_known():
    rule = Disagreement(**WORDS, kind="disagreement", unit="degC", against="H-02/t")
    assert verdict(rule, sample(20.0, value=20.0, U=0.1), (None, None)) is Verdict.UNKNOWN
