"""Thinning keeps spikes, gaps stay gaps, and a still pan is a still line."""

import re

from hypothesis import given
from hypothesis import strategies as st

from daq.web.live.trend import HEIGHT, WIDTH, Point, Trend, split, thin

S = 1_000_000_000


def points(values, step_ns=S, start_ns=0):
    return [Point(start_ns + i * step_ns, value, None) for i, value in enumerate(values)]


def heights(path):
    return [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", path)]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(1, 50))
def test_thinning_keeps_the_extremes_of_every_step_in_order(values, step):
    all_points = points(values)
    kept = thin(all_points, step * S)
    assert kept == sorted(set(kept), key=lambda point: point.t_ns)
    for start in range(0, len(values), step):
        group = values[start : start + step]
        left = [p.value for p in kept if start * S <= p.t_ns < (start + step) * S]
        assert len(left) <= 2
        assert (min(left), max(left)) == (min(group), max(group))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200))
def test_trend_keeps_at_most_two_points_a_second(values):
    trend = Trend()
    fast = points(values, step_ns=S // 10)
    for point in fast:
        trend.add(point)
    kept = trend.since(0)
    assert kept == sorted(set(kept), key=lambda point: point.t_ns)
    for start in range(0, len(values), 10):
        left = [point.value for point in kept if point.t_ns // S == start // 10]
        assert len(left) <= 2
        assert (min(left), max(left)) == (min(values[start : start + 10]), max(values[start : start + 10]))


def test_trend_keeps_one_hour():
    trend = Trend()
    for point in points(range(4000)):
        trend.add(point)
    kept = trend.since(0)
    assert (kept[0].t_ns, kept[-1].t_ns, len(kept)) == (399 * S, 3999 * S, 3601)
    assert [point.t_ns // S for point in trend.since(3990 * S)] == list(range(3990, 4000))


def test_gap_splits():
    early, late = points([1, 2, 3]), points([4, 5], start_ns=60 * S)
    assert split(early + late, 5 * S) == [early, late]
    assert split([], 5 * S) == []


def test_line_is_broken_where_readings_are_missing():
    trend = Trend()
    for point in points([1, 2, 3]) + points([4, 5], start_ns=60 * S):
        trend.add(point)
    line = trend.line(64 * S, 3 * S, 0.1)
    assert line.span_s == 120
    assert line.path.count("M") == 2


def test_line_grows_to_ten_minutes_when_there_is_more_than_two():
    trend = Trend()
    for point in points(range(300)):
        trend.add(point)
    assert trend.line(300 * S, 3 * S, 0.1).span_s == 600


def test_line_stays_in_its_box():
    trend = Trend()
    for point in points([-5, 100, 3, 7]):
        trend.add(point)
    path = trend.line(4 * S, 3 * S, 1).path
    places = [tuple(map(float, place)) for place in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]
    assert len(places) == 4
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)


def test_noise_of_the_last_digit_is_not_drawn_as_a_storm():
    trend = Trend()
    for point in points([50.0000, 50.0001] * 30):
        trend.add(point)
    drawn = heights(trend.line(60 * S, 3 * S, 0.0001).path)
    assert max(drawn) - min(drawn) < HEIGHT / 9


def test_empty_and_single():
    trend = Trend()
    assert trend.line(S, S, 0.1).path == ""
    trend.add(Point(0, 1.0, None))
    assert re.fullmatch(r"M(\S+ \S+)L\1", trend.line(S, S, 0.1).path)
