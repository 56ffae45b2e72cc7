"""Evidence for the next calibration interval from an instrument's certificates (ILAC-G24 / OIML D 10)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from calibration.certificates.model import Certificate, Gives
from calibration.drift.intervals import Advice
from calibration.drift.line import DriftLine, drift_line
from calibration.errors import ValueRefusedError
from calibration.uncertain import Uncertain, covariance_matrix
from daq.lab.checks.interval_advice import IntervalEvidence, IntervalPolicy, interval_advice

LEAST_OF_LINE = 3
"""Calibrations before a line is drawn through their errors."""


@dataclass(frozen=True, slots=True)
class PermissibleError:
    """How far an indication may be off, in the unit of the certificate."""

    indication: float
    mpe: float


@dataclass(frozen=True, slots=True)
class IntervalLook:
    """What the certificates say about the interval."""

    worst: PermissibleError
    """Where the last calibration found the largest part of the MPE."""
    part_of_mpe: float
    """|error| there over the MPE."""
    line: DriftLine | None
    """Through the errors there, in days since the first calibration; None for fewer than three."""
    advice: tuple[Advice, ...]


def interval_look(
    history: Sequence[Certificate],
    limits: Sequence[PermissibleError],
    policy: IntervalPolicy,
    interval_days: float,
    today: datetime.date,
) -> IntervalLook:
    """Staircase and control chart over the calibrations of one channel.

    Args:
        history: one certificate a calibration, of one channel; all give corrections. As found, where the
            instrument was adjusted.
        limits: maximum permissible errors at some indications.
        policy: of the laboratory.
        interval_days: the present one.
        today: for how long the last calibration is over.

    Raises:
        ValueRefusedError: no certificate or no limit, curves that give no corrections, or a bad number.
        OutOfRangeError: an indication outside of the range of a certificate.
    """
    if not history or not limits:
        raise ValueRefusedError("an interval needs a calibration, and a maximum permissible error")
    if any(one.gives is not Gives.CORRECTION for one in history):
        raise ValueRefusedError("an interval needs errors of indication, and a certificate gives values")
    calibrations = sorted(history, key=lambda one: one.calibrated_on)
    last = calibrations[-1]
    worst = max(limits, key=lambda one: abs(last.curve.forward(one.indication).value) / one.mpe)
    errors = [-one.curve.forward(worst.indication) for one in calibrations]
    days = [float((one.calibrated_on - calibrations[0].calibrated_on).days) for one in calibrations]
    part = abs(errors[-1].value) / worst.mpe
    line = _line(days, errors)
    evidence = IntervalEvidence(
        interval_days=interval_days,
        since_days=float((today - last.calibrated_on).days),
        as_found=Decimal(repr(part)),
        line=line,
        calibrated_days=days[-1],
        tolerance=(worst.mpe, 2 * errors[-1].u),
        last_check_passed=None,
        use_per_day=None,
        family=None,
    )
    return IntervalLook(worst, part, line, interval_advice(evidence, policy))


def _line(days: Sequence[float], errors: Sequence[Uncertain]) -> DriftLine | None:
    """What calibrations with one standard share is one error in all of them, and no drift."""
    if len(errors) < LEAST_OF_LINE:
        return None
    return drift_line(list(days), [one.value for one in errors], covariance_matrix(errors))
