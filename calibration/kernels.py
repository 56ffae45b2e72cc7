"""What turns indications under one certificate into value, u and k: the inside of the stream path.

For a polynomial with known u everything collapses: the variance v^T V v of the curve, the squared slope times
the variances of rounding and repeatability, and the constant contributions are together one polynomial of
degree 2p, evaluated by Horner. Other curves take the general way; both give the same numbers.
"""

import functools
import math
from collections.abc import Callable

import numpy as np

from calibration.certificates.model import Certificate, Gives
from calibration.checks import FloatArray
from calibration.coverage import coverage_factors, normal_factor
from calibration.polynomial import Polynomial, horner

Kernel = Callable[[FloatArray, FloatArray], None]
"""Takes n indications inside the range, and fills an array (4, n) with value, u, k and U."""


@functools.lru_cache(maxsize=1024)
def kernel_of(certificate: Certificate) -> Kernel:
    """The fastest kernel for a certificate; certificates are immutable, so it is made once."""
    curve = certificate.curve
    known = math.isinf(curve.dof) and all(math.isinf(share.dof) for share in curve.standards)
    if isinstance(curve, Polynomial) and known:
        return _collapsed(certificate, curve)
    return functools.partial(_general, certificate)


def _finish(level: float, spread: FloatArray | float, out: FloatArray) -> None:
    """u, k and U from the variance that lies in row 1."""
    variance, k, expanded = out[1:]
    if isinstance(spread, np.ndarray) or spread > 0:
        with np.errstate(divide="ignore"):  # nothing with finite dof at this reading: infinitely many
            coverage_factors(level, variance * variance / spread, k)
    else:
        k.fill(normal_factor(level))
    u = np.sqrt(variance, out=variance)
    np.multiply(k, u, out=expanded)


def _collapsed(certificate: Certificate, curve: Polynomial) -> Kernel:
    value, slope, variance = (part.copy() for part in curve.in_t)
    adds = certificate.gives is Gives.CORRECTION
    slope[0] += adds
    repeatability = certificate.repeatability**2
    squared = np.convolve(slope, slope) * (certificate.resolution_u**2 + repeatability)
    variance = np.pad(variance, (0, max(0, len(squared) - len(variance))))
    variance[: len(squared)] += squared
    variance[0] += math.fsum(c.u**2 for c in certificate.contributions)
    constant_spread = math.fsum(c.u**4 / c.dof for c in certificate.contributions)
    slope *= (repeatability**2 / certificate.repeatability_dof) ** 0.25  # its 4th power is the spread
    center, level, has_own_dof = curve.center, certificate.level, bool(slope.any())
    for part in (value, slope, variance):
        part /= curve.half ** np.arange(len(part))

    def kernel(x: FloatArray, out: FloatArray) -> None:
        t = x - center
        horner(value, t, out[0])
        if adds:
            out[0] += x  # and not in the polynomial: near 0 its digits would be lost
        horner(variance, t, out[1])
        np.maximum(out[1], 0.0, out=out[1])
        spread: FloatArray | float = constant_spread
        if has_own_dof:
            spread = horner(slope, t, np.empty_like(t))
            spread *= spread
            spread *= spread
            if constant_spread:
                spread += constant_spread
        _finish(level, spread, out)

    return kernel


def _general(certificate: Certificate, x: FloatArray, out: FloatArray) -> None:
    value, slope, variance, spread = certificate.curve.evaluate(x)
    if certificate.gives is Gives.CORRECTION:
        value = value + x
        slope = slope + 1
    squared = slope * slope
    repeatability = certificate.repeatability**2
    out[0] = value
    out[1] = variance + squared * (certificate.resolution_u**2 + repeatability)
    out[1] += math.fsum(c.u**2 for c in certificate.contributions)
    spread = spread + math.fsum(c.u**4 / c.dof for c in certificate.contributions)
    if repeatability and math.isfinite(certificate.repeatability_dof):
        spread = spread + squared * squared * (repeatability**2 / certificate.repeatability_dof)
    _finish(certificate.level, spread, out)
