"""Instruments in the roles of a method: whether they fit, and whether they may be used now."""

import json
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import Connection, select

from calibration.conformity import Decision
from calibration.errors import CalibrationError
from calibration.units import convert
from daq.lab.equipment.description import CLASSES
from daq.lab.equipment.records import Equipment, equipment
from daq.lab.equipment.validity import Reason, validity
from daq.lab.methods.file import Procedure
from daq.lab.methods.parts import Instrument, Severity
from daq.lab.sessions.events import Act
from daq.lab.sessions.objections import INSTRUMENT, Objection
from daq.lab.sessions.remarks import Remark, remark
from daq.lab.sessions.timers import HOUR_NS
from daq.records.bench_tables import results, session_events, sessions

_UNMET = {
    "registered": "unknown-instrument",
    "in-use": "out-of-use",
    "not-away": "out-of-use",
    "not-suspended": "out-of-use",
    "certificate": "certificate-ended",
    "check-never-done": "check-never-done",
    "check-failed": "check-failed",
    "check-not-since-adjustment": "check-not-since-adjustment",
    "check-overdue": "check-overdue",
    "no-nonconformity": "nonconformity-open",
}
"""What is said for each reason that is not met."""


def demanded(procedure: Procedure, role: str) -> Instrument:
    """What the method demands of the instrument in a role."""
    return next(one for one in procedure.instruments if one.role == role)


def misfits(connection: Connection, demand: Instrument, name: str) -> tuple[Remark, ...]:
    """Why an instrument of the register cannot take a role at all; nobody can override these."""
    found = equipment(connection).get(name)
    if found is None:
        return (remark("unknown-instrument", instrument=name),)
    if not found.fits(demand.kind):
        return (
            remark("wrong-kind", instrument=name, role=demand.role, found=found.kind, expected=demand.kind),
        )
    return (*_class(demand, found), *_resolution(demand, found))


def objections(
    connection: Connection, procedure: Procedure, demand: Instrument, name: str, now_ns: int
) -> tuple[Objection, ...]:
    """What speaks against using an instrument of the register now; two people can allow all of it."""
    found = [_unmet(procedure, demand, name, one) for one in validity(connection, name, now_ns).unmet]
    if demand.check_before_use and demand.check_valid_h and demand.unchecked:
        since_ns = now_ns - int(demand.check_valid_h * HOUR_NS)
        if not has_passed(connection, demand.check_before_use, name, since_ns):
            hours = str(demand.check_valid_h)
            words = remark("not-checked", instrument=name, method=demand.check_before_use, hours=hours)
            found.append(Objection(words, demand.unchecked, INSTRUMENT, f"{demand.role}/{name}"))
    return tuple(found)


def has_passed(connection: Connection, method: str, instrument: str, since_ns: int) -> bool:
    """Whether the last check by a method on an instrument since a time was signed, and passed."""
    chosen = connection.execute(
        select(sessions.c.id)
        .where((sessions.c.method == method) & (sessions.c.purpose == "check"))
        .where(sessions.c.t_ns >= since_ns)
        .order_by(sessions.c.t_ns.desc())
    ).scalars()
    for session in chosen:
        if instrument not in _instruments_of(connection, session):
            continue
        verdicts = _signed_verdicts(connection, session)
        if verdicts is not None:
            return bool(verdicts) and all(Decision(one) is Decision.PASS for one in verdicts)
    return False


def _class(demand: Instrument, found: Equipment) -> Iterator[Remark]:
    if demand.accuracy_class is None:
        return
    facts = {"instrument": found.name, "role": demand.role, "expected": demand.accuracy_class}
    if not found.accuracy_class:
        yield remark("class-unknown", **facts)
    elif CLASSES.index(found.accuracy_class) > CLASSES.index(demand.accuracy_class):
        yield remark("wrong-class", found=found.accuracy_class, **facts)


def _resolution(demand: Instrument, found: Equipment) -> Iterator[Remark]:
    if demand.resolution_at_most is None or demand.unit is None:
        return
    facts = {
        "instrument": found.name,
        "role": demand.role,
        "expected": f"{demand.resolution_at_most} {demand.unit}",
    }
    d = _in_unit(found, demand.unit)
    if d is None:
        yield remark("resolution-unknown", **facts)
    elif d > demand.resolution_at_most:
        yield remark("too-coarse", found=f"{found.d} {found.unit}", **facts)


def _in_unit(found: Equipment, unit: str) -> Decimal | None:
    if found.d is None:
        return None
    try:
        return convert(found.d, found.unit, unit)
    except CalibrationError:
        return None  # another kind of quantity says nothing about this one


def _unmet(procedure: Procedure, demand: Instrument, name: str, reason: Reason) -> Objection:
    words = _said(name, reason)
    if procedure.purpose == "check" and demand.expired == "allow":
        return Objection(words, "warn", INSTRUMENT, f"{demand.role}/{name}")
    of_certificate = reason.code == "certificate"
    does: Severity = "warn" if of_certificate and demand.expired == "warn" else "block"
    return Objection(words, does, INSTRUMENT, f"{demand.role}/{name}")


def _said(name: str, reason: Reason) -> Remark:
    code = _UNMET[reason.code]
    if code == "certificate-ended" and "last_day" not in reason.facts:
        return remark("certificate-missing", instrument=name)
    return Remark(code, dict(reason.facts) | {"instrument": name})


def _instruments_of(connection: Connection, session: str) -> set[str]:
    started = connection.execute(
        select(session_events.c.body).where(
            (session_events.c.session == session) & (session_events.c.kind == Act.STARTED.value)
        )
    ).scalar_one()
    return {str(name).partition("/")[0] for name in json.loads(started)["roles"].values()}


def _signed_verdicts(connection: Connection, session: str) -> set[str] | None:
    """Verdicts of the results that were signed last; None where nothing is signed."""
    last = connection.execute(
        select(session_events.c.n, session_events.c.kind)
        .where(session_events.c.session == session)
        .where(session_events.c.kind.in_([Act.SIGNED.value, Act.RETURNED.value, Act.AMENDED.value]))
        .order_by(session_events.c.n.desc())
        .limit(1)
    ).first()
    if last is None or last.kind != Act.SIGNED.value:
        return None
    finished = connection.execute(
        select(session_events.c.body)
        .where(session_events.c.session == session)
        .where(session_events.c.kind.in_([Act.FINISHED.value, Act.RECALCULATED.value]))
        .order_by(session_events.c.n.desc())
        .limit(1)
    ).scalar_one()
    chosen = [(one["id"], one["version"]) for one in json.loads(finished)["results"]]
    rows = connection.execute(select(results).where(results.c.session == session)).all()
    return {row.verdict for row in rows if (row.id, row.version) in chosen and row.verdict}
