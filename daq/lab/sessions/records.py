"""Sessions in the records: rows to what the fold takes, and new events to rows with their audit entries."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, select

from daq.errors import BenchError, NoSuchRecordError
from daq.i18n import N_
from daq.lab.methods.loading import Method
from daq.lab.methods.records import recorded_method
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.events import Act, SessionEvent, SessionHeader, Stage
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.state import SessionState, fold
from daq.records.bench_tables import captures, session_events, sessions
from daq.records.database import changing, reading
from daq.security.audit import Actor, Json, as_text
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import CAPTURES, SESSION_EVENTS, SESSIONS
from daq.security.people import Role, demand_role
from drivers.reading import Quality

BENCH_ROLES = (Role.TECHNICIAN, Role.METROLOGIST)
"""Who works at the bench."""
LONGEST_REASON = 500
LONGEST_COMMENT = 5000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A session as the records have it, with its method."""

    header: SessionHeader
    method: Method
    events: tuple[SessionEvent, ...]
    captures: tuple[tuple[int, Capture], ...]
    """Each with the number of its event."""

    def state(self, now_ns: int) -> SessionState:
        """Where it stands."""
        return fold(self.header, self.method.procedure, self.events, self.captures, now_ns)


@dataclass(slots=True)
class Work:
    """One session inside of one transaction: what stands, and what is added to it."""

    connection: Connection
    actor: Actor
    now_ns: int
    loaded: Loaded

    @property
    def method(self) -> Method:
        """The session's method."""
        return self.loaded.method

    @property
    def state(self) -> SessionState:
        """Where the session stands, with what was added."""
        return self.loaded.state(self.now_ns)

    def add(self, act: Act, body: Mapping[str, Json], taken: Sequence[Capture] = ()) -> SessionEvent:
        """Add an event with its captures, and their entries in the audit trail."""
        header, events = self.loaded.header, self.loaded.events
        text = as_text(body)
        kept_body = json.loads(text)  # as it will be read: the state is the same before and after
        event = SessionEvent(header.id, len(events) + 1, self.now_ns, self.actor.account, act, kept_body)
        row = {
            "session": event.session,
            "n": event.n,
            "t_ns": event.t_ns,
            "account": event.account,
            "kind": act.value,
            "body": text,
        }
        new = NewRow(SESSION_EVENTS, row, act.value, event.text("reason"))
        keep(self.connection, self.actor, new, self.now_ns)
        kept = tuple((event.n, self._keep(event, one)) for one in taken)
        self.loaded = replace(self.loaded, events=(*events, event), captures=(*self.loaded.captures, *kept))
        return event

    def _keep(self, event: SessionEvent, one: Capture) -> Capture:
        number, _, version = one.certificate.partition(".")
        row = {
            "session": event.session,
            "n": event.n,
            "step": one.step,
            "portion": one.portion,
            "into_input": one.into,
            "turn": one.turn,
            "instrument": one.instrument,
            "channel": one.channel,
            "channel_id": one.channel_id,
            "seq": one.seq,
            "t_ns": one.t_ns,
            "raw": one.raw,
            "raw_text": one.raw_text,
            "unit": one.unit,
            "quality": int(one.quality),
            "frame": one.frame,
            "value": one.value,
            "u": one.u,
            "value_unit": one.value_unit,
            "certificate_id": int(number) if number else None,
            "certificate_version": int(version) if version else None,
        }
        kept = keep(self.connection, self.actor, NewRow(CAPTURES, row, "capture"), self.now_ns)
        return replace(one, id=int(str(kept["id"])))


@contextmanager
def at_work(bench: Bench, actor: Actor, session: str, *roles: Role) -> Iterator[Work]:
    """One session in one transaction, for somebody who may.

    Raises:
        NotPermittedError: the person has none of the roles.
        NoSuchRecordError: there is no such session.
    """
    with changing(bench.engine) as connection:
        demand_role(connection, actor.account, *(roles or BENCH_ROLES))
        yield Work(connection, actor, bench.clock.now_ns(), load(connection, session))


def begin(connection: Connection, actor: Actor, header: SessionHeader, method: Method) -> Work:
    """A new session, before its first event."""
    row = {
        "id": header.id,
        "method": header.method,
        "method_version": header.method_version,
        "sample": header.sample,
        "purpose": header.purpose,
        "t_ns": header.t_ns,
        "account": header.account,
    }
    keep(connection, actor, NewRow(SESSIONS, row, "start session"), header.t_ns)
    return Work(connection, actor, header.t_ns, Loaded(header, method, (), ()))


def next_number(connection: Connection, now_ns: int, zone: ZoneInfo) -> str:
    """The number of the next session of this year: ``S-2026-0001``."""
    year = datetime.fromtimestamp(now_ns // 1_000_000_000, zone).year
    prefix = f"S-{year}-"
    of_year = sessions.c.id.startswith(prefix, autoescape=True)
    newest = connection.execute(
        select(sessions.c.id).where(of_year).order_by(func.length(sessions.c.id).desc(), sessions.c.id.desc())
    ).scalar()
    return f"{prefix}{int(newest.removeprefix(prefix)) + 1 if newest else 1:04d}"


def load(connection: Connection, session: str) -> Loaded:
    """A session with its method.

    Raises:
        NoSuchRecordError: there is none of that number.
    """
    row = connection.execute(select(sessions).where(sessions.c.id == session)).first()
    if row is None:
        raise NoSuchRecordError(N_("There is no session {session}."), session=session)
    header = header_of(row)
    happened = connection.execute(
        select(session_events).where(session_events.c.session == session).order_by(session_events.c.n)
    )
    events = tuple(_event(one) for one in happened)
    taken = connection.execute(select(captures).where(captures.c.session == session).order_by(captures.c.id))
    kept = tuple((one.n, capture_of(one)) for one in taken)
    return Loaded(header, recorded_method(connection, header.method, header.method_version), events, kept)


def session_state(bench: Bench, session: str) -> SessionState:
    """Where a session stands now.

    Raises:
        NoSuchRecordError: there is none of that number.
    """
    return opened(bench, session).state(bench.clock.now_ns())


def opened(bench: Bench, session: str) -> Loaded:
    """A session as it is now, with its method.

    Raises:
        NoSuchRecordError: there is none of that number.
    """
    with reading(bench.engine) as connection:
        return load(connection, session)


def count_events(bench: Bench, session: str | None = None) -> int:
    """How many events a session has, or all of them: none is ever changed, so more tell that it went on."""
    statement = select(func.count()).select_from(session_events)
    if session is not None:
        statement = statement.where(session_events.c.session == session)
    with reading(bench.engine) as connection:
        return int(connection.execute(statement).scalar_one())


def demand_stage(state: SessionState, *allowed: Stage) -> None:
    """Refuse what this stage does not take.

    Raises:
        BenchError: the session is at another stage.
    """
    if state.stage not in allowed:
        raise BenchError(
            N_("{session} is {stage}: this is done while it is {allowed}."),
            session=state.header.id,
            stage=state.stage.value,
            allowed=", ".join(one.value for one in allowed),
        )


def sound_text(text: str, longest: int = LONGEST_REASON) -> str:
    """A reason or comment on one line, as the audit trail takes it.

    Raises:
        BenchError: it is empty, or too long.
    """
    line = " ".join(text.split())
    if not line:
        raise BenchError(N_("A reason is needed."))
    if len(line) > longest:
        raise BenchError(
            N_("The text is {length} characters long; {longest} are allowed."),
            length=len(line),
            longest=longest,
        )
    return line


def header_of(row: Row[tuple[object, ...]]) -> SessionHeader:
    """A row of the table of sessions."""
    return SessionHeader(
        id=row.id,
        method=row.method,
        method_version=row.method_version,
        sample=row.sample,
        purpose=row.purpose,
        t_ns=row.t_ns,
        account=row.account,
    )


def capture_of(row: Row[tuple[object, ...]]) -> Capture:
    """A row of the table of captures; whether it was struck stands in the session's events."""
    certificate = f"{row.certificate_id}.{row.certificate_version}" if row.certificate_id is not None else ""
    return Capture(
        id=row.id,
        session=row.session,
        step=row.step,
        portion=row.portion,
        into=row.into_input,
        turn=row.turn,
        instrument=row.instrument,
        channel=row.channel,
        channel_id=row.channel_id,
        seq=row.seq,
        t_ns=row.t_ns,
        raw=row.raw,
        raw_text=row.raw_text,
        unit=row.unit,
        quality=Quality(row.quality),
        frame=row.frame,
        value=row.value,
        u=row.u,
        value_unit=row.value_unit,
        certificate=certificate,
    )


def _event(row: Row[tuple[object, ...]]) -> SessionEvent:
    return SessionEvent(row.session, row.n, row.t_ns, row.account, Act(row.kind), json.loads(row.body))
