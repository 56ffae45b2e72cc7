"""Whether a piece of equipment may give results of samples: a conjunction of separate reasons, each shown.

Equipment that is not valid gives no results of samples, but can be calibrated and checked. Two people may
allow it nevertheless, with a reason, for one session.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, func, select

from calibration.certificates.model import Certificate
from daq.errors import EquipmentError, NotPermittedError
from daq.i18n import N_
from daq.lab.checks.dates import check_reason
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import (
    Equipment,
    equipment_history,
    equipment_log_of,
    find_equipment,
    write_log,
)
from daq.records.certificate_versions import Version, versions
from daq.records.checks_tables import nonconformities
from daq.records.database import changing
from daq.records.register_tables import certificates
from daq.security.audit import as_text
from daq.security.people import Role, demand_role
from daq.security.signatures import Signature, demand_two_people
from drivers.clock import Clock

OVERRIDE = "override"
"""Kind of the entry in the history, and what the two signatures mean."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that equipment must fulfil."""

    code: str
    met: bool | None
    """None where it does not apply: no plan of checks, no certificate needed."""
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Validity:
    """All reasons, those that are met too."""

    reasons: tuple[Reason, ...]

    @property
    def is_valid(self) -> bool:
        """Whether results of samples may be given with it."""
        return all(reason.met is not False for reason in self.reasons)

    @property
    def unmet(self) -> tuple[Reason, ...]:
        """What stands in the way."""
        return tuple(reason for reason in self.reasons if reason.met is False)


@dataclass(frozen=True, slots=True)
class OverrideRequest:
    """Which equipment is to be used in which session although it is not valid, and why."""

    equipment: str
    session: str
    reason: str


@dataclass(frozen=True, slots=True)
class Override:
    """What two people allowed."""

    request: OverrideRequest
    first: str
    """Account."""
    second: str
    t_ns: int


def validity(connection: Connection, name: str, at_ns: int) -> Validity:
    """The reasons for and against using a piece of equipment at a time.

    Codes: ``registered``, ``in-use``, ``not-away``, ``not-suspended``, ``certificate`` (one for each channel
    that ever had one), one of the checks (``check-passed``, ``check-never-done`` …), ``no-nonconformity``.
    """
    known = [each for each in equipment_history(connection, name) if each.t_ns <= at_ns]
    if not known:
        return Validity((Reason("registered", False, {"equipment": name}),))
    about = known[-1]
    check = check_reason(connection, name, at_ns)
    return Validity(
        (
            Reason("registered", True, {"equipment": name, "version": about.version}),
            *_states(known),
            *_certificates(connection, about, at_ns),
            Reason(check.code, check.met, check.facts),
            _nonconformity(connection, name, at_ns),
        )
    )


def range_reason(certificate: Certificate | None, indication: float) -> Reason:
    """Whether an indication lies in the range of the certificate that corrects it; one more reason."""
    if certificate is None:
        return Reason("in-range", None)
    low, high = certificate.curve.low, certificate.curve.high
    facts = {
        "indication": f"{indication:g}",
        "low": f"{low:g}",
        "high": f"{high:g}",
        "unit": certificate.unit,
        "record": certificate.record,
    }
    return Reason("in-range", low <= indication <= high, facts)


def grant_override(
    engine: Engine, clock: Clock, request: OverrideRequest, signatures: tuple[Signature, Signature]
) -> Override:
    """Allow equipment that is not valid for one session; whatever comes of it is marked.

    Raises:
        TwoPersonError: both signatures are of one person.
        NotPermittedError: neither is a quality manager's, a signature means something else, or a person has
            lost the role.
        EquipmentError: no such equipment, or no reason.
    """
    with changing(engine) as connection:
        return write_override(connection, request, signatures, clock.now_ns())


def write_override(
    connection: Connection, request: OverrideRequest, signatures: tuple[Signature, Signature], now_ns: int
) -> Override:
    """The same inside of a transaction, such as that of the session it is for.

    Raises:
        TwoPersonError, NotPermittedError, EquipmentError: as ``grant_override``.
    """
    if not request.reason.strip() or not request.session:
        raise EquipmentError(N_("To use equipment that is not valid needs a session and a reason."))
    demand_override(connection, signatures)
    first, second = signatures
    reason = " ".join(request.reason.split())
    find_equipment(connection, request.equipment)
    text = as_text({"session": request.session, "reason": reason, "second": second.person})
    entry = write_log(connection, first.actor, (request.equipment, OVERRIDE, text), now_ns)
    kept = OverrideRequest(request.equipment, request.session, reason)
    return Override(kept, first.person, second.person, entry.t_ns)


def demand_override(connection: Connection, signatures: tuple[Signature, Signature]) -> None:
    """Two people may allow what is refused otherwise, if one of them is a quality manager.

    Raises:
        TwoPersonError: both signatures are of one person.
        NotPermittedError: neither is a quality manager's, a signature means something else, or a person has
            lost the role.
    """
    first, second = signatures
    demand_two_people(first.person, second.person)
    if any(signature.meaning != OVERRIDE for signature in signatures):
        raise NotPermittedError(N_("These signatures were given for something else; sign again."))
    if Role.QUALITY_MANAGER not in {first.role, second.role}:
        raise NotPermittedError(N_("One of the two who allow this must be a quality manager."))
    for signature in signatures:
        demand_role(connection, signature.person, signature.role)


def find_override(connection: Connection, name: str, session: str) -> Override | None:
    """What two people allowed for a piece of equipment in a session; None if they did not."""
    for entry in equipment_log_of(connection, name):
        if entry.kind == OVERRIDE:
            said = json.loads(entry.text)
            if said["session"] == session:
                request = OverrideRequest(name, session, said["reason"])
                return Override(request, entry.account, said["second"], entry.t_ns)
    return None


def _states(known: list[Equipment]) -> tuple[Reason, ...]:
    state = known[-1].state
    changes = [each for i, each in enumerate(known) if i == 0 or known[i - 1].state is not each.state]
    facts = {"state": state.value, "since_ns": changes[-1].t_ns, "reason": changes[-1].reason}
    return (
        Reason("in-use", state not in (EquipmentState.UNDER_REPAIR, EquipmentState.RETIRED), facts),
        Reason("not-away", state is not EquipmentState.AWAY, facts),
        Reason("not-suspended", state is not EquipmentState.SUSPENDED, facts),
    )


def _certificates(connection: Connection, about: Equipment, at_ns: int) -> tuple[Reason, ...]:
    if not about.needs_certificate:
        return (Reason("certificate", None),)
    by_channel: dict[str, list[Version]] = {}
    for version in versions(connection, certificates.c.equipment == about.name):
        begins_ns = version.begins_ns
        if begins_ns is not None and begins_ns <= at_ns:
            by_channel.setdefault(version.channel, []).append(version)
    if not by_channel:
        return (Reason("certificate", False, {"channel": ""}),)
    return tuple(_certificate(channel, several, at_ns) for channel, several in sorted(by_channel.items()))


def _certificate(channel: str, several: list[Version], at_ns: int) -> Reason:
    """Of one channel: the version that counts, or the last that did with what became of it."""
    counting = [version for version in several if version.counts_at(at_ns)]
    shown = max(
        counting or several, key=lambda version: (version.begins_ns or 0, version.id, version.version)
    )
    facts: dict[str, str | int] = {
        "channel": channel,
        "record": shown.record,
        "number": shown.number,
        "state": shown.state.value,
    }
    if quantity := shown.content.said("equipment", "quantity"):
        facts["quantity"] = str(quantity)
    if shown.content.due is not None:
        facts |= {"last_day": shown.content.due.last_day.isoformat(), "until_ns": shown.content.due.until_ns}
    return Reason("certificate", bool(counting), facts)


def _nonconformity(connection: Connection, name: str, at_ns: int) -> Reason:
    column = nonconformities.c
    newest = (
        select(column.number, func.max(column.version))
        .where(column.equipment == name, column.t_ns <= at_ns)
        .group_by(column.number)
        .subquery()
    )
    still_open = (
        select(column.number)
        .join(newest, (column.number == newest.c[0]) & (column.version == newest.c[1]))
        .where(column.state == "open")
        .order_by(column.number)
    )
    numbers = connection.execute(still_open).scalars().all()
    return Reason("no-nonconformity", not numbers, {"numbers": ", ".join(numbers)} if numbers else {})
