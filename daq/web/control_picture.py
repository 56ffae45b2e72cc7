"""A control chart drawn: errors with U, zones, alarms, baselines, the limits from the MPE, the forecast."""

from typing import Any

from daq.i18n.figures import symbol
from daq.lab.chart_designs import ChartKind
from daq.lab.check_drift import DatedForecast
from daq.lab.control import ControlChart
from daq.web.check_words import CHANGES, CHARTS
from daq.web.theme import FONT, PALETTES, Theme
from daq.web.words import Words

NS_PER_MS = 1_000_000


def control_options(
    chart: ControlChart, forecast: DatedForecast | None, words: Words, theme: Theme
) -> dict[str, Any]:
    """ECharts options."""
    palette = PALETTES[theme]
    label = {"color": palette.quiet, "hideOverlap": True}
    axis = {"axisLine": {"lineStyle": {"color": palette.line}}, "axisLabel": label}
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 12, "right": 90, "top": 40, "bottom": 8, "containLabel": True},
        "legend": {
            "textStyle": {"color": palette.quiet},
            "top": 0,
            # a sum runs far beyond the errors: whoever wants it switches it on
            "selected": {one.name: one.chart is not ChartKind.CUSUM for one in chart.series},
        },
        "xAxis": {"type": "time", **axis},
        "yAxis": {
            "type": "value",
            "scale": True,
            "name": f"{words.say('Error')} / {symbol(chart.plan.unit)}",
            "nameTextStyle": {"color": palette.quiet},
            "splitLine": {"show": False},
            **axis,
        },
        "tooltip": {
            "trigger": "item",
            "renderMode": "richText",
            "backgroundColor": palette.card,
            "textStyle": {"color": palette.text},
        },
        "series": [
            _errors(chart, words, palette),
            *_limits(chart, palette),
            _alarms(chart, words, palette),
            *_lines(chart, palette),
            *_forecast(chart, forecast, words, palette),
        ],
    }


def _ms(chart: ControlChart, index: int) -> float:
    return chart.checks[index].t_ns / NS_PER_MS


def _errors(chart: ControlChart, words: Words, palette: Any) -> dict[str, Any]:
    """The errors, with the action limits and where a new baseline starts."""
    bound = float(chart.point.mpe)
    marks: list[dict[str, Any]] = [
        {"yAxis": value, "lineStyle": {"color": palette.lost, "type": "solid"}, "label": {"formatter": name}}
        for value, name in ((bound, "+MPE"), (-bound, "−MPE"))
    ]
    for baseline in chart.baselines:
        text = ", ".join(words.say(CHANGES[change]) for change in baseline.changes)
        marks.append(
            {
                "xAxis": _ms(chart, baseline.first),
                "lineStyle": {"color": palette.accent, "type": "dashed"},
                "label": {"formatter": text, "position": "insideEndTop", "color": palette.accent},
            }
        )
    return {
        "name": words.say("Error"),
        "type": "line",
        "symbolSize": 6,
        "data": [[_ms(chart, i), check.error] for i, check in enumerate(chart.checks)],
        "lineStyle": {"color": palette.accent, "width": 1},
        "itemStyle": {"color": palette.accent},
        "markLine": {"symbol": "none", "silent": True, "data": marks, "label": {"color": palette.quiet}},
    }


def _limits(chart: ControlChart, palette: Any) -> list[dict[str, Any]]:
    """Centre and zones of one, two and three standard deviations, each as far as its baseline reaches."""
    found = []
    for baseline in chart.baselines:
        limits = baseline.limits
        if limits is None:
            continue
        ends = (_ms(chart, baseline.first), _ms(chart, baseline.last))
        for step in (-3, -2, -1, 0, 1, 2, 3):
            level = limits.centre + step * limits.sigma
            style = {"color": palette.quiet if step in (-3, 0, 3) else palette.line, "width": 1}
            if step:
                style["type"] = "dashed"
            found.append(
                {
                    "type": "line",
                    "data": [[at, level] for at in ends],
                    "symbol": "none",
                    "silent": True,
                    "lineStyle": style,
                }
            )
    return found


def _alarms(chart: ControlChart, words: Words, palette: Any) -> dict[str, Any]:
    """Where a chart alarmed, by which rule."""
    points = [
        {
            "value": [_ms(chart, alarm.index), chart.checks[alarm.index].error],
            "name": f"{words.say(CHARTS[alarm.chart])} {alarm.rule}".strip(),
        }
        for alarm in chart.alarms
        if not alarm.is_warning
    ]
    return {
        "name": words.say("Alarm"),
        "type": "scatter",
        "symbol": "triangle",
        "symbolSize": 13,
        "itemStyle": {"color": palette.alarm},
        "data": points,
        "tooltip": {"formatter": "{b}"},
    }


def _lines(chart: ControlChart, palette: Any) -> list[dict[str, Any]]:
    """CUSUM and EWMA."""
    return [
        {
            "name": one.name,
            "type": "line",
            "symbol": "none",
            "data": [[_ms(chart, i), value] for i, value in zip(one.indices, one.values, strict=True)],
            "lineStyle": {"color": palette.due, "width": 1, "type": "dotted"},
            "itemStyle": {"color": palette.due},
        }
        for one in chart.series
    ]


def _forecast(
    chart: ControlChart, forecast: DatedForecast | None, words: Words, palette: Any
) -> list[dict[str, Any]]:
    """From the last check to the date at which the MPE is met."""
    if forecast is None or not chart.checks:
        return []
    last = chart.checks[-1]
    start = [last.t_ns / NS_PER_MS, last.error]
    ends = [end for end in (forecast.action_ns, forecast.expected_ns, forecast.latest_ns) if end is not None]
    return [
        {
            "name": words.say("Forecast"),
            "type": "line",
            "symbol": "none",
            "data": [start, [end / NS_PER_MS, forecast.limit]],
            "lineStyle": {"color": palette.alarm, "type": "dashed", "width": 1.5},
            "itemStyle": {"color": palette.alarm},
        }
        for end in ends
    ]
