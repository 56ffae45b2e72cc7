"""People get accounts, roles and passwords from an administrator, and everything is in the audit trail."""

import json
import threading

import pytest
from sqlalchemy import func, select

from daq.errors import AccountError, NotPermittedError, PasswordError, SignInError
from daq.records.database import reading
from daq.records.schema import people
from daq.security.accounts import Accounts
from daq.security.audit import Actor, AuditQuery, read
from daq.security.people import NewPerson, Role, demand_role
from daq.security.verification import verify_records
from tests.daq.security.staff import (
    GIVEN_PASSWORD,
    LI,
    LI_PASSWORD,
    WU,
    WU_PASSWORD,
    credentials,
    person,
)

ADMIN = person("li.wei", Role.ADMINISTRATOR)
QUALITY = person("qian.hua", Role.QUALITY_MANAGER)


def entries(engine, **wanted):
    with reading(engine) as connection:
        return read(connection, AuditQuery(**wanted), 1000)


def test_no_account_comes_with_the_program(engine, clock, keeper):
    empty = Accounts(engine, clock, keeper)
    assert empty.people() == ()
    for name in ("admin", "administrator", "root", "li.wei"):
        with pytest.raises(SignInError):
            empty.sign_in(credentials(name, "admin"))


def test_the_first_one_is_an_administrator_made_at_the_console(engine, clock, keeper):
    accounts = Accounts(engine, clock, keeper)
    with pytest.raises(AccountError, match="first account must have the role administrator"):
        accounts.add_first_administrator(QUALITY, LI_PASSWORD, "console")
    made = accounts.add_first_administrator(ADMIN, LI_PASSWORD, "console uid 1000")
    assert made.roles == {Role.ADMINISTRATOR}
    assert not made.must_change_password
    assert accounts.sign_in(credentials("li.wei", LI_PASSWORD)) == made
    with pytest.raises(AccountError, match="accounts already"):
        accounts.add_first_administrator(person("eve", Role.ADMINISTRATOR), LI_PASSWORD, "console")
    (entry,) = entries(engine, record="person/li.wei")[:1]
    assert (entry.account, entry.action, entry.origin) == ("li.wei", "add", "console uid 1000")


def test_two_who_want_to_be_the_first(engine, clock, keeper):
    start, outcomes = threading.Barrier(2, timeout=30), []

    def claim(account):
        accounts = Accounts(engine, clock, keeper)
        start.wait()
        try:
            accounts.add_first_administrator(person(account, Role.ADMINISTRATOR), LI_PASSWORD, "console")
            outcomes.append("first")
        except AccountError:
            outcomes.append("late")

    threads = [threading.Thread(target=claim, args=(name,)) for name in ("li.wei", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["first", "late"]
    assert len(Accounts(engine, clock, keeper).people()) == 1


def test_a_new_person_signs_in_and_is_in_the_trail(accounts, engine):
    made = accounts.add(LI, QUALITY, GIVEN_PASSWORD)
    assert made.must_change_password
    assert accounts.sign_in(credentials("Qian.Hua ", GIVEN_PASSWORD)) == made
    added, signed_in = entries(engine, record="person/qian.hua")
    assert (added.account, added.action, added.old) == ("li.wei", "add", None)
    assert json.loads(added.new)["roles"] == ["quality-manager"]
    assert (signed_in.account, signed_in.action) == ("qian.hua", "sign in")


@pytest.mark.parametrize("by", [WU, Actor("nobody", "web"), Actor("zhao.min", "web")])
def test_only_an_active_administrator_changes_accounts(accounts, engine, by):
    before = len(entries(engine))
    for attempt in (
        lambda: accounts.add(by, QUALITY, GIVEN_PASSWORD),
        lambda: accounts.set_roles(by, "li.wei", [Role.INSPECTOR], "why not"),
        lambda: accounts.deactivate(by, "li.wei", "why not"),
        lambda: accounts.reactivate(by, "li.wei", "why not"),
        lambda: accounts.reset_password(by, "li.wei", GIVEN_PASSWORD, "why not"),
    ):
        with pytest.raises(NotPermittedError, match="administrator"):
            attempt()
    assert len(entries(engine)) == before


def test_an_administrator_who_was_deactivated_changes_nothing(accounts):
    accounts.add(LI, person("sun.li", Role.ADMINISTRATOR), GIVEN_PASSWORD)
    accounts.deactivate(Actor("sun.li", "web"), "li.wei", "left")
    with pytest.raises(NotPermittedError):
        accounts.add(LI, QUALITY, GIVEN_PASSWORD)


def test_roles_are_changed_with_a_reason(accounts, engine):
    changed = accounts.set_roles(LI, "wu.fang", [Role.QUALITY_MANAGER], "new post")
    assert changed.roles == {Role.QUALITY_MANAGER}
    entry = entries(engine, record="person/wu.fang")[-1]
    assert (entry.action, entry.reason) == ("change roles", "new post")
    assert json.loads(entry.old)["roles"] == ["metrologist", "technician"]
    assert json.loads(entry.new)["roles"] == ["quality-manager"]
    with pytest.raises(AccountError, match="needs its reason"):
        accounts.set_roles(LI, "wu.fang", [Role.TECHNICIAN], " ")
    assert accounts.person("wu.fang").roles == {Role.QUALITY_MANAGER}


@pytest.mark.parametrize("roles", [[], [Role.INSPECTOR, Role.TECHNICIAN]])
def test_roles_that_do_not_go_together(accounts, roles):
    with pytest.raises(AccountError):
        accounts.set_roles(LI, "wu.fang", roles, "why not")
    with pytest.raises(AccountError):
        accounts.add(LI, person("qian.hua", *roles), GIVEN_PASSWORD)


def test_the_last_administrator_stays(accounts):
    for attempt in (
        lambda: accounts.deactivate(LI, "li.wei", "left"),
        lambda: accounts.set_roles(LI, "li.wei", [Role.TECHNICIAN], "new post"),
    ):
        with pytest.raises(AccountError, match=r"li\.wei is the last administrator"):
            attempt()
    assert accounts.person("li.wei").is_active
    accounts.add(LI, person("sun.li", Role.ADMINISTRATOR), GIVEN_PASSWORD)
    assert not accounts.deactivate(LI, "li.wei", "left").is_active


def test_deactivated_is_not_deleted(accounts, engine, clock):
    accounts.deactivate(LI, "wu.fang", "left")
    gone = accounts.person("wu.fang")
    assert (gone.is_active, gone.deactivated_ns) == (False, clock.now_ns())
    assert gone.roles == {Role.TECHNICIAN, Role.METROLOGIST}
    with pytest.raises(SignInError, match="not active"):
        accounts.sign_in(credentials())
    assert entries(engine, account="wu.fang")[-1].action == "sign in refused"
    with pytest.raises(AccountError, match="deactivated already"):
        accounts.deactivate(LI, "wu.fang", "left")
    with pytest.raises(AccountError, match="never used twice"):
        accounts.add(LI, person("wu.fang", Role.TECHNICIAN), GIVEN_PASSWORD)
    assert accounts.reactivate(LI, "wu.fang", "back").is_active
    with pytest.raises(AccountError, match="active already"):
        accounts.reactivate(LI, "wu.fang", "back")
    assert accounts.sign_in(credentials()).account == "wu.fang"


@pytest.mark.parametrize(
    "account", ["", "Wu", "wu fang", "吴芳", ".wu", "a" * 41, "wu/fang", "wu\n", "?", "wu\x00"]
)
def test_account_names_that_cannot_be(accounts, account):
    with pytest.raises(AccountError, match="cannot be an account name"):
        accounts.add(LI, NewPerson(account, "吴芳", frozenset([Role.TECHNICIAN])), GIVEN_PASSWORD)


@pytest.mark.parametrize("name", ["", " 吴芳", "吴\n芳", "x" * 101])
def test_names_that_cannot_be(accounts, name):
    with pytest.raises(AccountError, match="name"):
        accounts.add(LI, NewPerson("x", name, frozenset([Role.TECHNICIAN])), GIVEN_PASSWORD)


def test_nobody_of_that_name(accounts):
    for attempt in (
        lambda: accounts.person("nobody"),
        lambda: accounts.deactivate(LI, "nobody", "left"),
        lambda: accounts.reset_password(LI, "nobody", GIVEN_PASSWORD, "forgot"),
    ):
        with pytest.raises(AccountError, match="no account nobody"):
            attempt()


def test_the_own_password_is_changed_by_the_present_one(accounts, engine):
    changed = accounts.change_password(credentials(), "another long password")
    assert not changed.must_change_password
    assert accounts.sign_in(credentials(password="another long password")) == changed
    with pytest.raises(SignInError):
        accounts.sign_in(credentials())
    with pytest.raises(SignInError):
        accounts.change_password(credentials(), "a third long password")
    entry = entries(engine, account="wu.fang", record="person/wu.fang")[-4]
    assert entry.action == "change password"
    assert "another long password" not in entry.new + entry.old


def test_a_password_that_was_reset_is_borrowed(accounts, engine):
    reset = accounts.reset_password(LI, "wu.fang", GIVEN_PASSWORD, "forgot it")
    assert reset.must_change_password
    assert entries(engine)[-1].reason == "forgot it"
    with pytest.raises(PasswordError, match="is the present one"):
        accounts.change_password(credentials(password=GIVEN_PASSWORD), GIVEN_PASSWORD)
    with pytest.raises(AccountError, match="not reset"):
        accounts.reset_password(LI, "li.wei", GIVEN_PASSWORD, "forgot it")


def test_a_bad_password_is_refused_wherever_it_comes_from(accounts):
    for attempt in (
        lambda: accounts.add(LI, QUALITY, "short"),
        lambda: accounts.reset_password(LI, "wu.fang", "password", "forgot"),
        lambda: accounts.change_password(credentials(), "人wu.fang"),
        lambda: accounts.change_password(credentials(), "wu.fang"),
    ):
        with pytest.raises(PasswordError):
            attempt()
    assert accounts.sign_in(credentials()).account == "wu.fang"


def test_no_password_stands_in_the_records(accounts, engine):
    with reading(engine) as connection:
        kept = connection.execute(select(people.c.password_hash)).scalars().all()
        assert all(one.startswith("$argon2id$") for one in kept)
        assert len(set(kept)) == 3  # two of them have the same password
    told = repr(entries(engine)) + repr(credentials())
    assert not any(word in told for word in (LI_PASSWORD, WU_PASSWORD, GIVEN_PASSWORD, "argon2"))


def test_roles_are_asked_in_the_transaction_that_needs_them(accounts, engine):
    with reading(engine) as connection:
        assert demand_role(connection, "wu.fang", Role.METROLOGIST, Role.ADMINISTRATOR).name == "人 wu.fang"
        for account, roles in (("wu.fang", [Role.ADMINISTRATOR]), ("zhao.min", [Role.TECHNICIAN]), ("x", [])):
            with pytest.raises(NotPermittedError, match="it takes the role"):
                demand_role(connection, account, *roles)


def test_everything_is_accounted_for(accounts, engine):
    found = verify_records(engine)
    assert found.ok, found.sentence
    assert found.sentence == found.audit.sentence


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        ("INSERT INTO person_roles VALUES ('wu.fang', 'administrator')", "wu.fang"),
        ("DELETE FROM person_roles WHERE role = 'inspector'", "zhao.min"),
        ("UPDATE people SET name = 'another' WHERE account = 'li.wei'", "li.wei"),
        ("UPDATE people SET deactivated_ns = 1 WHERE account = 'zhao.min'", "zhao.min"),
        ("UPDATE people SET password_hash = '$argon2id$other' WHERE account = 'li.wei'", "li.wei"),
        ("INSERT INTO people VALUES ('eve', 'Eve', '-', 'eve', 1, NULL)", "eve"),
        ("UPDATE people SET password_by = 'li.wei' WHERE account = 'wu.fang'", "wu.fang"),
    ],
)
def test_what_is_changed_past_the_trail_is_named(accounts, engine, statement, who):
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    findings = verify_records(engine).findings
    words = f"person/{who} was changed past the audit trail: it is not as its last entry left it."
    assert findings == (words,)


def test_a_person_deleted_past_the_trail_is_named(accounts, engine):
    with engine.begin() as connection:
        off = "DROP TRIGGER people_stay" + (" ON people" if engine.dialect.name == "postgresql" else "")
        connection.exec_driver_sql(off)
        connection.exec_driver_sql("DELETE FROM person_roles WHERE account = 'zhao.min'")
        connection.exec_driver_sql("DELETE FROM people WHERE account = 'zhao.min'")
    found = verify_records(engine)
    assert not found.ok
    assert found.findings == ("person/zhao.min was deleted past the audit trail.",)


def test_a_change_whose_entry_cannot_be_written_is_not_made(accounts, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_head SET sha256 = 'x'")
    with pytest.raises(Exception, match="hengliang verify"):
        accounts.deactivate(LI, "wu.fang", "left")
    with reading(engine) as connection:
        assert (
            connection.execute(select(func.count()).where(people.c.deactivated_ns.is_not(None))).scalar() == 0
        )
