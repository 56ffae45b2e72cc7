"""The Callendar-Van Dusen equation fitted to points, alone and in a native certificate."""

import numpy as np
import pytest

from calibration.callendar_van_dusen import IEC_60751, CallendarVanDusen
from calibration.certificates.native import read_native
from calibration.errors import CertificateError, FitError, ValueRefusedError
from calibration.platinum_fit import fit_callendar_van_dusen
from tests.calibration.native_files import BALANCE

STANDARD = CallendarVanDusen.from_coefficients(IEC_60751, np.zeros((4, 4)), -200, 850)


def test_the_standard_s_own_resistances_give_its_coefficients():
    """IEC 60751:2022, 5.2: all four coefficients, from points on both sides of 0 degC."""
    t = np.array([-190.0, -100.0, -40.0, 0.0, 50.0, 100.0, 200.0])
    fit = fit_callendar_van_dusen(t, STANDARD.resistance(t), np.full(7, 1e-3))
    assert fit.curve.parameters == pytest.approx(IEC_60751, rel=1e-9)
    assert fit.accepted
    assert fit.dof == 3


def test_without_cold_points_there_is_no_c():
    t = np.array([-0.001, 25.0, 50.0, 75.0, 100.0])
    fit = fit_callendar_van_dusen(t, STANDARD.resistance(t), np.full(5, 1e-3))
    assert fit.curve.parameters[3] == 0
    assert not fit.curve.covariance[3].any()
    assert (fit.curve.low, fit.curve.high) == pytest.approx((STANDARD.resistance([-0.001])[0], 138.5055))


def test_the_covariance_is_that_of_the_propagated_points():
    """JCGM 100, 5.2.2, with every point moved by itself."""
    t, u = np.array([-100.0, -40.0, 0.0, 40.0, 100.0]), np.array([1.0, 2.0, 1.5, 1.0, 3.0]) * 1e-3
    r = STANDARD.resistance(t)
    step = 1e-4
    columns = []
    for i in range(len(t)):
        moved = [r.copy(), r.copy()]
        moved[0][i] += step
        moved[1][i] -= step
        up, down = (fit_callendar_van_dusen(t, one, u).curve.parameters for one in moved)
        columns.append((up - down) / (2 * step))
    jacobian = np.column_stack(columns)
    expected = jacobian @ np.diag(u**2) @ jacobian.T
    found = fit_callendar_van_dusen(t, r, u).curve.covariance
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert found / scale == pytest.approx(expected / scale, abs=1e-6)


def test_points_that_do_not_agree_are_told():
    t = np.array([0.0, 25.0, 50.0, 75.0, 100.0])
    r = STANDARD.resistance(t)
    r[2] += 0.02
    fit = fit_callendar_van_dusen(t, r, np.full(5, 1e-3))
    assert not fit.accepted
    assert fit.lack_of_fit_u_degc == pytest.approx(max(abs(fit.residuals_ohm)) / 3**0.5 / 0.391, rel=5e-3)


def test_what_cannot_be_fitted():
    with pytest.raises(FitError):
        fit_callendar_van_dusen([0.0, 100.0], [100.0, 138.5], [1e-3, 1e-3])
    with pytest.raises(ValueRefusedError):
        fit_callendar_van_dusen([0.0, 50.0, 100.0], [100.0, 119.4, 138.5], [1e-3, 0.0, 1e-3])


def native(uncertainty_of, expanded, points=((0, 100.0), (50, 119.3971), (100, 138.5055))):
    text = BALANCE.split("[curve]")[0].replace('"mass"', '"resistance"').replace('unit = "g"', 'unit = "ohm"')
    text += '[curve]\nkind = "callendar-van-dusen"\nunit = "degC"\ngives = "value"\n'
    text += f'uncertainty_of = "{uncertainty_of}"\n'
    for t, r in points:
        text += f"[[point]]\nreference = {t}\nindication = {r}\nU = {expanded}\nk = 2\n"
    return text


def test_a_native_certificate_by_points_of_either_uncertainty():
    by_ohm = read_native(native("indication", 0.004).encode(), "t.toml")
    by_degc = read_native(native("value", 0.0104).encode(), "t.toml")
    assert by_ohm.curve.parameters == pytest.approx(by_degc.curve.parameters)
    assert by_ohm.curve.value([119.3971])[0] == pytest.approx(50, abs=2e-4)
    variance = [one.curve.evaluate(np.array([119.3971])).variance[0] for one in (by_ohm, by_degc)]
    assert variance[0] == pytest.approx(variance[1], rel=0.02)
    assert variance[0] ** 0.5 == pytest.approx(0.0052, rel=0.05)


def test_a_lack_of_fit_is_added_and_noted():
    points = ((0, 100.0), (25, 109.7347), (50, 119.42), (75, 128.9872), (100, 138.5055))
    certificate = read_native(native("indication", 0.002, points).encode(), "t.toml")
    assert certificate.contributions[0].name == "lack of fit"
    assert "chi-square" in certificate.notes[0]


def test_mistakes_of_such_a_certificate():
    text = native("ohms", 0.004).replace('unit = "degC"', 'unit = "degC"\nrange = [-10, 90]')
    with pytest.raises(CertificateError) as caught:
        read_native(text.encode(), "t.toml")
    assert 'curve.uncertainty_of: found "ohms"; allowed is "indication" or "value"' in str(caught.value)
    assert "curve.range: found -10 to 90; the points reach from 0 to 100 only" in str(caught.value)
