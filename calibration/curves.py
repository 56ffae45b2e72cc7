"""Every kind of calibration curve: the door to them."""

from calibration.callendar_van_dusen import CallendarVanDusen
from calibration.curve import Curve, Evaluation, Share
from calibration.its90 import Deviation, Its90, deviation_from_fixed_points
from calibration.point_table import PointTable
from calibration.polynomial import Polynomial
from calibration.steinhart_hart import SteinhartHart, fit_steinhart_hart

__all__ = [
    "CallendarVanDusen",
    "Curve",
    "Deviation",
    "Evaluation",
    "Its90",
    "PointTable",
    "Polynomial",
    "Share",
    "SteinhartHart",
    "deviation_from_fixed_points",
    "fit_steinhart_hart",
]
