"""Numbers and words as a person reads them."""

import pytest

from calibration.correction import State
from calibration.errors import CertificateError, UnknownUnitError
from calibration.sentences import Sentence, about, either, joined
from calibration.units import unit_of
from daq.errors import CertificateStepError
from daq.i18n.figures import with_unit
from daq.i18n.speech import QUALITIES
from daq.journal import ReadingRow
from daq.lab.meaning import Meant
from daq.web.digits import expanded, number, unit
from daq.web.live.board import LOST_KINDS
from daq.web.live.facts import ChannelState
from daq.web.words import REASONS, STATES, UNCORRECTED, Words
from drivers.reading import Outcome, Quality

NO_VALUE = {
    Outcome.OK,
    Outcome.REQUEST,
    Outcome.ACKNOWLEDGED,
    Outcome.IDENTITY,
    Outcome.TEXT,
}
"""Outcomes that are no refusals."""
UNTRUSTED = {
    Outcome.MALFORMED,
    Outcome.NOT_ASCII,
    Outcome.INCOMPLETE,
    Outcome.BAD_CHECKSUM,
    Outcome.WRONG_UNIT_ID,
    Outcome.ECHO,
    Outcome.NOISE,
    Outcome.UNKNOWN_UNIT,
    Outcome.AMBIGUOUS,
}
"""Bytes that are not to be trusted are a protocol error."""


def meant(text, value=None, U=None, certificate=None, state=State.CORRECTED):
    row = ReadingRow(1, 1, 0, float(text), text, Quality.GOOD, b"")
    return Meant(row, value, None if U is None else U / 2, U, None if U is None else 2.0, state, certificate)


@pytest.fixture
def zh():
    return Words("zh_CN", "Asia/Shanghai")


@pytest.fixture
def en():
    return Words("en", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("50.1234", 50.12371, "50.1237"),
        ("50.1234", 50.1, "50.1000"),
        ("812", 812.4, "812"),
        ("0.00001", 0.0000149, "0.00001"),
        ("-0.0002", -0.00021, "\u22120.0002"),
        ("0.0001", -0.00001, "0.0000"),
        ("50.1234", None, "50.1234"),
        ("-0.0000", None, "\u22120.0000"),
        ("100000000", 123456789.0, "123456789"),
    ],
)
def test_value_has_as_many_decimals_as_were_sent(text, value, shown):
    assert number(meant(text, value, 0.000010)) == shown


@pytest.mark.parametrize(
    ("text", "U", "shown"),
    [
        ("104.83256", 0.21, "104.83"),
        ("104.8", 0.021, "104.8"),
        ("104.83", 1.6, "104.8"),
        ("812.4", 12.0, "812"),
    ],
)
def test_value_has_no_digit_beyond_its_uncertainty(text, U, shown):
    """JCGM 100:2008, 7.2.6."""
    assert number(meant(text, float(text), U)) == shown


def test_a_binary_number_keeps_its_width():
    """The shortest text of a float32 has no zeros at its end."""
    for text, shown in (("103.3", "103.30"), ("102.96124", "102.96"), ("103", "103.00")):
        assert number(meant(text, float(text), 0.13), 6) == shown


def test_value_in_another_unit_has_the_decimals_of_its_uncertainty(make_certificate):
    """A curve that gives degC for ohm: the decimals of the ohm say nothing."""
    certificate = make_certificate(unit="ohm", value_unit="degC")
    reading = meant("138.5055", 99.998765, 0.0312, certificate)
    assert (number(reading), unit(reading, "ohm")) == ("99.999", "degC")


@pytest.mark.parametrize(
    ("U", "shown"),
    [(0.000336, "0.00034"), (0.0996, "0.10"), (0.081, "0.081"), (12.3, "12"), (1234, "1200"), (0.0, "0")],
)
def test_uncertainty_has_two_significant_digits(U, shown):
    assert expanded(U) == shown


def test_uncertainty_names_its_coverage_factor(zh):
    assert zh.uncertainty(meant("50.1234", 50.1, 0.00034)) == "± 0.00034 (k=2.00)"
    assert zh.uncertainty(meant("50.1234")) == ""


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("degC", "1\u2009°C"),
        ("%M", "1\u2009%"),
        ("ug", "1\u2009µg"),
        ("ohm", "1\u2009Ω"),
        ("%RH", "1\u2009%RH"),
        ("g", "1\u2009g"),
        ("1", "1"),
    ],
)
def test_unit_stands_apart_by_a_thin_space(given, shown):
    assert with_unit("1", given) == shown


@pytest.mark.parametrize(
    ("age_s", "zh_text", "en_text"),
    [
        (0, "0 秒前", "0 s ago"),
        (59.9, "59 秒前", "59 s ago"),
        (60, "1 分钟前", "1 min ago"),
        (7200, "2 小时前", "2 h ago"),
        (86_400, "1 天前", "1 day ago"),
        (200_000, "2 天前", "2 days ago"),
    ],
)
def test_age_in_one_unit(zh, en, age_s, zh_text, en_text):
    assert (zh.ago(age_s), en.ago(age_s)) == (zh_text, en_text)


def test_times_are_the_sites(zh, clock):
    assert zh.time(clock.t_ns) == "2026-11-23 12:00:00"
    assert zh.offset(clock.t_ns) == "UTC+08:00"
    assert zh.offset_s(clock.t_ns) == 8 * 3600
    assert zh.precise_time(clock.t_ns + 125_999_999) == "12:00:00.125"
    assert zh.clock_time(clock.t_ns - 60_000_000_000, clock.t_ns) == "11:59:00"
    assert zh.clock_time(clock.t_ns - 86_400_000_000_000, clock.t_ns) == "2026-11-22 12:00:00"


def test_states_in_shape_and_word(zh):
    assert {zh.state(state) for state in ChannelState} == {
        "● 稳定",
        "○ 未稳定",
        "● 实时",
        "◌ 等待",
        "◌ 未显示",
        "◌ 过期",
        "▲ 报警",
        "■ 断线",
    }


def test_every_state_of_the_program_has_a_word():
    assert set(STATES) == set(ChannelState)
    assert set(UNCORRECTED) == set(State) - {State.CORRECTED}
    assert set(QUALITIES) == {flag for flag in Quality if flag}
    assert set(LOST_KINDS) <= set(REASONS)
    assert set(Outcome) - NO_VALUE - UNTRUSTED <= set(REASONS)


def test_quality_in_words(zh, en):
    assert zh.quality(Quality.SIMULATED) == "稳定 · 仿真"
    assert en.quality(Quality.UNSTABLE | Quality.SIMULATED) == "settling · simulated"


def test_unknown_reason_is_no_indication(zh):
    assert zh.reason("something new") == "无示值"


def test_sentences_on_documents_in_both_languages(zh, en):
    allowed = either(['"polynomial"', '"table"'])
    missing = Sentence("is missing; needed is {allowed}", allowed=allowed)
    said = about("a.toml", missing, "curve.kind")
    assert en.sentence(said) == said == 'a.toml: curve.kind: is missing; needed is "polynomial" or "table"'
    assert zh.sentence(said) == 'a.toml：curve.kind：缺少；需要"polynomial" 或 "table"'
    assert zh.sentence("as somebody wrote it {x}") == "as somebody wrote it {x}"


def test_errors_about_documents_are_said_in_chinese(zh):
    assert zh.error(CertificateError((Sentence("the file is empty"), "a: b"))) == "文件为空\na: b"
    with pytest.raises(UnknownUnitError) as unknown:
        unit_of("x")
    assert zh.error(unknown.value).startswith("单位 'x' 不认识；可用：")
    several = joined("\n", [Sentence("{name} is retired", name="B-01"), Sentence("is missing")])
    step = CertificateStepError("{record} is not complete: {sentences}", record="1.1", sentences=several)
    assert zh.error(step).endswith("B-01 已报废\n缺少")
    assert zh.error(CertificateStepError("This needs its reason.")) == zh.say("This needs its reason.")
    assert zh.error(CertificateStepError("{brace")) == "{brace"
