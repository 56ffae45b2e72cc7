"""The MT-SICS twin: field widths and refusals as the manuals print them (AL/IC p. 72, AT/AB p. 87)."""

import pytest

from drivers.sims.mt_sics import ADJUSTMENT_S, STABILITY_TIMEOUT_S, MtSicsTwin
from drivers.sims.physics import Pan, StillPan, Weighing
from drivers.sims.twin import Nameplate

PLATE = Nameplate("XS205DU", "B123456789", "3.10 10.28.0.493.142", capacity_g=220.0, decimals=4)


def twin_with(pan: Pan) -> MtSicsTwin:
    return MtSicsTwin(pan, PLATE)


class SettlesAt:
    """Unstable until a moment."""

    def __init__(self, mass_g: float, stable_from_s: float) -> None:
        self.mass_g = mass_g
        self.stable_from_s = stable_from_s

    def at(self, now_s: float) -> Weighing:
        return Weighing(self.mass_g, now_s >= self.stable_from_s)


@pytest.mark.parametrize(
    ("mass_g", "request_line", "reply"),
    [
        (52.1873, b"S\r\n", b"S S    52.1873 g\r\n"),
        (-0.0082, b"SI\r\n", b"S S    -0.0082 g\r\n"),
        (-0.00002, b"SI\r\n", b"S S     0.0000 g\r\n"),
        (230.0, b"S\r\n", b"S +\r\n"),
        (-20.0, b"SI\r\n", b"S -\r\n"),
        (0.0, b"I4\r\n", b'I4 A "B123456789"\r\n'),
        (0.0, b"@\r\n", b'I4 A "B123456789"\r\n'),
        (0.0, b"I2\r\n", b'I2 A "XS205DU 220.0000 g"\r\n'),
        (0.0, b"I3\r\n", b'I3 A "3.10 10.28.0.493.142"\r\n'),
        (0.0, b"I11\r\n", b'I11 A "XS205DU"\r\n'),
        (0.0, b"M28\r\n", b"M28 B 1 21.8\r\nM28 A 2 22.1\r\n"),
        (0.5, b"Z\r\n", b"Z A\r\n"),
        (0.5, b"ZI\r\n", b"ZI S\r\n"),
        (50.0, b"Z\r\n", b"Z +\r\n"),
        (12.3456, b"T\r\n", b"T S    12.3456 g\r\n"),
        (12.3456, b"TI\r\n", b"TI S    12.3456 g\r\n"),
        (230.0, b"T\r\n", b"T +\r\n"),
        (0.0, b"TA\r\n", b"TA A     0.0000 g\r\n"),
        (0.0, b"TA 5.0 g\r\n", b"TA A     5.0000 g\r\n"),
        (0.0, b"TA 5000 g\r\n", b"TA L\r\n"),
        (0.0, b"TA 5 oz\r\n", b"TA L\r\n"),
        (0.0, b"TAC\r\n", b"TAC A\r\n"),
        (0.0, b'I10 "B-01"\r\n', b"I10 A\r\n"),
        (0.0, b'I10 "a name of more than twenty"\r\n', b"I10 L\r\n"),
        (0.0, b"QQ\r\n", b"ES\r\n"),
        (0.0, b"si\r\n", b"ES\r\n"),
        (0.0, b"SI 5\r\n", b"EL\r\n"),
        (0.0, b"S\xc9\r\n", b"ET\r\n"),
    ],
)
def test_one_line_gets_the_manuals_reply(mass_g, request_line, reply):
    assert twin_with(StillPan(mass_g)).answer(request_line, 0.0) == reply


def test_an_unstable_load_is_dynamic():
    assert twin_with(StillPan(52.18734, stable=False)).answer(b"SI\r\n", 0.0) == b"S D    52.1873 g\r\n"


def test_tare_and_zero_belong_to_the_balance():
    twin = twin_with(StillPan(21.5))
    assert twin.answer(b"T\r\n", 0.0) == b"T S    21.5000 g\r\n"
    assert twin.answer(b"SI\r\n", 0.0) == b"S S     0.0000 g\r\n"
    assert twin.answer(b"TAC\r\n", 0.0) == b"TAC A\r\n"
    assert twin.answer(b"SI\r\n", 0.0) == b"S S    21.5000 g\r\n"
    twin = twin_with(StillPan(0.0123))
    twin.answer(b"Z\r\n", 0.0)
    assert twin.answer(b"S\r\n", 0.0) == b"S S     0.0000 g\r\n"


def test_s_waits_for_stability_and_everything_else_is_not_executable_meanwhile():
    twin = twin_with(SettlesAt(10.0, stable_from_s=3.0))
    assert twin.answer(b"S\r\n", 0.0) == b""
    assert twin.spontaneous(1.0) == b""
    assert twin.answer(b"SI\r\n", 1.0) == b"S I\r\n"
    assert twin.answer(b"T\r\n", 1.0) == b"T I\r\n"
    assert twin.spontaneous(3.1) == b"S S    10.0000 g\r\n"
    assert twin.spontaneous(3.2) == b""


def test_s_gives_up_when_stability_does_not_come():
    twin = twin_with(StillPan(10.0, stable=False))
    assert twin.answer(b"T\r\n", 0.0) == b""
    assert twin.spontaneous(STABILITY_TIMEOUT_S) == b"T I\r\n"


def test_at_cancels_what_waits_and_the_stream():
    twin = twin_with(StillPan(10.0, stable=False))
    twin.answer(b"S\r\n", 0.0)
    assert twin.answer(b"@\r\n", 0.5) == b'I4 A "B123456789"\r\n'
    assert twin.spontaneous(STABILITY_TIMEOUT_S + 1.0) == b""
    twin.answer(b"SIR\r\n", 20.0)
    twin.answer(b"@\r\n", 20.1)
    assert twin.spontaneous(25.0) == b""


def test_sir_streams_five_lines_a_second_until_si():
    twin = twin_with(StillPan(1.0))
    assert twin.answer(b"SIR\r\n", 0.0) == b"S S     1.0000 g\r\n"
    ticks = [twin.spontaneous(tick * 0.05) for tick in range(1, 41)]
    assert ticks.count(b"S S     1.0000 g\r\n") == pytest.approx(10, abs=1)
    twin.answer(b"SI\r\n", 2.1)
    assert twin.spontaneous(3.0) == b""


def test_adjustment_says_b_then_a_and_refuses_meanwhile():
    twin = twin_with(StillPan(0.0))
    assert twin.answer(b"C3\r\n", 0.0) == b"C3 B\r\n"
    assert twin.answer(b"SI\r\n", 5.0) == b"S I\r\n"
    assert twin.spontaneous(5.0) == b""
    assert twin.spontaneous(ADJUSTMENT_S) == b"C3 A\r\n"
    assert twin.answer(b"SI\r\n", ADJUSTMENT_S + 1).startswith(b"S S")
    twin.answer(b"C3\r\n", 100.0)
    assert twin.answer(b"@\r\n", 101.0) == b'C3 I\r\nI4 A "B123456789"\r\n'


def test_i0_lists_every_command_and_ends_with_a():
    lines = twin_with(StillPan()).answer(b"I0\r\n", 0.0).split(b"\r\n")[:-1]
    assert lines[0] == b'I0 B 0 "@"'
    assert all(line.startswith(b"I0 B ") for line in lines[:-1])
    assert lines[-1].startswith(b"I0 A 1 ")
    twin = twin_with(StillPan())
    for line in lines:
        name = line.split(b'"')[1]
        assert twin.answer(name + b"\r\n", 0.0) != b"ES\r\n"


@pytest.mark.parametrize(
    ("buffer", "length"),
    [(b"", 0), (b"S", 0), (b"S\r", 0), (b"S\r\nI4", 3), (b"S\nI4", 2), (b"S\rI4\r\n", 2)],
)
def test_a_request_is_a_line(buffer, length):
    assert twin_with(StillPan()).cut(buffer) == length
