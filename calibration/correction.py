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

from calibration.certificates.model import Certificate, Gives, in_force
from calibration.checks import FloatArray, finite, finite_number
from calibration.errors import UnitMismatchError, UnknownUnitError, ValueRefusedError
from calibration.kernels import kernel_of
from calibration.uncertain import Influence, Uncertain, fresh_key, independent
from calibration.units import unit_of

IntArray = npt.NDArray[np.int64]

Chosen = slice | npt.NDArray[np.intp]
"""Which readings: all, or by their places."""

_BLOCK = 16_000
"""Readings that are worked on at once: what fits into the processor's cache, in pieces that the allocator
keeps (below 128 kB) instead of asking the system for new pages every time."""


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
    if not math.isfinite(raw.sum()):
        finite("raw", raw)
    timeline = _Timeline(certificates)
    refusals = [_refusal(certificate, unit) for certificate in certificates]
    numbers = np.empty((4, len(raw)))
    state = np.empty(len(raw), dtype=np.uint8)
    index = np.empty(len(raw), dtype=np.int64)
    for segment, chosen in timeline.parts(t_ns):
        owner = timeline.owners[segment]
        why = timeline.reasons[segment] if owner < 0 else refusals[owner]
        index[chosen] = owner
        if why is None:
            _correct_under(certificates[owner], raw, chosen, (numbers, state))
        else:
            numbers[:, chosen], state[chosen] = math.nan, why.code
    value, u, k, expanded = numbers
    return Corrected(value, u, k, expanded, state, index)


def _correct_under(
    certificate: Certificate, raw: FloatArray, chosen: Chosen, into: tuple[FloatArray, npt.NDArray[np.uint8]]
) -> None:
    """Readings under one certificate; NaN and the reason where one lies outside its range."""
    numbers, state = into
    x = raw[chosen]
    state[chosen] = State.CORRECTED.code
    low, high = certificate.curve.low, certificate.curve.high
    if low <= x.min() and x.max() <= high:
        if isinstance(chosen, slice):
            _evaluate(certificate, x, numbers)
        else:
            numbers[:, chosen] = _evaluate(certificate, x, np.empty((4, len(x))))
        return
    inside = (low <= x) & (x <= high)
    places = np.arange(len(raw))[chosen]
    numbers[:, places[~inside]], state[places[~inside]] = math.nan, State.OUT_OF_RANGE.code
    found = x[inside]
    numbers[:, places[inside]] = _evaluate(certificate, found, np.empty((4, len(found))))


def _evaluate(certificate: Certificate, x: FloatArray, out: FloatArray) -> FloatArray:
    """Fill ``out`` (4, n) block by block, so that what is worked on stays in the processor's cache."""
    kernel = kernel_of(certificate)
    for start in range(0, len(x), _BLOCK):
        kernel(x[start : start + _BLOCK], out[:, start : start + _BLOCK])
    return out


class _Timeline:
    """Which certificate counts between any two moments at which one comes into force or ends."""

    def __init__(self, certificates: Sequence[Certificate]) -> None:
        moments = {moment for c in certificates for moment in (c.in_force_from_ns, c.valid_until_ns)}
        self._moments = np.array(sorted(moments), dtype=np.int64)
        starts = [int(moment) for moment in self._moments]
        starts.insert(0, starts[0] - 1 if starts else 0)
        self.owners = [self._owner(certificates, at_ns) for at_ns in starts]
        """By segment: index of the certificate, or -1."""
        self.reasons = [self._reason(certificates, at_ns) for at_ns in starts]
        """By segment: why there is none."""

    @staticmethod
    def _owner(certificates: Sequence[Certificate], at_ns: int) -> int:
        owner = in_force(certificates, at_ns)
        return next((i for i, one in enumerate(certificates) if one is owner), -1)

    @staticmethod
    def _reason(certificates: Sequence[Certificate], at_ns: int) -> State:
        if any(c.valid_until_ns <= at_ns for c in certificates):
            return State.EXPIRED
        return State.NOT_YET_IN_FORCE if certificates else State.NO_CERTIFICATE

    def parts(self, t_ns: IntArray) -> Iterator[tuple[int, Chosen]]:
        """Every segment that occurs, and which of the readings lie in it."""
        if not t_ns.size:
            return
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
        x += _drawn(
            certificate, f"repeatability of {name}", certificate.repeatability, certificate.repeatability_dof
        )
    value = certificate.curve.forward(x)
    if certificate.gives is Gives.CORRECTION:
        value = x + value
    for part in certificate.contributions:
        if part.common:
            key = f"{certificate.curve.key}/{part.name}"
            value += independent(
                0.0, part.u, part.name, dof=part.dof, key=key, distribution=part.distribution
            )
        else:
            value += _drawn(certificate, part.name, part.u, part.dof, part.distribution)
    return value


def _drawn(
    certificate: Certificate, name: str, u: float, dof: float, distribution: str = "normal"
) -> Uncertain:
    """An effect that is new in every reading while its u is known from one estimate.

    Readings of one certificate make one block of it: their effects are independent, but Welch-Satterthwaite
    wants independent estimates of u (JCGM 100, G.4.1), and ten readings are not ten of those.
    """
    block = f"{certificate.curve.key}/{name}"
    influence = Influence(
        key=fresh_key(name), name=name, block=block, dof=dof, estimate=0.0, u=u, distribution=distribution
    )
    return Uncertain(0.0, {influence: u})
