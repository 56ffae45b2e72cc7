"""The options of the instrument's chart: a line, its uncertainty band, breaks where readings are missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from daq.i18n.figures import symbol
from daq.web.live.trend import NS_PER_S, Point, split, thin
from daq.web.theme import FONT, PALETTES, Theme
from daq.web.words import Words

SPANS_S = (600, 3600)
STEPS = 300
"""A span is thinned to so many steps of at most two points."""

Pair = list[float | None]


@dataclass(frozen=True, slots=True)
class Plot:
    """What is plotted, and how."""

    unit: str
    decimals: int
    span_s: int
    gap_ns: int
    """A longer pause breaks the line."""
    now_ns: int


def chart_options(points: Sequence[Point], plot: Plot, words: Words, theme: Theme) -> dict[str, object]:
    """ECharts options for ``points``.

    The site's time is drawn, not the browser's: times are shifted by the site's offset and shown as UTC.
    """
    palette = PALETTES[theme]
    shift_s = words.offset_s(plot.now_ns)
    line, low, height = _series(points, plot, shift_s)
    end_ms = (plot.now_ns / NS_PER_S + shift_s) * 1000
    label = {"color": palette.quiet, "hideOverlap": True}
    axis = {"axisLine": {"lineStyle": {"color": palette.line}}, "axisLabel": label}
    band = {"type": "line", "stack": "band", "stackStrategy": "all", "symbol": "none", "silent": True}
    flat = {"lineStyle": {"opacity": 0}, "tooltip": {"show": False}}
    return {
        "animation": False,
        "useUTC": True,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 12, "right": 20, "top": 34, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "time", "min": end_ms - plot.span_s * 1000, "max": end_ms, **axis},
        "yAxis": {
            "type": "value",
            **_bounds(points, plot),
            "name": symbol(plot.unit),
            "nameTextStyle": {"color": palette.quiet},
            "splitLine": {"lineStyle": {"color": palette.line}},
            **axis,
        },
        "tooltip": _tooltip(plot, palette.card, palette.text),
        "series": [
            {**band, **flat, "data": low},
            {**band, **flat, "data": height, "areaStyle": {"color": palette.band, "opacity": 1}},
            {
                "type": "line",
                "data": line,
                "showSymbol": False,
                "lineStyle": {"color": palette.accent, "width": 2},
                "itemStyle": {"color": palette.accent},
            },
        ],
    }


def _tooltip(plot: Plot, background: str, text: str) -> dict[str, object]:
    number = f"s.data[1].toFixed({plot.decimals})"
    return {
        "trigger": "axis",
        "renderMode": "richText",
        "backgroundColor": background,
        "textStyle": {"color": text},
        ":formatter": f"p => p.filter(s => s.seriesIndex === 2 && s.data[1] !== null)"
        f".map(s => new Date(s.data[0]).toISOString().slice(11, 19) + '  ' + {number}).join('')",
    }


def _series(points: Sequence[Point], plot: Plot, shift_s: int) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Line, lower edge and height of the band, each as pairs of time in ms and value."""
    line: list[Pair] = []
    low: list[Pair] = []
    height: list[Pair] = []
    step_ns = plot.span_s * NS_PER_S // STEPS
    for piece in split(thin(points, step_ns), plot.gap_ns + 2 * step_ns):
        if line:
            t_ms = line[-1][0]
            for series in (line, low, height):
                series.append([t_ms, None])
        for point in piece:
            t_ms = (point.t_ns / NS_PER_S + shift_s) * 1000
            digits = plot.decimals + 2
            line.append([t_ms, round(point.value, digits)])
            low.append([t_ms, None if point.U is None else round(point.value - point.U, digits)])
            height.append([t_ms, None if point.U is None else round(2 * point.U, digits)])
    return line, low, height


def _bounds(points: Sequence[Point], plot: Plot) -> dict[str, object]:
    """The value axis holds the whole band, and never less than ten steps of the last digit."""
    low = min((point.value - (point.U or 0) for point in points), default=0.0)
    high = max((point.value + (point.U or 0) for point in points), default=0.0)
    least = 10 * 10.0**-plot.decimals
    if high - low >= least:
        return {"scale": True, "boundaryGap": ["5%", "5%"]}
    middle = round((low + high) / 2, plot.decimals)
    ends = (middle - least / 2, middle + least / 2)
    return {"min": round(ends[0], plot.decimals), "max": round(ends[1], plot.decimals)}
