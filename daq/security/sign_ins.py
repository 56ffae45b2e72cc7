"""Who is signed in at a browser: a random token there, its digest here."""

import hashlib
import secrets

from sqlalchemy import Engine, select

from daq.errors import NotPermittedError
from daq.i18n import N_
from daq.records.database import changing, reading
from daq.records.register_tables import sign_ins
from daq.security.people import Person, everybody
from drivers.clock import Clock

NS_PER_S = 1_000_000_000
LONGEST_S = 12 * 3600
"""One shift: then everybody signs in again."""
IDLE_S = 2 * 3600
_SEEN_EVERY_S = 60


class SignIns:
    """The sign-ins of one records database."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def begin(self, person: Person, origin: str) -> str:
        """A new token for a person who has just typed the password; ended ones are swept away."""
        token = secrets.token_urlsafe(32)
        now_ns = self._clock.now_ns()
        row = {
            "token_sha256": _digest(token),
            "account": person.account,
            "t_ns": now_ns,
            "seen_ns": now_ns,
            "origin": origin,
        }
        with changing(self._engine) as connection:
            connection.execute(sign_ins.delete().where(sign_ins.c.t_ns < now_ns - LONGEST_S * NS_PER_S))
            connection.execute(sign_ins.insert(), row)
        return token

    def person(self, token: str) -> Person | None:
        """The active person who holds this token; None if it has ended or never was."""
        if not token:
            return None
        now_ns = self._clock.now_ns()
        with reading(self._engine) as connection:
            where = sign_ins.c.token_sha256 == _digest(token)
            row = connection.execute(select(sign_ins).where(where)).first()
            if row is None or not _is_open(row.t_ns, row.seen_ns, now_ns):
                return None
            person = everybody(connection).get(row.account)
        if now_ns - row.seen_ns > _SEEN_EVERY_S * NS_PER_S:
            with changing(self._engine) as connection:
                connection.execute(sign_ins.update().where(where).values(seen_ns=now_ns))
        return person if person is not None and person.is_active else None

    def demand(self, token: str) -> Person:
        """The person who holds this token.

        Raises:
            NotPermittedError: nobody is signed in with it any more.
        """
        person = self.person(token)
        if person is None:
            raise NotPermittedError(N_("You are not signed in any more: sign in again."))
        return person

    def end(self, token: str) -> None:
        """Sign out; twice is harmless."""
        with changing(self._engine) as connection:
            connection.execute(sign_ins.delete().where(sign_ins.c.token_sha256 == _digest(token)))


def _is_open(begun_ns: int, seen_ns: int, now_ns: int) -> bool:
    return now_ns - begun_ns < LONGEST_S * NS_PER_S and now_ns - seen_ns < IDLE_S * NS_PER_S


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
