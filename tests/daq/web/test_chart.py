"""The chart draws the site's time, breaks where readings are missing, and holds the whole band."""

import pytest

from daq.web.live.chart import Plot, chart_options
from daq.web.live.trend import Point
from daq.web.theme import Theme
from daq.web.words import Words

S = 1_000_000_000
WORDS = Words("zh_CN", "Asia/Shanghai")


def plot(clock, **changes):
    parts = {"unit": "degC", "decimals": 2, "span_s": 600, "gap_ns": 3 * S, "now_ns": clock.t_ns}
    return Plot(**{**parts, **changes})


def options(points, clock, **changes):
    return chart_options(points, plot(clock, **changes), WORDS, Theme.LIGHT)


def test_line_and_band(clock):
    drawn = options([Point(clock.t_ns, 104.83, 0.21)], clock)
    low, height, line = (series["data"] for series in drawn["series"])
    noon_ms = (clock.t_ns // S + 8 * 3600) * 1000
    assert line == [[noon_ms, 104.83]]
    assert low == [[noon_ms, 104.62]]
    assert height == [[noon_ms, 0.42]]
    assert drawn["xAxis"]["max"] == noon_ms
    assert drawn["yAxis"]["name"] == "°C"


def test_reading_that_is_not_corrected_has_no_band(clock):
    low, height, line = (s["data"] for s in options([Point(clock.t_ns, 104.83, None)], clock)["series"])
    assert line[0][1] == 104.83
    assert (low[0][1], height[0][1]) == (None, None)


def test_gap_breaks_line_and_band(clock):
    points = [Point(clock.t_ns - 300 * S, 1.0, 0.1), Point(clock.t_ns, 2.0, 0.1)]
    for series in options(points, clock)["series"]:
        assert [value is None for _, value in series["data"]] == [False, True, False]


def test_many_readings_are_thinned(clock):
    points = [Point(clock.t_ns - i * S // 10, float(i % 7), 0.1) for i in range(6000, 0, -1)]
    assert len(options(points, clock)["series"][2]["data"]) <= 2 * 301


def test_still_reading_gets_ten_steps_of_its_last_digit(clock):
    axis = options([Point(clock.t_ns, 50.0, None)], clock)["yAxis"]
    assert (axis["min"], axis["max"]) == (49.95, 50.05)


@pytest.mark.parametrize("points", [[], [Point(0, 1.0, None)]])
def test_nothing_to_draw_is_drawn_without_error(clock, points):
    assert options(points, clock)["series"]
