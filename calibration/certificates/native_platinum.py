"""A platinum thermometer in a native certificate by its points: t, R and the uncertainty of either."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from calibration.certificates.model import Contribution
from calibration.certificates.native_points import Point, Units, range_within, read_points, scatter
from calibration.certificates.toml_table import Table
from calibration.checks import FloatArray
from calibration.curves import CallendarVanDusen
from calibration.platinum_fit import fit_callendar_van_dusen
from calibration.sentences import Sentence

Built = tuple[CallendarVanDusen, tuple[Contribution, ...], tuple[Sentence, ...]]


def platinum_by_points(top: Table, table: Table, units: Units) -> Callable[[], Built]:
    """R0, A, B (and C) fitted to [[point]]s; ``uncertainty_of`` says whether U is in ohm or in degC."""
    of_resistance = table.choice("uncertainty_of", ["indication", "value"]) == "indication"
    points = read_points(top, units)
    low, high = _range(table, points)

    def build() -> Built:
        t = np.array([float(point.value) for point in points])
        r = np.array([float(point.indication) for point in points])
        u = np.array([point.u for point in points])
        fit = fit_callendar_van_dusen(t, r, u if of_resistance else u * _ohm_per_degc(t, r))
        curve = CallendarVanDusen.from_coefficients(fit.curve.parameters, fit.curve.covariance, low, high)
        if fit.accepted:
            return curve, (), ()
        lack_of_fit = f"{fit.lack_of_fit_u_degc:.2g} degC"
        note = scatter(fit.chi_square, fit.chi_square_limit, lack_of_fit)
        return curve, (Contribution("lack of fit", fit.lack_of_fit_u_degc, common=True),), (note,)

    return build


def _ohm_per_degc(t: FloatArray, r: FloatArray) -> FloatArray:
    """Slope at the points, from the same points with equal weights: enough for an uncertainty."""
    curve = fit_callendar_van_dusen(t, r, None).curve
    step = 0.01
    wide = replace(curve, low=0.0, high=2 * curve.high)
    return np.asarray((wide.resistance(t + step) - wide.resistance(t - step)) / (2 * step))


def _range(table: Table, points: Sequence[Point]) -> tuple[float, float]:
    """The span of the reference temperatures, or less where the file says so."""
    if not points:
        return 0.0, 1.0
    span = float(min(p.value for p in points)), float(max(p.value for p in points))
    return range_within(table, span, Sentence("lowest and highest temperature in degC"))
