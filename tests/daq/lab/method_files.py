"""Files of the shipped methods, as they are and with changes."""

from importlib import resources
from pathlib import Path

import pytest

from daq.lab.methods.loading import MethodError, read_method

FOLDER = Path(str(resources.files("config") / "methods"))


SHIPPED = [
    "balance-daily-check",
    "balance-eccentricity",
    "balance-repeatability",
    "coptis-extractives-chp-2201",
    "coptis-moisture-chp-0832-2",
    "coptis-total-ash-chp-2302",
    "direct-drying-gb-5009-3-1",
    "moisture-analyser-screening",
    "moisture-analyser-tartrate-check",
    "spices-distillation-gb-5009-3-3",
    "thermometer-comparison",
    "thermometer-ice-point",
    "water-shield-dried-solids",
]


def text_of(name):
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def changed(name, *changes):
    """The text of a shipped method with words replaced; each must be there."""
    text = text_of(name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def mistakes_in(text):
    with pytest.raises(MethodError) as refused:
        read_method("m", text.encode(), "m.toml")
    assert str(refused.value) == "\n".join(refused.value.mistakes)
    assert all(mistake.startswith("m.toml: ") for mistake in refused.value.mistakes)
    return refused.value.mistakes
