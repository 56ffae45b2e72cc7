"""The course of nonconforming work: opened, widened, evaluated, the instrument resumed, closed.

Each function writes in the transaction of ``changing`` with its entries in the audit trail.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from calibration.certificates.imported import Stage
from daq.errors import NonconformityError
from daq.i18n import N_
from daq.lab.checks.plans import CheckPlan, plans_of
from daq.lab.checks.records import check_by_id, last_checks
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import find_equipment, set_state
from daq.lab.nonconforming.records import (
    Affected,
    Cause,
    Content,
    Evaluation,
    ItemState,
    Nonconformity,
    State,
    Statement,
    affected_json,
    content_json,
    items_of,
    nonconformity,
    open_numbers,
)
from daq.lab.nonconforming.rules import JUDGES, demand_signature, not_closed, one_line
from daq.records.certificate_versions import versions
from daq.records.checks_tables import nonconformities, nonconformity_items
from daq.records.register_tables import certificates
from daq.security.audit import Actor, as_text
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import NONCONFORMITIES, NONCONFORMITY_ITEMS
from daq.security.people import Role, demand_role
from daq.security.signatures import Signature

EVALUATED, RESUMED, CLOSED = "evaluated", "resumed", "closed"
"""What a signature means here."""


def open_nonconformity(
    connection: Connection, by: Actor, cause: Cause, affected: Sequence[Affected], when: tuple[int, ZoneInfo]
) -> Nonconformity:
    """Begin one: the instrument is suspended, and what stood on it is listed.

    Args:
        connection: of ``changing``.
        by: whoever found it: a technician, a metrologist or a quality manager.
        cause: why.
        affected: what stood on it.
        when: UTC in ns, and the laboratory's time zone, whose year stands in the number.

    Raises:
        NotPermittedError: ``by`` only administers or inspects.
        EquipmentError: the instrument is not in the register.
        NonconformityError: an observation without its text.
    """
    demand_role(connection, by.account, Role.TECHNICIAN, *JUDGES)
    if cause.kind == "observation" and not cause.text.strip():
        raise NonconformityError(N_("Say what was observed."))
    now_ns, zone = when
    number = _next_number(connection, now_ns, zone)
    values = {
        "number": number,
        "version": 1,
        "t_ns": now_ns,
        "account": by.account,
        "equipment": cause.suspect.equipment,
        "state": State.OPEN.value,
        "body": _spelt(content_json(Content(cause=cause))),
    }
    keep(connection, by, NewRow(NONCONFORMITIES, values, "open"), now_ns)
    _list_items(connection, by, (number, 1), affected, now_ns)
    if find_equipment(connection, cause.suspect.equipment).state is EquipmentState.IN_USE:
        set_state(connection, by, (cause.suspect.equipment, EquipmentState.SUSPENDED, number), now_ns)
    return nonconformity(connection, number)


def add_evidence(
    connection: Connection, by: Actor, found: tuple[str, str, int], affected: Sequence[Affected], now_ns: int
) -> Nonconformity:
    """Widen one: the same was found again, or what stood on it reaches further than was thought.

    Args:
        connection: of ``changing``.
        by: whoever found it.
        found: number, the record or reason, and since when the instrument is suspect, if that is earlier.
        affected: everything that stood on it; what is listed already stays as it is.
        now_ns: UTC.

    Raises:
        NotPermittedError: ``by`` only administers or inspects.
        NonconformityError: it is closed, or nothing is said.
    """
    demand_role(connection, by.account, Role.TECHNICIAN, *JUDGES)
    number, evidence, from_ns = found
    old = not_closed(connection, number)
    line = one_line(evidence)
    suspect = old.content.cause.suspect
    wider = replace(suspect, from_ns=min(suspect.from_ns, from_ns), until_ns=max(suspect.until_ns, now_ns))
    content = replace(
        old.content,
        cause=replace(old.content.cause, suspect=wider),
        evidence=(*old.content.evidence, line),
    )
    new = _next_version(connection, by, (old, content, old.state), ("widen", line), now_ns)
    _list_items(connection, by, (number, new.version), affected, now_ns)
    return new


def evaluate(
    connection: Connection, signature: Signature, number: str, evaluation: Evaluation
) -> Nonconformity:
    """Say how much it matters, and what was done.

    Raises:
        NotPermittedError: no metrologist or quality manager, or signed for something else.
        NonconformityError: it is closed, a part of the evaluation is missing, or its day is none.
    """
    demand_signature(connection, signature, EVALUATED, *JUDGES)
    old = not_closed(connection, number)
    parts = (evaluation.significance, evaluation.correction, evaluation.corrective_action)
    if not all(part.strip() for part in (*parts, evaluation.customers)):
        raise NonconformityError(
            N_("An evaluation says significance, correction, corrective action and who was told.")
        )
    _demand_day(evaluation.due_on)
    content = replace(old.content, evaluation=evaluation, evaluated=_statement(signature, ""))
    change = (old, content, old.state)
    return _next_version(connection, signature.actor, change, ("evaluate", ""), signature.t_ns)


def resume(connection: Connection, signature: Signature, number: str, reason: str) -> Nonconformity:
    """Let the instrument give results again, on a passed check or a new certificate.

    Raises:
        NotPermittedError: no metrologist or quality manager, or signed for something else.
        NonconformityError: nothing has shown yet that it is good again, no reason, or resumed already.
    """
    demand_signature(connection, signature, RESUMED, *JUDGES)
    old = not_closed(connection, number)
    if old.state is not State.OPEN:
        raise NonconformityError(N_("{number} is resumed already."), number=number)
    line = one_line(reason)
    shown = good_again(connection, old, signature.t_ns)
    if not shown:
        raise NonconformityError(
            N_("{equipment} has neither passed all its checks since {number} nor a new certificate."),
            equipment=old.equipment,
            number=number,
        )
    content = replace(old.content, resumed=_statement(signature, line), resumed_on=shown)
    change = (old, content, State.RESUMED)
    new = _next_version(connection, signature.actor, change, ("resume", line), signature.t_ns)
    _put_in_use(connection, signature, old)
    return new


def close(connection: Connection, signature: Signature, number: str, reason: str) -> Nonconformity:
    """End it, when all is decided and evaluated; an instrument that was not resumed stays suspended.

    Raises:
        NotPermittedError: no quality manager, or signed for something else.
        NonconformityError: an item is not confirmed, there is no evaluation, no reason, or it is closed.
    """
    demand_signature(connection, signature, CLOSED, Role.QUALITY_MANAGER)
    old = not_closed(connection, number)
    line = one_line(reason)
    waiting = [item for item in items_of(connection, number) if item.state is not ItemState.CONFIRMED]
    if waiting:
        raise NonconformityError(
            N_("{number} cannot be closed: {count} items are not decided by two people."),
            number=number,
            count=len(waiting),
        )
    if old.content.evaluation is None:
        raise NonconformityError(N_("{number} cannot be closed: it is not evaluated."), number=number)
    content = replace(old.content, closed=_statement(signature, line))
    change = (old, content, State.CLOSED)
    return _next_version(connection, signature.actor, change, ("close", line), signature.t_ns)


def good_again(connection: Connection, one: Nonconformity, at_ns: int) -> str:
    """The check or certificate that shows an instrument to be good since then; empty if nothing does.

    After a failed check its own plan must have passed at every point, otherwise every plan of the channel.
    """
    since_ns = one.content.cause.suspect.until_ns
    plans = _plans_to_pass(connection, one, at_ns)
    checks = [
        last_checks(connection, plan.name, at_ns).get(point.id) for plan in plans for point in plan.points
    ]
    good = [check for check in checks if check is not None and check.passed and check.t_ns > since_ns]
    if good and len(good) == len(checks):
        return f"check/{max(good, key=lambda check: check.t_ns).id}"
    for version in versions(connection, certificates.c.equipment == one.equipment):
        begins_ns, record = version.begins_ns, f"certificate/{version.record}"
        # the calibration that found it beyond its limits has left it adjusted
        is_cause = record == one.content.cause.record and version.content.stage == Stage.AS_LEFT
        is_new = begins_ns is not None and begins_ns >= since_ns
        if (is_new or is_cause) and version.counts_at(at_ns):
            return record
    return ""


def _plans_to_pass(connection: Connection, one: Nonconformity, at_ns: int) -> list[CheckPlan]:
    cause = one.content.cause
    active = [version.plan for version in plans_of(connection, one.equipment, at_ns)]
    if cause.kind == "check":
        failed = check_by_id(connection, int(cause.record.removeprefix("check/"))).plan
        return [plan for plan in active if plan.name == failed]
    return [plan for plan in active if plan.channel == cause.suspect.channel]


def _put_in_use(connection: Connection, signature: Signature, one: Nonconformity) -> None:
    """Unless another nonconformity still keeps it, or somebody has put it into another state."""
    suspended = find_equipment(connection, one.equipment).state is EquipmentState.SUSPENDED
    if suspended and not open_numbers(connection, one.equipment):
        change = (one.equipment, EquipmentState.IN_USE, one.number)
        set_state(connection, signature.actor, change, signature.t_ns)


def _next_number(connection: Connection, now_ns: int, zone: ZoneInfo) -> str:
    prefix = f"NC-{datetime.fromtimestamp(now_ns // 1_000_000_000, zone).year}-"
    column = nonconformities.c
    asked = select(column.number).where(column.version == 1, column.number.startswith(prefix))
    last = max(
        (int(number.removeprefix(prefix)) for number in connection.execute(asked).scalars()), default=0
    )
    return f"{prefix}{last + 1:03d}"


def _next_version(
    connection: Connection,
    by: Actor,
    change: tuple[Nonconformity, Content, State],
    said: tuple[str, str],
    now_ns: int,
) -> Nonconformity:
    old, content, state = change
    action, reason = said
    values = {
        "number": old.number,
        "version": old.version + 1,
        "t_ns": now_ns,
        "account": by.account,
        "equipment": old.equipment,
        "state": state.value,
        "body": _spelt(content_json(content)),
    }
    before = json.loads(content_json(old.content)) | {"state": old.state.value}
    keep(connection, by, NewRow(NONCONFORMITIES, values, action, reason, before), now_ns)
    return nonconformity(connection, old.number)


def _list_items(
    connection: Connection, by: Actor, version: tuple[str, int], affected: Sequence[Affected], now_ns: int
) -> None:
    column = nonconformity_items.c
    number = version[0]
    rows = connection.execute(select(column.kind, column.record).where(column.number == number))
    known = {(kind, record) for kind, record in rows}
    last = connection.execute(select(func.max(column.item)).where(column.number == number)).scalar() or 0
    for one in affected:
        if (one.kind, one.record) in known:
            continue
        known.add((one.kind, one.record))
        last += 1
        values = {
            "number": number,
            "item": last,
            "version": version[1],
            "kind": one.kind,
            "record": one.record,
            "t_ns": one.t_ns,
            "body": _spelt(affected_json(one)),
        }
        keep(connection, by, NewRow(NONCONFORMITY_ITEMS, values, "list"), now_ns)


def _demand_day(text: str) -> None:
    try:
        _ = text and date.fromisoformat(text)
    except ValueError as error:
        raise NonconformityError(
            N_("{found} is no day; write it as 2026-03-31, or leave it empty."), found=text
        ) from error


def _statement(signature: Signature, reason: str) -> Statement:
    return Statement(signature.person, signature.role.value, signature.t_ns, reason)


def _spelt(body: str) -> str:
    return as_text(json.loads(body))
