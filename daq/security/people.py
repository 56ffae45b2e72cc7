"""People and their roles, as they stand in the records; whoever needs a permission asks here."""

import enum
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, select

from calibration.sentences import Sentence, either, joined
from daq.errors import AccountError, NotPermittedError
from daq.i18n import N_
from daq.records import schema
from daq.security.audit import Json
from daq.security.audit_verification import changed_past_the_trail

LONGEST_NAME = 100
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)


class Role(enum.StrEnum):
    """What a person may do."""

    TECHNICIAN = "technician"
    METROLOGIST = "metrologist"
    QUALITY_MANAGER = "quality-manager"
    ADMINISTRATOR = "administrator"
    INSPECTOR = "inspector"
    """Reads everything, changes nothing; has no other role."""


ROLE_NAMES = {
    Role.TECHNICIAN: Sentence("technician"),
    Role.METROLOGIST: Sentence("metrologist"),
    Role.QUALITY_MANAGER: Sentence("quality-manager"),
    Role.ADMINISTRATOR: Sentence("administrator"),
    Role.INSPECTOR: Sentence("inspector"),
}
"""As they are typed; in another language as people call them."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person who is to get an account."""

    account: str
    """What is typed to sign in: a-z, 0-9, ``.``, ``_``, ``-``; never changed, never given to anybody else."""
    name: str
    """As it stands on reports: 李伟."""
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Person:
    """A person as of one moment."""

    account: str
    name: str
    roles: frozenset[Role]
    created_ns: int
    deactivated_ns: int | None
    password_by: str
    """The account that set the password."""
    password_print: str
    """16 hexadecimal digits of the SHA-256 of the password's hash: which password it is, not what."""

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return self.deactivated_ns is None

    @property
    def must_change_password(self) -> bool:
        """Whether somebody else set the password: nothing can be signed with it."""
        return self.password_by != self.account

    @property
    def record(self) -> str:
        """The person in the audit trail."""
        return f"person/{self.account}"

    def as_json(self) -> dict[str, Json]:
        """The whole state, for the audit trail."""
        return {
            "name": self.name,
            "roles": [role.value for role in sorted(self.roles)],
            "created_ns": self.created_ns,
            "deactivated_ns": self.deactivated_ns,
            "password_by": self.password_by,
            "password_print": self.password_print,
        }


def account_of(text: str) -> str:
    """What somebody typed as an account name, in its one spelling."""
    return text.strip().lower()


def is_account(text: str) -> bool:
    """Whether it could be an account name."""
    return _ACCOUNT.fullmatch(text) is not None


def everybody(connection: Connection) -> dict[str, Person]:
    """All people by account, the deactivated ones too."""
    roles: dict[str, set[Role]] = defaultdict(set)
    for account, role in connection.execute(select(schema.person_roles)):
        roles[account].add(Role(role))
    rows = connection.execute(select(schema.people).order_by(schema.people.c.account))
    return {row.account: _person(row, roles[row.account]) for row in rows}


def find(connection: Connection, account: str) -> Person:
    """The person of that account.

    Raises:
        AccountError: there is none.
    """
    row = connection.execute(select(schema.people).where(schema.people.c.account == account)).first()
    if row is None:
        raise AccountError(
            N_("There is no account {account}; hengliang account list shows all."), account=account
        )
    held = select(schema.person_roles.c.role).where(schema.person_roles.c.account == account)
    return _person(row, {Role(role) for role in connection.execute(held).scalars()})


def demand_role(connection: Connection, account: str, *allowed: Role) -> Person:
    """The active person of that account with one of the roles; ask in the transaction that needs it.

    Raises:
        NotPermittedError: the person has none of the roles, is not active, or does not exist.
    """
    person = everybody(connection).get(account)
    if person is None or not person.is_active or not person.roles & set(allowed):
        names = either(ROLE_NAMES[role] for role in allowed) if allowed else ""
        raise NotPermittedError(
            N_("{account} may not do this: it takes the role {roles}."), account=account, roles=names
        )
    return person


def demand_sound(new: NewPerson) -> None:
    """Check what is written about a person.

    Raises:
        AccountError: an account name, name or set of roles that cannot be.
    """
    if not is_account(new.account):
        raise AccountError(
            N_(
                "{account} cannot be an account name: up to 40 of a-z, 0-9, '.', '_' and '-', beginning "
                "with a letter or digit."
            ),
            account=repr(new.account),
        )
    if not new.name or new.name != new.name.strip() or not new.name.isprintable():
        raise AccountError(N_("A person needs a name as it stands on reports, without blanks around it."))
    if len(new.name) > LONGEST_NAME:
        raise AccountError(
            N_("The name is {length} characters long; {longest} are allowed."),
            length=len(new.name),
            longest=LONGEST_NAME,
        )
    demand_sound_roles(new.roles)


def demand_sound_roles(roles: Iterable[Role]) -> None:
    """Check that the roles go together.

    Raises:
        AccountError: there is none, or an inspector has another one.
    """
    held = set(roles)
    if not held:
        raise AccountError(N_("A person needs a role: {roles}."), roles=joined(", ", ROLE_NAMES.values()))
    if Role.INSPECTOR in held and len(held) > 1:
        raise AccountError(N_("An inspector only reads and has no other role."))


def unaudited(connection: Connection) -> tuple[Sentence, ...]:
    """A sentence for each person whose state is not the one that the audit trail left it in."""
    return changed_past_the_trail(
        connection, "person", {one.record: one.as_json() for one in everybody(connection).values()}
    )


def _person(row: Row[tuple[object, ...]], roles: set[Role]) -> Person:
    return Person(
        row.account,
        row.name,
        frozenset(roles),
        row.created_ns,
        row.deactivated_ns,
        row.password_by,
        hashlib.sha256(row.password_hash.encode("utf-8", "surrogateescape")).hexdigest()[:16],
    )
