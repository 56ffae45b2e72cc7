"""Instruments on one line: what they must agree on, found before anything is started."""

from pathlib import Path

import pytest

from daq.settings import Settings
from daq.shared_lines import line_conflicts
from daq.wiring import check_site
from drivers.profiles import load_profiles

SITE = Path("site.toml")
RENKE, PT100, SICS, SBI = "renke-rs-ws-n01", "pt100-2ch-float", "mettler-toledo-mt-sics", "sartorius-sbi"


def site(*instruments):
    entries = [
        {"name": f"I-{number}", "profile": profile, "url": url}
        for number, (profile, url) in enumerate(instruments, 1)
    ]
    return Settings.model_validate(
        {"site": {"id": "t", "name_zh": "试", "name_en": "t"}, "instrument": entries}
    )


def conflicts(*instruments):
    return line_conflicts(SITE, site(*instruments), load_profiles())


@pytest.mark.parametrize(
    "instruments",
    [
        [(RENKE, "modbus-rtu:/dev/ttyS1?baudrate=9600"), (PT100, "modbus-rtu:/dev/ttyS1?baudrate=9600")],
        [(RENKE, "modbus-rtu:/dev/ttyS1"), (RENKE, "modbus-rtu:/dev/ttyS2?baudrate=19200")],
        [(RENKE, "modbus-rtu+tcp://10.0.0.7:4001"), (PT100, "modbus-rtu+tcp://10.0.0.7:4001")],
        [(SICS, "tcp://10.0.0.7:4001"), (SICS, "tcp://10.0.0.7:4002")],
        [(SICS, "nonsense"), (SICS, "nonsense")],  # said once for each, elsewhere
    ],
)
def test_what_agrees_is_no_mistake(instruments):
    assert conflicts(*instruments) == ()


def test_two_settings_of_one_line_are_named_with_both_instruments():
    (found,) = conflicts(
        (RENKE, "modbus-rtu:/dev/ttyS1?baudrate=4800"),
        (PT100, "modbus-rtu:/dev/ttyS1?baudrate=9600&parity=E"),
    )
    assert found == (
        "site.toml: instrument[2] I-2: shares /dev/ttyS1 with I-1, which wants Modbus RTU at 4800 Bd 8N1, "
        "handshake none, but wants Modbus RTU at 9600 Bd 8E1, handshake none; a line has one setting: "
        "set both instruments alike, and say so in both urls (?baudrate=…&parity=…)"
    )


def test_the_settings_of_profiles_count_as_well(tmp_path):
    profiles = load_profiles()
    if profiles[SICS].line == profiles[SBI].line:
        pytest.fail("two profiles with other settings are needed here")
    (found,) = conflicts((SICS, "serial:/dev/ttyS1"), (SBI, "serial:/dev/ttyS1"))
    assert str(profiles[SICS].line) in found
    assert str(profiles[SBI].line) in found


def test_one_line_spelled_in_two_ways_would_be_opened_twice():
    (found,) = conflicts((SICS, "serial:/dev/ttyS1"), (SICS, "/dev/ttyS1"))
    assert found.endswith(
        "shares /dev/ttyS1 with I-1, whose url is 'serial:/dev/ttyS1'; write the same url for both"
    )


def test_one_address_with_two_framings():
    (found,) = conflicts((RENKE, "modbus://10.0.0.7:4001"), (PT100, "modbus-rtu+tcp://10.0.0.7:4001"))
    assert "wants Modbus MBAP, but wants Modbus RTU; one address speaks one framing" in found


def test_hengliang_check_says_it(tmp_path):
    settings = site((SICS, "serial:/dev/ttyS1"), (SICS, "serial:/dev/ttyS1?baudrate=19200"))
    (found,) = check_site(SITE, settings)
    assert "instrument[2] I-2: shares /dev/ttyS1 with I-1" in found
