"""Every frame of the shared vectors, of the families spoken so far, means what its source says."""

import json
from functools import cache
from pathlib import Path

import pytest

from drivers.profiles import load_profiles
from drivers.reading import Outcome
from drivers.registry import make_dialect
from tests.conftest import SHARED

VECTORS = SHARED / "protocols" / "vectors.json"
TEXT_PROFILES = {
    "mt-sics": "mettler-toledo-mt-sics",
    "sartorius-sbi": "sartorius-sbi",
    "sartorius-moisture": "sartorius-ma-moisture",
}
MODBUS_PROFILES = {
    "Renke RS-WS-N01": "renke-rs-ws-n01",
    "XY-MD02": "xy-md02",
    "Huawei 02312PBL T/H": "huawei-02312pbl",
    "Huawei 02312PBL NTC": "huawei-02312pbl-ntc",
    "Sonbest SM7820B": "sonbest-sm7820b",
    "Vaisala HMP series (id 240)": "vaisala-hmp-float",
    "Vaisala HMP110 int map": "vaisala-hmp110-integer",
    "Omron E5CC 2-byte": "omron-e5cc",
    "Omron E5CC 4-byte": "omron-e5cc-4byte",
    "Eurotherm 3200": "eurotherm-3200",
    "Eurotherm 3200 float": "eurotherm-3200-float",
    "Moxa ioLogik E1260": "moxa-iologik-e1260",
    "Yudian AI-518 (AFC=MODBUS)": "yudian-ai-modbus",
    "Yudian AI-518": "yudian-ai-modbus",
    "Advantech ADAM-6015/4015": "advantech-adam-6015",
    "modmux PM6RTD": "modmux-pm6rtd",
    "ATAL/Comet MS": "atal-comet-ms",
    "Novus RHT-WM-485": "novus-rht-wm-485",
    "any": "renke-rs-ws-n01",
    "pymodbus server": "renke-rs-ws-n01",
    "pymodbus server, unknown unit": "renke-rs-ws-n01",
}
OUTCOMES = {
    "overload": Outcome.OVERLOAD,
    "underload": Outcome.UNDERLOAD,
    "adjusting": Outcome.ADJUSTING,
    "device_error": Outcome.DEVICE_ERROR,
    "error_value": Outcome.DEVICE_ERROR,
    "syntax_error": Outcome.SYNTAX_ERROR,
    "transmission_error": Outcome.TRANSMISSION_ERROR,
    "parameter_error": Outcome.PARAMETER_ERROR,
    "busy_or_not_stable_timeout": Outcome.BUSY,
    "identity": Outcome.IDENTITY,
    "text": Outcome.TEXT,
    "incomplete_frame": Outcome.INCOMPLETE,
    "exception": Outcome.EXCEPTION,
    "bad_crc": Outcome.BAD_CHECKSUM,
    "echo_then_response": Outcome.ECHO,
    "leading_noise": Outcome.NOISE,
    "wrong_unit_id": Outcome.WRONG_UNIT_ID,
    "sensor_open": Outcome.SENSOR_FAULT,
    "sensor_error": Outcome.SENSOR_FAULT,
    "burnout_upscale_32768": Outcome.SENSOR_FAULT,
    "unavailable_int": Outcome.UNAVAILABLE,
    "over_range_int": Outcome.OVERLOAD,
    "under_range_int": Outcome.UNDERLOAD,
    "example_from_web": Outcome.AMBIGUOUS,
}
"""The vectors describe a status in words; where ours is one name, this is it."""
QUANTITIES = {"RH": "humidity", "T": "temperature"}


def vectors() -> list[dict]:
    if not Path(VECTORS).exists():
        return []
    families = (*TEXT_PROFILES, "modbus-rtu", "modbus-tcp")
    return [each for each in json.loads(VECTORS.read_text("utf-8")) if each["family"] in families]


@cache
def profiles():
    return load_profiles()


def decoded(vector: dict):
    name = TEXT_PROFILES.get(vector["family"]) or MODBUS_PROFILES[vector["model"]]
    return make_dialect(profiles()[name]).decode(bytes.fromhex(vector["bytes_hex"]))


def identification(vector: dict) -> str:
    return f"{vector['family']}: {vector['model']}: {vector['bytes_hex']}"


@pytest.mark.parametrize("vector", vectors(), ids=identification)
def test_the_frame_means_what_its_source_says(vector):
    result = decoded(vector)
    meaning = vector["meaning"]
    stated = meaning if isinstance(meaning, list) else [meaning] if meaning["value"] is not None else []
    assert [each.text for each in result.indications] == [each["value"] for each in stated]
    for indication, expected in zip(result.indications, stated, strict=True):
        if "quantity" in expected:
            assert indication.channel == QUANTITIES[expected["quantity"]]
        if expected.get("unit") is not None:
            assert indication.unit == expected["unit"]
        assert indication.quality.stable is expected.get("stable")
    assert (result.outcome is Outcome.OK) is bool(stated)


@pytest.mark.parametrize(
    "vector",
    [each for each in vectors() if isinstance(each["meaning"], dict) and each["meaning"]["value"] is None],
    ids=identification,
)
def test_a_frame_without_value_has_a_named_outcome(vector):
    result = decoded(vector)
    status = vector["meaning"]["status"]
    if vector["direction"] == "host->instrument":
        assert result.outcome is Outcome.REQUEST
    elif status in OUTCOMES:
        assert result.outcome is OUTCOMES[status]
    assert result.outcome is not Outcome.OK


@pytest.mark.parametrize(
    "vector", [each for each in vectors() if isinstance(each["meaning"], dict) and "code" in each["meaning"]]
)
def test_an_error_names_its_number(vector):
    number = str(vector["meaning"]["code"])
    assert number in decoded(vector).refusals[0].detail


def test_the_vectors_are_there(shared):
    """Without the file the tests above are none; this says so."""
    assert shared("protocols/vectors.json").exists()
    assert len(vectors()) >= 110


def test_a_tare_or_a_probe_is_never_the_mass():
    balance = make_dialect(profiles()["mettler-toledo-mt-sics"])
    channels = {
        frame: balance.decode(frame).indications[0].channel
        for frame in (b"T S   999.0000 g\r\n", b"TI D    12.3456 g\r\n", b"TA A     5.0000 g\r\n")
    }
    assert set(channels.values()) == {"tare"}
    assert balance.decode(b"M28 B 1 21.8\r\n").indications[0].channel == "probe-1"
