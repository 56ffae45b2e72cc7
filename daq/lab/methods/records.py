"""Methods in the records: versions by the digest of their bytes, approved by two people before use."""

import enum
import functools
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from daq.errors import BenchError, NoSuchRecordError, NotPermittedError
from daq.i18n import N_
from daq.lab.methods.file import MethodError
from daq.lab.methods.loading import Method, load_methods, missing_references, read_method
from daq.records.bench_tables import method_steps, methods
from daq.records.database import changing
from daq.security.audit import Actor
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import METHOD_STEPS, METHODS
from daq.security.people import Role, demand_role
from daq.security.signatures import Signature, demand_two_people
from drivers.clock import Clock

KEEPERS = (Role.METROLOGIST, Role.QUALITY_MANAGER)
"""Who imports, approves and withdraws methods."""


class MethodState(enum.StrEnum):
    """How far a version of a method has come."""

    IMPORTED = "imported"
    """A draft: sessions by it are trials."""
    ENTERED = "entered"
    """One person has checked its figures on paper and signed."""
    APPROVED = "approved"
    """A second person has signed."""
    WITHDRAWN = "withdrawn"
    """No session starts by it any more; those that run go on."""


@dataclass(frozen=True, slots=True)
class MethodStep:
    """What became of a version, when and by whom."""

    t_ns: int
    account: str
    role: str
    state: MethodState
    reason: str


@dataclass(frozen=True, slots=True)
class MethodVersion:
    """One version of a method as the records have it."""

    method: Method
    t_ns: int
    """When it was imported."""
    account: str
    steps: tuple[MethodStep, ...]

    @property
    def state(self) -> MethodState:
        """Its state now."""
        return self.steps[-1].state

    @property
    def is_approved(self) -> bool:
        """Whether its results may be signed."""
        return self.state is MethodState.APPROVED


def import_method(engine: Engine, clock: Clock, actor: Actor, name: str, document: bytes) -> MethodVersion:
    """Take the bytes of a method's file into the records as a draft; the same bytes are taken once.

    Raises:
        NotPermittedError: the person is neither metrologist nor quality manager.
        MethodError: the file has mistakes, all of them at once, or names a method that is not there yet.
    """
    where = f"{name}.toml"
    method = read_method(name, document, where)
    with changing(engine) as connection:
        demand_role(connection, actor.account, *KEEPERS)
        known = {one.method.name: one.method for one in method_versions(connection)} | {name: method}
        missing = tuple(missing_references(where, method, known, known))
        if missing:
            raise MethodError(missing)
        return _import(connection, actor, method, clock.now_ns())


def import_folder(engine: Engine, clock: Clock, actor: Actor, extra: Path | None) -> list[MethodVersion]:
    """Take in every method that comes with the program, and those of the site's own folder.

    Raises:
        NotPermittedError: the person is neither metrologist nor quality manager.
        MethodError: a file has mistakes; nothing was imported.
    """
    found = load_methods(extra)
    with changing(engine) as connection:
        demand_role(connection, actor.account, *KEEPERS)
        return [_import(connection, actor, method, clock.now_ns()) for method in found.values()]


def enter_method(engine: Engine, signature: Signature, name: str, version: str, reason: str) -> MethodVersion:
    """The first person has checked every figure on paper, and signs ``entered``.

    Raises:
        NoSuchRecordError: there is no such version.
        BenchError: it is not a draft any more, or the signature was given for something else.
    """
    return _step(engine, signature, (name, version), MethodState.ENTERED, reason)


def approve_method(
    engine: Engine, signature: Signature, name: str, version: str, reason: str
) -> MethodVersion:
    """The second person signs ``approved``; from now on sessions by this version can be signed.

    Raises:
        NoSuchRecordError: there is no such version.
        TwoPersonError: it is the person who signed ``entered``.
        BenchError: nobody has signed ``entered``, or the signature was given for something else.
    """
    return _step(engine, signature, (name, version), MethodState.APPROVED, reason)


def withdraw_method(
    engine: Engine, signature: Signature, name: str, version: str, reason: str
) -> MethodVersion:
    """Take a version out of use, with a signature ``withdrawn``.

    Raises:
        NoSuchRecordError: there is no such version.
        BenchError: it is withdrawn already, or the signature was given for something else.
    """
    return _step(engine, signature, (name, version), MethodState.WITHDRAWN, reason)


def method_versions(connection: Connection, name: str | None = None) -> tuple[MethodVersion, ...]:
    """All versions, or those of one method, in the order of their import."""
    chosen = select(methods).order_by(methods.c.name, methods.c.t_ns, methods.c.version)
    if name is not None:
        chosen = chosen.where(methods.c.name == name)
    return tuple(
        MethodVersion(
            _read(row.name, row.version, row.document),
            row.t_ns,
            row.account,
            _steps(connection, row.name, row.version),
        )
        for row in connection.execute(chosen)
    )


def method_version(connection: Connection, name: str, version: str) -> MethodVersion:
    """One version; ``version`` may be its first digits.

    Raises:
        NoSuchRecordError: there is none, or there are several that begin so.
    """
    found = [one for one in method_versions(connection, name) if one.method.version.startswith(version)]
    if len(found) != 1 or not version:
        raise NoSuchRecordError(
            N_("There is no method {name} of version {version}; import it first."), name=name, version=version
        )
    return found[0]


def usable_version(connection: Connection, name: str) -> MethodVersion:
    """The version that a session starts by: approved last, or otherwise imported last.

    Raises:
        NoSuchRecordError: every version is withdrawn, or there is none.
    """
    left = [one for one in method_versions(connection, name) if one.state is not MethodState.WITHDRAWN]
    if not left:
        raise NoSuchRecordError(N_("There is no method {name} to start by; import it first."), name=name)
    approved = [one for one in left if one.is_approved]
    return max(approved or left, key=lambda one: (one.steps[-1].t_ns, one.t_ns))


def recorded_method(connection: Connection, name: str, version: str) -> Method:
    """The method of a session, from the bytes that were imported.

    Raises:
        NoSuchRecordError: it is not in the records.
    """
    document = connection.execute(
        select(methods.c.document).where((methods.c.name == name) & (methods.c.version == version))
    ).scalar()
    if document is None:
        raise NoSuchRecordError(
            N_("There is no method {name} of version {version}; import it first."), name=name, version=version
        )
    return _read(name, version, document)


@functools.lru_cache(maxsize=256)
def _read(name: str, version: str, document: bytes) -> Method:
    method = read_method(name, document, f"{name}.toml of the records")
    if method.version != version:
        raise BenchError(
            N_("The method {name} of version {version} was altered in the records; run hengliang verify."),
            name=name,
            version=version,
        )
    return method


def _import(connection: Connection, actor: Actor, method: Method, now_ns: int) -> MethodVersion:
    known = select(methods.c.name).where(
        (methods.c.name == method.name) & (methods.c.version == method.version)
    )
    if connection.execute(known).first() is None:
        row = {
            "name": method.name,
            "version": method.version,
            "document": method.document,
            "t_ns": now_ns,
            "account": actor.account,
        }
        keep(connection, actor, NewRow(METHODS, row, "import method"), now_ns)
        _add_step(connection, actor, method, MethodStep(now_ns, actor.account, "", MethodState.IMPORTED, ""))
    return method_version(connection, method.name, method.version)


def _step(
    engine: Engine, signature: Signature, which: tuple[str, str], state: MethodState, reason: str
) -> MethodVersion:
    name, version = which
    if signature.meaning != state.value:
        raise BenchError(
            N_("The signature means {found}; this needs one that means {expected}."),
            found=signature.meaning,
            expected=state.value,
        )
    if signature.role not in KEEPERS:
        raise NotPermittedError(
            N_("A method is signed by a metrologist or a quality manager, not by a {role}."),
            role=signature.role.value,
        )
    with changing(engine) as connection:
        demand_role(connection, signature.person, signature.role)
        found = method_version(connection, name, version)
        _demand_next(found, state, signature.person)
        step = MethodStep(signature.t_ns, signature.person, signature.role.value, state, reason.strip())
        _add_step(connection, signature.actor, found.method, step)
        return method_version(connection, found.method.name, found.method.version)


def _demand_next(found: MethodVersion, state: MethodState, person: str) -> None:
    before = {
        MethodState.ENTERED: (MethodState.IMPORTED,),
        MethodState.APPROVED: (MethodState.ENTERED,),
        MethodState.WITHDRAWN: (MethodState.IMPORTED, MethodState.ENTERED, MethodState.APPROVED),
    }[state]
    if found.state not in before:
        raise BenchError(
            N_("{method} of version {version} is {found}; {state} comes after {expected}."),
            method=found.method.name,
            version=found.method.short_version,
            found=found.state.value,
            state=state.value,
            expected=", ".join(before),
        )
    if state is MethodState.APPROVED:
        demand_two_people(found.steps[-1].account, person)


def _add_step(connection: Connection, actor: Actor, method: Method, step: MethodStep) -> None:
    row = {
        "name": method.name,
        "version": method.version,
        "t_ns": step.t_ns,
        "account": step.account,
        "role": step.role,
        "state": step.state.value,
        "reason": step.reason,
    }
    keep(connection, actor, NewRow(METHOD_STEPS, row, f"method {step.state.value}", step.reason), step.t_ns)


def _steps(connection: Connection, name: str, version: str) -> tuple[MethodStep, ...]:
    rows = connection.execute(
        select(method_steps)
        .where((method_steps.c.name == name) & (method_steps.c.version == version))
        .order_by(method_steps.c.id)
    )
    return tuple(
        MethodStep(row.t_ns, row.account, row.role, MethodState(row.state), row.reason) for row in rows
    )
