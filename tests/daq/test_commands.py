"""The console command: what it prints, where, and with which exit code."""

import json

import pytest
from typer.testing import CliRunner

from daq.cli import app
from daq.records.database import records_url
from daq.records.migrations import open_records
from drivers.clock import SystemClock
from drivers.profiles import load_profiles
from drivers.sims.faults import Dead, Rule
from drivers.sims.twins import make_twin
from drivers.sims.wire import SimServer
from drivers.urls import Framing
from tests.daq.entered import put_text_in_force, register_of


@pytest.fixture
def hengliang():
    runner = CliRunner()

    def call(*arguments, code=0):
        result = runner.invoke(app, [str(argument) for argument in arguments])
        assert result.exit_code == code, result.output
        return result

    return call


def test_profiles_lists_name_dialect_kind_and_evidence(hengliang):
    listed = json.loads(hengliang("profiles", "--json").stdout)
    assert {entry["dialect"] for entry in listed} >= {
        "mt-sics",
        "sartorius-sbi",
        "sartorius-moisture",
        "modbus",
    }
    assert all(
        entry["evidence"] and entry["kind"] and entry["models"] and entry["channels"] for entry in listed
    )
    assert "mettler-toledo-mt-sics" in hengliang("profiles").stdout


def test_decode_gives_readings_and_exit_code_0(hengliang):
    done = hengliang(
        "decode",
        "--profile",
        "mettler-toledo-mt-sics",
        "--hex",
        "53 20 44 20202020 35322e31383734 20 67 0d0a",
        "--json",
    )
    assert json.loads(done.stdout)["readings"] == [
        {"channel": "mass", "value": "52.1874", "unit": "g", "stable": False}
    ]
    done = hengliang("decode", "--profile", "renke-rs-ws-n01", "--hex", "0103040292ff9b5a3d", "--json")
    assert json.loads(done.stdout)["readings"] == [
        {"channel": "humidity", "value": "65.8", "unit": "%RH", "stable": None},
        {"channel": "temperature", "value": "-10.1", "unit": "degC", "stable": None},
    ]


@pytest.mark.parametrize(
    ("profile", "frame", "outcome"),
    [
        ("mettler-toledo-mt-sics", "53202b0d0a", "overload"),
        ("mettler-toledo-mt-sics", "5320532020202035322e3138f73320670d0a", "not-ascii"),
        ("sartorius-sbi", "4e20202020202b20202035322e3138", "incomplete"),
        ("renke-rs-ws-n01", "0103040292ff9b5a3e", "bad-checksum"),
        ("renke-rs-ws-n01", "0203040292ff9b693d", "wrong-unit-id"),
        ("renke-rs-ws-n01", "018302c0f1", "exception"),
    ],
)
def test_decode_names_what_it_refuses_with_exit_code_1(hengliang, profile, frame, outcome):
    told = json.loads(hengliang("decode", "--profile", profile, "--hex", frame, "--json", code=1).stdout)
    assert (told["readings"], told["outcome"]) == ([], outcome)


def test_decode_says_what_hexadecimal_is(hengliang):
    done = hengliang("decode", "--profile", "sartorius-sbi", "--hex", "5g", code=1)
    assert "hexadecimal digits two by two" in done.stderr


def test_an_unknown_profile_names_its_neighbours(hengliang):
    done = hengliang("decode", "--profile", "sartorius-sbl", "--hex", "00", code=1)
    assert "sartorius-sbi" in done.stderr


def test_read_talks_to_a_balance_over_tcp(hengliang):
    profile = load_profiles()["mettler-toledo-mt-sics"]
    with SimServer(make_twin(profile), "tcp://127.0.0.1:0") as server:
        done = hengliang("read", server.url, "--profile", profile.name, "--count", "3", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 3
    for line in lines:
        assert set(line) == {"channel", "value", "unit", "quality", "t", "frame"}
        assert line["value"].encode() in bytes.fromhex(line["frame"])
        assert (line["channel"], line["unit"]) == ("mass", "g")


@pytest.mark.parametrize(
    ("listen", "scheme", "framing"),
    [("tcp", "modbus", Framing.MBAP), ("rtu+tcp", "modbus-rtu+tcp", Framing.RTU)],
)
def test_read_talks_modbus_in_both_framings(hengliang, listen, scheme, framing):
    profile = load_profiles()["renke-rs-ws-n01"]
    with SimServer(make_twin(profile, framing=framing), f"{listen}://127.0.0.1:0") as server:
        url = f"{scheme}://{server.url.partition('://')[2]}"
        done = hengliang("read", url, "--profile", profile.name, "--json")
    assert [json.loads(line)["channel"] for line in done.stdout.splitlines()] == ["humidity", "temperature"]


@pytest.mark.parametrize(
    ("url", "profile", "says"),
    [
        ("/dev/ttyNOWHERE", "sartorius-sbi", "/dev/ttyNOWHERE"),
        ("tcp://127.0.0.1:1", "sartorius-sbi", "nothing listens at 127.0.0.1:1"),
        ("tcp://127.0.0.1:1", "renke-rs-ws-n01", "modbus://"),
        ("modbus://127.0.0.1:1", "sartorius-sbi", "tcp://"),
        ("ftp://127.0.0.1", "sartorius-sbi", "ftp"),
    ],
)
def test_read_says_in_one_sentence_what_to_do(hengliang, url, profile, says):
    done = hengliang("read", url, "--profile", profile, code=1)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_read_of_a_map_that_does_not_answer_ends_with_a_sentence(hengliang, tmp_path):
    text = """
        title_zh = "试"
        title_en = "test"
        maker = "test"
        models = ["test"]
        kind = "thermometer"
        dialect = "modbus"
        evidence = "derived"
        sources = ["test"]
        timeout_s = 0.2
        quiet_s = 0.3
        [[block]]
        function = 3
        address = 500
        count = 1
        [[channel]]
        name = "temperature"
        quantity = "temperature"
        unit = "degC"
        address = 500
        type = "int16"
    """
    (tmp_path / "elsewhere.toml").write_text(text, encoding="utf-8")
    renke = load_profiles()["renke-rs-ws-n01"]
    with SimServer(make_twin(renke), "tcp://127.0.0.1:0") as server:
        url = server.url.replace("tcp://", "modbus://")
        done = hengliang("read", url, "--profile", "elsewhere", "--profiles", tmp_path, code=1)
        assert "exception" in done.stderr
        server.arm((Rule(Dead()),))
        done = hengliang("read", url, "--profile", "elsewhere", "--profiles", tmp_path, code=1)
        assert "no " in done.stderr.lower()


SITE = """
[site]
id = "test"
name_zh = "试"
name_en = "test"
[[instrument]]
name = "B-01"
url = "tcp://127.0.0.1:4001"
profile = "mettler-toledo-mt-sics"
serial_number = "B1"
[[instrument]]
name = "H-01"
url = "tcp://127.0.0.1:4002"
profile = "renke-rs-ws-n02"
"""
CERTIFICATE = """
format = "hengliang-certificate-1"
[certificate]
number = "C-1"
kind = "calibration"
laboratory = "L"
calibrated_on = 2026-01-01
in_force_from = 2026-01-01T00:00:00Z
valid_until = 2097-01-01T00:00:00Z
level = 0.9545
entered_by = "a"
checked_by = "b"
[equipment]
name = "B-01"
serial_number = "B2"
channel = "mass"
quantity = "mass"
unit = "kg"
[in_use]
resolution = 0.0001
repeatability = 0.0001
repeatability_dof = 9
[curve]
kind = "polynomial"
unit = "kg"
gives = "correction"
coefficients = [0.0]
covariance = [[1e-10]]
range = [0, 1]
"""


def test_check_reports_every_mistake_of_a_site_at_once(hengliang, tmp_path):
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    with open_records(records_url(tmp_path / "data")) as engine:
        put_text_in_force(register_of(engine, tmp_path, SystemClock()), CERTIFICATE)
    command = ("check", "--site", tmp_path / "site.toml", "--data", tmp_path / "data")
    report = hengliang(*command, code=1).stderr
    assert "instrument[2] H-01" in report
    assert "renke-rs-ws-n01" in report, "the neighbour of the name that was found"
    assert "1.1 (C-1): is for indications in kg, but B-01 mass indicates in g" in report
    assert "1.1 (C-1): is for serial number B2, but B-01 is registered with B1" in report


def test_check_of_a_sound_site_says_so(hengliang, tmp_path):
    site = SITE.replace("renke-rs-ws-n02", "renke-rs-ws-n01").replace(
        "tcp://127.0.0.1:4002", "modbus://127.0.0.1:4002"
    )
    (tmp_path / "site.toml").write_text(site, encoding="utf-8")
    assert "2 instruments, no mistake" in hengliang("check", "--site", tmp_path / "site.toml").stdout


def test_check_names_folders_and_files_that_are_not_there(hengliang, tmp_path):
    places = """
[certificates]
schema_dir = "schemas"
trust_dir = "trusted"
[laboratory]
name_zh = "试"
name_en = "t"
address_zh = "地"
address_en = "a"
logo_file = "logo.png"
"""
    (tmp_path / "site.toml").write_text(SITE + places, encoding="utf-8")
    (tmp_path / "schemas").mkdir()
    report = hengliang("check", "--site", tmp_path / "site.toml", code=1).stderr
    assert "site.toml: certificates.trust_dir: " in report
    assert "trusted is not there" in report
    assert "site.toml: laboratory.logo_file: " in report
    assert "schema_dir" not in report


def test_verify_without_a_journal_says_so(hengliang, tmp_path):
    done = hengliang("verify", "--data", tmp_path, code=1)
    assert "journal" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
