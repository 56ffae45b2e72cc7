"""What is drawn of a certificate: points, curve, residuals, the calibration before, and the next interval."""

import dataclasses
import datetime

import numpy as np
import pytest

from calibration.certificates.native import parse_native, read_native
from calibration.drift.interval_of_family import Target
from calibration.drift.intervals import Bounds, Change, Staircase
from calibration.errors import ValueRefusedError
from calibration.fits import fit_polynomial
from daq.lab.certificates.interval import PermissibleError, interval_look
from daq.lab.certificates.look import PLACES, look, previous_of
from daq.lab.checks.interval_advice import IntervalPolicy
from daq.records.certificate_versions import find_version
from daq.records.database import changing, records_url
from daq.records.migrations import open_records
from tests.calibration.native_files import BALANCE, COEFFICIENTS, TABLE
from tests.daq.lab.impact.records import Records

SHARE = '[[standard]]\ncertificate = "E2"\nu = 0.01\nu_relative = 1e-7\n'
PLATINUM = BALANCE.split("[equipment]")[0] + """
[equipment]
name = "T-01"
serial_number = "1"
channel = "t"
quantity = "resistance"
unit = "ohm"
[in_use]
resolution = 0.001
repeatability = "included"
[curve]
kind = "callendar-van-dusen"
unit = "degC"
gives = "value"
uncertainty_of = "indication"
""" + "".join(
    f"[[point]]\nreference = {t}\nindication = {r}\nU = 0.004\nk = 2\n"
    for t, r in ((0.0, 100.001), (30.0, 111.674), (60.0, 123.242), (100.0, 138.507), (150.0, 157.325))
)  # fmt: skip


def seen(text, previous=None):
    one = read_native(text.encode(), "test")
    before = read_native(previous.encode(), "before") if previous else None
    return look(one, parse_native(text.encode(), "test"), before)


def test_points_residuals_and_chi_square_are_those_of_the_fit():
    found = seen(BALANCE)
    x = np.array([0.0, 100.0001, 200.0003])
    y = np.array([0.0, -0.08, -0.25]) / 1000
    u = np.array([0.05, 0.075, 0.10]) / 1000
    fit = fit_polynomial(x, y, 1, u)
    assert [one.indication for one in found.points] == x.tolist()
    assert [one.value for one in found.points] == pytest.approx(y.tolist())
    assert [one.U for one in found.points] == pytest.approx((2 * u).tolist())
    assert [one.residual for one in found.points] == pytest.approx(
        fit.residuals.tolist(), rel=1e-9, abs=1e-15
    )
    assert (found.fit.chi_square, found.fit.dof) == (pytest.approx(fit.chi_square), 1)
    assert found.fit.limit == pytest.approx(3.841, abs=1e-3)
    assert found.fit.accepted
    assert all(one.is_within for one in found.points)


def test_the_share_of_a_standard_shows_in_no_residual():
    """Chi-square is that of the points' own u: without what all of them have from the standard."""
    x = np.array([0.0, 100.0001, 200.0003])
    y = np.array([0.0, -0.08, -0.25]) / 1000
    u, share = np.array([0.05, 0.075, 0.10]) / 1000, 0.01e-3 + 1e-7 * x
    fit = fit_polynomial(x, y, 1, np.sqrt(u**2 - share**2))
    assert seen(BALANCE + SHARE).fit.chi_square == pytest.approx(fit.chi_square)


def test_points_that_do_not_agree_are_told_by_test_and_note():
    found = seen(BALANCE.replace("200.0003", "200.0009").replace("correction = -0.25", ""))
    assert not found.fit.accepted
    assert "scatter more than their uncertainties allow" in found.notes[0]
    assert not all(one.is_within for one in found.points)


def test_the_band_is_u_of_the_curve_and_beside_it_that_of_a_reading():
    one = read_native(BALANCE.encode(), "test")
    found = seen(BALANCE).curve
    assert len(found.indication) == PLACES
    middle = one.curve.forward(float(found.indication[100]))
    assert found.value[100] == pytest.approx(middle.value)
    assert found.U[100] == pytest.approx(2.0 * middle.u, rel=1e-4)
    assert np.all(found.U_in_use > found.U)


def test_lines_between_points_and_coefficients_test_nothing():
    table = seen(TABLE)
    assert table.fit is None
    assert [one.residual for one in table.points] == pytest.approx([0.0] * 3, abs=1e-15)
    stated = seen(COEFFICIENTS)
    assert (stated.points, stated.fit) == ((), None)


def test_a_platinum_thermometer_shows_degrees_whatever_its_u_is_stated_in():
    found = seen(PLATINUM)
    assert (found.unit, found.value_unit) == ("ohm", "degC")
    assert [one.value for one in found.points] == [0.0, 30.0, 60.0, 100.0, 150.0]
    assert found.points[0].U == pytest.approx(0.004 / 0.39083, rel=1e-3)
    assert found.fit.dof == 2
    assert found.fit.accepted


def test_iso_13528_en_against_the_calibration_before():
    """A step of 0.3 mg at 200 g: U of the change is the root of the squares of both U."""
    before = BALANCE.replace("LX-2026-0417", "LX-2025-0400").replace("200.0003", "200.0000")
    before = before.replace("correction = -0.25", "")
    found = seen(BALANCE, before)
    assert found.previous is not None
    last = found.changes[-1]
    assert last.indication == 100.0001, "200.0003 lies outside of the range of the one before"
    ours, theirs = (read_native(text.encode(), "t").curve.forward(100.0001) for text in (BALANCE, before))
    assert last.change == pytest.approx(ours.value - theirs.value)
    assert last.U == pytest.approx(2 * np.hypot(ours.u, theirs.u))
    assert last.En == pytest.approx(last.change / last.U)
    assert last.satisfactory is (abs(last.En) <= 1)


def test_a_standard_that_both_calibrations_used_is_not_in_the_change():
    before = BALANCE.replace("LX-2026-0417", "LX-2025-0400")
    apart, shared = seen(BALANCE, before).changes[0], seen(BALANCE + SHARE, before + SHARE).changes[0]
    assert shared.U < apart.U


def test_what_cannot_be_compared_is_not():
    other = seen(BALANCE, PLATINUM)
    assert (other.previous, other.changes) == (None, ())
    stated = seen(COEFFICIENTS, BALANCE)
    assert [one.indication for one in stated.changes] == pytest.approx([109.995])


def test_the_calibration_before_is_found_in_the_records(tmp_path):
    def of(day, number):
        text = BALANCE.replace("calibrated_on = 2026-03-02", f"calibrated_on = {day}")
        return text.replace("LX-2026-0417", number)

    with open_records(records_url(tmp_path)) as engine, changing(engine) as connection:
        records = Records(connection)
        records.certificate("1.1", of("2024-03-02", "one"))
        records.certificate("2.1", of("2025-03-02", "two"), sha256="2" * 64)
        records.certificate("2.2", of("2025-03-02", "two"), sha256="2" * 64)
        records.certificate("3.1", of("2026-03-02", "three"), sha256="3" * 64)
        records.certificate("4.1", of("2025-09-02", "other"), sha256="4" * 64, equipment="B-02")
        assert previous_of(connection, find_version(connection, "3.1")).id == 2
        assert previous_of(connection, find_version(connection, "2.2")).record == "1.1"
        assert previous_of(connection, find_version(connection, "1.1")) is None


# the next interval


POLICY = IntervalPolicy(bounds=Bounds(90, 1095), staircase=Staircase(Bounds(90, 1095)), target=Target(0.9))
TODAY = datetime.date(2026, 9, 21)


def yearly(*errors_mg):
    """A calibration a year with these errors at 200 g, U = 0.1 mg."""
    for year, error in enumerate(errors_mg, 2027 - len(errors_mg)):
        text = BALANCE.split("[[point]]")[0] + "".join(
            f"[[point]]\nindication = {x}\nerror = {e}\nU = 0.1\nk = 2\n" for x, e in ((0, 0), (200, error))
        )
        one = read_native(text.replace("0417", str(year)).encode(), "test")
        yield dataclasses.replace(one, calibrated_on=datetime.date(year, 3, 2))


def interval(*errors_mg, mpe_mg=1.0):
    limits = [PermissibleError(100.0, mpe_mg / 1000), PermissibleError(200.0, mpe_mg / 1000)]
    return interval_look(list(yearly(*errors_mg)), limits, POLICY, 365, TODAY)


def test_ilac_g24_staircase_by_the_largest_part_of_the_mpe():
    found = interval(0.5)
    assert (found.worst.indication, found.part_of_mpe) == (200.0, pytest.approx(0.5))
    assert found.line is None
    assert [one.change for one in found.advice] == [Change.LENGTHEN]
    assert interval(0.9).advice[0].change is Change.KEEP
    assert interval(-1.2).advice[0].change is Change.SHORTEN


def test_ilac_g24_control_chart_from_three_calibrations_on():
    calm = interval(0.10, 0.12, 0.11, 0.10)
    assert [one.source.clause[:8] for one in calm.advice] == ["method 1", "method 2"]
    drifting = interval(0.1, 0.3, 0.5, 0.7)
    assert drifting.line.slope == pytest.approx(2e-4 / 365.25, rel=1e-3)
    assert drifting.advice[1].interval < calm.advice[1].interval


def test_an_interval_needs_calibrations_with_errors():
    with pytest.raises(ValueRefusedError, match="needs a calibration"):
        interval_look([], [PermissibleError(1.0, 1.0)], POLICY, 365, TODAY)
    with pytest.raises(ValueRefusedError, match="gives values"):
        one = read_native(PLATINUM.encode(), "test")
        interval_look([one], [PermissibleError(110.0, 1.0)], POLICY, 365, TODAY)
