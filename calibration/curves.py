"""Every kind of calibration curve: the door to them."""

from calibration.curve import Curve, Evaluation, Share
from calibration.point_table import PointTable
from calibration.polynomial import Polynomial

__all__ = ["Curve", "Evaluation", "PointTable", "Polynomial", "Share"]
