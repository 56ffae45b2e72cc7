"""Sessions: how one begins, which instruments serve it, and what two people allow.

Every function is one transaction with its entries in the audit trail; whether the person may is asked in it.
The steps are in ``steps`` and ``captures``, the end in ``signing``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from daq.errors import BenchError
from daq.i18n import N_
from daq.lab.equipment.validity import OverrideRequest, demand_override, write_override
from daq.lab.methods.file import Procedure
from daq.lab.methods.records import MethodState, MethodVersion, method_version, usable_version
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.events import Act, SessionHeader, Stage
from daq.lab.sessions.instruments import demanded, misfits, objections, whole_use
from daq.lab.sessions.objections import INSTRUMENT, settle
from daq.lab.sessions.records import (
    BENCH_ROLES,
    Work,
    at_work,
    begin,
    demand_stage,
    next_number,
    sound_text,
)
from daq.lab.sessions.remarks import Remark, refuse, remark
from daq.lab.sessions.role_channels import demand_channels
from daq.lab.sessions.samples import find_sample, sample_number
from daq.lab.sessions.state import SessionState
from daq.records.database import changing
from daq.security.audit import Actor, Json
from daq.security.people import demand_role
from daq.security.signatures import Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done: which method on which sample, with which instruments."""

    method: str
    version: str = ""
    """The version's digits; empty for the one that is approved last."""
    sample: str | None = None
    """Its number, or what a scanner read from its label; None for a check."""
    limit: str = ""
    """``id`` of the limit that the result is compared with; empty for none. A check has its only one."""
    portions: int | None = None
    """Parallel determinations; None for as many as the method needs."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Instrument by role: ``B-01``, ``T-01/ch3``, ``W-01/100 g``."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What two people allow although it is refused; both have signed ``override``."""

    code: str
    """``instrument``, or the code of the remark that refused."""
    subject: str
    """``role/instrument``, or ``step/portion``."""
    reason: str
    signatures: tuple[Signature, Signature]


@dataclass(frozen=True, slots=True)
class _Overrides:
    """Those of a session that is only beginning."""

    allowed: tuple[Allowed, ...]

    def overridden(self, code: str, subject: str) -> bool:
        return any((one.code, one.subject) == (code, subject) for one in self.allowed)


def start_session(
    bench: Bench, actor: Actor, order: Order, allowed: tuple[Allowed, ...] = ()
) -> SessionState:
    """Begin a session.

    Raises:
        NotPermittedError: the person does not work at the bench.
        NoSuchRecordError: no such sample, method or version.
        BenchError: the method is withdrawn, or the order asks for what the method has not.
        StepRefusedError: an instrument does not fit, or is not valid: every reason.
    """
    with changing(bench.engine) as connection:
        demand_role(connection, actor.account, *BENCH_ROLES)
        now_ns = bench.clock.now_ns()
        version = _version(connection, order)
        procedure = version.method.procedure
        sample = _sample(connection, procedure, order)
        portions = _demand_possible(procedure, order)
        remarks = [] if version.is_approved else [remark("draft-method")]
        remarks += _instruments(connection, procedure, order.roles, _Overrides(allowed), now_ns)
        for role, instrument in order.roles.items():
            demand_channels(bench, whole_use(procedure, role, instrument), now_ns)
        header = SessionHeader(
            id=next_number(connection, now_ns, bench.zone),
            method=version.method.name,
            method_version=version.method.version,
            sample=sample,
            purpose=procedure.purpose,
            t_ns=now_ns,
            account=actor.account,
        )
        work = begin(connection, actor, header, version.method)
        body: dict[str, Json] = {
            "roles": dict(order.roles),
            "portions": portions,
            "limit": _limit(procedure, order),
            "draft": not version.is_approved,
            "remarks": [one.as_json() for one in remarks],
        }
        work.add(Act.STARTED, body)
        for one in allowed:
            _override(work, one)
        return work.state


@dataclass(frozen=True, slots=True)
class Choice:
    """Which instrument serves in a role."""

    role: str
    portion: int
    """0 where one serves the whole session."""
    instrument: str
    reason: str = ""
    """Needed where it takes the place of another."""


def choose_instrument(bench: Bench, actor: Actor, session: str, choice: Choice) -> SessionState:
    """Put an instrument into a role and portion, or another one in its place.

    Raises:
        BenchError: no such role, or a change without reason.
        StepRefusedError: it does not fit, or is not valid: every reason.
    """
    with at_work(bench, actor, session) as work:
        state, procedure = work.state, work.method.procedure
        demand_stage(state, Stage.RUNNING)
        _demand_role_of(procedure, choice.role, choice.portion)
        before = state.roles.get((choice.role, choice.portion), "")
        chosen = (choice.role, choice.instrument)
        found = _instrument(work.connection, procedure, chosen, state, work.now_ns)
        demand_channels(bench, whole_use(procedure, *chosen), work.now_ns)
        body: dict[str, Json] = {
            "role": choice.role,
            "portion": choice.portion,
            "instrument": choice.instrument,
            "before": before,
            "reason": sound_text(choice.reason) if before else "",
            "remarks": [one.as_json() for one in found],
        }
        work.add(Act.INSTRUMENT, body)
        return work.state


def override(bench: Bench, session: str, allowed: Allowed) -> SessionState:
    """Let two people allow, for this session, what the method or the register refuses.

    Raises:
        TwoPersonError: both signatures are of one person.
        NotPermittedError: neither is a quality manager's, or they mean something else.
        BenchError: there is nothing of this kind to allow.
    """
    with at_work(bench, allowed.signatures[0].actor, session, allowed.signatures[0].role) as work:
        demand_stage(work.state, Stage.RUNNING)
        _override(work, allowed)
        return work.state


OVERRIDABLE = frozenset(
    {
        INSTRUMENT,
        "mass-low",
        "mass-high",
        "outside-band",
        "room-unknown",
        "too-short",
        "too-long",
        "hold-short",
        "hold-excursion",
        "hold-gap",
        "mass-never-constant",
        "parallels-apart",
    }
)
"""What two people can allow. A reading that is unstable, old or over range nobody can."""


def _override(work: Work, allowed: Allowed) -> None:
    if allowed.code not in OVERRIDABLE:
        raise BenchError(
            N_("{code} cannot be allowed by anybody; allowed can be {codes}."),
            code=allowed.code,
            codes=", ".join(sorted(OVERRIDABLE)),
        )
    reason = sound_text(allowed.reason)
    demand_override(work.connection, allowed.signatures)
    if allowed.code == INSTRUMENT:
        role, _, name = allowed.subject.partition("/")
        if role not in {one.role for one in work.method.procedure.instruments}:
            raise refuse([remark("instrument-missing", role=role)])
        request = OverrideRequest(name, work.state.header.id, reason)
        write_override(work.connection, request, allowed.signatures, work.now_ns)
    people: list[Json] = [{"account": one.person, "role": one.role.value} for one in allowed.signatures]
    body: dict[str, Json] = {
        "code": allowed.code,
        "subject": allowed.subject,
        "reason": reason,
        "people": people,
    }
    work.add(Act.OVERRIDDEN, body)


def _version(connection: Connection, order: Order) -> MethodVersion:
    if not order.version:
        return usable_version(connection, order.method)
    found = method_version(connection, order.method, order.version)
    if found.state is MethodState.WITHDRAWN:
        raise BenchError(
            N_("{method} of version {version} is withdrawn; no session starts by it."),
            method=order.method,
            version=found.method.short_version,
        )
    return found


def _sample(connection: Connection, procedure: Procedure, order: Order) -> str | None:
    if procedure.purpose == "check":
        if order.sample is not None:
            raise BenchError(
                N_("{method} is a check of an instrument: it takes no sample."), method=order.method
            )
        return None
    if not order.sample:
        raise BenchError(
            N_("{method} needs a sample: give its number, or scan its label."), method=order.method
        )
    return find_sample(connection, sample_number(order.sample)).number


def _demand_possible(procedure: Procedure, order: Order) -> int:
    """The number of portions of an order that the method can do."""
    limits = [one.id for one in procedure.limits]
    if order.limit and order.limit not in limits:
        raise BenchError(
            N_("{method} has no limit {limit}; it has {limits}."),
            method=order.method,
            limit=order.limit,
            limits=", ".join(limits) or "none",
        )
    for role in order.roles:
        _demand_role_of(procedure, role, 0)
    rule = procedure.determinations
    portions = rule.minimum if order.portions is None else order.portions
    if portions > rule.maximum:
        raise refuse([remark("portions-many", maximum=rule.maximum)])
    if portions < 1:
        raise refuse([remark("portions-few", found=portions, minimum=rule.minimum)])
    return portions


def _limit(procedure: Procedure, order: Order) -> str:
    """The chosen limit; a check that has only one is always compared with it."""
    if order.limit or procedure.purpose == "sample" or len(procedure.limits) != 1:
        return order.limit
    return procedure.limits[0].id


def _demand_role_of(procedure: Procedure, role: str, portion: int) -> None:
    fitting = [one.role for one in procedure.instruments if (one.scope == "session") == (portion == 0)]
    if role not in fitting:
        raise BenchError(
            N_("There is no role {role} for portion {portion}; there are {roles}. 0 is the whole session."),
            role=role,
            portion=portion,
            roles=", ".join(fitting) or "none",
        )


def _instruments(
    connection: Connection,
    procedure: Procedure,
    roles: Mapping[str, str],
    overrides: _Overrides,
    now_ns: int,
) -> list[Remark]:
    """What is accepted about the instruments of an order."""
    needed = [one.role for one in procedure.instruments if one.scope == "session"]
    missing = [remark("instrument-missing", role=role) for role in needed if role not in roles]
    if missing:
        raise refuse(missing)
    found: list[Remark] = []
    for chosen in roles.items():
        found += _instrument(connection, procedure, chosen, overrides, now_ns)
    return found


def _instrument(
    connection: Connection,
    procedure: Procedure,
    chosen: tuple[str, str],
    overrides: _Overrides | SessionState,
    now_ns: int,
) -> tuple[Remark, ...]:
    role, instrument = chosen
    demand = demanded(procedure, role)
    name = instrument.partition("/")[0]
    unfit = misfits(connection, demand, name)
    if unfit:
        raise refuse(unfit)
    return settle(
        overrides, objections(connection, procedure, whole_use(procedure, role, instrument), now_ns)
    )
