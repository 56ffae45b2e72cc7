"""What a card says in each situation, in both languages."""

from dataclasses import replace

import pytest

from daq.web.live.views import card_view, channel_label, site_view
from daq.web.words import Words
from drivers.reading import EventKind, Quality

DAY = 86_400_000_000_000


@pytest.fixture
def words():
    return Words("zh_CN", "Asia/Shanghai")


def card(feeder, words, name="B-01"):
    site = feeder.board.site()
    return card_view(site.instrument(name), site.now_ns, words)


def test_corrected_reading(feeder, words, make_certificate):
    feeder.certificates["B-01", "mass"] = (make_certificate(),)
    feeder.read("50.1234")
    shown = card(feeder, words)
    channel = shown.channels[0]
    assert (shown.name, shown.title, shown.room) == ("B-01", "分析天平", "天平室")
    assert (channel.number, channel.unit, channel.status) == ("50.1237", "g", "● 稳定")
    assert channel.uncertainty == "± 0.00040 (k=2.00)"
    assert channel.note.text == "示值 50.1234\u2009g"
    assert [(note.text, note.degree) for note in shown.certificates] == [("证书 2026-0311 · 剩 335 天", "")]


def test_reading_without_certificate_says_so_and_why(feeder, words):
    feeder.read("50.1234")
    channel = card(feeder, words).channels[0]
    assert (channel.number, channel.uncertainty) == ("50.1234", "")
    assert (channel.note.text, channel.note.degree) == ("未校准：无证书", "bad")
    assert card(feeder, words).certificates == ()


def test_reading_outside_the_range_of_its_certificate(feeder, words, make_certificate):
    feeder.certificates["B-01", "mass"] = (make_certificate(),)
    feeder.read("210.0000")
    channel = card(feeder, words).channels[0]
    assert (channel.number, channel.note.text) == ("210.0000", "未校准：超出证书的校准范围")


def test_expired_certificate(feeder, words, make_certificate, clock):
    expired = make_certificate(valid_until_ns=clock.t_ns - 3 * DAY)
    feeder.certificates["B-01", "mass"] = (expired,)
    feeder.read("50.1234")
    shown = card(feeder, words)
    assert shown.channels[0].note.text == "未校准：证书已到期"
    assert shown.certificates[0].text == "证书 2026-0311 · 已于 2026-11-20 到期"
    assert shown.certificates[0].degree == "bad"


def test_certificate_that_is_due(feeder, words, make_certificate, clock):
    feeder.certificates["B-01", "mass"] = (make_certificate(valid_until_ns=clock.t_ns + 12 * DAY),)
    feeder.read("50.1234")
    note = card(feeder, words).certificates[0]
    assert (note.text, note.degree) == ("证书 2026-0311 · 剩 12 天", "due")


def test_stale_reading_tells_its_age(feeder, words, clock):
    feeder.read("50.1234")
    clock.pass_s(200)
    channel = card(feeder, words).channels[0]
    assert (channel.state, channel.status, channel.number) == ("stale", "◌ 过期", "50.1234")
    assert channel.note.text == "3 分钟前（12:00:00）"


def test_lost_instrument_shows_no_number(feeder, words):
    feeder.read("50.1234")
    feeder.happen(EventKind.SILENT, "no answer within 1 s")
    channel = card(feeder, words).channels[0]
    assert (channel.number, channel.unit, channel.uncertainty) == ("", "", "")
    assert (channel.status, channel.reason) == ("■ 断线", "仪器无应答")
    assert channel.note.text == "最后读数 50.1234\u2009g，12:00:00"
    assert channel.hint == "no answer within 1 s"


def test_instrument_that_was_lost_before_any_reading(feeder, words):
    feeder.happen(EventKind.LINK_LOST, "connection refused")
    channel = card(feeder, words).channels[0]
    assert (channel.status, channel.reason, channel.hint) == ("■ 断线", "线路中断", "connection refused")


def test_over_range_reading_keeps_its_number_and_says_so(feeder, words):
    feeder.read("220.5000", Quality.OVER_RANGE)
    channel = card(feeder, words).channels[0]
    assert (channel.number, channel.status, channel.note.text) == ("220.5000", "▲ 报警", "超量程")


def test_channels_of_one_instrument_are_told_apart(feeder, words):
    feeder.read("22.4", channel_id=2)
    feeder.read("51.0", channel_id=3)
    assert [channel.label for channel in card(feeder, words, "H-01").channels] == ["温度", "相对湿度"]
    assert card(feeder, words, "B-01").channels[0].label == ""


@pytest.mark.parametrize(
    ("name", "label"), [("temperature", "温度"), ("temperature-2", "温度 2"), ("inlet", "温度 inlet")]
)
def test_label_of_a_channel(feeder, words, name, label):
    feeder.read("22.4", channel_id=2)
    channel = feeder.board.site().instrument("H-01").channels[0]
    named = replace(channel, channel=replace(channel.channel, name=name))
    assert channel_label(named, words) == label


def test_strip_header_and_band_in_both_languages(feeder, settings):
    feeder.read("50.1234", Quality.SIMULATED)
    feeder.happen(EventKind.LINK_LOST, instrument="H-01")
    site = feeder.board.site()
    zh = site_view(site, settings, Words("zh_CN", "Asia/Shanghai"))
    en = site_view(site, settings, Words("en", "Asia/Shanghai"))
    assert zh.clock == en.clock == "2026-11-23 12:00:00 UTC+08:00"
    assert zh.simulated == "仿真 · 2 台仪器中有 1 台的读数由软件产生"
    assert en.simulated == "SIMULATED · readings of 1 of 2 instruments come from software"
    assert [item.text for item in zh.strip] == ["断线：H-01", "无证书：B-01"]
    assert [(item.text, item.href) for item in en.strip] == [
        ("Lost: H-01", "/instrument/H-01"),
        ("No certificate: B-01", "/instrument/B-01"),
    ]


def test_view_is_made_once_for_all_browsers_of_a_language(feeder, settings, words):
    site = feeder.board.site()
    assert site_view(site, settings, words) is site_view(site, settings, words)
