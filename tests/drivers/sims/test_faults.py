"""A plan of faults is data: by count, by time, by request; the first rule that applies decides."""

import pytest

from drivers.sims.faults import Cut, Dead, Faults, Garbage, HalfLine, Late, Rule, garbled


def test_by_count_of_replies():
    faults = Faults((Rule(Dead(), replies=range(1, 3)),))
    assert [faults.next_fault(b"SI\r\n", 0.0) for _ in range(4)] == [None, Dead(), Dead(), None]


def test_by_request_only_its_own_requests_count():
    faults = Faults((Rule(Late(0.5), replies=range(1, 2), request="SI"),))
    requests = [b"SI\r\n", b"I4\r\n", b"I4\r\n", b"SI\r\n", b"SI\r\n"]
    assert [faults.next_fault(request, 0.0) for request in requests] == [None, None, None, Late(0.5), None]


def test_a_request_of_any_bytes_can_be_named():
    """The unit of an RTU frame is its first byte, the unit of an MBAP frame its seventh."""
    rtu = Faults((Rule(Dead(), request="\x02"),))
    assert rtu.next_fault(b"\x02\x03\x00\x00\x00\x02\xc4\x38", 0.0) == Dead()
    assert rtu.next_fault(b"\x01\x03\x02\x00\x00\x02\xc4\x38", 0.0) is None
    mbap = Faults((Rule(Dead(), request=".{6}\x02"),))
    assert mbap.next_fault(b"\x0a\x0a\x00\x00\x00\x06\x02\x03\x00\x00\x00\x02", 0.0) == Dead()


@pytest.mark.parametrize(
    ("now_s", "cut"),
    [(0.0, False), (24.9, False), (25.0, True), (32.9, True), (33.1, False), (174.0, False), (176.0, True)],
)
def test_by_time_once_and_again(now_s, cut):
    faults = Faults((Rule(Cut(), start_s=25.0, length_s=8.0, every_s=150.0),))
    assert faults.cut_at(now_s) is cut
    once = Faults((Rule(Cut(), start_s=25.0, length_s=8.0),))
    assert once.cut_at(now_s) is (cut and now_s < 40)


def test_a_cut_by_reply_is_no_cut_by_time():
    assert not Faults((Rule(Cut(0.5), replies=range(1)),)).cut_at(0.0)
    assert not Faults((Rule(Dead()),)).cut_at(0.0)


def test_the_first_rule_that_applies_decides_and_all_count():
    faults = Faults((Rule(Garbage(), replies=range(1, 2)), Rule(HalfLine(), replies=range(1, 3))))
    assert [faults.next_fault(b"x", 0.0) for _ in range(3)] == [None, Garbage(), HalfLine()]


def test_garbage_keeps_the_line_end():
    assert garbled(b"S S     1.0000 g\r\n")[-2:] == b"\r\n"
    assert all(byte >= 0x80 for byte in garbled(b"S S     1.0000 g\r\n")[:-2])
