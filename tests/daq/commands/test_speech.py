"""The console speaks the language of the locale to people, and one language to programs."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibration.sentences import Sentence
from daq.cli import app
from daq.commands import console, speech
from daq.errors import HengliangError, SettingsError
from daq.i18n import N_

ROOT = Path(__file__).parents[3]
CHINESE, ENGLISH = {"LC_ALL": "zh_CN.UTF-8"}, {"LC_ALL": "C"}


def said(*arguments, code=0, **options):
    result = CliRunner().invoke(app, [str(one) for one in arguments], **options)
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_TW.UTF-8"}, "zh_CN"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, "zh_CN"),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_locale_decides(locale, language, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert speech.language() == language


def test_where_no_chinese_can_be_written_english_is(monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert speech.language() == "en"


def test_one_command_in_two_languages(tmp_path):
    english = said("account", "list", "--data", tmp_path, env=ENGLISH)
    assert english.stdout == "no account yet; the first: hengliang account add NAME --role administrator\n"
    chinese = said("account", "list", "--data", tmp_path, env=CHINESE)
    assert chinese.stdout == "还没有账号；建立第一个：hengliang account add 账号 --role administrator\n"


def test_an_error_in_two_languages(tmp_path):
    english = said("verify", "--data", tmp_path, code=1, env=ENGLISH)
    assert english.stderr.startswith(f"There is no journal {tmp_path / 'journal.db'}; start acquisition")
    chinese = said("verify", "--data", tmp_path, code=1, env=CHINESE)
    assert chinese.stderr.startswith(f"没有日志 {tmp_path / 'journal.db'}；请启动采集")
    assert chinese.stdout == ""


def test_mistakes_of_a_site_in_chinese(tmp_path):
    site = tmp_path / "site.toml"
    site.write_text(
        '[site]\nid = "a"\nname_zh = "甲"\nname_en = "A"\ntimezone = "Mars"\nlanguge = "en"\n'
        '[[instrument]]\nname = "B 1"\nurl = "tcp://127.0.0.1:1"\nprofile = "x"\nperiod_s = 0\n',
        encoding="utf-8",
    )
    told = said("check", "--site", site, code=1, env=CHINESE).stderr
    assert "site.timezone：现为 'Mars'；应为 IANA 时区名，如 Asia/Shanghai" in told
    assert "site.languge：没有这个键；是否应为 'language'？" in told
    assert "instrument[1].name：现为 'B 1'；应符合格式" in told
    assert told.endswith("处错误\n")
    told = said("check", "--site", site, code=1, env=ENGLISH).stderr
    assert "site.timezone: found 'Mars'; a time zone of the IANA list, such as Asia/Shanghai" in told


def test_programs_read_the_same_in_both_languages(tmp_path):
    frame = ["decode", "--profile", "mettler-toledo-mt-sics", "--hex", "53 20 53 20 31 20 67 0d 0a", "--json"]
    for arguments in (frame, ["profiles", "--json"], ["account", "list", "--json", "--data", str(tmp_path)]):
        one, other = (CliRunner().invoke(app, arguments, env=env) for env in (CHINESE, ENGLISH))
        assert (one.stdout, one.exit_code) == (other.stdout, other.exit_code)
        assert json.loads(one.stdout) is not None


def test_help_and_prompts_in_chinese(tmp_path):
    told = said("account", "add", "--help", env=CHINESE | {"COLUMNS": "200"}).stdout
    assert "建立账号" in told
    assert "--install-completion" not in said("account", "--help", env=ENGLISH).stdout
    typed = ["李伟", "coptis by the river", "coptis by the river"]
    arguments = ["account", "add", "li.wei", "--role", "administrator", "--data", str(tmp_path)]
    asked = said(*arguments, env=CHINESE, input="\n".join(typed) + "\n").stdout
    assert "姓名（与报告一致）: " in asked
    assert "再次输入新密码: " in asked
    assert asked.endswith("li.wei  李伟  系统管理员  在用\n")
    assert "administrator  active" in said("account", "list", "--data", tmp_path, env=ENGLISH).stdout


def test_facts_that_are_sentences_are_said_too(monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    error = HengliangError(N_("{account} cannot sign as {role}."), account="li", role=Sentence("inspector"))
    assert speech.error_text(error) == "li 不能以检查员（只读）身份签名。"
    assert str(error) == "li cannot sign as inspector."
    braces = HengliangError("a text of others with {braces}")
    assert speech.error_text(braces) == "a text of others with {braces}"
    assert speech.error_text(SettingsError(("of others",))) == "of others"


def test_columns_stand_under_each_other(capsys):
    console.say_rows([("天平", "", "a"), ("oven", "", "bb")], ("名称", "无", "x"))
    assert capsys.readouterr().out == "名称  x\n天平  a\noven  bb\n"
    console.say_rows([])
    assert capsys.readouterr().out == ""


def run(*arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    return subprocess.Popen(
        [sys.executable, "-m", "daq", *arguments],
        cwd=ROOT,
        env=kept | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_output_in_ascii_loses_nothing_and_breaks_nothing():
    plain = {"LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    with run("profiles", "--json", **plain) as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert any(not each["title"]["zh_CN"].isascii() for each in json.loads(out.decode("ascii")))
    with run("profiles", **plain) as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert b"..." not in out  # nothing was cut to the width of a terminal


def test_a_reader_who_has_read_enough_is_no_error():
    with run("profiles", LANG="C.UTF-8") as process:
        process.stdout.close()
        _, err = None, process.stderr.read()
    assert b"Traceback" not in err


def test_ctrl_c_ends_a_simulated_instrument():
    with run(
        "simulate", "-p", "mettler-toledo-mt-sics", "--listen", "tcp://127.0.0.1:0", LANG="zh_CN.UTF-8"
    ) as it:
        assert "仿真 mettler-toledo-mt-sics".encode() in it.stdout.readline()
        it.send_signal(signal.SIGINT)
        assert (it.wait(timeout=30), it.stderr.read()) == (0, b"")


def test_a_password_from_a_pipe_is_read_without_warnings(tmp_path):
    arguments = (
        "account",
        "add",
        "li.wei",
        "--role",
        "administrator",
        "--name",
        "李伟",
        "--data",
        str(tmp_path),
    )
    command = [sys.executable, "-m", "daq", *arguments]
    typed = b"coptis by the river\n" * 2
    done = subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, check=True)
    assert done.stderr == b""
    assert b"coptis" not in done.stdout
