"""``hengliang account`` as somebody at the console uses it."""

import json

import pytest
from typer.testing import CliRunner

from daq.commands.account import app
from daq.records.database import reading, records_url
from daq.records.migrations import open_records
from daq.security.audit import AuditQuery, read
from daq.security.verification import verify_records

LI = "forty green pheasants"
WU = "drei graue Esel"
OWN = "a password of my own"


def typed(*lines):
    return "".join(f"{line}\n" for line in lines)


@pytest.fixture
def account(tmp_path):
    runner = CliRunner()

    def call(*arguments, typing="", code=0):
        result = runner.invoke(app, [*arguments, "--data", str(tmp_path)], input=typing)
        assert result.exit_code == code, result.output
        return result.output

    return call


@pytest.fixture
def staffed(account):
    account("add", "li.wei", "--name", "李伟", "--role", "administrator", typing=typed(LI, LI))
    account(
        "add", "wu.fang", "--name", "吴芳", "--role", "technician", "--role", "metrologist",
        "--by", "li.wei", typing=typed(LI, WU, WU),
    )  # fmt: skip
    return account


def listed(account):
    return {one["account"]: one for one in json.loads(account("list", "--json"))}


def test_no_account_yet(account):
    assert "no account yet; the first: hengliang account add" in account("list")
    assert listed(account) == {}


def test_the_first_is_an_administrator(account):
    refused = account(
        "add", "wu.fang", "--name", "吴芳", "--role", "technician", typing=typed(WU, WU), code=1
    )
    assert "The first account must have the role administrator." in refused
    made = account("add", "li.wei", "--role", "administrator", typing=typed("李伟", LI, LI))
    assert "first administrator" in made
    assert "li.wei  李伟  administrator  active" in made
    assert listed(account)["li.wei"]["must_change_password"] is False


def test_an_administrator_adds_others(staffed, tmp_path):
    wu = listed(staffed)["wu.fang"]
    assert wu == {
        "account": "wu.fang",
        "name": "吴芳",
        "roles": ["metrologist", "technician"],
        "active": True,
        "must_change_password": True,
    }
    with open_records(records_url(tmp_path)) as engine:
        with reading(engine) as connection:
            (entry,) = read(connection, AuditQuery(record="person/wu.fang"), 10)
        assert entry.account == "li.wei"
        assert entry.origin.startswith("console of ")
        assert verify_records(engine).ok


@pytest.mark.parametrize(
    ("by", "password", "words"),
    [
        ("li.wei", "wrong password", "do not belong together"),
        ("eve", LI, "do not belong together"),
        ("wu.fang", WU, "it takes the role administrator"),
    ],
)
def test_others_add_nobody(staffed, by, password, words):
    refused = staffed(
        "add", "eve", "--name", "Eve", "--role", "administrator", "--by", by,
        typing=typed(password, OWN, OWN), code=1,
    )  # fmt: skip
    assert words in refused
    assert "eve" not in listed(staffed)


def test_the_own_password(staffed):
    changed = staffed("password", "wu.fang", typing=typed(WU, OWN, OWN))
    assert "The password of wu.fang is changed." in changed
    assert WU not in changed
    assert listed(staffed)["wu.fang"]["must_change_password"] is False
    assert "do not belong together" in staffed("password", "wu.fang", typing=typed(WU), code=1)
    assert "tried first" in staffed(
        "password", "wu.fang", typing=typed(OWN, "password1", "password1"), code=1
    )


def test_a_forgotten_password(staffed):
    reset = staffed("password", "wu.fang", "--by", "li.wei", typing=typed(LI, "forgot it", OWN, OWN))
    assert "Before signing anything: hengliang account password wu.fang" in reset
    staffed("password", "wu.fang", typing=typed(OWN, WU, WU))


def test_roles_and_leaving(staffed):
    changed = staffed("roles", "wu.fang", "--role", "quality-manager", typing=typed("li.wei", "new post", LI))
    assert "quality-manager  active" in changed
    by = ("--by", "li.wei", "--reason", "left the laboratory")
    assert "deactivated" in staffed("deactivate", "wu.fang", *by, typing=typed(LI))
    assert "deactivated already" in staffed("deactivate", "wu.fang", *by, typing=typed(LI), code=1)
    assert "last administrator" in staffed("deactivate", "li.wei", *by, typing=typed(LI), code=1)
    assert "wu.fang  吴芳  quality-manager  deactivated" in staffed("list")
    assert "quality-manager  active" in staffed("reactivate", "wu.fang", *by, typing=typed(LI))


def test_guessing_at_the_console_is_braked(staffed):
    for _ in range(5):
        staffed("password", "wu.fang", typing=typed("wrong password"), code=1)
    assert "Too many wrong passwords" in staffed("password", "wu.fang", typing=typed(WU), code=1)


def test_an_unknown_role_names_the_known_ones(account):
    assert "quality-manager" in account("add", "x", "--name", "x", "--role", "king", code=2)


def test_records_in_postgresql(postgres_server, monkeypatch, account):
    with postgres_server.database() as url:
        monkeypatch.setenv("HENGLIANG_RECORDS", url)
        account("add", "li.wei", "--name", "李伟", "--role", "administrator", typing=typed(LI, LI))
        with open_records(url) as engine:
            assert verify_records(engine).audit.rows == 1
    monkeypatch.delenv("HENGLIANG_RECORDS")
    assert listed(account) == {}


def test_records_that_cannot_be_reached(account):
    refused = account("list", "--records", "mysql://x/y", code=1)
    assert "postgresql://USER@HOST/NAME" in refused
