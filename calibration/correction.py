"""From indications to values with uncertainty: arrays at stream speed, and one reading with all influences.

u^2 = curve + (dvalue/dx)^2 (resolution + repeatability) + further contributions (JCGM 100:2008, eq. 10).
k comes from the effective degrees of freedom of each reading (G.4), the calibration being one component.
"""

import enum
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.certificates.model import Certificate, Gives, precedence
from calibration.checks import FloatArray, finite, finite_number
from calibration.coverage import coverage_factors, normal_factor
from calibration.errors import UnitMismatchError, UnknownUnitError, ValueRefusedError
from calibration.uncertain import Uncertain, independent
from calibration.units import unit_of

IntArray = npt.NDArray[np.int64]

_BLOCK = 8192
"""Readings that are worked on at once: what fits into the processor's cache."""


class State(enum.StrEnum):
    """Whether a reading has a corrected value, or why not."""

    CORRECTED = "corrected"
    NO_CERTIFICATE = "no-certificate"
    EXPIRED = "expired"
    NOT_YET_IN_FORCE = "not-yet-in-force"
    OUT_OF_RANGE = "out-of-range"
    WRONG_UNIT = "wrong-unit"
    WRONG_QUANTITY = "wrong-quantity"

    @property
    def code(self) -> int:
        """The state as it stands in ``Corrected.state``."""
        return STATES.index(self)


STATES = tuple(State)
"""States by their code."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """n readings with their meaning; NaN exactly where the state is not ``CORRECTED``."""

    value: FloatArray
    """In the ``value_unit`` of the reading's certificate."""
    u: FloatArray
    """Standard uncertainty of the value, same unit."""
    k: FloatArray
    """Coverage factor for the certificate's level of confidence."""
    U: FloatArray
    """Expanded uncertainty k u."""
    state: npt.NDArray[np.uint8]
    """Codes: ``STATES[code]``."""
    certificate_index: IntArray
    """Which certificate of those given was in force; -1 if none was."""


def correct(raw: FloatArray, t_ns: IntArray, unit: str, certificates: Sequence[Certificate]) -> Corrected:
    """Corrected values of one channel, each under the certificate in force at its own time.

    Args:
        raw: shape (n,), indications in ``unit``.
        t_ns: shape (n,), when; UTC since 1970, in ns, in any order.
        unit: of the indications.
        certificates: of this channel, any number, any order.

    Returns:
        Arrays of shape (n,). Without a certificate in force, outside its range, or in another unit there is
        no value, and ``state`` says why.

    Raises:
        ValueRefusedError: an indication that is not finite, or not one time for each.
    """
    raw = np.ascontiguousarray(raw, dtype=np.float64)
    t_ns = np.ascontiguousarray(t_ns, dtype=np.int64)
    if raw.ndim != 1 or raw.shape != t_ns.shape:
        raise ValueRefusedError(f"one time is needed for each reading, found {t_ns.shape} for {raw.shape}")
    finite("raw", raw)
    timeline = _Timeline(certificates)
    refusals = [_refusal(certificate, unit) for certificate in certificates]
    numbers = np.empty((4, len(raw)))
    state = np.empty(len(raw), dtype=np.uint8)
    index = np.empty(len(raw), dtype=np.int64)
    for start in range(0, len(raw), _BLOCK):
        block = slice(start, start + _BLOCK)
        x = raw[block]
        for segment, chosen in timeline.parts(t_ns[block]):
            owner = timeline.owners[segment]
            index[block][chosen] = owner
            if owner >= 0 and refusals[owner] is None:
                numbers[:, block][:, chosen], state[block][chosen] = _under(certificates[owner], x[chosen])
            else:
                why = timeline.reasons[segment] if owner < 0 else refusals[owner]
                numbers[:, block][:, chosen], state[block][chosen] = math.nan, STATES.index(why)
    value, u, k, expanded = numbers
    return Corrected(value, u, k, expanded, state, index)


class _Timeline:
    """Which certificate counts between any two moments at which one comes into force or ends."""

    def __init__(self, certificates: Sequence[Certificate]) -> None:
        moments = {moment for c in certificates for moment in (c.in_force_from_ns, c.valid_until_ns)}
        self._moments = np.array(sorted(moments), dtype=np.int64)
        starts = [-1, *(int(moment) for moment in self._moments)]
        self.owners = [self._owner(certificates, at_ns) for at_ns in starts]
        """By segment: index of the certificate, or -1."""
        self.reasons = [self._reason(certificates, at_ns) for at_ns in starts]
        """By segment: why there is none."""

    @staticmethod
    def _owner(certificates: Sequence[Certificate], at_ns: int) -> int:
        ranked = [(precedence(c), i) for i, c in enumerate(certificates) if c.is_in_force(at_ns)]
        return max(ranked)[1] if ranked else -1

    @staticmethod
    def _reason(certificates: Sequence[Certificate], at_ns: int) -> State:
        if any(c.valid_until_ns <= at_ns for c in certificates):
            return State.EXPIRED
        return State.NOT_YET_IN_FORCE if certificates else State.NO_CERTIFICATE

    def parts(self, t_ns: IntArray) -> Iterator[tuple[int, slice | npt.NDArray[np.intp]]]:
        """Every segment that occurs, and which of the readings lie in it."""
        first, last = np.searchsorted(self._moments, (t_ns.min(), t_ns.max()), side="right")
        if first == last:
            yield int(first), slice(None)
            return
        segments = np.searchsorted(self._moments, t_ns, side="right")
        for segment in np.unique(segments):
            yield int(segment), np.flatnonzero(segments == segment)


def _refusal(certificate: Certificate, unit: str) -> State | None:
    """Why no reading in this unit can be corrected by the certificate; None if it can."""
    if unit == certificate.unit:
        return None
    try:
        same_kind = unit_of(unit).kind is unit_of(certificate.unit).kind
    except UnknownUnitError:
        same_kind = True
    return State.WRONG_UNIT if same_kind else State.WRONG_QUANTITY


def _under(certificate: Certificate, x: FloatArray) -> tuple[FloatArray, npt.NDArray[np.uint8]]:
    """Value, u, k and U (rows) under one certificate, NaN where x lies outside its range; states."""
    low, high = certificate.curve.low, certificate.curve.high
    state = np.full(len(x), State.CORRECTED.code, dtype=np.uint8)
    if low <= x.min() and x.max() <= high:
        return _meaning(certificate, x), state
    inside = (low <= x) & (x <= high)
    numbers = np.full((4, len(x)), math.nan)
    numbers[:, inside] = _meaning(certificate, x[inside])
    state[~inside] = State.OUT_OF_RANGE.code
    return numbers, state


def _meaning(certificate: Certificate, x: FloatArray) -> FloatArray:
    """Value, u, k and U (rows) for indications inside the range."""
    value, slope, variance, spread = certificate.curve.evaluate(x)
    if certificate.gives is Gives.CORRECTION:
        value = value + x
        slope = slope + 1
    squared = slope * slope
    repeatability = certificate.repeatability**2
    variance = variance + squared * (certificate.resolution_u**2 + repeatability)
    variance += sum(c.u**2 for c in certificate.contributions)
    spread = spread + sum(c.u**4 / c.dof for c in certificate.contributions)
    if repeatability and math.isfinite(certificate.repeatability_dof):
        spread = spread + squared * squared * (repeatability**2 / certificate.repeatability_dof)
    u = np.sqrt(variance)
    if isinstance(spread, np.ndarray) or spread > 0:
        with np.errstate(divide="ignore"):  # nothing with finite dof at this reading: infinitely many
            k = coverage_factors(certificate.level, variance * variance / spread)
    else:
        k = np.full_like(u, normal_factor(certificate.level))
    return np.array((value, u, k, k * u))


def corrected(raw: float, unit: str, certificate: Certificate) -> Uncertain:
    """One reading with all its influences: those of the certificate shared, its own new.

    Two readings corrected under one certificate share the error of its curve, so that their difference
    cancels it; rounding and repeatability are new in each.

    Args:
        raw: the indication.
        unit: of the indication.
        certificate: in force at the time of the reading.

    Returns:
        The value in ``certificate.value_unit``.

    Raises:
        ValueRefusedError: raw is not finite.
        UnitMismatchError: the unit is not the certificate's.
        OutOfRangeError: raw lies outside the certificate's range.
    """
    if unit != certificate.unit:
        raise UnitMismatchError(
            f"the reading is in {unit}, and certificate {certificate.number} is for {certificate.unit}"
        )
    name = certificate.equipment
    x = Uncertain(finite_number("raw", raw))
    if certificate.resolution:
        rounding = independent(
            0.0, certificate.resolution_u, f"resolution of {name}", distribution="rectangular"
        )
        x += rounding
    if certificate.repeatability:
        x += independent(
            0.0, certificate.repeatability, f"repeatability of {name}", dof=certificate.repeatability_dof
        )
    value = certificate.curve.forward(x)
    if certificate.gives is Gives.CORRECTION:
        value = x + value
    for part in certificate.contributions:
        key = f"{certificate.curve.key}/{part.name}" if part.common else ""
        value += independent(0.0, part.u, part.name, dof=part.dof, key=key, distribution=part.distribution)
    return value
