"""``hengliang certificate`` and ``hengliang equipment`` as people at the console use them."""

import json
import re

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from daq.cli import app
from daq.records.database import records_url
from daq.records.migrations import open_records
from daq.security.accounts import Accounts, Credentials
from daq.security.audit import Actor
from daq.security.passwords import PasswordKeeper
from daq.security.people import NewPerson, Role
from drivers.clock import SystemClock
from tests.calibration.native_files import BALANCE

SITE = """
[site]
id = "t"
name_zh = "检验检测中心"
name_en = "Laboratory"
[[instrument]]
name = "B-01"
url = "tcp://127.0.0.1:4001"
profile = "mettler-toledo-mt-sics"
"""
PASSWORDS = {"wang.fang": "drei graue Esel", "li.jun": "forty green pheasants"}
ROLES = {"wang.fang": Role.METROLOGIST, "li.jun": Role.QUALITY_MANAGER}
DATES = {"valid_until = 2027-03-05": "valid_until = 2096-03-05"}
FILE = BALANCE.replace("valid_until = 2027-03-05", "valid_until = 2096-03-05")


@pytest.fixture
def hengliang(tmp_path):
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    keeper = PasswordKeeper(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with open_records(records_url(tmp_path / "data")) as engine:
        accounts = Accounts(engine, SystemClock(), keeper)
        accounts.add_first_administrator(
            NewPerson("admin", "A", frozenset({Role.ADMINISTRATOR})), "a good one, I think", "test"
        )
        for account, password in PASSWORDS.items():
            new = NewPerson(account, account, frozenset({ROLES[account]}))
            accounts.add(Actor("admin", "test"), new, "given by the admin")
            accounts.change_password(Credentials(account, "given by the admin", "test"), password)
    runner = CliRunner()

    def call(*arguments, by="", code=0, typing=""):
        words = [*arguments, "--site", tmp_path / "site.toml", "--data", tmp_path / "data"]
        words += ["--by", by] if by else []
        typed = f"{PASSWORDS[by]}\n{typing}" if by else typing
        result = runner.invoke(app, [str(word) for word in words], input=typed)
        assert result.exit_code == code, result.output
        return result.output

    return call


@pytest.fixture
def registered(hengliang):
    values = [
        "title_zh=天平",
        "title_en=Balance",
        "kind=balance",
        "serial_number=B123456789",
        "unit=g",
        "d=0.0001",
    ]
    sets = [word for value in values for word in ("--set", value)]
    assert "B-01  天平 Balance  balance  B123456789  in-use" in hengliang(
        "equipment", "add", "B-01", *sets, by="wang.fang"
    )
    return hengliang


def facts(text):
    return json.loads(text.splitlines()[-1])


def test_from_the_file_to_in_force_by_two_people(registered, tmp_path):
    file = tmp_path / "b-01.toml"
    file.write_text(FILE, encoding="utf-8")
    assert "1.1  LX-2026-0417  B-01 mass  entered" in registered("certificate", "add", file, by="wang.fang")
    refused = registered("certificate", "approve", "1.1", by="wang.fang", typing="mine\n", code=1)
    assert "another person must check it" in refused
    approved = registered("certificate", "approve", "1.1", by="li.jun", typing="an institute's own\n")
    assert "It names no standard's certificate" in approved
    assert "1.1  LX-2026-0417  B-01 mass  in-force" in approved
    shown = facts(registered("certificate", "show", "1.1", "--json"))
    assert (shown["state"], shown["entered_by"], shown["checked_by"]) == ("in-force", "wang.fang", "li.jun")
    assert [step["state"] for step in shown["steps"]] == ["draft", "entered", "checked", "in-force"]
    (listed,) = facts(registered("certificate", "list", "--json"))
    assert listed["record"] == "1.1"
    shown = facts(registered("equipment", "show", "B-01", "--json"))
    assert shown["valid"] is True
    assert next(one for one in shown["reasons"] if one["code"] == "certificate")["facts"]["record"] == "1.1"


def test_what_the_document_does_not_say_is_said_in_a_file(registered, tmp_path):
    """A verification keyed in from a scan: the finding is settled, the verdict and its end are said."""
    scan = tmp_path / "scan.pdf"
    pikepdf = pytest.importorskip("pikepdf")
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(scan)
    say = tmp_path / "say.toml"
    parts = BALANCE.split("[equipment]")
    head = re.sub(r"(in_force_from|valid_until|entered_by|checked_by) = .*\n", "", parts[0])
    say.write_text(
        "\n".join(
            [
                'equipment_name = "B-01"',
                'channel = "mass"',
                head,
                "[equipment]" + parts[1],
                '[due]\ncounted_from = "calibrated"\nmonths = 12',
                '[[correct]]\ncell = "administrative.issued_on"\ntext = "2026-03-03"\nreason = "keyed in"',
            ]
        ),
        encoding="utf-8",
    )
    refused = registered("certificate", "add", scan, "--say", say, by="wang.fang", code=1)
    assert "1.1 is kept as a draft" in refused
    finding = re.search(r"not settled: (.*)", refused)[1]
    with say.open("a", encoding="utf-8") as file:
        file.write(f"\n[[settle]]\nfinding = {json.dumps(finding)}\nreason = 'keyed in, read twice'\n")
    entered = registered(
        "certificate", "add", scan, "--say", say, "--correct", 1, "--reason", "keyed in", by="wang.fang"
    )
    assert "1.2  LX-2026-0417  B-01 mass  entered  until 2027-03-01" in entered
    shown = registered("certificate", "show", "1.2")
    assert "corrected administrative.issued_on: '' into '2026-03-03': keyed in" in shown
    assert "settled" in shown
    assert "returned" in registered("certificate", "return", "1.2", "--reason", "point 3", by="li.jun")


def test_suspended_resumed_revoked(registered, tmp_path):
    file = tmp_path / "b-01.toml"
    file.write_text(FILE, encoding="utf-8")
    registered("certificate", "add", file, "--draft", by="wang.fang")
    registered("certificate", "enter", "1.1", by="wang.fang")
    registered("certificate", "approve", "1.1", "--comment", "fine", by="li.jun")
    refused = registered("certificate", "suspend", "1.1", "--reason", "dropped", by="wang.fang", code=1)
    assert "cannot sign as quality-manager" in refused
    assert "suspended" in registered("certificate", "suspend", "1.1", "--reason", "dropped", by="li.jun")
    assert "in-force" in registered("certificate", "resume", "1.1", "--reason", "checked", by="li.jun")
    assert "revoked" in registered("certificate", "revoke", "1.1", "--reason", "wrong", by="li.jun")
    assert "revoked" in registered("certificate", "list")


def test_a_file_that_says_nonsense_is_one_sentence(registered, tmp_path):
    file, say = tmp_path / "b-01.toml", tmp_path / "say.toml"
    file.write_text(FILE, encoding="utf-8")
    for text, sentence in (
        ("due = 1", "due: allowed is a table [due]"),
        ("[due]\ncounted_from = 'birth'\nmonths = 12", "from which day it is counted"),
        ("correct = 1", "allowed is tables [[correct]]"),
        ("x", "is no TOML"),
    ):
        say.write_text(text, encoding="utf-8")
        refused = registered("certificate", "add", file, "--say", say, by="wang.fang", code=1)
        assert sentence in refused
    assert "cannot be read" in registered("certificate", "add", tmp_path / "no.pdf", by="wang.fang", code=1)


def test_equipment_is_changed_with_a_reason_and_has_a_history(registered):
    refused = registered(
        "equipment", "change", "B-01", "--set", "state=lost", "--reason", "x", by="wang.fang", code=1
    )
    assert "'lost' is no state" in refused
    changed = registered(
        "equipment", "change", "B-01", "--set", "state=away", "--reason", "for calibration", by="wang.fang"
    )
    assert "away" in changed
    registered(
        "equipment", "log", "B-01", "--kind", "adjustment", "--text", "internal weight", by="wang.fang"
    )
    shown = registered("equipment", "show", "B-01")
    assert "✗ sent away: for calibration" in shown
    assert "adjustment  wang.fang  internal weight" in shown
    (listed,) = facts(registered("equipment", "list", "--json"))
    assert (listed["version"], listed["state"], listed["d"]) == (2, "away", "0.0001")
    assert "write it as KEY=VALUE" in registered(
        "equipment", "change", "B-01", "--set", "room", "--reason", "x", by="wang.fang", code=1
    )
