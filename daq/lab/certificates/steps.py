"""One step in the life of a certificate's version, and what must be so before it is taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from calibration.sentences import Sentence, joined
from daq.errors import CertificateStepError, NotPermittedError
from daq.i18n import N_
from daq.lab.certificates.register import Register, one_line
from daq.lab.certificates.rules import shortcomings
from daq.records.certificate_versions import (
    State,
    Version,
    find_version,
    parse_record,
    record_of,
    versions,
)
from daq.records.register_tables import certificates
from daq.security.audit import Actor
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import CERTIFICATE_STEPS
from daq.security.people import Role, demand_role
from daq.security.signatures import Signature

ENTERERS = (Role.METROLOGIST, Role.QUALITY_MANAGER)
CHECKERS = (Role.METROLOGIST, Role.QUALITY_MANAGER)
WITHDRAWERS = (Role.QUALITY_MANAGER,)
"""Who may suspend, resume and revoke."""
DAY_NS = 86_400_000_000_000

MAY_FOLLOW: dict[State, frozenset[State]] = {
    State.ENTERED: frozenset({State.DRAFT, State.RETURNED}),
    State.CHECKED: frozenset({State.ENTERED}),
    State.RETURNED: frozenset({State.ENTERED, State.CHECKED}),
    State.SUSPENDED: frozenset({State.IN_FORCE, State.SUPERSEDED}),
    State.REVOKED: frozenset(State) - {State.REVOKED},
}
"""For each step the states that it may follow; putting in force has its own rule."""
_WORDS = {
    State.DRAFT: Sentence("draft"),
    State.ENTERED: Sentence("entered"),
    State.CHECKED: Sentence("checked"),
    State.IN_FORCE: Sentence("in force"),
    State.SUPERSEDED: Sentence("superseded"),
    State.SUSPENDED: Sentence("suspended"),
    State.REVOKED: Sentence("revoked"),
    State.RETURNED: Sentence("returned"),
}
"""As a sentence names them."""


@dataclass(frozen=True, slots=True)
class InForce:
    """Since when a version counts."""

    from_ns: int
    """UTC since 1970, in ns. Before now, readings get other values than they had: then a reason is needed."""
    reason: str = ""
    mpe: Decimal | None = None
    """Maximum permissible error in service, in the unit of the indication: for results before an adjustment,
    where the register of equipment does not give it."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to become of a version."""

    record: str
    state: State
    from_ns: int | None = None
    reason: str = ""


def take_step(register: Register, connection: Connection, by: Signature | Actor, step: NextStep) -> Version:
    """Add a step with its entry in the trail, in a transaction that has seen to everything else."""
    certificate_id, version = parse_record(step.record)
    now_ns = register.clock.now_ns()
    actor = by.actor if isinstance(by, Signature) else by
    values = {
        "certificate_id": certificate_id,
        "version": version,
        "t_ns": now_ns,
        "account": actor.account,
        "role": by.role.value if isinstance(by, Signature) else "",
        "state": step.state.value,
        "from_ns": step.from_ns,
        "reason": one_line(step.reason),
    }
    action = f"{step.state.value} {step.record}"
    new = NewRow(CERTIFICATE_STEPS, values, action, one_line(step.reason))
    keep(connection, actor, new, now_ns)
    return find_version(connection, step.record)


def demand_signed(connection: Connection, signature: Signature, state: State, roles: Iterable[Role]) -> None:
    """See that somebody who may has signed this.

    Raises:
        NotPermittedError: the signature means something else, or is under another role, or the role is lost.
    """
    if signature.meaning != state.value:
        raise NotPermittedError(N_("These signatures were given for something else; sign again."))
    if signature.role not in roles:
        names = " or ".join(role.value for role in roles)
        raise NotPermittedError(N_("This takes a signature as {roles}."), roles=names)
    demand_role(connection, signature.person, signature.role)


def demand_may(connection: Connection, record: str, state: State) -> Version:
    """The version, if it may become so.

    Raises:
        RegisterError: there is none.
        CertificateStepError: it may not.
    """
    version = find_version(connection, record)
    if version.state not in MAY_FOLLOW[state]:
        raise refused(version, state)
    newest = connection.execute(
        select(func.max(certificates.c.version)).where(certificates.c.id == version.id)
    ).scalar()
    if state in (State.ENTERED, State.CHECKED) and version.version != newest:
        raise CertificateStepError(
            N_("{record} is not the newest version: {newest} is."),
            record=record,
            newest=record_of(version.id, newest or 0),
        )
    return version


def refused(version: Version, state: State) -> CertificateStepError:
    """The error that names both states."""
    return CertificateStepError(
        N_("{record} is '{found}' and cannot become '{wanted}'."),
        record=version.record,
        found=_WORDS[version.state],
        wanted=_WORDS[state],
    )


def demand_whole(register: Register, connection: Connection, version: Version) -> None:
    """See that a version is complete, and tied to the bytes of its document.

    Raises:
        CertificateStepError: every shortcoming.
        BlobError: the bytes are not there, or others.
    """
    register.blobs.get(version.document_sha256)
    found = shortcomings(register, connection, version)
    if found:
        raise CertificateStepError(
            N_("{record} is not complete: {sentences}"), record=version.record, sentences=joined("\n", found)
        )


def demand_reason(reason: str) -> None:
    """See that a reason is there.

    Raises:
        CertificateStepError: it is not.
    """
    if not reason.strip():
        raise CertificateStepError(N_("This needs its reason."))


def demand_moment(register: Register, version: Version, when: InForce) -> None:
    """See that a version can be in force from a moment on.

    Raises:
        CertificateStepError: before the calibration, after its end, or before today without a reason.
    """
    day = version.content.said("certificate", "calibrated_on")
    due = version.content.due
    if due is None or not register.start_of(day) <= when.from_ns < due.until_ns:
        raise CertificateStepError(
            N_("{record} can be in force from {first} to {last}, not from {day}."),
            record=version.record,
            first=day.isoformat(),
            last=due.last_day.isoformat() if due else "?",
            day=register.day_of(when.from_ns).isoformat(),
        )
    if when.from_ns < register.clock.now_ns() - DAY_NS and not when.reason.strip():
        raise CertificateStepError(
            N_("In force from a day that is over changes values that were shown: enter the reason.")
        )


def supersede(
    register: Register, connection: Connection, signature: Signature, version: Version, from_ns: int
) -> int | None:
    """End whatever of the channel counts at that moment; when a later one ends this one, if there is such."""
    column = certificates.c
    same = (column.equipment == version.equipment) & (column.channel == version.channel)
    next_ns: int | None = None
    for other in versions(connection, same):
        begins_ns, periods = other.begins_ns, other.periods()
        if other.record == version.record or begins_ns is None or other.state is State.REVOKED:
            continue
        if begins_ns > from_ns:
            next_ns = min(begins_ns, next_ns or begins_ns)
        elif other.last(State.SUPERSEDED) is None or (periods and periods[-1][1] > from_ns):
            ended = NextStep(other.record, State.SUPERSEDED, from_ns, f"{version.record} is in force")
            take_step(register, connection, signature.actor, ended)
    return next_ns
