"""Raw records (ISO/IEC 17025:2017, 7.5): observations as they were made, who, when, what was struck out."""

import io
import json
from dataclasses import replace
from decimal import Decimal

import pdfplumber
import pytest

from calibration.uncertain import Uncertain
from daq.lab.papers.codes import content_of
from daq.lab.papers.from_result import item_of, working_of
from daq.lab.papers.raw_sheet import render_raw_sheet
from daq.lab.results.outcome import BudgetRow, Note, Outcome
from daq.lab.results.words import Words
from tests.daq.lab.papers import examples as ex
from tests.daq.lab.papers.looking import archival, attached, pages, shown, squeezed


@pytest.fixture(scope="module", params=["zh_CN", "en"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def pdf(language):
    return render_raw_sheet(ex.raw_sheet(), language, ex.ZONE)


@pytest.fixture(scope="module")
def text(pdf):
    return shown(pdf)


OBSERVED = (
    "2026-11-18 19:08:42.125",  # when, to the millisecond, in the zone of the site
    "B-01 · weight",
    "20.1234",
    "20.12352 0.00034 2.00 g 2026-0311",  # corrected, U, k, unit, certificate
    "100074",  # row of the journal
    r"S S     20.1234 g\r\n",
    "53 20 53 20 20 20 20 20 32 30 2e 31 32 33 34 20 67 0d 0a",
    r"\x01\x04\x04\x01\xf2\x00\xdd[\xe1",  # a frame that is no text
    "22.1",
    "−0.0002 — — —",  # nothing is corrected without a certificate
    "称量瓶上有纤维 (fibre on the dish)",  # why it was struck out, by whom, when
    "2026-11-18 19:11:40",
    "2026-11-18 20:06:40 2026-11-19 01:10:40 ≥ 5 h",  # begin and end of drying, what was demanded
    "101.2 °C 104.6 °C",
    "2.30 mL 滴定管读数 李伟",  # entered, with reason and person
    "X = (m1 − m2) / (m1 − m3) × 100 = 13.9600 %",
    "23.1234 0.000170",
    "0.0962",  # contribution of the limit of constant mass
    "∞",
    "0.0561 %",
    "0.114 %",
    "3f3f3f3f3f3f3f3f",
    "新证书已校准未送达",
)


def test_every_observation_is_there(text):
    assert [each for each in OBSERVED if squeezed(each) not in text] == []


def test_words_are_in_the_language_of_the_reader(text, language):
    said = {
        "zh_CN": "原始记录 仪器采集的读数 时间与温度 人工录入的数值 李伟于 未稳定 稳定性未知 均匀 粉碎供试品",
        "en": "Rawrecord Readingscaptured struckoutby李伟 settling rectangular Crushthesample",
    }
    assert [each for each in said[language].split() if each not in text] == []


def test_it_is_pdf_a_3_and_its_content_comes_back(pdf):
    assert archival(pdf) == ("3", "U", 1)
    ((_, content, relationship, _),) = attached(pdf)
    assert relationship == "/Data"
    sheet = ex.raw_sheet()
    assert content_of(json.loads(content)) == replace(sheet, laboratory=replace(sheet.laboratory, logo=b""))


def test_a_struck_line_is_crossed_through_and_stays_legible(pdf):
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        page = document.pages[0]
        struck = min((w for w in page.extract_words() if w["text"] == "20.1239"), key=lambda w: w["top"])
        crossing = [
            line
            for line in page.lines
            if line["x0"] <= struck["x0"] + 1
            and line["x1"] >= struck["x1"] - 1
            and struck["top"] < line["top"] < struck["bottom"]
        ]
    assert crossing


def test_a_reading_never_parts_from_its_bytes(language):
    captures = tuple(
        ex.line(ex.capture(i, f"{20 + i / 7:.4f}", turn=i, frame=b"<%d>" % i)) for i in range(1, 80)
    )
    texts = pages(render_raw_sheet(ex.raw_sheet(captures=captures), language, ex.ZONE))
    head = squeezed("仪器 · 通道" if language == "zh_CN" else "Corrected value")
    holding = [squeezed(text) for text in texts if "B-01 · weight" in text]
    assert len(holding) > 2
    assert all(head in text for text in holding)
    for line in captures:
        (page,) = [text for text in holding if f":<{line.capture.id}>[" in text.replace("：", ":")]
        assert line.capture.raw_text in page


def test_a_running_or_unsigned_session_says_so(language):
    text = shown(render_raw_sheet(ex.raw_sheet(ended_ns=None, signatures=(), sample=None), language, ex.ZONE))
    said = (
        ("未结束", "未签署", "仪器核查")
        if language == "zh_CN"
        else ("not finished", "Not signed.", "Check of an")
    )
    assert [each for each in said if squeezed(each) not in text] == []


def test_a_simulated_record_says_so_on_every_page(language):
    texts = pages(render_raw_sheet(ex.raw_sheet(simulated=True), language, ex.ZONE))
    assert all("SIMULATED" in text and "CMA" not in text for text in texts)


def outcome(**changes):
    content = {
        "session": "S-2026-0042",
        "method": "coptis-moisture-chp-0832-2",
        "method_version": "3f" * 32,
        "formula": "X_mean",
        "title": Words("水分平均值", "Moisture, mean"),
        "portion": 0,
        "unit": "%",
        "value": Decimal("13.950000012"),
        "u": 0.0561,
        "k": 2.0298,
        "U": 0.11387,
        "dof": float("inf"),
        "level": 0.9545,
        "why_no_uncertainty": "",
        "reported": "14.0",
        "reported_U": "0.11",
        "rows": (
            BudgetRow(
                quantity=Words("恒重判据", "Limit of constant mass"),
                count=2,
                value=None,
                u=0.0029,
                distribution="rectangular",
                sensitivity=33.3,
                contribution=0.0966,
                share=0.99,
                dof=float("inf"),
                source="ChP 0832",
            ),
        ),
        "inputs": (),
        "parallels": None,
        "verdicts": (ex.ROUNDED,),
        "notes": (Note(code="simulated", words=Words("仿真读数", "Simulated readings")),),
        "sensitivities": {},
        "certificates": {},
        "uncertain": Uncertain(13.95, {}),
        "behind": (),
        "labels": {},
    }
    return Outcome(**{**content, **changes})


def test_an_outcome_is_reported_with_the_digits_of_its_method():
    item = item_of(outcome().as_json())
    assert (item.reported, item.U, item.k, item.level) == ("14.0", "0.11", "2.03", Decimal("0.9545"))
    assert item.verdicts == (ex.ROUNDED,)
    assert item.notes == (Words("仿真读数", "Simulated readings"),)


def test_an_outcome_without_uncertainty_says_why():
    item = item_of(
        outcome(u=None, k=None, U=None, dof=None, reported_U="", why_no_uncertainty="sd").as_json()
    )
    assert (item.U, item.k, item.level, item.why_no_uncertainty) == ("", "", None, "sd")


def test_an_outcome_is_worked_out_with_its_budget():
    working = working_of(outcome().as_json(), "mean(X)")
    assert (working.symbol, working.expression, working.value, working.dof) == (
        "X_mean",
        "mean(X)",
        "13.950000012",
        None,
    )
    (row,) = working.budget
    assert (row.count, row.value, row.contribution, row.dof) == (2, None, 0.0966, None)
