"""Rows and certificates to values with uncertainty: None where there is no value, and the state says why."""

from datetime import date
from importlib import resources

import pytest

from calibration.certificates.native import read_native
from calibration.correction import State
from daq.demo import dated
from daq.journal import JournalChannel, ReadingRow
from daq.lab.meaning import meaning
from drivers.reading import Quality

NOW_NS = 1_790_000_000_000_000_000
TODAY = date(2026, 9, 21)


@pytest.fixture
def certificate():
    text = (resources.files("config.demo") / "certificates" / "b-01-mass.toml").read_text(encoding="utf-8")
    return read_native(dated(text, TODAY).encode(), "b-01-mass.toml")


def channel(serial_number="B329041175", unit="g"):
    return JournalChannel(1, "B-01", "mass", "mass", unit, "p", serial_number, "")


def row(text, t_ns=NOW_NS, seq=1):
    return ReadingRow(seq, 1, t_ns, float(text), text, Quality.GOOD, b"")


def test_a_reading_is_corrected_by_the_certificate_in_force(certificate):
    # correction of the certificate: 0.02 mg - 0.0021 mg/g * m
    (meant,) = meaning(channel(), [row("100.0000")], [certificate])
    assert meant.state is State.CORRECTED
    assert meant.value == pytest.approx(100 + (0.02 - 0.21) * 1e-3, abs=1e-12)
    assert meant.certificate is certificate
    assert meant.U == pytest.approx(meant.k * meant.u)
    assert 0.0001 < meant.U < 0.0004


def test_order_is_kept_and_absent_numbers_are_none(certificate):
    rows = [row("100.0", seq=1), row("221.0", seq=2), row("1.0", t_ns=0, seq=3)]
    meant = meaning(channel(), rows, [certificate])
    assert [one.state for one in meant] == [State.CORRECTED, State.OUT_OF_RANGE, State.NOT_YET_IN_FORCE]
    assert [(one.value, one.u, one.U, one.k) for one in meant[1:]] == [(None,) * 4] * 2
    assert [one.row.seq for one in meant] == [1, 2, 3]


def test_a_certificate_of_another_instrument_is_not_used(certificate):
    (meant,) = meaning(channel(serial_number="B000000000"), [row("100.0")], [certificate])
    assert meant.state is State.NO_CERTIFICATE
    (meant,) = meaning(channel(serial_number=""), [row("100.0")], [certificate])
    assert meant.state is State.CORRECTED, "an instrument that tells no serial number is trusted to its place"


def test_another_unit_is_never_corrected(certificate):
    (meant,) = meaning(channel(unit="mg"), [row("100.0")], [certificate])
    assert (meant.state, meant.value) == (State.WRONG_UNIT, None)


def test_nothing_gives_nothing(certificate):
    assert meaning(channel(), [], [certificate]) == []
