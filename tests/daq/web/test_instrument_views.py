"""The reasons for and against a certificate, and the record of the last readings."""

import pytest

from daq.i18n.figures import frame_text
from daq.web.live.instrument_views import identity_rows, reasons, record_table
from daq.web.words import Words
from drivers.reading import EventKind, Quality

DAY = 86_400_000_000_000


@pytest.fixture
def words():
    return Words("zh_CN", "Asia/Shanghai")


def found(feeder, words):
    return [(r.mark, r.text) for r in reasons(feeder.board.site().instrument("B-01").channels[0], words)]


def test_every_reason_is_met(feeder, words, make_certificate):
    feeder.certificates["B-01", "mass"] = (make_certificate(),)
    feeder.read("50.1234")
    assert found(feeder, words) == [
        ("✓", "校准证书 2026-0311 · 重庆市计量质量检测研究院"),
        ("✓", "有效期 2026-10-24 至 2027-10-24"),
        ("✓", "出厂编号 SN-1，与仪器一致"),
        ("✓", "质量，单位 g"),
        ("✓", "示值在证书的校准范围内"),
        ("✓", "录入 李梅，复核 王强"),
        ("✓", "溯源至 CNAS-2026-1"),
    ]


@pytest.mark.parametrize(
    ("changes", "text", "cross"),
    [
        ({"serial_number": "SN-2"}, "证书上的出厂编号为 SN-2，仪器报告为 SN-1", "✗"),
        ({"valid_until_ns": 1_795_406_400_000_000_000 - DAY}, "有效期 2026-10-24 至 2026-11-22", "✗"),
        ({"unit": "degC", "value_unit": "degC"}, "质量，单位 °C", "✗"),
        ({"traceable_to": ()}, "未注明计量标准", "✗"),
        ({"checked_by": "李梅"}, "录入 李梅，复核 李梅", "✗"),
        ({"checked_by": ""}, "录入 李梅，复核 —", "✗"),
    ],
)
def test_reason_that_is_not_met_is_crossed(feeder, words, make_certificate, changes, text, cross):
    feeder.certificates["B-01", "mass"] = (make_certificate(**changes),)
    feeder.read("50.1234")
    assert (cross, text) in found(feeder, words)


def test_reading_outside_the_range_is_crossed(feeder, words, make_certificate):
    feeder.certificates["B-01", "mass"] = (make_certificate(),)
    feeder.read("210.0000")
    assert ("✗", "示值超出证书的校准范围") in found(feeder, words)


def test_no_certificate_is_one_crossed_reason(feeder, words):
    feeder.read("50.1234")
    assert found(feeder, words) == [("✗", "该通道没有证书")]


def test_identity(feeder, words):
    feeder.happen(EventKind.IDENTIFIED, "XS204, serial number SN-1")
    feeder.read("50.1234")
    instrument = feeder.board.site().instrument("B-01")
    rows = dict(identity_rows(instrument, instrument.channels[0], None, words))
    assert rows["仪器"] == "B-01 分析天平"
    assert rows["出厂编号"] == "SN-1"
    assert rows["仪器自报"] == "XS204, serial number SN-1"
    assert rows["采集周期"] == "1 s"


def test_record_shows_each_reading_with_its_bytes(feeder, words, make_certificate):
    feeder.certificates["B-01", "mass"] = (make_certificate(),)
    feeder.read("50.1234", Quality.SIMULATED, frame=b"S S 50.1234 g\r\n")
    table = record_table(feeder.board.site().instrument("B-01").channels[0].recent, "g", words)
    cells = ("12:00:00.000", "50.1234", "50.1237", "0.00040", "2.00", "稳定 · 仿真", "2026-0311")
    for cell in (*cells, "S S 50.1234 g\\r\\n", "53 20 53 20 35 30 2e 31 32 33 34 20 67 0d 0a"):
        assert f"<td>{cell}</td>" in table


def test_bytes_of_an_instrument_cannot_become_markup(feeder, words):
    feeder.read("50.1234", frame=b"<script>alert(1)</script>&")
    table = record_table(feeder.board.site().instrument("B-01").channels[0].recent, "<g>", words)
    assert "<script" not in table
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in table


def test_frame_in_printable_characters():
    assert frame_text(b"\x1bP\r\n'\"\xe0\\") == "\\x1bP\\r\\n'\"\\xe0\\\\"
