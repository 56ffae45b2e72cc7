"""What binary arithmetic adds to numbers that are compared with a limit."""

import numpy as np

from calibration.checks import FloatArray

DIGITS = 9


def without_noise(ratios: FloatArray) -> FloatArray:
    """Ratios to a limit or to sigma without the last digits, which only the computer has written.

    10.3 is three standard deviations of 0.1 from 10, and on the limit; in binary it is 3.000000000000007.
    """
    return np.asarray(np.round(ratios, DIGITS))
