"""``hengliang session``, ``sample`` and ``method`` as somebody at the console uses them."""

import json

import pytest
import tomli_w
from argon2 import PasswordHasher
from typer.testing import CliRunner

from daq.cli import app
from daq.journal import Journal
from daq.lab.methods.loading import load_methods
from daq.records import schema
from daq.records.database import changing, make_engine, records_url
from daq.security.passwords import PasswordKeeper
from drivers.clock import SystemClock
from drivers.reading import Quality, Reading
from tests.daq.lab.sessions.bench import define_channels
from tests.daq.lab.sessions.conftest import furnished, site  # noqa: F401

PASSWORD = "forty green pheasants"
SITE = {
    "site": {"id": "test", "name_zh": "测试", "name_en": "test"},
    "instrument": [{"name": "B-01", "url": "tcp://127.0.0.1:9", "profile": "mettler-toledo-mt-sics"}],
}


@pytest.fixture
def journal(site):  # noqa: F811
    with Journal.open(site / "journal.db", SystemClock()) as journal:
        define_channels(journal)
        yield journal


@pytest.fixture
def console(site, tmp_path):  # noqa: F811
    """Every command is answered with the password as often as it asks."""
    path = tmp_path / "site.toml"
    path.write_text(tomli_w.dumps(SITE), encoding="utf-8")
    engine = make_engine(records_url(site))
    kept = PasswordKeeper(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)).hash(PASSWORD)
    with changing(engine) as connection:
        connection.execute(schema.people.update().values(password_hash=kept))
    engine.dispose()
    runner = CliRunner()

    def call(*arguments, by="", code=0):
        options = ["--site", str(path), "--data", str(site), *(["--by", by] if by else [])]
        result = runner.invoke(app, [*arguments, *options], input=f"{PASSWORD}\n" * 2)
        assert result.exit_code == code, result.output
        return result.output

    return call


def show(journal, text):
    now_ns = SystemClock().now_ns()
    journal.append([Reading("B-01", "mass", text, "g", now_ns, Quality.GOOD, b"S S\r\n")]).wait(5)


def test_a_check_from_start_to_signature(console, journal):
    roles = ("--role", "balance=B-01")
    started = console("session", "start", "balance-daily-check", *roles, by="chen.yu")
    session = next(line for line in started.splitlines() if "S-20" in line).split()[-3]
    assert "session: confirm level — Check level, warm-up and cleanliness" in started
    console("session", "instrument", session, "weight", "W-01/200 g", "--portion", "1", by="chen.yu")
    console("session", "confirm", session, by="chen.yu")
    show(journal, "0.0000")
    console("session", "capture", session, by="chen.yu")
    show(journal, "200.0003")
    captured = console("session", "capture", session, "--token", "once", by="chen.yu")
    assert "load 1  B-01 200.0003 g  corrected 200" in captured
    again = console("session", "capture", session, "--token", "once", "--step", "load", by="chen.yu")
    assert again.count("event") == captured.count("event")
    status = json.loads(console("session", "status", session, "--json"))
    assert status["stage"] == "running"
    assert [one["raw"] for one in status["captures"]] == ["0.0000", "200.0003"]
    finished = console("session", "finish", session, by="chen.yu")
    assert "E 1 = 0.00018 ± 0.00022 (k = 2.11)\u2009g" in finished
    assert "E_in_mpe 1 = 0.09 ± 0.11 (k = 2.11)  pass" in finished
    assert "performed: chen.yu (technician)" in console("session", "sign", session, by="chen.yu")
    assert "reviewed: li.jun" in console("session", "review", session, by="li.jun")
    assert console("session", "list") == "no session needs anybody\n"


def test_refusals_are_sentences_and_exit_code_1(console, journal):
    refused = console("session", "start", "balance-daily-check", by="chen.yu", code=1)
    assert "No instrument is chosen for balance." in refused
    assert "There is no session S-1." in console("session", "status", "S-1", code=1)
    wrong = ("session", "start", "balance-daily-check", "--role", "balance", "--by", "chen.yu")
    assert "write ROLE=INSTRUMENT" in console(*wrong, code=1)
    roles = ("--role", "balance=B-01")
    assert "it takes the role" in console("session", "start", "x", *roles, by="admin", code=1)


def test_samples_are_received_and_listed(console):
    received = console("sample", "receive", "HL-2026-0300", "--product-zh", "干辣椒", by="chen.yu")
    assert "HL-2026-0300  干辣椒" in received
    listed = json.loads(console("sample", "list", "--json"))
    assert [one["number"] for one in listed] == ["HL-2026-0157", "HL-2026-0300"]


def test_methods_are_imported_read_and_signed(console, tmp_path):
    listed = json.loads(console("method", "list", "--json"))
    assert {one["state"] for one in listed} == {"approved"}
    version = next(one["version"] for one in listed if one["name"] == "water-shield-dried-solids")
    figures = console("method", "figures", "water-shield-dried-solids", version[:12])
    assert "step[5]: 本实验室规定" in figures
    file = tmp_path / "taro.toml"
    file.write_bytes(load_methods()["water-shield-dried-solids"].document)
    assert "taro" in console("method", "import", str(file), by="wang.fang")
    reason = ("--reason", "compared with the paper")
    signed = ("method", "sign", "taro", version[:12])
    assert "entered" in console(*signed, "entered", *reason, by="wang.fang")
    refused = console(*signed, "approved", *reason, by="wang.fang", code=1)
    assert "another person must check it" in refused
    assert "approved" in console(*signed, "approved", *reason, by="li.jun")


def test_a_methods_file_that_is_not_there_is_told_in_a_sentence(console, tmp_path):
    missing = tmp_path / "none.toml"
    said = console("method", "import", str(missing), by="wang.fang", code=1)
    assert "cannot be read: No such file or directory" in " ".join(said.split())
