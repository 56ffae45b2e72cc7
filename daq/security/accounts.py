"""Accounts: who there is, who may sign in, and signatures.

Every change is made by an administrator (the first one at the console), in one transaction with its entry in
the audit trail. People are deactivated, never deleted; account names are never given twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, select

from daq.errors import (
    AccountError,
    BorrowedPasswordError,
    BrakeError,
    NotPermittedError,
    PasswordError,
    SignInError,
)
from daq.i18n import N_
from daq.records import schema
from daq.records.database import changing, reading
from daq.records.register_tables import sign_ins
from daq.security import brake
from daq.security.audit import Actor, Change, append
from daq.security.passwords import PasswordKeeper, demand_good_password
from daq.security.people import (
    ROLE_NAMES,
    NewPerson,
    Person,
    Role,
    account_of,
    demand_role,
    demand_sound,
    demand_sound_roles,
    everybody,
    find,
    is_account,
)
from daq.security.signatures import Signature
from drivers.clock import Clock

NO_ACCOUNT = "?"
"""What attempts are counted under where the name typed cannot be one: it may be a password."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed to say who it is, and where."""

    account: str
    password: str = field(repr=False)
    origin: str


class Accounts:
    """The accounts of one records database; any thread may ask."""

    def __init__(self, engine: Engine, clock: Clock, keeper: PasswordKeeper | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._keeper = keeper or PasswordKeeper()

    def people(self) -> tuple[Person, ...]:
        """Everybody by account, the deactivated ones too."""
        with reading(self._engine) as connection:
            return tuple(everybody(connection).values())

    def person(self, account: str) -> Person:
        """The person of that account.

        Raises:
            AccountError: there is none.
        """
        with reading(self._engine) as connection:
            return find(connection, account)

    def add_first_administrator(self, new: NewPerson, password: str, origin: str) -> Person:
        """Make the first account, at the console: there is no other way in, and none comes with the program.

        Raises:
            AccountError: there are accounts already, the person is no administrator, or cannot be written so.
            PasswordError: the rules refuse the password.
        """
        if Role.ADMINISTRATOR not in new.roles:
            raise AccountError(N_("The first account must have the role administrator."))
        kept = self._new_hash(new, password)
        with changing(self._engine) as connection:
            if everybody(connection):
                raise AccountError(N_("There are accounts already; an administrator adds further ones."))
            return self._insert(connection, Actor(new.account, origin), new, kept)

    def add(self, by: Actor, new: NewPerson, password: str) -> Person:
        """Make an account; the person must change the password before signing anything.

        Raises:
            NotPermittedError: ``by`` is no administrator.
            AccountError: the account exists, or the person cannot be written so.
            PasswordError: the rules refuse the password.
        """
        kept = self._new_hash(new, password)
        with changing(self._engine) as connection:
            demand_role(connection, by.account, Role.ADMINISTRATOR)
            if new.account in everybody(connection):
                raise AccountError(
                    N_("The account {account} exists; account names are never used twice."),
                    account=new.account,
                )
            return self._insert(connection, by, new, kept)

    def set_roles(self, by: Actor, account: str, roles: Iterable[Role], reason: str) -> Person:
        """Give a person other roles.

        Raises:
            NotPermittedError: ``by`` is no administrator.
            AccountError: no such account, no reason, roles that do not go together, or no administrator left.
        """
        new = frozenset(roles)
        demand_sound_roles(new)
        with changing(self._engine) as connection:
            old = _administered(connection, by, account, reason)
            table = schema.person_roles
            connection.execute(table.delete().where(table.c.account == account))
            _insert_roles(connection, account, new)
            return self._finish(connection, by, "change roles", old, reason)

    def deactivate(self, by: Actor, account: str, reason: str) -> Person:
        """Let a person in no more; all that the person did and signed stays.

        Raises:
            NotPermittedError: ``by`` is no administrator.
            AccountError: no such account, no reason, not active, or no administrator left.
        """
        with changing(self._engine) as connection:
            old = _administered(connection, by, account, reason)
            if not old.is_active:
                raise AccountError(N_("The account {account} is deactivated already."), account=account)
            _update(connection, account, deactivated_ns=self._clock.now_ns())
            return self._finish(connection, by, "deactivate", old, reason)

    def reactivate(self, by: Actor, account: str, reason: str) -> Person:
        """Let a person in again, with the roles and the password of before.

        Raises:
            NotPermittedError: ``by`` is no administrator.
            AccountError: no such account, no reason, or active already.
        """
        with changing(self._engine) as connection:
            old = _administered(connection, by, account, reason)
            if old.is_active:
                raise AccountError(N_("The account {account} is active already."), account=account)
            _update(connection, account, deactivated_ns=None)
            return self._finish(connection, by, "reactivate", old, reason)

    def reset_password(self, by: Actor, account: str, password: str, reason: str) -> Person:
        """Set a password that somebody forgot; the brake is released, and it must be changed before signing.

        Raises:
            NotPermittedError: ``by`` is no administrator.
            AccountError: no such account, no reason, or ``by`` is the person: use ``change_password``.
            PasswordError: the rules refuse the password.
        """
        if account == by.account:
            raise AccountError(N_("The own password is changed with the present one, not reset."))
        person = self.person(account)
        demand_good_password(password, account, person.name)
        kept = self._keeper.hash(password)
        with changing(self._engine) as connection:
            old = _administered(connection, by, account, reason)
            _update(connection, account, password_hash=kept, password_by=by.account)
            brake.release(connection, account)
            return self._finish(connection, by, "reset password", old, reason)

    def change_password(self, credentials: Credentials, password: str) -> Person:
        """Set the own password, by the present one.

        Raises:
            SignInError: the present password is wrong, or the account is not active.
            PasswordError: the rules refuse the new one, or it is the present one.
        """
        signed_in, kept_now = self._authenticate(credentials, "identify")
        demand_good_password(password, signed_in.account, signed_in.name)
        if self._keeper.matches(kept_now, password):
            raise PasswordError(N_("The new password is the present one; choose another."))
        kept = self._keeper.hash(password)
        with changing(self._engine) as connection:
            old = find(connection, signed_in.account)
            if not old.is_active or kept_now != _hash_of(connection, old.account):
                raise SignInError(N_("The account was changed meanwhile; sign in again."))
            _update(connection, old.account, password_hash=kept, password_by=old.account)
            return self._finish(
                connection, Actor(old.account, credentials.origin), "change password", old, ""
            )

    def sign_in(self, credentials: Credentials) -> Person:
        """The person whose account and password these are.

        Raises:
            BrakeError: too many wrong passwords; ``wait_s`` says how long it takes none.
            SignInError: name and password do not belong together, or the account is not active.
        """
        return self._authenticate(credentials, "sign in")[0]

    def sign(self, credentials: Credentials, role: Role, meaning: str) -> Signature:
        """A signature: the person types the own password again, whoever is signed in at the screen.

        The caller writes it with the record it stands under, in the same transaction as the audit entry.

        Raises:
            SignInError: as ``sign_in``; ``BorrowedPasswordError`` if somebody else set the password.
            NotPermittedError: the person does not have the role, or only inspects.
            AccountError: it is not said what the signature means.
        """
        if not meaning:
            raise AccountError(N_("A signature needs its meaning: entered, checked …"))
        person, _ = self._authenticate(credentials, f"sign: {meaning}")
        if person.must_change_password:
            raise BorrowedPasswordError(
                N_("The password of {account} was set by {password_by}; change it, then sign."),
                account=person.account,
                password_by=person.password_by,
            )
        if role is Role.INSPECTOR or role not in person.roles:
            raise NotPermittedError(
                N_("{account} cannot sign as {role}."), account=person.account, role=ROLE_NAMES[role]
            )
        return Signature(person.account, role, meaning, self._clock.now_ns(), credentials.origin)

    def _new_hash(self, new: NewPerson, password: str) -> str:
        demand_sound(new)
        demand_good_password(password, new.account, new.name)
        return self._keeper.hash(password)

    def _insert(self, connection: Connection, by: Actor, new: NewPerson, kept: str) -> Person:
        row = {
            "account": new.account,
            "name": new.name,
            "password_hash": kept,
            "password_by": by.account,
            "created_ns": self._clock.now_ns(),
        }
        connection.execute(schema.people.insert(), row)
        _insert_roles(connection, new.account, new.roles)
        person = find(connection, new.account)
        self._audit(connection, by, Change("add", person.record, None, person.as_json()))
        return person

    def _finish(self, connection: Connection, by: Actor, action: str, old: Person, reason: str) -> Person:
        """Write the entry of a change that is made, unless it left nobody to administer."""
        people = everybody(connection)
        if not any(one.is_active and Role.ADMINISTRATOR in one.roles for one in people.values()):
            raise AccountError(
                N_("{account} is the last administrator: make another person one, then do this."),
                account=old.account,
            )
        new = people[old.account]
        self._audit(connection, by, Change(action, old.record, old.as_json(), new.as_json(), reason))
        return new

    def _audit(self, connection: Connection, by: Actor, change: Change) -> None:
        append(connection, by, change, self._clock.now_ns())

    def _authenticate(self, credentials: Credentials, action: str) -> tuple[Person, str]:
        """The person and the hash of the password that was right; the attempt is in the trail."""
        typed = account_of(credentials.account)
        account = typed if is_account(typed) else NO_ACCOUNT
        with changing(self._engine) as connection:
            now_ns = self._clock.now_ns()
            if wait_s := brake.wait_s(connection, account, now_ns):
                raise BrakeError(wait_s)
            brake.count(connection, account, credentials.origin, now_ns)
            kept = _hash_of(connection, account)
        # outside of the transaction: it is slow by intent, and others want to write
        right = self._keeper.matches(kept, credentials.password)
        with changing(self._engine) as connection:
            person = everybody(connection).get(account)
            admitted = right and person is not None and person.is_active
            admitted = admitted and kept == _hash_of(connection, account)
            if person is not None:
                failed = brake.release(connection, account) - 1 if admitted else 0
                change = Change(
                    action if admitted else f"{action} refused",
                    person.record,
                    reason=f"failed attempts before: {failed}" if failed > 0 else "",
                )
                self._audit(connection, Actor(account, credentials.origin), change)
        if person is None or kept is None or not admitted:
            raise SignInError(
                N_("Account and password do not belong together, or the account is not active.")
            )
        return person, kept


def _administered(connection: Connection, by: Actor, account: str, reason: str) -> Person:
    demand_role(connection, by.account, Role.ADMINISTRATOR)
    if not reason.strip():
        raise AccountError(N_("A change to an account needs its reason."))
    return find(connection, account)


def _update(connection: Connection, account: str, **values: str | int | None) -> None:
    """Change a person's row; with a new password everybody who is signed in by the old one is out."""
    table = schema.people
    if "password_hash" in values:
        connection.execute(sign_ins.delete().where(sign_ins.c.account == account))
    connection.execute(table.update().where(table.c.account == account).values(**values))


def _insert_roles(connection: Connection, account: str, roles: Iterable[Role]) -> None:
    rows = [{"account": account, "role": role.value} for role in sorted(roles)]
    connection.execute(schema.person_roles.insert(), rows)


def _hash_of(connection: Connection, account: str) -> str | None:
    column = schema.people.c
    return connection.execute(select(column.password_hash).where(column.account == account)).scalar()
