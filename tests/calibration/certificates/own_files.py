"""Certificates made up for the tests, and what a person says to complete them."""

import datetime
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data" / "dcc"
TODAY = datetime.date(2026, 11, 23)

BALANCE = (DATA / "balance_3.3.0.xml").read_text(encoding="utf-8")
THERMOMETER = (DATA / "thermometer_adjusted_3.1.1.xml").read_text(encoding="utf-8")
HUMIDITY = (DATA / "humidity_3.2.1.xml").read_text(encoding="utf-8")
PLATINUM = (DATA / "platinum_2.3.0.xml").read_text(encoding="utf-8")


def said(unit, curve, **tables):
    """What the document cannot know, in the tables of the native format."""
    found = {
        "certificate": {
            "in_force_from": datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC),
            "valid_until": datetime.datetime(2027, 4, 1, tzinfo=datetime.UTC),
            "level": Decimal("0.9545"),
            "entered_by": "Wang Fang",
            "checked_by": "Li Jun",
        },
        "equipment": {"name": "B-01", "channel": "main", "unit": unit},
        "in_use": {"resolution": Decimal("0.0001"), "repeatability": "included"},
        "curve": curve,
    }
    return found | tables
