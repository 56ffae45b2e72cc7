"""Guessing is braked, for every name alike and across restarts; a signature is the person's own."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from daq.errors import (
    AccountError,
    BorrowedPasswordError,
    BrakeError,
    NotPermittedError,
    SignInError,
    TwoPersonError,
)
from daq.records.database import changing, make_engine, reading
from daq.records.schema import failed_sign_ins, people
from daq.security import brake
from daq.security.accounts import Accounts
from daq.security.audit import AuditQuery, read
from daq.security.people import Role
from daq.security.signatures import Signature, demand_two_people
from tests.daq.security.staff import GIVEN_PASSWORD, LI, WU_PASSWORD, credentials, person

NAMES = ("wu.fang", "nobody", "a name that cannot be")


def fail(accounts, account="wu.fang", times=1):
    for _ in range(times):
        with pytest.raises(SignInError, match="do not belong together"):
            accounts.sign_in(credentials(account, "wrong password"))


def waiting(accounts, account="wu.fang", password="wrong password"):
    with pytest.raises(BrakeError) as raised:
        accounts.sign_in(credentials(account, password))
    return raised.value.wait_s


def actions(engine, account):
    with reading(engine) as connection:
        return [row.action for row in read(connection, AuditQuery(account=account), 1000)]


@pytest.mark.parametrize("account", NAMES)
def test_five_are_free_then_each_waits_twice_as_long(accounts, clock, account):
    fail(accounts, account, times=5)
    for wait_s in (30, 60, 120, 240, 480, 900, 900):
        assert waiting(accounts, account) == wait_s
        clock.pass_time(wait_s - 0.5)
        assert waiting(accounts, account) == 1
        clock.pass_time(0.5)
        fail(accounts, account)


def test_the_right_password_waits_too_and_then_forgives(accounts, clock, engine):
    fail(accounts, times=5)
    assert waiting(accounts, password=WU_PASSWORD) == 30
    clock.pass_time(30)
    assert accounts.sign_in(credentials()).account == "wu.fang"
    fail(accounts, times=5)
    assert actions(engine, "wu.fang")[-7:] == ["sign in refused", "sign in", *["sign in refused"] * 5]


def test_who_waits_does_not_wait_longer_for_trying(accounts, clock):
    fail(accounts, times=5)
    for _ in range(20):
        assert waiting(accounts) == 30
    clock.pass_time(30)
    assert accounts.sign_in(credentials()).account == "wu.fang"


def test_others_do_not_wait(accounts):
    fail(accounts, times=5)
    assert accounts.sign_in(credentials("zhao.min")).account == "zhao.min"


def test_a_restart_releases_nothing(accounts, engine, clock, keeper):
    fail(accounts, times=5)
    again = make_engine(engine.url.render_as_string(hide_password=False))
    assert waiting(Accounts(again, clock, keeper)) == 30
    again.dispose()


def test_a_reset_password_releases_the_brake(accounts):
    fail(accounts, times=5)
    accounts.reset_password(LI, "wu.fang", GIVEN_PASSWORD, "forgot it")
    assert accounts.sign_in(credentials(password=GIVEN_PASSWORD)).must_change_password


def test_a_day_later_all_is_forgiven_and_gone(accounts, clock, engine):
    fail(accounts, times=5)
    fail(accounts, "nobody", times=3)
    clock.pass_time(24 * 3600)
    fail(accounts, times=4)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(failed_sign_ins)).scalar() == 4


def test_a_clock_set_back_locks_nobody_out(accounts, clock):
    fail(accounts, times=5)
    clock.step_wall_clock(-7 * 24 * 3600)
    fail(accounts)
    assert waiting(accounts) == 60
    clock.pass_time(60)
    assert accounts.sign_in(credentials()).account == "wu.fang"


def test_many_at_once_win_nothing(accounts, engine, clock, keeper):
    """Twelve guesses that all begin before the first is answered: five are looked at."""
    start, outcomes = threading.Barrier(12, timeout=30), []

    def guess():
        start.wait()
        try:
            accounts.sign_in(credentials(password="wrong password"))
        except SignInError as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(SignInError) == 5
    assert outcomes.count(BrakeError) == 7


def test_an_attempt_counts_before_the_password_is_looked_at(accounts, monkeypatch):
    """A process killed while it compares has counted."""
    monkeypatch.setattr(accounts._keeper, "matches", lambda *_: 1 / 0)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            accounts.sign_in(credentials())
    assert waiting(accounts) == 30


def test_names_that_nobody_has_do_not_fill_the_table(accounts, engine, monkeypatch):
    monkeypatch.setattr(brake, "UNKNOWN_KEPT", 10)
    fail(accounts, times=3)
    for number in range(30):
        fail(accounts, f"nobody{number}")
    with reading(engine) as connection:
        counted = select(failed_sign_ins.c.account, func.count()).group_by(failed_sign_ins.c.account)
        found = dict(connection.execute(counted).all())
    assert found.pop("wu.fang") == 3
    assert len(found) == 10


def test_what_was_typed_as_a_name_is_not_kept_if_it_can_be_none(accounts, engine):
    fail(accounts, "My Password typed too early")
    with reading(engine) as connection:
        assert connection.execute(select(failed_sign_ins.c.account)).scalars().all() == ["?"]


@pytest.mark.parametrize(
    "password", ["", "\x00", "\ud800", "x" * 100_000, WU_PASSWORD + " ", WU_PASSWORD.upper()]
)
def test_other_passwords_are_wrong(accounts, password):
    with pytest.raises(SignInError, match="do not belong together"):
        accounts.sign_in(credentials(password=password))


def test_a_damaged_hash_lets_nobody_in(accounts, engine):
    for damage in ("", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$$"):
        with changing(engine) as connection:
            connection.execute(people.update().values(password_hash=damage))
        with pytest.raises(SignInError):
            accounts.sign_in(credentials())


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda accounts: accounts.deactivate(LI, "wu.fang", "left"),
        lambda accounts: accounts.reset_password(LI, "wu.fang", GIVEN_PASSWORD, "stolen"),
    ],
    ids=["deactivated", "reset"],
)
def test_changed_while_the_password_was_looked_at(accounts, monkeypatch, meanwhile):
    """What was right when it was looked at lets nobody in any more."""
    matches = accounts._keeper.matches

    def slow(kept, password):
        monkeypatch.setattr(accounts._keeper, "matches", matches)
        meanwhile(accounts)
        return matches(kept, password)

    monkeypatch.setattr(accounts._keeper, "matches", slow)
    with pytest.raises(SignInError):
        accounts.sign_in(credentials())


def test_a_signature_says_who_in_which_role_what_and_when(accounts, clock, engine):
    clock.pass_time(5)
    signature = accounts.sign(credentials(), Role.METROLOGIST, "entered")
    assert signature == Signature("wu.fang", Role.METROLOGIST, "entered", clock.now_ns(), "web 192.0.2.7")
    assert actions(engine, "wu.fang")[-1] == "sign: entered"
    with pytest.raises(AttributeError):
        signature.person = "li.wei"


def test_a_signature_needs_the_password_again(accounts, engine):
    with pytest.raises(SignInError):
        accounts.sign(credentials(password="wrong password"), Role.METROLOGIST, "entered")
    assert actions(engine, "wu.fang")[-1] == "sign: entered refused"
    fail(accounts, times=4)
    with pytest.raises(BrakeError):
        accounts.sign(credentials(), Role.METROLOGIST, "entered")


def test_nobody_signs_with_a_password_that_another_set(accounts):
    accounts.add(LI, person("qian.hua", Role.QUALITY_MANAGER), GIVEN_PASSWORD)
    with pytest.raises(BorrowedPasswordError, match=r"set by li\.wei; change it"):
        accounts.sign(credentials("qian.hua", GIVEN_PASSWORD), Role.QUALITY_MANAGER, "checked")
    accounts.change_password(credentials("qian.hua", GIVEN_PASSWORD), WU_PASSWORD)
    assert accounts.sign(credentials("qian.hua"), Role.QUALITY_MANAGER, "checked").person == "qian.hua"


def test_nobody_signs_in_a_role_of_others(accounts):
    for account, role in (("wu.fang", Role.QUALITY_MANAGER), ("zhao.min", Role.INSPECTOR)):
        with pytest.raises(NotPermittedError, match="cannot sign as"):
            accounts.sign(credentials(account), role, "checked")


def test_a_signature_means_something(accounts):
    with pytest.raises(AccountError, match="meaning"):
        accounts.sign(credentials(), Role.METROLOGIST, "")


@given(st.text(), st.text())
def test_the_second_person_is_another_one(one, other):
    if one.strip().lower() == other.strip().lower():
        with pytest.raises(TwoPersonError, match="another person must check it"):
            demand_two_people(one, other)
    else:
        demand_two_people(one, other)


@pytest.mark.parametrize("other", ["wu.fang", "Wu.Fang", " wu.fang "])
def test_the_same_person_in_another_spelling(other):
    with pytest.raises(TwoPersonError):
        demand_two_people("wu.fang", other)
    demand_two_people("wu.fang", "li.wei")


def test_reset_while_the_own_password_is_changed(accounts, monkeypatch):
    """The administrator's reset stands: whoever knew the old password does not get round it."""
    make = accounts._keeper.hash

    def slow(password):
        monkeypatch.setattr(accounts._keeper, "hash", make)
        accounts.reset_password(LI, "wu.fang", GIVEN_PASSWORD, "stolen")
        return make(password)

    monkeypatch.setattr(accounts._keeper, "hash", slow)
    with pytest.raises(SignInError, match="changed meanwhile"):
        accounts.change_password(credentials(), "the thief's own password")
    assert accounts.sign_in(credentials(password=GIVEN_PASSWORD)).must_change_password
