"""Colours for daylight and for a wall screen, and the one style sheet they are poured into."""

import enum
from dataclasses import dataclass, fields
from importlib.resources import files


class Theme(enum.StrEnum):
    """Which of the two palettes a person has chosen."""

    LIGHT = "light"
    DARK = "dark"


FONT = (
    '"Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", '
    '"Source Han Sans SC", system-ui, sans-serif'
)
"""Families of the system, Chinese ones first: nothing is loaded."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``; every text has a contrast of 4.5 on ``page`` and ``card`` (WCAG 2.1 AA)."""

    page: str
    card: str
    line: str
    """Hairlines and the hatch of a simulated reading."""
    text: str
    quiet: str
    """Text of the second rank."""
    accent: str
    """Deep teal: links, the trend, what is chosen."""
    stable: str
    settling: str
    alarm: str
    lost: str
    stale: str
    due: str
    """A certificate that ends within 30 days."""
    band: str
    """Fill of the uncertainty band in a chart."""


PALETTES = {
    Theme.LIGHT: Palette(
        page="#eef1f1",
        card="#ffffff",
        line="#d5dbdc",
        text="#172024",
        quiet="#55626a",
        accent="#0a5c60",
        stable="#12693f",
        settling="#41556e",
        alarm="#9c4300",
        lost="#b01e1e",
        stale="#626d74",
        due="#8a5200",
        band="#c5dfdf",
    ),
    Theme.DARK: Palette(
        page="#0e1315",
        card="#171e21",
        line="#303b40",
        text="#eef2f2",
        quiet="#a3b0b6",
        accent="#62c6c2",
        stable="#6fd09b",
        settling="#a9bfdc",
        alarm="#ffab66",
        lost="#ff8d85",
        stale="#97a3a9",
        due="#f0bc62",
        band="#1f4546",
    ),
}


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours ``#rrggbb``, 1 to 21 (WCAG 2.1, relative luminance)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def style_sheet(theme: Theme) -> str:
    """The whole style sheet of a page in ``theme``."""
    palette = PALETTES[theme]
    variables = "".join(f"--{each.name}:{getattr(palette, each.name)};" for each in fields(palette))
    rules = files("daq.web").joinpath("face.css").read_text(encoding="utf-8")
    return f":root{{color-scheme:{theme};--font:{FONT};{variables}}}\n{rules}"
