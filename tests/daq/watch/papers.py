"""Certificates of the demo, for the days that a test needs."""

from dataclasses import replace
from datetime import date
from importlib import resources

from calibration.certificates.model import Certificate
from calibration.certificates.native import read_native
from daq.demo import dated

DAY_NS = 86_400 * 10**9


def certificate_of(instrument: str, now_ns: int, days: float) -> Certificate:
    """Of a thermometer, in force since a year and for so many days from ``now_ns``."""
    text = (resources.files("config.demo") / "certificates" / "h-01-temperature.toml").read_text("utf-8")
    paper = read_native(dated(text, date(2026, 11, 24)).encode(), "h-01")
    times = {"in_force_from_ns": now_ns - 365 * DAY_NS, "valid_until_ns": now_ns + round(days * DAY_NS)}
    return replace(paper, equipment=instrument, **times)
