"""The Sartorius twins: columns as in Entris II p. 3, MA160 p. 67 and MA150 p. 40."""

import pytest

from drivers.sims.physics import DryingRun, StillPan
from drivers.sims.sartorius import MoistureTwin, SbiTwin, sbi_cut
from drivers.sims.twin import Nameplate

BALANCE = Nameplate("ENTRIS2202", "0031801165", "00-39-12", capacity_g=2200.0, decimals=2)
ANALYSER = Nameplate("MA160-1", "0036907812", "01-62-05", capacity_g=200.0, decimals=3)


@pytest.mark.parametrize(
    ("pan", "line"),
    [
        (StillPan(123.56), b"N     +   123.56 g  \r\n"),
        (StillPan(123.56, stable=False), b"N     +   123.56    \r\n"),
        (StillPan(-0.01), b"N     -     0.01 g  \r\n"),
        (StillPan(3000.0), b"Stat        High    \r\n"),
        (StillPan(-100.0), b"Stat        Low     \r\n"),
    ],
)
def test_esc_p_prints_22_characters_with_stability_in_the_unit_columns(pan, line):
    assert SbiTwin(pan, BALANCE).answer(b"\x1bP", 0.0) == line
    assert len(line) == 22


def test_identity_lines_are_20_characters_and_no_weights():
    twin = SbiTwin(StillPan(), BALANCE)
    assert twin.answer(b"\x1bx1_\r\n", 0.0) == b"Model     ENTRIS2202\r\n"
    assert twin.answer(b"\x1bx2_", 0.0) == b"SerNo.    0031801165\r\n"
    assert twin.answer(b"\x1bx3_", 0.0) == b"Vers.       00-39-12\r\n"


@pytest.mark.parametrize(
    "command", [b"\x1bT", b"\x1bU", b"\x1bV", b"\x1bK", b"\x1bQ", b"\x1bf5_", b"\x1bS", b"P"]
)
def test_acting_and_unknown_commands_stay_silent(command):
    assert SbiTwin(StillPan(5.0), BALANCE).answer(command, 0.0) == b""


def test_tare_and_zero_show_in_the_next_line():
    twin = SbiTwin(StillPan(312.46), BALANCE)
    twin.answer(b"\x1bU", 0.0)
    assert twin.answer(b"\x1bP", 0.0) == b"N     +     0.00 g  \r\n"
    twin = SbiTwin(StillPan(312.46), BALANCE)
    twin.answer(b"\x1bV", 0.0)  # beyond the zero range
    assert twin.answer(b"\x1bP", 0.0) == b"N     +   312.46 g  \r\n"
    twin.answer(b"\x1bT", 0.0)  # the older key: tares what it cannot zero
    assert twin.answer(b"\x1bP", 0.0) == b"N     +     0.00 g  \r\n"
    twin = SbiTwin(StillPan(1.5), BALANCE)
    twin.answer(b"\x1bT", 0.0)
    assert twin.answer(b"\x1bP", 0.0) == b"N     +     0.00 g  \r\n"


@pytest.mark.parametrize(
    ("buffer", "length"),
    [
        (b"", 0),
        (b"\x1b", 0),
        (b"\x1bP", 2),
        (b"\x1bP\r\n\x1bP", 4),
        (b"\x1bx1", 0),
        (b"\x1bx1_\x1bP", 4),
        (b"noise\x1bP", 5),
        (b"\r\n", 2),
    ],
)
def test_commands_are_cut_at_escape(buffer, length):
    assert sbi_cut(buffer) == length


def test_the_analyser_weighs_then_dries_then_shows_its_result():
    runs = DryingRun()
    twin = MoistureTwin(runs, ANALYSER)
    begin_s = runs.empty_s + runs.weighing_s
    assert twin.answer(b"\x1bP", begin_s - 0.05)[:7] == b"N     +"
    assert twin.answer(b"\x1bP", begin_s - 0.05).endswith(b" g  \r\n")
    assert twin.answer(b"\x1bP", runs.empty_s + 0.2).endswith(b"    \r\n")
    assert twin.answer(b"\x1bP", begin_s) == b"Moist +     0.00 %M \r\n"
    assert twin.answer(b"\x1bP", runs.cycle_s - 1.0) == b"Moist +    11.32 %M \r\n"
    for second in range(int(runs.cycle_s)):
        assert len(twin.answer(b"\x1bP", float(second))) == 22
    assert twin.answer(b"\x1bx2_", 0.0) == b"SerNo.    0036907812\r\n"
    assert twin.answer(b"\x1bT", 0.0) == b""


def test_interval_lines_come_unasked_with_their_time():
    runs = DryingRun()
    twin = MoistureTwin(runs, ANALYSER, interval_s=30.0)
    begin_s = runs.empty_s + runs.weighing_s
    lines = [twin.spontaneous(begin_s + tick * 0.5) for tick in range(320)]
    printed = [line for line in lines if line]
    assert [line[:6] for line in printed] == [b" 0:30 ", b" 1:00 ", b" 1:30 ", b" 2:00 "]
    assert all(len(line) == 22 and line.endswith(b" %M \r\n") for line in printed)
    assert MoistureTwin(runs, ANALYSER).spontaneous(begin_s + 60.0) == b""


def test_an_overloaded_analyser_says_high():
    heavy = DryingRun(sample_g=500.0)
    assert MoistureTwin(heavy, ANALYSER).answer(b"\x1bP", 8.0) == b"Stat        High    \r\n"
