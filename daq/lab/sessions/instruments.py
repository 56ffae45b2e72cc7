"""Instruments in the roles of a method: whether they fit, and whether they may be used now."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from calibration.conformity import Decision
from calibration.errors import CalibrationError
from calibration.units import convert, kinds_of_quantity, unit_of
from daq.lab.equipment.description import CLASSES
from daq.lab.equipment.records import Equipment, equipment
from daq.lab.equipment.validity import Reason, validity
from daq.lab.methods.file import Procedure
from daq.lab.methods.parts import Instrument, Severity
from daq.lab.methods.records import method_versions, recorded_method
from daq.lab.methods.steps import Environment, PlainStep, Read, Weigh
from daq.lab.sessions.events import Act
from daq.lab.sessions.objections import INSTRUMENT, Objection
from daq.lab.sessions.progress import plain_steps
from daq.lab.sessions.remarks import Remark, remark
from daq.lab.sessions.room import bands_of
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


@dataclass(frozen=True, slots=True)
class Use:
    """What an instrument is to do in a session."""

    demand: Instrument
    instrument: str
    """``B-01``, or with its channel ``T-01/ch3``."""
    quantities: frozenset[str] = frozenset()
    """What is measured with it; empty where it is not read, and all that is known of it counts."""

    @property
    def name(self) -> str:
        """The instrument without its channel."""
        return self.instrument.partition("/")[0]

    @property
    def subject(self) -> str:
        """By which two people allow it."""
        return f"{self.demand.role}/{self.name}"

    def concerns(self, reason: Reason) -> bool:
        """Whether a reason is about what is measured; that a certificate of another channel ended is not."""
        channel, quantity = reason.facts.get("channel"), reason.facts.get("quantity")
        if reason.code != "certificate" or not channel or not self.quantities:
            return True
        _, _, named = self.instrument.partition("/")
        is_measured = quantity is None or not kinds_of_quantity(str(quantity)).isdisjoint(self.quantities)
        return is_measured and named in ("", channel)


def whole_use(procedure: Procedure, role: str, instrument: str) -> Use:
    """Everything that an instrument has to do in a role."""
    steps = [one for one, _ in plain_steps(procedure) if getattr(one, "role", None) == role]
    found = frozenset(quantity for one in steps for quantity in quantities_of(procedure, one))
    return Use(demanded(procedure, role), instrument, found)


def quantities_of(procedure: Procedure, step: PlainStep) -> tuple[str, ...]:
    """What is measured in a step."""
    if isinstance(step, Weigh | Read):
        unit = next(one.unit for one in procedure.inputs if one.name == step.into)
        return (unit_of(unit).kind.value,)
    if isinstance(step, Environment):
        return tuple(bands_of(step))
    return {"tare": ("mass",), "hold": ("temperature",)}.get(step.do, ())


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


def objections(connection: Connection, procedure: Procedure, use: Use, now_ns: int) -> tuple[Objection, ...]:
    """What speaks against using an instrument of the register now; two people can allow all of it."""
    demand, unmet = use.demand, validity(connection, use.name, now_ns).unmet
    found = [_unmet(procedure, use, one) for one in unmet if use.concerns(one)]
    if demand.check_before_use and demand.check_valid_h and demand.unchecked:
        since_ns = now_ns - int(demand.check_valid_h * HOUR_NS)
        if not has_passed(connection, demand.check_before_use, use.name, since_ns):
            hours = str(demand.check_valid_h)
            name = demand.check_before_use
            words = remark(
                "not-checked", instrument=use.name, method=name, hours=hours, **_titles(connection, name)
            )
            found.append(Objection(words, demand.unchecked, INSTRUMENT, use.subject))
    return tuple(found)


def _titles(connection: Connection, name: str) -> dict[str, str]:
    """What a method is called, where it is in the records."""
    versions = method_versions(connection, name)
    if not versions:
        return {}
    procedure = versions[-1].method.procedure
    return {"title_zh": procedure.title_zh, "title_en": procedure.title_en}


def has_passed(connection: Connection, method: str, instrument: str, since_ns: int) -> bool:
    """Whether the last check by a method of an instrument since a time was signed, and passed."""
    chosen = connection.execute(
        select(sessions.c.id, sessions.c.method_version)
        .where((sessions.c.method == method) & (sessions.c.purpose == "check"))
        .where(sessions.c.t_ns >= since_ns)
        .order_by(sessions.c.t_ns.desc())
    )
    for session, version in chosen.all():
        procedure = recorded_method(connection, method, version).procedure
        if instrument not in _checked_in(connection, session, procedure):
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


def _unmet(procedure: Procedure, use: Use, reason: Reason) -> Objection:
    words = _said(use.name, reason)
    expired = use.demand.expired
    of_certificate = reason.code == "certificate"
    is_allowed = procedure.purpose == "check" and expired == "allow"
    does: Severity = "warn" if is_allowed or (of_certificate and expired == "warn") else "block"
    return Objection(words, does, INSTRUMENT, use.subject)


def _said(name: str, reason: Reason) -> Remark:
    code = _UNMET[reason.code]
    if code == "certificate-ended" and "last_day" not in reason.facts:
        return remark("certificate-missing", instrument=name)
    return Remark(code, dict(reason.facts) | {"instrument": name})


def _checked_in(connection: Connection, session: str, procedure: Procedure) -> set[str]:
    """Instruments that a session checked: as it ended, without its standards and helpers.

    One that was replaced in the middle of it was not checked.
    """
    rows = connection.execute(
        select(session_events.c.kind, session_events.c.body)
        .where(session_events.c.session == session)
        .where(session_events.c.kind.in_([Act.STARTED.value, Act.INSTRUMENT.value]))
        .order_by(session_events.c.n)
    )
    chosen: dict[tuple[str, int], str] = {}
    for row in rows.all():
        body = json.loads(row.body)
        if row.kind == Act.STARTED.value:
            chosen |= {(role, 0): name for role, name in body["roles"].items()}
        else:
            chosen[body["role"], body["portion"]] = body["instrument"]
    under_check = {one.role for one in procedure.instruments if one.expired == "allow"}
    return {
        name.partition("/")[0] for (role, _), name in chosen.items() if not under_check or role in under_check
    }


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
