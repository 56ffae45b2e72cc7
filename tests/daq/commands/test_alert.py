"""``hengliang alert`` and ``hengliang notify`` as somebody at the console uses them."""

import json

import pytest
import tomli_w
from typer.testing import CliRunner

from daq.cli import app
from daq.records.alerts import add_alert
from daq.records.database import changing, records_url
from daq.records.messages import MessageTry, NewMessage, due_messages, queue_message, record_try
from daq.records.migrations import open_records
from daq.security.verification import verify_records
from tests.daq.watch.peers import HttpReceiver

LI, OWN = "forty green pheasants", "a password of my own"

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def site(tmp_path):
    document = {
        "site": {"id": "t", "name_zh": "站", "name_en": "Site"},
        "instrument": [{"name": "H-01", "url": "modbus://192.0.2.1:502", "profile": "renke-rs-ws-n01"}],
        "notify": [{"name": "one", "url_file": "one.url"}, {"name": "two", "url_file": "two.url"}],
    }
    (tmp_path / "site.toml").write_text(tomli_w.dumps(document), encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(site):
    def call(*words, typing="", code=0):
        result = CliRunner().invoke(app, [*words, "--site", str(site / "site.toml")], input=typing)
        assert result.exit_code == code, result.output
        return result.output

    return call


@pytest.fixture
def alert(site, run):
    """One alert, told once in vain, and somebody who may acknowledge it."""
    folder = ("--data", str(site))
    call = CliRunner().invoke
    typed = f"{LI}\n{LI}\n"
    call(app, ["account", "add", "li.wei", "--name", "李", "--role", "administrator", *folder], input=typed)
    roles = ("--role", "metrologist", "--by", "li.wei")
    call(app, ["account", "add", "wu.fang", "--name", "吴", *roles, *folder], input=f"{LI}\n{OWN}\n{OWN}\n")
    facts = {"value": 31.24, "U": 0.2, "k": 2.0, "unit": "degC", "low": None, "high": "30"}
    columns = {
        "site": "t",
        "key": "hot|H-01/temperature",
        "rule": "hot",
        "kind": "limit",
        "nature": "value",
        "severity": "alarm",
        "instrument": "H-01",
        "channel": "temperature",
        "since_ns": 1_795_492_800 * 10**9,
        "raised_ns": 1_795_492_800 * 10**9,
        "times": 1,
        "body": {"title_en": "Too hot", "action_en": "Look.", "facts": facts},
    }
    with open_records(records_url(site)) as engine, changing(engine) as connection:
        number = add_alert(connection, columns)
        queue_message(connection, "t", NewMessage("one", "1/0", "raised", "s", "b", {number: "raised"}), 5)
        (message,) = due_messages(connection, "t", "one", 5)
        record_try(connection, message, MessageTry(6, False, "no answer"), 7)
    return str(number)


LINE = (
    "alarm  raised  2026-11-24 12:00:00  Too hot · H-01/temperature · "
    "31.24 ± 0.20\u2009°C (k=2.00); at most 30\u2009°C"
)


def test_alerts_are_listed_and_shown(run, site, alert):
    data = ("--data", str(site))
    assert run("alert", "list", *data) == f"{alert}  {LINE}\n"
    assert run("alert", "list", "--all", *data) == f"{alert}  {LINE}\n"
    shown = run("alert", "show", alert, *data)
    assert "to do: Look." in shown
    assert "message 1 to one: raised, waiting" in shown
    assert "no answer" in shown
    (listed,) = json.loads(run("alert", "list", "--json", *data))
    assert (listed["id"], listed["state"]) == (int(alert), "raised")
    detail = json.loads(run("alert", "show", alert, "--json", *data))
    assert detail["messages"][0]["tries"][0]["words"] == "no answer"


def test_an_alert_is_acknowledged_and_shelved_by_somebody_known(run, site, alert):
    data = ("--data", str(site), "--by", "wu.fang")
    done = run("alert", "acknowledge", alert, "--comment", "空调已报修", *data, typing=f"{OWN}\n")
    assert done.endswith(f"Alert {alert} is acknowledged.\n")
    shelved = run("alert", "shelve", alert, "--hours", "8", "--reason", "施工", *data, typing=f"{OWN}\n")
    assert "shelved for 8 h" in shelved
    assert "acknowledged, shelved" in run("alert", "list", "--data", str(site))
    shown = run("alert", "show", alert, "--data", str(site))
    assert "acknowledged by wu.fang: 空调已报修" in shown
    again = run("alert", "unshelve", alert, "--reason", "done", *data, typing=f"{OWN}\n")
    assert "no longer shelved" in again
    with open_records(records_url(site)) as engine:
        assert verify_records(engine).ok


def test_what_cannot_be_done_is_one_sentence(run, site, alert):
    data = ("--data", str(site))
    by = (*data, "--by", "wu.fang")
    assert "no alert 99" in run("alert", "show", "99", *data, code=1)
    wrong = run("alert", "acknowledge", alert, "--comment", "x", *by, typing="wrong\n", code=1)
    assert "Traceback" not in wrong
    refused = run("alert", "acknowledge", alert, "--comment", " ", *by, typing=f"{OWN}\n", code=1)
    assert "Say in a few words" in refused
    li = (*data, "--by", "li.wei")
    assert "may not do this" in run(
        "alert", "shelve", alert, "--hours", "1", "--reason", "x", *li, typing=f"{LI}\n", code=1
    )


def test_without_alerts_it_says_so(run, site):
    assert run("alert", "list", "--data", str(site)) == "no alert needs a person\n"
    assert run("alert", "list", "--all", "--data", str(site)) == "no alert\n"


def test_a_test_message_goes_to_all_or_to_one_and_says_what_came_of_it(run, site):
    with HttpReceiver(answers=(200, 500)).running() as receiver:
        for name in ("one", "two"):
            (site / f"{name}.url").write_text(f"json://127.0.0.1:{receiver.port}/{name}")
        said = run("notify", "test", code=1)
        assert "one: delivered" in said
        assert "two: not delivered. Failed to send JSON POST notification" in said
        assert run("notify", "test", "two") == "two: delivered\n"
    assert [path for path, _ in receiver.taken] == ["/one", "/two"]
    assert receiver.taken[0][1]["title"] == "【测试】站"


def test_a_target_that_is_not_there_is_told(run):
    assert "there is no [[notify]] three; there are one, two" in run("notify", "test", "three", code=1)


def test_check_names_files_of_targets_and_rules(run, site):
    text = (site / "site.toml").read_text() + '[alerts]\nrules_file = "alerts.toml"\n'
    (site / "site.toml").write_text(text)
    (site / "alerts.toml").write_text('disabled = ["oven-hols"]\n')
    (site / "two.url").write_text("json://127.0.0.1/")
    said = run("check", code=1)
    assert "site.toml: notify[1].url_file: " in said
    assert "one.url cannot be read (No such file or directory); it holds the URL of one." in said
    assert "alerts.toml: disabled[1]: there is no rule 'oven-hols'" in said
    assert "2 mistakes" in said
