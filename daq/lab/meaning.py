"""Raw in the journal, meaning on reading: rows and certificates to values with uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.certificates.model import Certificate
from calibration.correction import STATES, State, correct
from daq.journal import JournalChannel, ReadingRow


@dataclass(frozen=True, slots=True)
class Meant:
    """One reading with what it means, or with why it means no more than it says."""

    row: ReadingRow
    value: float | None
    """Corrected value, in the certificate's ``value_unit``."""
    u: float | None
    """Standard uncertainty, in the same unit."""
    U: float | None
    """Expanded uncertainty ``k * u``, in the same unit."""
    k: float | None
    state: State
    certificate: Certificate | None
    """The certificate behind the value; where the value is absent, the one that was tried, if any."""


def meaning(
    channel: JournalChannel, rows: Sequence[ReadingRow], certificates: Sequence[Certificate]
) -> list[Meant]:
    """Apply to each row the certificate in force at its time.

    Args:
        channel: the channel all ``rows`` belong to.
        rows: readings of that channel, any number.
        certificates: all certificates of that channel, in any order; one for another serial number than the
            instrument told is not used.

    Returns:
        One ``Meant`` a row, in the order of ``rows``; absent numbers are ``None``, never NaN.
    """
    if not rows:
        return []
    certificates = [each for each in certificates if _is_for(each, channel)]
    raw = np.array([row.raw for row in rows], dtype=np.float64)
    t_ns = np.array([row.t_ns for row in rows], dtype=np.int64)
    corrected = correct(raw, t_ns, channel.unit, certificates)
    meant = []
    for i, row in enumerate(rows):
        state = STATES[corrected.state[i]]
        index = int(corrected.certificate_index[i])
        certificate = certificates[index] if index >= 0 else None
        if state is State.CORRECTED:
            numbers = (corrected.value[i], corrected.u[i], corrected.U[i], corrected.k[i])
            value, u, expanded, k = (float(number) for number in numbers)
            meant.append(Meant(row, value, u, expanded, k, state, certificate))
        else:
            meant.append(Meant(row, None, None, None, None, state, certificate))
    return meant


def _is_for(certificate: Certificate, channel: JournalChannel) -> bool:
    """A certificate belongs to one instrument, not to its place on the bench."""
    return channel.serial_number in {"", certificate.serial_number}
