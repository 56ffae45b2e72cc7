"""The brake on guessing passwords: it counts attempts in the records, so a restart releases nothing.

An attempt is counted before the password is looked at, and forgiven when it was right: many at once win
nothing. After five in a row every further one has to wait: 30 s, 1 min, 2 min … 15 min. Names that nobody has
are braked alike, so the brake does not tell which accounts exist. Attempts of a day ago are forgiven.
"""

from sqlalchemy import Connection, func, select

from daq.records.schema import failed_sign_ins as failed
from daq.records.schema import people

FREE_ATTEMPTS = 5
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 900
FORGIVEN_NS = 24 * 3600 * 1_000_000_000
UNKNOWN_KEPT = 10_000
"""Attempts for names that nobody has: the table stays small, whatever is tried."""

_SECOND_NS = 1_000_000_000


def wait_s(connection: Connection, account: str, now_ns: int) -> int:
    """Seconds for which the account takes no password; 0 if it takes one now."""
    counted = select(func.count()).where(failed.c.account == account, failed.c.t_ns > now_ns - FORGIVEN_NS)
    attempts = int(connection.execute(counted).scalar_one())
    if attempts < FREE_ATTEMPTS:
        return 0
    newest = select(failed.c.t_ns).where(failed.c.account == account).order_by(failed.c.id.desc()).limit(1)
    passed_ns = now_ns - int(connection.execute(newest).scalar_one())
    if passed_ns < 0:
        return 0  # the clock was set back: one attempt is free, and counts from the new time on
    wait = min(LONGEST_WAIT_S, FIRST_WAIT_S << min(attempts - FREE_ATTEMPTS, 10))
    left_ns = wait * _SECOND_NS - passed_ns
    return max(0, -(-left_ns // _SECOND_NS))


def count(connection: Connection, account: str, origin: str, now_ns: int) -> None:
    """One more attempt, which may yet turn out right."""
    connection.execute(failed.delete().where(failed.c.t_ns <= now_ns - FORGIVEN_NS))
    row = {"account": account, "t_ns": now_ns, "origin": origin}
    newest = connection.execute(failed.insert().returning(failed.c.id), row).scalar_one()
    unknown = failed.c.account.not_in(select(people.c.account))
    connection.execute(failed.delete().where(unknown, failed.c.id <= newest - UNKNOWN_KEPT))


def release(connection: Connection, account: str) -> int:
    """Forgive the account's attempts; how many there were."""
    return connection.execute(failed.delete().where(failed.c.account == account)).rowcount
