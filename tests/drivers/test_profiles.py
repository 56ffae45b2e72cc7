"""Profiles: those that come with the program are sound, and every mistake in one is named at once."""

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from drivers.errors import ProfileError
from drivers.profiles import load_profiles, named, read_profile
from drivers.registry import make_dialect
from drivers.units import PROJECT_UNITS

BALANCE = """
title_zh = "天平"
title_en = "Balance"
maker = "Maker"
models = ["B1"]
kind = "balance"
dialect = "mt-sics"
evidence = "manual"
sources = ["Maker B1 manual, p. 3"]
timeout_s = 2
quiet_s = 0.5

[text]
units = ["g"]

[[channel]]
name = "mass"
quantity = "mass"
unit = "g"
"""
SENSOR = """
title_zh = "传感器"
title_en = "Sensor"
maker = "Maker"
models = ["S1"]
kind = "thermometer"
dialect = "modbus"
evidence = "vendor"
sources = ["Maker S1 page"]
timeout_s = 1.0
quiet_s = 1.5

[line]
baudrate = 19200
parity = "E"

[[block]]
function = 3
address = 0x0010
count = 2

[[channel]]
name = "temperature"
quantity = "temperature"
unit = "degC"
address = 0x0011
type = "int16"
scale = "0.1"
faults = [{ raw = 0x8000, outcome = "sensor-fault", meaning = "sensor open" }]
"""


def mistakes(text: str, *changes: tuple[str, str]) -> list[str]:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(ProfileError) as caught:
        read_profile("x", text.encode(), "x.toml")
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", load_profiles())
def test_every_profile_of_the_house_is_complete(name):
    profile = load_profiles()[name]
    assert profile.name == name
    assert profile.title_zh != profile.title_en
    assert {channel.unit for channel in profile.channels} <= PROJECT_UNITS
    assert make_dialect(profile).questions()
    if profile.dialect == "modbus":
        assert profile.quiet_s > profile.timeout_s


def test_a_balance_and_a_sensor_are_read():
    balance = read_profile("b1", BALANCE.encode(), "b1.toml")
    assert (balance.name, balance.dialect, balance.timeout_s, balance.unit_id) == ("b1", "mt-sics", 2.0, 1)
    assert balance.text.units == ("g",)
    sensor = read_profile("s1", SENSOR.replace('maker = "M', 'unit_id = 7\nmaker = "M').encode(), "s1.toml")
    assert sensor.unit_id == 7
    assert str(sensor.line) == "19200 Bd 8E1"
    assert sensor.registers.channels[0].faults[0].raw == 0x8000
    with pytest.raises(ProfileError, match="has registers, not text"):
        _ = sensor.text
    with pytest.raises(ProfileError, match="has no registers"):
        _ = balance.registers


def test_all_mistakes_come_at_once():
    found = mistakes(
        SENSOR,
        ('kind = "thermometer"', 'kind = "heater"\ncolour = "red"'),
        ("timeout_s = 1.0\n", ""),
        ("baudrate = 19200", "baudrate = 12345"),
        ("function = 3", "function = 5"),
        ('scale = "0.1"', "scale = 0.1"),
        ('outcome = "sensor-fault"', 'outcome = "broken"'),
    )
    keys = sorted(sentence.split(": ")[1] for sentence in found)
    channel = ("channel[1].faults[1].outcome", "channel[1].scale")
    assert keys == ["block[1].function", *channel, "colour", "kind", "line.baudrate", "timeout_s"]
    assert all(sentence.startswith("x.toml: ") for sentence in found)
    assert "x.toml: timeout_s: is missing" in found
    assert "x.toml: colour: is not a key that is known here" in found
    assert any("'heater'" in sentence and "thermo-hygrometer" in sentence for sentence in found)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("address = 0x0011", "address = 0x0012"), "lie in 0 blocks"),
        (('type = "int16"', 'type = "float32"'), "lie in 0 blocks"),
        (("quiet_s = 1.5", "quiet_s = 1.0"), "it must exceed timeout_s"),
        (('unit = "degC"', 'unit = "C"'), "unit: found C; allowed are"),
        (('scale = "0.1"', 'scale = "0.0"'), "it must be above 0"),
        (('scale = "0.1"', 'scale = "1e-1"'), "scale: found '1e-1'"),
        (('scale = "0.1"', 'word_order = "little"'), "one register has no word order"),
        (('scale = "0.1"', 'span = { low = "0", high = "1", decimals = 1 }'), "a span needs 'uint16'"),
        (
            ("count = 2\n", "count = 2\n[[block]]\nfunction = 4\naddress = 0\ncount = 1\n"),
            "no channel lies in it",
        ),
        (("count = 2", "count = 126"), "block[1].count: found 126"),
        (('name = "temperature"', 'name = ""'), "channel[1].name: found ''"),
        (('name = "temperature"', 'name = "Oven 1"'), "channel[1].name: found 'Oven 1'"),
    ],
)
def test_a_map_that_cannot_be_is_refused(change, sentence):
    assert any(sentence in mistake for mistake in mistakes(SENSOR, change))


def test_text_without_identity_needs_silence_longer_than_an_answer():
    for change in (('units = ["g"]', 'units = ["g"]\nidentity = false'), ('"mt-sics"', '"sartorius-sbi"')):
        (found,) = mistakes(BALANCE, change)
        assert "quiet_s: found 0.5; it must exceed timeout_s (2)" in found


def test_a_span_must_rise():
    span = 'span = { low = "5", high = "5", decimals = 1 }'
    found = mistakes(SENSOR, ('scale = "0.1"', span), ('type = "int16"', 'type = "uint16"'))
    assert found == ["x.toml: channel[1] temperature.span: low 5 must be below high 5"]


def test_a_float_takes_no_scale():
    change = ('address = 0x0011\ntype = "int16"', 'address = 0x0010\ntype = "float32"')
    (found,) = mistakes(SENSOR, change)
    assert "a float32 takes no scale, faults or error_below" in found


def test_channels_have_different_names():
    twice = '[[channel]]\nname = "mass"\nquantity = "mass"\nunit = "g"\n'
    assert mistakes(BALANCE + twice) == ["x.toml: channel.name: 'mass' stands 2 times"]


def test_text_units_are_the_project_s():
    (found,) = mistakes(BALANCE, ('units = ["g"]', 'units = ["g", "gram"]'))
    assert found.startswith("x.toml: unit: found gram; allowed are")


def test_the_example_of_the_manual_is_a_profile():
    manual = (Path(__file__).resolve().parents[2] / "docs" / "instruments.md").read_text("utf-8")
    example, *_ = re.findall("```toml\n(.*?)```", manual, re.DOTALL)
    assert read_profile("th-1", example.encode(), "th-1.toml").channels[0].name == "temperature"


@pytest.mark.parametrize("data", [b"title = [", b"\xff\xfe", b"= 3"])
def test_what_is_no_toml_is_named(data):
    with pytest.raises(ProfileError, match=r"x\.toml: is not a TOML file in UTF-8"):
        read_profile("x", data, "x.toml")


def test_a_site_adds_its_own_profiles(tmp_path):
    (tmp_path / "our-sensor.toml").write_text(SENSOR, "utf-8")
    (tmp_path / "notes.txt").write_text("not a profile")
    assert named(load_profiles(tmp_path), "our-sensor").title_en == "Sensor"


def test_mistakes_of_all_files_come_together(tmp_path):
    (tmp_path / "one.toml").write_text("kind = 1\n", "utf-8")
    (tmp_path / "two.toml").write_text("[", "utf-8")
    (tmp_path / "renke-rs-ws-n01.toml").write_text(SENSOR, "utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profiles(tmp_path)
    text = str(caught.value)
    assert f"{tmp_path}/one.toml: kind" in text
    assert f"{tmp_path}/two.toml: is not a TOML file" in text
    assert "a profile 'renke-rs-ws-n01' comes with the program; choose another file name" in text


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path):
    with pytest.raises(ProfileError, match="is not a folder"):
        load_profiles(tmp_path / "nowhere")


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(ProfileError, match=r"found 'renke'; .*renke-rs-ws-n01"):
        named(load_profiles(), "renke")


def test_facts_keep_their_evidence():
    """What is only remembered says so; nothing without a source."""
    folder = Path(str(resources.files("config") / "instruments"))
    for path in folder.glob("*.toml"):
        table = tomllib.loads(path.read_text("utf-8"))
        assert table["sources"], path
        if "remembered" in str(table["sources"]):
            assert table["evidence"] == "remembered", path
