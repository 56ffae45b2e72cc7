"""Messages in the words of a laboratory, in both languages: every kind of rule, every kind of message."""

import re
from importlib import resources
from urllib.parse import urlsplit

import pytest

from daq.i18n.speech import Speech
from daq.lab.alert_words import AlertWords
from daq.records.alerts import Alert
from daq.settings import NotifyEntry
from daq.watch.rule_parts import RULE_TYPES
from daq.watch.telling import DIGEST, Telling
from daq.watch.wording import LINES, Life, Writer
from tests.daq.watch.alert_site import NOON_NS, S, site_settings, target

SETTINGS = site_settings(["H-01"], alerts={"page_url": "http://192.0.2.10:8080/"})
T = "\u2009"


def alert(kind, facts, **more):
    values = {
        "id": 17,
        "site": "t",
        "key": f"rule|{more.get('source', 'H-01/temperature')}",
        "rule": "rule",
        "kind": kind,
        "nature": "value",
        "severity": "warning",
        "instrument": "H-01",
        "channel": "temperature",
        "cause_id": None,
        "since_ns": NOON_NS,
        "raised_ns": NOON_NS + 60 * S,
        "times": 1,
        "acknowledged_ns": None,
        "acknowledged_by": None,
        "escalated_ns": None,
        "cleared_ns": None,
        "body": {
            "title_zh": "题目",
            "title_en": "Title",
            "action_zh": "处理办法",
            "action_en": "Do it",
            "facts": facts,
        },
    }
    more.pop("source", None)
    return Alert(**{**values, **more})


VALUE = {"seq": 7, "value": 31.2412, "U": 0.204, "k": 2.0, "unit": "degC"}
SHOWN = {"seq": 7, "indication": "-31.2", "unit": "degC"}
CASES = {
    "limit": [
        (
            {**VALUE, "low": "15", "high": "30"},
            f"31.24 ± 0.20{T}°C (k=2.00)，限值 15 至 30{T}°C",
            f"31.24 ± 0.20{T}°C (k=2.00); limits 15 to 30{T}°C",
        ),
        (
            {**SHOWN, "low": "-20", "high": None},
            f"−31.2{T}°C（示值，未修正），下限 −20{T}°C",
            f"−31.2{T}°C (as indicated, not corrected); at least −20{T}°C",
        ),
        (
            {**SHOWN, "wanted_unit": "degC", "found_unit": "degF"},
            "示值单位为 degF，而报警规则的单位为 degC",
            "indicates in degF, but the rule is for degC",
        ),
    ],
    "rate": [
        (
            {**SHOWN, "change": 3.14159, "window_s": 3600, "most": "3"},
            f"1 小时内变化 3.14{T}°C，允许不超过 3{T}°C",
            f"changed by 3.14{T}°C within 1 h; at most 3{T}°C",
        )
    ],
    "step": [
        (
            {**SHOWN, "change": -1.0, "most": "0.5"},
            f"突变 −1.00{T}°C，允许不超过 0.5{T}°C",
            f"jumped by −1.00{T}°C; at most 0.5{T}°C",
        )
    ],
    "noise": [
        (
            {**SHOWN, "s": 0.0, "window_s": 60, "least": "0.01", "most": None},
            f"1 分钟内标准差 0{T}°C，应不低于 0.01{T}°C",
            f"standard deviation 0{T}°C within 1 min; expected at least 0.01{T}°C",
        ),
        (
            {**SHOWN, "s": 0.3, "window_s": 60, "least": "0", "most": "0.2"},
            f"1 分钟内标准差 0.300{T}°C，应不超过 0.2{T}°C",
            f"standard deviation 0.300{T}°C within 1 min; expected at most 0.2{T}°C",
        ),
        (
            {**SHOWN, "s": 0.3, "window_s": 60, "least": "0.01", "most": "0.2"},
            f"1 分钟内标准差 0.300{T}°C，应在 0.01{T}°C 至 0.2{T}°C 之间",
            f"standard deviation 0.300{T}°C within 1 min; expected 0.01{T}°C to 0.2{T}°C",
        ),
    ],
    "stuck": [
        (
            {**SHOWN, "unchanged_since_ns": NOON_NS},
            f"−31.2{T}°C，自 2026-11-24 12:00:00 起未变化",
            f"−31.2{T}°C, unchanged since 2026-11-24 12:00:00",
        )
    ],
    "zero-drift": [
        (
            {"seq": 1, "indication": "0.0031", "unit": "g", "zero": 0.003051, "most": "0.001"},
            f"空载示值 0.00305{T}g，允许不超过 0.001{T}g",
            f"the empty pan shows 0.00305{T}g; at most 0.001{T}g",
        )
    ],
    "disagreement": [
        (
            {**VALUE, "difference": 1.04, "allowed": 0.2885, "other": "H-02/temperature"},
            f"31.24 ± 0.20{T}°C (k=2.00)，与 H-02/temperature 相差 1.04{T}°C，"
            f"计入不确定度后允许不超过 0.288{T}°C",
            f"31.24 ± 0.20{T}°C (k=2.00); differs from H-02/temperature by 1.04{T}°C, "
            f"with their uncertainties at most 0.288{T}°C",
        )
    ],
    "fault": [
        (
            {"reason": "sensor-fault", "sentence": "burnt out", "t_ns": 1},
            "传感器故障（burnt out）",
            "sensor fault (burnt out)",
        ),
        ({"reason": "under-range+simulated", "sentence": "", "t_ns": 1}, "低于量程", "under range"),
    ],
    "lost": [
        (
            {"reason": "link-lost", "sentence": "x", "instruments": ["H-01", "H-02"]},
            "线路中断，共 2 台仪器：H-01, H-02",
            "line interrupted; 2 instruments: H-01, H-02",
        ),
        (
            {"reason": "link-lost", "instruments": [f"H-{n:02d}" for n in range(50)]},
            "线路中断，共 50 台仪器：H-00, H-01, H-02, H-03, H-04, H-05, H-06, H-07 …",
            "line interrupted; 50 instruments: H-00, H-01, H-02, H-03, H-04, H-05, H-06, H-07 …",
        ),
    ],
    "stale": [
        (
            {"last_ns": NOON_NS},
            "最后一次有数据是 2026-11-24 12:00:00",
            "the last sign of life was at 2026-11-24 12:00:00",
        )
    ],
    "stopped": [
        (
            {"last_ns": NOON_NS},
            "最后一次有数据是 2026-11-24 12:00:00",
            "the last sign of life was at 2026-11-24 12:00:00",
        )
    ],
    "clock": [
        ({"sentence": "from a to b"}, "from a to b", "from a to b"),
        (
            {"sentence": "from a to b", "to_ns": NOON_NS},
            "被拨回到 2026-11-24 12:00:00",
            "it was set back to 2026-11-24 12:00:00",
        ),
    ],
    "certificate": [
        (
            {"number": "LX-1", "until_ns": NOON_NS},
            "证书 LX-1，有效期至 2026-11-24",
            "certificate LX-1, valid until 2026-11-24",
        ),
        ({}, "", ""),
    ],
    "duty": [
        (
            {"sentences": [{"message": "there is no back-up in {folder}", "parts": {"folder": "/b"}}]},
            "/b 中没有备份",
            "there is no back-up in /b",
        ),
        (
            {"sentences": [{"message": "row 7 {altered}", "parts": {}}, {"message": "b", "parts": {}}]},
            "row 7 {altered}; b",
            "row 7 {altered}; b",
        ),
        (
            {"sentences": [{"message": str(n), "parts": {}} for n in range(20)]},
            "0; 1; 2; 3; 4; 5; 6; 7; …… 另有 12 条",
            "0; 1; 2; 3; 4; 5; 6; 7; … and 12 more",
        ),
    ],
}
CASES["hold"] = CASES["limit"]
CASES["check"] = CASES["duty"]


@pytest.mark.parametrize(
    ("kind", "facts", "zh", "en"), [(kind, *case) for kind, cases in CASES.items() for case in cases]
)
def test_every_kind_of_rule_says_what_happened(kind, facts, zh, en):
    for language, expected in (("zh_CN", zh), ("en", en)):
        assert AlertWords(Speech(language, "Asia/Shanghai"), SETTINGS).what(alert(kind, facts)) == expected


def test_no_kind_of_rule_is_left_out():
    assert set(CASES) == set(RULE_TYPES)


def told(parts, kind, languages):
    return Writer(SETTINGS).telling(Telling(NotifyEntry(**target(languages=languages)), kind, tuple(parts)))


def test_a_message_tells_everything_in_both_languages():
    one = alert("limit", {**VALUE, "low": None, "high": "30"})
    text = told([(one, "raised")], "raised", ("zh_CN", "en"))
    assert text.subject == "【警告】题目 · H-01 · 试验站"
    assert text.body == (
        f"情况：题目 · 31.24 ± 0.20{T}°C (k=2.00)，上限 30{T}°C\n"
        "状态：警告 · 报警中\n"
        "仪器：H-01 温湿度变送器 · 温度\n"
        "地点：天平室\n"
        "起始：2026-11-24 12:00:00 (UTC+08:00)\n"
        "处理：处理办法\n"
        "详情：http://192.0.2.10:8080/alert/17\n"
        "\n"
        f"Event: Title · 31.24 ± 0.20{T}°C (k=2.00); at most 30{T}°C\n"
        "State: warning · raised\n"
        "Instrument: H-01 Thermo-hygrometer · temperature\n"
        "Place: Balance room\n"
        "Since: 2026-11-24 12:00:00 (UTC+08:00)\n"
        "To do: Do it\n"
        "More: http://192.0.2.10:8080/alert/17"
    )


def test_the_end_tells_what_is_shown_now_and_how_often_it_was():
    facts = {**VALUE, "low": None, "high": "30"}
    over = alert("limit", facts, times=12, cleared_ns=NOON_NS + 600 * S)
    body = {**over.body, "cleared": {**VALUE, "value": 25.0, "low": None, "high": "30"}}
    text = told(
        [(alert("limit", facts, times=12, cleared_ns=NOON_NS + 600 * S, body=body), "cleared")],
        "cleared",
        ("en",),
    )
    assert text.subject == "[cleared] Title · H-01 · Test site"
    assert "State: warning · cleared 2026-11-24 12:10:00 · 12 times" in text.body
    assert f"Now: 25.00 ± 0.20{T}°C (k=2.00)" in text.body
    assert "To do" not in text.body


def test_an_escalation_says_so():
    text = told(
        [(alert("limit", {**VALUE, "low": None, "high": "30"}), "escalated")], "escalated", ("zh_CN",)
    )
    assert text.subject == "【无人确认】题目 · H-01 · 试验站"


def test_a_lost_server_is_named_by_its_address():
    facts = CASES["lost"][0][0]
    one = alert("lost", facts, instrument="", channel="", source="host 192.0.2.9")
    text = told([(one, "raised")], "raised", ("zh_CN",))
    assert text.subject == "【警告】题目 · 网络地址 192.0.2.9 · 试验站"
    assert "仪器：网络地址 192.0.2.9" in text.body


def test_a_digest_is_a_line_each_and_short_enough_for_a_robot():
    facts = {**VALUE, "low": "15", "high": "30"}
    parts = [(alert("limit", facts, id=n), "raised") for n in range(50)]
    text = told(parts, DIGEST, ("zh_CN",))
    assert text.subject == "【50 条报警】试验站"
    lines = text.body.split("\n")
    assert len(lines) == LINES + 2
    assert lines[0] == (
        f"- [警告 · 报警中] 题目 · H-01 温度 · 31.24 ± 0.20{T}°C (k=2.00)，限值 15 至 30{T}°C · 12:00:00"
    )
    assert lines[-2:] == ["…… 另有 40 条", "详情：http://192.0.2.10:8080/alerts"]
    assert len(text.body.encode()) < 2000


def test_a_sign_of_life_and_a_test_say_what_they_are():
    entry = NotifyEntry(**target(languages=()))
    life = Writer(SETTINGS).sign_of_life(entry, Life(3, 1, 4, 5, 86_400))
    assert life.subject == "【值守正常】试验站"
    assert "报警：未恢复 3 条，其中未确认 1 条" in life.body
    assert "仪器：5 台中 4 台正常联机" in life.body
    assert Writer(SETTINGS).test(entry).subject == "【测试】试验站"


def test_without_a_page_address_the_link_leads_to_this_machine():
    writer = Writer(site_settings(["H-01"]))
    one = alert("limit", {**VALUE, "low": None, "high": "30"})
    text = writer.telling(Telling(NotifyEntry(**target()), "raised", ((one, "raised"),)))
    assert text.body.endswith("More: http://127.0.0.1:8080/alert/17")


def test_the_link_in_a_message_is_the_page_of_the_alert():
    one = alert("limit", {**VALUE, "low": None, "high": "30"})
    link = told([(one, "raised")], "raised", ("en",)).body.rpartition("More: ")[2]
    page = (resources.files("daq.web.pages") / "alert.py").read_text(encoding="utf-8")
    assert urlsplit(link).path in re.findall(r'ui.page\("(.+)"\)', page.replace("{number}", "17"))


@pytest.mark.parametrize(
    ("kind", "source", "place"),
    [
        ("duty", "disk", ""),
        ("stopped", "acquisition", ""),
        ("lost", "site", "全站仪器 · "),
        ("lost", "link serial:/dev/ttyUSB0", "线路 serial:/dev/ttyUSB0 · "),
        ("lost", "host 192.0.2.7", "网络地址 192.0.2.7 · "),
    ],
)
def test_the_head_of_a_message_names_what_a_person_knows(kind, source, place):
    facts = CASES[kind][0][0]
    one = alert(kind, facts, source=source, instrument="", channel="")
    assert told([(one, "raised")], "raised", ("zh_CN",)).subject == f"【警告】题目 · {place}试验站"
