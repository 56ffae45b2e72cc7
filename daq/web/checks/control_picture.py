"""A control chart drawn: errors over their zones, and CUSUM and EWMA each in a strip with its own scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calibration.charts.control_charts import Shewhart
from daq.i18n.figures import symbol
from daq.lab.checks.chart_designs import ChartKind, design_of
from daq.lab.checks.chart_marks import LEFT_OUT
from daq.lab.checks.control import ControlChart
from daq.lab.checks.drift import DatedForecast, DriftFinding
from daq.web.checks.words import CHANGES, CHARTS, RULES
from daq.web.digits import expanded, figure
from daq.web.theme import FONT, PALETTES, Palette, Theme
from daq.web.words import Words

NS_PER_MS = 1_000_000
NS_PER_DAY = 86_400 * 10**9
TOP, ERRORS, STRIP, GAP = 44, 290, 110, 34
"""Heights in pixels: above the errors, the errors, one strip, between two of them."""
AIR = 0.08
"""Above and below what is drawn, as part of its height."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of one point."""

    chart: ControlChart
    forecast: DatedForecast | None
    drift: DriftFinding | None


def strips(chart: ControlChart) -> list[ChartKind]:
    """Charts that draw a line of their own."""
    return list(dict.fromkeys(one.chart for one in chart.series))


def height_px(chart: ControlChart) -> int:
    """Of the whole picture."""
    return TOP + ERRORS + len(strips(chart)) * (STRIP + GAP) + 30


def control_options(drawn: Drawn, words: Words, theme: Theme) -> dict[str, Any]:
    """ECharts options."""
    chart, palette = drawn.chart, PALETTES[theme]
    series = [
        *_zones(chart, palette),
        *_control_limits(chart, words, palette),
        _errors(chart, words, palette),
        *_drift(drawn, words, palette),
        *_forecast(drawn, words, palette),
        _alarms(chart, words, palette),
    ]
    names = list(dict.fromkeys(str(one["name"]) for one in series if one.get("name")))
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "legend": {"type": "scroll", "textStyle": {"color": palette.quiet}, "top": 0, "data": names},
        "tooltip": {
            "trigger": "item",
            "renderMode": "richText",
            "backgroundColor": palette.card,
            "borderColor": palette.line,
            "textStyle": {"color": palette.text},
            "formatter": "{b}",
        },
        **_axes(drawn, words, palette),
        "series": [*series, *_strip_series(chart, words, palette)],
    }


def _axes(drawn: Drawn, words: Words, palette: Palette) -> dict[str, Any]:
    """One grid for the errors and one for each strip, over one and the same time."""
    chart = drawn.chart
    kinds = strips(chart)
    names = [f"{words.say('Error')} / {symbol(chart.plan.unit)}"]
    names += [f"{words.say(CHARTS[kind])} / {symbol(chart.plan.unit)}" for kind in kinds]
    label = {"color": palette.quiet, "hideOverlap": True}
    line = {"lineStyle": {"color": palette.line}}
    grids, across, up = [], [], []
    for place, name in enumerate(names):
        top = TOP if place == 0 else TOP + ERRORS + GAP + (place - 1) * (STRIP + GAP)
        is_last = place == len(kinds)
        grids.append({"left": 84, "right": 70, "top": top, "height": STRIP if place else ERRORS})
        across.append(
            {
                "type": "time",
                "gridIndex": place,
                "axisLine": line,
                "axisLabel": {**label, "show": is_last},
                "axisTick": {"show": is_last},
                **_times(drawn),
            }
        )
        up.append(
            {
                "type": "value",
                "gridIndex": place,
                "scale": True,
                "name": name,
                "nameTextStyle": {"color": palette.quiet, "align": "left"},
                "splitLine": {"show": False},
                "splitNumber": 3 if place else 5,
                "axisLine": line,
                "axisLabel": {**label, "showMinLabel": False, "showMaxLabel": False},
                **(_span(_levels(chart, kinds[place - 1])) if place else _span(_error_levels(drawn))),
            }
        )
    return {"grid": grids, "xAxis": across, "yAxis": up}


def _times(drawn: Drawn) -> dict[str, float]:
    if not drawn.chart.checks:
        return {}
    first, last = drawn.chart.checks[0].t_ns, drawn.chart.checks[-1].t_ns
    return {"min": first / NS_PER_MS, "max": max([last, *_dates(drawn.forecast)]) / NS_PER_MS}


def _error_levels(drawn: Drawn) -> list[float]:
    bound = float(drawn.chart.point.mpe)
    return [bound, -bound, *(check.error for check in drawn.chart.checks)]


def _levels(chart: ControlChart, kind: ChartKind) -> list[float]:
    several = (
        each for one in chart.series if one.chart is kind for each in (one.values, one.lower, one.upper)
    )
    return [level for each in several for level in each if level is not None]


def _span(levels: Sequence[float]) -> dict[str, float]:
    low, high = min(levels), max(levels)
    air = AIR * (high - low)
    return {"min": low - air, "max": high + air} if air else {}


def _ms(chart: ControlChart, index: int) -> float:
    return chart.checks[index].t_ns / NS_PER_MS


def _zones(chart: ControlChart, palette: Palette) -> list[dict[str, Any]]:
    """Zones of one, two and three standard deviations, shaded as far as each baseline reaches."""
    areas, centres = [], []
    for baseline in chart.baselines:
        limits = baseline.limits
        if limits is None:
            continue
        begin, end = (_ms(chart, index) for index in (baseline.first, baseline.last))
        for step in (3, 2, 1):
            low, high = (limits.centre + sign * step * limits.sigma for sign in (-1, 1))
            areas.append([{"xAxis": begin, "yAxis": low}, {"xAxis": end, "yAxis": high}])
        centres += [[begin, limits.centre], [end, limits.centre], [None, None]]
    if not areas:
        return []
    return [
        {
            "type": "line",
            "symbol": "none",
            "silent": True,
            "data": centres,
            "lineStyle": {"color": palette.quiet, "width": 1},
            "markArea": {
                "silent": True,
                "itemStyle": {"color": palette.band, "opacity": 0.45},
                "data": areas,
            },
        }
    ]


def _control_limits(chart: ControlChart, words: Words, palette: Palette) -> list[dict[str, Any]]:
    """Beyond which single checks alarm: further out than three standard deviations where few made them."""
    designs = (design_of(choice, chart.plan.demand, len(chart.plan.points)) for choice in chart.plan.charts)
    multiple = next((one.multiple for one in designs if isinstance(one, Shewhart)), None)
    if multiple is None:
        return []
    lines: list[tuple[float | None, float | None]] = []
    for baseline in chart.baselines:
        if baseline.limits is not None:
            for reach in (multiple * baseline.limits.sigma, -multiple * baseline.limits.sigma):
                ends = (_ms(chart, index) for index in (baseline.first, baseline.last))
                lines += [*((end, baseline.limits.centre + reach) for end in ends), (None, None)]
    drawn = {"type": "line", "symbol": "none", "silent": True, "itemStyle": {"color": palette.alarm}}
    style = {"color": palette.alarm, "type": "dashed", "width": 1}
    return (
        [{**drawn, "name": words.say("Control limits"), "data": lines, "lineStyle": style}] if lines else []
    )


def _errors(chart: ControlChart, words: Words, palette: Palette) -> dict[str, Any]:
    """The errors, with the action limits and where a new baseline starts."""
    bound = float(chart.point.mpe)
    plain = {"textBorderWidth": 0, "fontSize": 12}
    marks: list[dict[str, Any]] = [
        {
            "yAxis": value,
            "lineStyle": {"color": palette.lost, "type": "solid"},
            "label": {**plain, "formatter": name, "color": palette.lost},
        }
        for value, name in ((bound, "+MPE"), (-bound, "−MPE"))
    ]
    if chart.acceptance is not None and 0 < chart.acceptance < bound:  # a guard band
        name_of_it = {**plain, "formatter": words.say("acceptance limit"), "color": palette.lost}
        dashed = {"color": palette.lost, "type": "dashed"}
        ends = (chart.acceptance, -chart.acceptance)
        marks += [{"yAxis": value, "lineStyle": dashed, "label": name_of_it} for value in ends]
    for baseline in chart.baselines[1:]:
        text = ", ".join(words.say(CHANGES[change]) for change in baseline.changes)
        label = {**plain, "formatter": text, "color": palette.text, "rotate": 0, "position": "insideEndTop"}
        marks.append(
            {
                "xAxis": _ms(chart, baseline.first),
                "lineStyle": {"color": palette.text, "type": "dashed"},
                "label": {**label, "align": "right", "padding": [0, 6, 0, 0]},
            }
        )
    return {
        "name": words.say("Error"),
        "type": "line",
        "symbol": "circle",
        "symbolSize": 6,
        "data": _points(chart, words, palette),
        "lineStyle": {"color": palette.accent, "width": 1},
        "itemStyle": {"color": palette.accent},
        "markLine": {"symbol": "none", "silent": True, "data": marks},
    }


def _points(chart: ControlChart, words: Words, palette: Palette) -> list[dict[str, Any]]:
    """What a person left out stays in sight, hollow."""
    hollow = {"color": palette.card, "borderColor": palette.stale, "borderWidth": 2}
    left_out = {mark.check_id for mark in chart.marks if mark.kind == LEFT_OUT}
    unit = symbol(chart.plan.unit)
    return [
        {
            "value": [_ms(chart, index), check.error],
            "name": f"{words.time(check.t_ns)}\n{figure(check.error)} ± {expanded(check.U)} {unit}",
            **({"itemStyle": hollow, "symbolSize": 9} if check.id in left_out else {}),
        }
        for index, check in enumerate(chart.checks)
    ]


def _alarms(chart: ControlChart, words: Words, palette: Palette) -> dict[str, Any]:
    """Where a chart alarmed, by which rule."""
    said: dict[int, list[str]] = {}
    for alarm in chart.alarms:
        if not alarm.is_warning:
            said.setdefault(alarm.index, []).append(rule_text(alarm.rule, alarm.chart, words))
    return {
        "name": words.say("Alarm"),
        "type": "scatter",
        "symbol": "triangle",
        "symbolSize": 12,
        "itemStyle": {"color": palette.alarm, "borderColor": palette.card, "borderWidth": 1},
        "data": [
            {
                "value": [_ms(chart, index), chart.checks[index].error],
                "name": "\n".join((words.time(chart.checks[index].t_ns), *texts)),
            }
            for index, texts in said.items()
        ],
    }


def rule_text(rule: str, kind: ChartKind, words: Words) -> str:
    """A rule in the laboratory's words: ``Nelson 2: 9 in a row on one side of the centre``."""
    if not rule:
        return words.say(CHARTS[kind])
    return f"{rule}: {words.say(RULES[rule])}" if rule in RULES else rule


def _strip_series(chart: ControlChart, words: Words, palette: Palette) -> list[dict[str, Any]]:
    """CUSUM and EWMA with their decision limits."""
    kinds, found = strips(chart), []
    for one in chart.series:
        place = kinds.index(one.chart) + 1
        drawn = {"type": "line", "symbol": "none", "xAxisIndex": place, "yAxisIndex": place}
        for limit in (one.lower, one.upper):
            data = [[_ms(chart, i), value] for i, value in zip(one.indices, limit, strict=True)]
            style = {"color": palette.alarm, "width": 1, "type": "dashed"}
            found.append({**drawn, "silent": True, "data": data, "lineStyle": style})
        points = [
            {"value": [_ms(chart, i), value], "name": f"{one.name} {figure(value)}"}
            for i, value in zip(one.indices, one.values, strict=True)
        ]
        style = {"color": palette.accent, "width": 1.5}
        shown = {"symbol": "circle", "symbolSize": 4, "itemStyle": {"color": palette.accent}}
        found.append({**drawn, **shown, "data": points, "lineStyle": style})
    return found


def _drift(drawn: Drawn, words: Words, palette: Palette) -> list[dict[str, Any]]:
    """The line through certificates and checks, as far as the checks reach."""
    drift, checks = drawn.drift, drawn.chart.checks
    if drift is None or not checks:
        return []
    begin_ns = max(checks[0].t_ns, drift.origin_ns)
    ends = [
        (t_ns, drift.line.at((t_ns - drift.origin_ns) / NS_PER_DAY)[0])
        for t_ns in (begin_ns, checks[-1].t_ns)
    ]
    style = {"color": palette.due, "type": "solid" if drift.line.significant else "dotted", "width": 2}
    return [
        {
            "name": words.say("Line through certificates and checks"),
            "type": "line",
            "symbol": "none",
            "silent": True,
            "data": [[t_ns / NS_PER_MS, value] for t_ns, value in ends],
            "lineStyle": style,
            "itemStyle": {"color": palette.due},
        }
    ]


def _forecast(drawn: Drawn, words: Words, palette: Palette) -> list[dict[str, Any]]:
    """From the last check to the date at which the MPE is met."""
    if drawn.forecast is None or not drawn.chart.checks:
        return []
    last = drawn.chart.checks[-1]
    start = [last.t_ns / NS_PER_MS, last.error]
    return [
        {
            "name": words.say("Forecast"),
            "type": "line",
            "symbol": "none",
            "data": [start, [end / NS_PER_MS, drawn.forecast.limit]],
            "lineStyle": {"color": palette.alarm, "type": "dashed", "width": 1.5},
            "itemStyle": {"color": palette.alarm},
        }
        for end in _dates(drawn.forecast)
    ]


def _dates(forecast: DatedForecast | None) -> list[int]:
    if forecast is None:
        return []
    ends = (forecast.action_ns, forecast.expected_ns, forecast.latest_ns)
    return [end for end in ends if end is not None]
