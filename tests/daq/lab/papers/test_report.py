"""Test reports: what ISO/IEC 17025:2017, 7.8, wants is there, in both languages, as it was said."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from calibration.conformity import Comparison, Decision
from daq.errors import PaperError
from daq.lab.methods.results import DECISION_RULES
from daq.lab.papers.codes import check_code
from daq.lab.papers.report import render_report
from daq.lab.papers.words import COMPARISONS, PaperWords
from daq.lab.results.words import Words
from tests.daq.lab.papers import examples as ex
from tests.daq.lab.papers.looking import archival, attached, characters, pages, shown, squeezed

HOSTILE = "#panic() *bold* _it_ $x^2$ \"q\" 'z'\nnew <label> @ref // c /* d */ [x] \\ `raw` = head ~ #{1}"
LANGUAGES = ("zh_CN", "en")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def plain(language):
    return render_report(ex.report(items=(ex.MOISTURE, ex.ASH)), language, ex.ZONE)


@pytest.fixture(scope="module")
def text(plain):
    return shown(plain)


def test_it_is_pdf_a_3_with_its_content_attached(plain):
    assert archival(plain) == ("3", "U", 1)
    ((name, content, relationship, mime_type),) = attached(plain)
    assert (name, relationship, mime_type) == ("hengliang.json", "/Data", "application/json")
    value = json.loads(content)
    assert value["kind"] == "hengliang-report-1"
    assert [item["reported"] for item in value["items"]] == ["14.0", "3.27"]
    assert "logo" not in value["laboratory"]


CONTENT_7_8_2 = (
    "石柱县检验检测中心",  # b name and address of the laboratory
    "HL-2026-0157",  # d identification
    "S-2026-0042",
    "石柱黄水镇黄连专业合作社",  # e client
    "重庆市石柱县黄水镇",
    "(ChP 0832), 2025, 第二法",  # f method
    "2026-10-A",  # g item and its condition
    "密封袋装，干燥，无霉变",
    "2026-11-17",  # h received
    "2026-11-18 – 2026-11-20",  # i performed
    "2026-11-21",  # j issued
    "14.0 0.1 2.00 ≤ 14.0 ChP 2025",  # m results with units, 7.8.3.1 c U, 7.8.6 the limit
    "3.27 0.06 2.03 ≤ 5.0 ChP 2025",
    "李伟",  # o who authorised
    "陈静",
    "20.1234 19.8765",
    "2026-0311",  # traceability
    "2027-03-10",
    "ILAC-G8:09/2019, 4.2.1",  # 7.8.6.2 decision rule
    "ILAC-G8:09/2019, 4.2.2",
    "95.45 %",
    "UTC+08:00",
    "CMA",
    "232201060123",
)


def test_what_every_report_says_is_there(text):
    assert [each for each in CONTENT_7_8_2 if squeezed(each) not in text] == []


SAID = {
    "zh_CN": """检测报告
检测结果仅对收到的被测样品有效
不得部分复制本报告
标有 △ 的信息由委托方提供
修约值比较法
全数值比较法
意见和解释：无
检测结果通过所列证书计量溯源至国际单位制
● 符合
以下空白
第 1 页 共 2 页
本中心天平室、理化室
21.8 – 22.4 °C
45 – 75 %
相差 0.02 %，允许 ≤ 0.2 %：可以接受
误判概率 25 %
误判概率 < 0.1 %
所检项目符合 ChP 2025 对黄连（药材）的规定""",
    "en": """Test report
The results relate only to the sample that was tested
must not be reproduced except in full
What is marked △ was said by the client
rounded value (GB/T 8170)
full value (GB/T 8170)
Opinions and interpretations: none.
metrologically traceable
● conforms
End of the report
Page 1 of 2
Balance room and chemistry room of the centre
21.8 – 22.4 °C
45 – 75 %
Difference 0.02 %, allowed ≤ 0.2 %: accepted
probability that the statement is wrong: 25 %
probability that the statement is wrong: < 0.1 %
the items tested conform to ChP 2025 for Coptis, whole drug""",
}


def test_it_is_said_in_the_language_of_the_reader(text, language):
    assert [each for each in SAID[language].splitlines() if squeezed(each) not in text] == []


def test_content_and_code_are_the_same_in_both_languages():
    contents = [attached(render_report(ex.report(), each, ex.ZONE))[0][1] for each in LANGUAGES]
    assert contents[0] == contents[1]


def test_the_same_content_gives_the_same_bytes(plain, language):
    assert render_report(ex.report(items=(ex.MOISTURE, ex.ASH)), language, ex.ZONE) == plain


def test_the_check_code_stands_on_every_page(plain):
    code = check_code(json.loads(attached(plain)[0][1]))
    assert all(code in page for page in pages(plain))


def test_decimal_points_stand_under_each_other():
    results = ("14.0", "3.27", "105.125", "-0.02", "7")
    items = tuple(replace(ex.ASH, name=Words(f"项{i}", ""), reported=r) for i, r in enumerate(results))
    chars = characters(render_report(ex.report(items=items), "zh_CN", ex.ZONE))
    heads = [c for c in chars if c["text"] == "结"]
    right_of_result = max(c["x1"] for c in heads) + 40
    points = [
        c["x0"]
        for c in chars
        if c["text"] == "." and abs(c["x0"] - right_of_result) < 60 and "Bold" in c["fontname"]
    ]
    assert len(points) == 4
    assert max(points) - min(points) < 0.05


def test_text_of_people_is_never_markup(language):
    sample = replace(
        ex.SAMPLE, client=HOSTILE, lot=HOSTILE, condition=HOSTILE, product=Words(HOSTILE, HOSTILE)
    )
    method = replace(ex.METHOD, title=Words(HOSTILE, HOSTILE), documents=(HOSTILE,))
    deviation = replace(ex.RELEASE, reason=HOSTILE)
    report = ex.report(sample=sample, method=method, deviations=(deviation,), number="#emph[x]")
    text = shown(render_report(report, language, ex.ZONE))
    assert text.count(squeezed(HOSTILE)) >= 5
    assert "#emph[x]" in text


def many(count):
    return tuple(replace(ex.ASH, name=Words(f"项目 {i}", f"Item {i}")) for i in range(count))


def test_a_long_report_repeats_heads_and_leaves_no_title_alone(language):
    instruments = tuple(replace(ex.OVEN, name=f"T-{i:02}") for i in range(30))
    report = ex.report(items=many(70), instruments=instruments)
    texts = pages(render_report(report, language, ex.ZONE))
    words = PaperWords(language, ex.ZONE)
    head = squeezed(words.say("Test item") + words.say("Unit") + words.say("Result"))
    rows = [squeezed(f"{words.of(item.name)}%3.27") for item in report.items]
    for text in texts:
        if any(row in squeezed(text) for row in rows):
            assert head in squeezed(text)
    assert all(sum(row in squeezed(text) for text in texts) == 1 for row in rows[10:])
    titles = {
        "Parallel determinations",
        "Environment",
        "Instruments and standards",
        "Statements",
        "Test results",
    }
    for number, text in enumerate(texts, start=1):
        lines = text.splitlines()
        assert squeezed(words.say("Page {page} of {pages}", page=number, pages=len(texts))) in squeezed(
            lines[-1]
        )
        assert lines[-2] not in {words.say(title) for title in titles}
        if number > 1:
            assert "HL-2026-0157" in lines[0]


def test_a_simulated_report_says_so_on_every_page_and_bears_no_mark(language):
    report = ex.report(items=many(60), simulated=True)
    texts = [squeezed(text) for text in pages(render_report(report, language, ex.ZONE))]
    assert len(texts) > 2
    assert all("SIMULATED" in text for text in texts)
    assert not any("CMA" in text or "232201060123" in text for text in texts)
    statement = "不得作为检测结果使用" if language == "zh_CN" else "mustnotbeusedasresults"
    assert statement in "".join(texts)


def test_an_amended_report_names_what_it_replaces_and_why(language):
    text = shown(render_report(ex.report(version=2, predecessor=ex.PREDECESSOR), language, ex.ZONE))
    assert "7K2M-9QXR-T4WD-0HBE" in text
    assert "委托单位名称更正；结果不变" in text
    assert squeezed("第 2 版" if language == "zh_CN" else "version 2") in text


def test_a_release_is_printed_with_both_people_and_the_reason(language):
    balance = replace(ex.BALANCE, was_valid=False)
    text = shown(
        render_report(ex.report(deviations=(ex.RELEASE,), instruments=(balance,)), language, ex.ZONE)
    )
    assert "新证书已校准未送达；当日核查合格" in text
    for person in ("王芳", "陈静"):
        assert text.count(person) == 2
    said = (
        ("使用时不在有效期内", "仍用于本次检测")
        if language == "zh_CN"
        else ("not valid when used", "was used although")
    )
    assert all(squeezed(each) in text for each in said)
    claim = "通过所列证书计量溯源" if language == "zh_CN" else "traceable to the International System"
    assert squeezed(claim) not in text


def test_a_draft_method_is_called_one(language):
    text = shown(render_report(ex.report(method=replace(ex.METHOD, approved=False)), language, ex.ZONE))
    assert squeezed("方法为草案，未经批准" if language == "zh_CN" else "Draft method, not approved") in text


def test_a_failed_item_is_told_by_shape_and_word(language):
    bad = replace(ex.MOISTURE, verdicts=(replace(ex.ROUNDED, decision=Decision.FAIL),))
    text = shown(render_report(ex.report(items=(ex.ASH, bad)), language, ex.ZONE))
    assert squeezed("▲ 不符合" if language == "zh_CN" else "▲ does not conform") in text
    conclusion = "不符合项目：水分。" if language == "zh_CN" else "Coptis, whole drug: Moisture."
    assert squeezed(conclusion) in text


def test_without_limits_there_is_no_conclusion_and_without_uncertainty_a_reason(language):
    item = replace(ex.MOISTURE, U="", k="", level=None, verdicts=(), why_no_uncertainty="方法未给出")
    text = shown(render_report(ex.report(items=(item,)), language, ex.ZONE))
    assert "检测结论" not in text
    assert "Conclusion" not in text
    assert "方法未给出" in text


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [(None, "14.0", "≤ 14.0"), ("15.0", None, "≥ 15.0"), ("-0.5", "0.50", "−0.5 – 0.50")],
)
def test_limits_keep_their_written_digits(lower, upper, said):
    verdict = replace(
        ex.ROUNDED,
        lower=None if lower is None else Decimal(lower),
        upper=None if upper is None else Decimal(upper),
    )
    assert PaperWords("en", ex.ZONE).limit(verdict) == said


@pytest.mark.parametrize("rule", DECISION_RULES)
def test_every_decision_rule_has_words_and_its_source(rule, language):
    assert DECISION_RULES[rule].source in PaperWords(language, ex.ZONE).rule(rule)


def test_every_comparison_and_decision_has_words():
    assert set(COMPARISONS) == set(Comparison)
    assert all(PaperWords("en", ex.ZONE).decision(decision) for decision in Decision)


def test_a_logo_may_be_png_or_missing_but_nothing_else():
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff"
        "89993d1d0000000049454e44ae426082"
    )
    for logo in (b"", png):
        report = ex.report(laboratory=replace(ex.LABORATORY, logo=logo))
        assert render_report(report, "en", ex.ZONE).startswith(b"%PDF")
    for logo in (b"GIF89a", b"<html>", b"\xff\xd8\xff\xe0"):
        with pytest.raises(PaperError, match="neither PNG nor SVG"):
            render_report(ex.report(laboratory=replace(ex.LABORATORY, logo=logo)), "en", ex.ZONE)


def test_a_character_that_no_font_has_is_an_error_and_no_box():
    with pytest.raises(PaperError, match=r"cannot be typeset: .*could not be displayed"):
        render_report(ex.report(sample=replace(ex.SAMPLE, lot="A\u0378")), "en", ex.ZONE)
