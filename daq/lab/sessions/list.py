"""Which sessions there are: open ones with their state, ended ones by their header."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from daq.lab.methods.loading import Method
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.events import Act, SessionHeader, Stage
from daq.lab.sessions.records import header_of, load
from daq.lab.sessions.samples import samples
from daq.lab.sessions.state import SessionState
from daq.records.bench_tables import session_events, sessions
from daq.records.database import reading

ENDED = {Act.REVIEWED: Stage.REVIEWED, Act.CANCELLED: Stage.CANCELLED}
REOPENED = (Act.AMENDED, Act.RECALCULATED)
MOST_ENDED = 50


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session with its method, such as one that somebody still has to do something about."""

    state: SessionState
    method: Method


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that is reviewed or cancelled."""

    header: SessionHeader
    stage: Stage


@dataclass(frozen=True, slots=True)
class SessionList:
    """The sessions of one moment, the newest first."""

    open: tuple[OpenSession, ...]
    ended: tuple[EndedSession, ...]
    """The newest of them."""


def list_sessions(bench: Bench) -> SessionList:
    """All open sessions with their state, and the newest ended ones."""
    kinds = [act.value for act in (*ENDED, *REOPENED)]
    column = session_events.c
    newest = (
        select(column.session, func.max(column.n).label("n"))
        .where(column.kind.in_(kinds))
        .group_by(column.session)
        .subquery()
    )
    last = (
        select(column.session, column.kind)
        .join(newest, (column.session == newest.c.session) & (column.n == newest.c.n))
        .subquery()
    )
    statement = (
        select(sessions, last.c.kind)
        .outerjoin(last, sessions.c.id == last.c.session)
        .order_by(sessions.c.t_ns.desc(), sessions.c.id.desc())
    )
    now_ns = bench.clock.now_ns()
    with reading(bench.engine) as connection:
        rows = connection.execute(statement).all()
        ended = [row for row in rows if row.kind in ENDED]
        loaded = [load(connection, row.id) for row in rows if row.kind not in ENDED]
    return SessionList(
        tuple(OpenSession(one.state(now_ns), one.method) for one in loaded),
        tuple(EndedSession(header_of(row), ENDED[Act(row.kind)]) for row in ended[:MOST_ENDED]),
    )


def usual_method(connection: Connection, product_zh: str) -> str | None:
    """The method of the newest session of any sample of this product; None if there is none."""
    alike = {one.number for one in samples(connection) if one.about.product_zh == product_zh}
    columns = sessions.c
    newest = select(columns.method, columns.sample).order_by(columns.t_ns.desc(), columns.id.desc())
    return next((row.method for row in connection.execute(newest) if row.sample in alike), None)


def sessions_of_sample(bench: Bench, sample: str) -> tuple[OpenSession, ...]:
    """All sessions of one sample with their state, ended ones too, the newest first."""
    statement = select(sessions.c.id).where(sessions.c.sample == sample).order_by(sessions.c.t_ns.desc())
    now_ns = bench.clock.now_ns()
    with reading(bench.engine) as connection:
        loaded = [load(connection, one) for one in connection.execute(statement).scalars().all()]
    return tuple(OpenSession(one.state(now_ns), one.method) for one in loaded)
