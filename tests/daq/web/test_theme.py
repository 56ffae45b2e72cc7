"""Everybody can read it: contrast by WCAG 2.1, level AA."""

import re
from dataclasses import fields

import pytest

from daq.web.theme import PALETTES, Theme, contrast, style_sheet

TEXTS = ("text", "quiet", "accent", "stable", "settling", "alarm", "lost", "stale", "due")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1.0)],
)
def test_contrast_of_known_pairs(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("name", TEXTS)
def test_every_text_can_be_read(theme, name):
    palette = PALETTES[theme]
    for ground in (palette.page, palette.card):
        assert contrast(getattr(palette, name), ground) >= 4.5


@pytest.mark.parametrize("theme", Theme)
def test_line_of_a_chart_stands_out_from_its_band(theme):
    palette = PALETTES[theme]
    assert contrast(palette.accent, palette.band) >= 3


@pytest.mark.parametrize("theme", Theme)
def test_style_sheet_uses_only_colours_that_exist_and_loads_nothing(theme):
    sheet = style_sheet(theme)
    names = {each.name for each in fields(PALETTES[theme])} | {"font"}
    assert set(re.findall(r"var\(--([a-z]+)\)", sheet)) <= names
    assert "url(" not in sheet
    assert "@import" not in sheet
