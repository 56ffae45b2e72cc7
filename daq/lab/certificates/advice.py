"""What the calibrations of a channel say about the interval to the next one, before the newest counts."""

import datetime
from collections.abc import Iterator

from sqlalchemy import Connection

from calibration.certificates.model import Certificate, Gives
from calibration.errors import CertificateError
from daq.lab.certificates.as_found import Found, as_found_version
from daq.lab.certificates.interval import IntervalLook, PermissibleError, interval_look
from daq.lab.certificates.register import Register
from daq.lab.checks.review import POLICY
from daq.records.certificate_versions import State, Version, versions
from daq.records.certificates import built
from daq.records.register_tables import certificates


def interval_advice_of(
    register: Register, connection: Connection, version: Version, found: Found | None
) -> IntervalLook | None:
    """Staircase and control chart by what was found before any adjustment.

    Args:
        register: with the documents.
        connection: to the records.
        version: a complete one.
        found: its results before any adjustment, with their limits.

    Returns:
        None where no limit or no interval is known.

    Raises:
        CalibrationError: a certificate before it does not reach the points.
    """
    due = version.content.due
    if found is None or due is None or due.first_day is None:
        return None
    limits = [PermissibleError(float(point.nominal), float(point.mpe)) for point in found.points if point.mpe]
    newest = built(as_found_version(register, version))
    if not limits or not isinstance(newest, Certificate) or newest.gives is not Gives.CORRECTION:
        return None
    lowest, highest = newest.curve.low, newest.curve.high
    within = [one for one in limits if lowest <= one.indication <= highest]
    days = (due.last_day - due.first_day).days + 1
    history = [*_before(connection, version), newest]
    return interval_look(history, within, POLICY, float(days), register.today()) if within else None


def _before(connection: Connection, version: Version) -> Iterator[Certificate]:
    """One certificate for each calibration of the channel that came into force before this one."""
    column, day = certificates.c, version.content.said("certificate", "calibrated_on")
    same = (column.equipment == version.equipment) & (column.channel == version.channel)
    newest = {one.id: one for one in versions(connection, same) if one.begins_ns is not None}
    for one in newest.values():
        calibrated_on = one.content.said("certificate", "calibrated_on")
        is_earlier = isinstance(calibrated_on, datetime.date) and calibrated_on < day
        if one.id == version.id or one.state is State.REVOKED or not is_earlier:
            continue
        try:
            certificate = built(one)
        except CertificateError:  # what was in force once and cannot be read any more is named elsewhere
            continue
        if isinstance(certificate, Certificate) and certificate.gives is Gives.CORRECTION:
            yield certificate
