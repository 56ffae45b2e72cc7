"""A certificate drawn: points with U, curve and band, the certificate before it in grey, residuals below."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from calibration.checks import FloatArray
from daq.i18n.figures import symbol, with_unit
from daq.lab.certificates.look import Band, Look
from daq.web.digits import expanded, figure
from daq.web.theme import FONT, PALETTES, Palette, Theme
from daq.web.words import Words

TOP, CURVE, STRIP, GAP = 62, 280, 110, 46
"""Heights in pixels: above the curve, the curve, the strip of residuals, between the two."""
WIDTH_OF_WHISKER = 0.004
"""Of the foot of an uncertainty bar, as part of the range."""
AIR = 0.06
DIGITS = 9
"""Significant ones of a place in the picture."""


def height_px(look: Look) -> int:
    """Of the whole picture."""
    return TOP + CURVE + (GAP + STRIP if look.points else 0) + 44


def look_options(look: Look, words: Words, theme: Theme) -> dict[str, Any]:
    """ECharts options."""
    palette = PALETTES[theme]
    series = [*_band(look.curve, words.say("Band of U"), palette.band)]
    if look.previous is not None:
        series.append(_line(look.previous, words.say("certificate before"), palette.stale, "dashed"))
    series.append(_line(look.curve, words.say("Curve"), palette.accent, "solid"))
    if look.points:
        series += _points(look, words, palette)
        series += _residuals(look, words, palette)
    names = [one["name"] for one in series if one.get("name")]
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "legend": {"textStyle": {"color": palette.quiet}, "top": 0, "data": list(dict.fromkeys(names))},
        "tooltip": {
            "trigger": "item",
            "renderMode": "richText",
            "backgroundColor": palette.card,
            "borderColor": palette.line,
            "textStyle": {"color": palette.text},
            "formatter": "{b}",
        },
        **_axes(look, words, palette),
        "series": series,
    }


def _axes(look: Look, words: Words, palette: Palette) -> dict[str, Any]:
    """One grid for the curve and one for the residuals, over one range of indications."""
    label = {"color": palette.quiet, "hideOverlap": True, "formatter": "{value}"}
    line = {"lineStyle": {"color": palette.line}}
    low, high = float(look.curve.indication[0]), float(look.curve.indication[-1])
    air = AIR * (high - low) or 1.0
    what = words.say("Correction") if look.value_unit == look.unit else words.say("Value")
    names = [f"{what} / {symbol(look.value_unit)}"]
    if look.points:
        names.append(f"{words.say('Residual')} / {symbol(look.value_unit)}")
    grids, across, up = [], [], []
    for place, name in enumerate(names):
        top = TOP if place == 0 else TOP + CURVE + GAP
        is_last = place == len(names) - 1
        grids.append({"left": 84, "right": 24, "top": top, "height": STRIP if place else CURVE})
        across.append(
            {
                "type": "value",
                "gridIndex": place,
                "min": low - air,
                "max": high + air,
                "axisLine": {**line, "onZero": False},
                "splitLine": {"show": False},
                "axisLabel": {**label, "show": is_last, "showMinLabel": False, "showMaxLabel": False},
                "axisTick": {"show": is_last},
                "name": f"{words.say('Indication')} / {symbol(look.unit)}" if is_last else "",
                "nameLocation": "middle",
                "nameGap": 26,
                "nameTextStyle": {"color": palette.quiet},
            }
        )
        up.append(
            {
                "type": "value",
                "gridIndex": place,
                "scale": True,
                "name": name,
                "nameTextStyle": {"color": palette.quiet, "align": "left"},
                "splitLine": {"lineStyle": {"color": palette.line}},
                "splitNumber": 3 if place else 5,
                "axisLine": line,
                "axisLabel": {**label, "showMinLabel": False, "showMaxLabel": False},
                **_span(_residual_levels(look) if place else _curve_levels(look)),
            }
        )
    return {"grid": grids, "xAxis": across, "yAxis": up}


def _curve_levels(look: Look) -> list[float]:
    levels = [*_edges(look.curve)]
    if look.previous is not None:
        levels += [float(look.previous.value.min()), float(look.previous.value.max())]
    levels += [one.value + sign * one.U for one in look.points for sign in (-1, 1)]
    return levels


def _residual_levels(look: Look) -> list[float]:
    return [one.residual + sign * one.U for one in look.points for sign in (-1, 1)] + [0.0]


def _edges(band: Band) -> tuple[float, float]:
    return float((band.value - band.U).min()), float((band.value + band.U).max())


def _span(levels: Sequence[float]) -> dict[str, float]:
    low, high = min(levels), max(levels)
    air = AIR * (high - low)
    return {"min": _place(low - air), "max": _place(high + air)} if air else {}


def _place(number: float) -> float:
    """Without a float's tail on the axis."""
    return float(f"{number:.{DIGITS}g}")


def _pairs(x: FloatArray, y: FloatArray) -> list[list[float]]:
    return [[_place(float(a)), _place(float(b))] for a, b in zip(x, y, strict=True)]


def _band(band: Band, name: str, colour: str) -> list[dict[str, Any]]:
    """Lower edge, and on it the height of the band."""
    common = {"type": "line", "stack": "band", "stackStrategy": "all", "symbol": "none", "silent": True}
    flat = {"lineStyle": {"opacity": 0}, "tooltip": {"show": False}}
    area = {"areaStyle": {"color": colour, "opacity": 1}, "itemStyle": {"color": colour}, "name": name}
    return [
        {**common, **flat, "data": _pairs(band.indication, band.value - band.U)},
        {**common, **flat, **area, "data": _pairs(band.indication, 2 * band.U)},
    ]


def _line(band: Band, name: str, colour: str, style: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "line",
        "symbol": "none",
        "silent": True,
        "data": _pairs(band.indication, band.value),
        "lineStyle": {"color": colour, "width": 2, "type": style},
        "itemStyle": {"color": colour},
    }


def _points(look: Look, words: Words, palette: Palette) -> list[dict[str, Any]]:
    bars = [(one.indication, one.value, one.U) for one in look.points]
    dots = [
        {
            "value": [_place(one.indication), _place(one.value)],
            "name": "\n".join(
                (
                    with_unit(figure(one.indication, 6), look.unit),
                    with_unit(f"{figure(one.value)} ± {expanded(one.U)} (k=2)", look.value_unit),
                    f"{words.say('Residual')} {with_unit(figure(one.residual, 2), look.value_unit)}",
                )
            ),
            **({} if one.is_within else {"itemStyle": {"color": palette.alarm}, "symbol": "triangle"}),
        }
        for one in look.points
    ]
    return [_whiskers(bars, look, 0, palette.text), _dots(words.say("Point ± U"), dots, 0, palette.text)]


def _residuals(look: Look, words: Words, palette: Palette) -> list[dict[str, Any]]:
    bars = [(one.indication, one.residual, one.U) for one in look.points]
    dots = [
        {
            "value": [_place(one.indication), _place(one.residual)],
            "name": with_unit(f"{figure(one.residual, 2)} ± {expanded(one.U)}", look.value_unit),
            **({} if one.is_within else {"itemStyle": {"color": palette.alarm}, "symbol": "triangle"}),
        }
        for one in look.points
    ]
    zero = {
        "symbol": "none",
        "silent": True,
        "label": {"show": False},
        "data": [{"yAxis": 0, "lineStyle": {"color": palette.accent, "type": "solid"}}],
    }
    return [_whiskers(bars, look, 1, palette.quiet), {**_dots("", dots, 1, palette.text), "markLine": zero}]


def _dots(name: str, data: list[dict[str, Any]], place: int, colour: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "scatter",
        "symbolSize": 8,
        "xAxisIndex": place,
        "yAxisIndex": place,
        "itemStyle": {"color": colour},
        "data": data,
        "z": 3,
    }


def _whiskers(
    bars: Sequence[tuple[float, float, float]], look: Look, place: int, colour: str
) -> dict[str, Any]:
    """Uncertainty bars as one broken line: down, up, with a foot at both ends."""
    foot = WIDTH_OF_WHISKER * float(np.ptp(look.curve.indication))
    data: list[list[float | None]] = []
    for x, y, U in bars:  # noqa: N806
        low, high = _place(y - U), _place(y + U)
        data += [[x - foot, low], [x + foot, low], [x, low], [x, high], [x - foot, high], [x + foot, high]]
        data.append([None, None])
    return {
        "type": "line",
        "symbol": "none",
        "silent": True,
        "xAxisIndex": place,
        "yAxisIndex": place,
        "data": data,
        "lineStyle": {"color": colour, "width": 1},
    }
