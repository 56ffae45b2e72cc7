"""What begins nonconforming work by itself: a failed check, a calibration that finds errors beyond the MPE.

The instrument is suspended in the transaction that writes the finding, so no result can slip in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from calibration.rounding import plain, round_uncertainty
from daq.errors import CheckError
from daq.i18n import N_
from daq.lab.checks.plans import plans_of
from daq.lab.checks.records import NewCheck, RecordedCheck, last_good, last_passed, record_checks
from daq.lab.nonconforming.course import add_evidence, open_nonconformity
from daq.lab.nonconforming.records import (
    Cause,
    Impact,
    Nonconformity,
    PointFound,
    Suspect,
    open_on,
)
from daq.records.certificate_versions import versions
from daq.records.register_tables import certificates
from daq.security.audit import Actor


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What answering takes from elsewhere."""

    impact: Impact
    """Lists what stood on the instrument."""
    zone: ZoneInfo
    """Of the laboratory."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Checks as they were written, and what a failed one has led to."""

    checks: tuple[RecordedCheck, ...]
    nonconformity: Nonconformity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsFound:
    """What a calibration found before any adjustment."""

    equipment: str
    channel: str
    record: str
    """Of the certificate: ``17.3``."""
    unit: str
    points: tuple[tuple[Decimal, Decimal, Decimal, Decimal], ...]
    """(nominal, error as found, U, MPE) of each point, in ``unit``."""
    t_ns: int
    """When it was calibrated."""


def do_checks(
    connection: Connection, by: Actor, new: Sequence[NewCheck], follow_up: FollowUp, now_ns: int
) -> Answer:
    """Write down the points of a check that was done now, and act on a failed one.

    The work since the last good check is nonconforming: the instrument is suspended, the nonconformity is
    opened with the list of what stood on it, or the one that is open already is widened.

    Raises:
        NotPermittedError: ``by`` is neither technician nor metrologist.
        CheckError: as ``record_checks``, or points of different plans.
    """
    if len({check.plan for check in new}) != 1:
        raise CheckError(N_("One check is of one plan; write those of others by themselves."))
    checks = record_checks(connection, by, new, now_ns)
    failed = [check for check in checks if not check.passed]
    if not failed:
        return Answer(checks, None)
    from_ns = min(_last_good_ns(connection, check) for check in failed)
    suspect = Suspect(failed[0].equipment, failed[0].channel, from_ns, now_ns)
    found = tuple(_found(check) for check in failed)
    cause = Cause(kind="check", record=f"check/{failed[0].id}", suspect=suspect, found=found)
    return Answer(checks, _answer(connection, by, cause, follow_up, now_ns))


def answer_calibration(
    connection: Connection, by: Actor, as_found: AsFound, follow_up: FollowUp, now_ns: int
) -> Nonconformity | None:
    """The same after a calibration; None where every error as found is within its MPE.

    Raises:
        NotPermittedError: ``by`` only administers or inspects.
    """
    beyond = [point for point in as_found.points if abs(point[1]) > point[3]]
    if not beyond:
        return None
    found = tuple(
        PointFound(f"{plain(nominal)} {as_found.unit}", plain(error), plain(U), plain(mpe), as_found.unit)
        for nominal, error, U, mpe in beyond
    )
    suspect = suspect_of(connection, as_found, now_ns)
    record = f"certificate/{as_found.record}"
    cause = Cause(kind="calibration", record=record, suspect=suspect, found=found)
    return _answer(connection, by, cause, follow_up, now_ns)


def suspect_of(connection: Connection, as_found: AsFound, now_ns: int) -> Suspect:
    """What is suspect after a calibration that found errors beyond the MPE: since it was last shown good."""
    from_ns = _last_shown_good_ns(connection, as_found)
    return Suspect(as_found.equipment, as_found.channel, from_ns, max(now_ns, as_found.t_ns))


def _answer(
    connection: Connection, by: Actor, cause: Cause, follow_up: FollowUp, now_ns: int
) -> Nonconformity:
    affected = follow_up.impact(connection, cause.suspect)
    known = open_on(connection, cause.suspect.equipment, cause.suspect.channel)
    if known is not None:
        evidence = (known.number, cause.record, cause.suspect.from_ns)
        return add_evidence(connection, by, evidence, affected, now_ns)
    return open_nonconformity(connection, by, cause, affected, (now_ns, follow_up.zone))


def _found(check: RecordedCheck) -> PointFound:
    error = Decimal(check.detail.indication) - Decimal(check.detail.reference)
    expanded = plain(round_uncertainty(check.U))
    return PointFound(check.point, plain(error), expanded, plain(Decimal(repr(check.mpe))), check.unit)


def _last_good_ns(connection: Connection, failed: RecordedCheck) -> int:
    """Time of the last good check; without one the instrument was shown good by its certificate."""
    good = last_good(connection, failed)
    if good is not None:
        return good.t_ns
    return _certified_ns(connection, failed.equipment, failed.channel, failed.t_ns)


def _last_shown_good_ns(connection: Connection, as_found: AsFound) -> int:
    """When every planned point had passed, or since the certificate before."""
    times = []
    for version in plans_of(connection, as_found.equipment, as_found.t_ns):
        plan = version.plan
        if plan.channel == as_found.channel:
            passed = last_passed(connection, plan.name, as_found.t_ns)
            times += [passed[point.id].t_ns if point.id in passed else 0 for point in plan.points]
    certified_ns = _certified_ns(connection, as_found.equipment, as_found.channel, as_found.t_ns)
    return max(min(times, default=0), certified_ns)


def _certified_ns(connection: Connection, equipment: str, channel: str, before_ns: int) -> int:
    """Since when the certificate in force at a time is; 0 where there was none."""
    which = (certificates.c.equipment == equipment) & (certificates.c.channel == channel)
    begins = [
        version.begins_ns or 0 for version in versions(connection, which) if version.counts_at(before_ns)
    ]
    return max(begins, default=0)
