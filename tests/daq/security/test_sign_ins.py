"""Sign-ins end by themselves, by signing out, and with the account."""

import pytest
from sqlalchemy import select

from daq.errors import NotPermittedError
from daq.records.database import reading
from daq.records.register_tables import sign_ins as table
from daq.security.sign_ins import IDLE_S, LONGEST_S, SignIns
from tests.daq.security.staff import LI

NS = 1_000_000_000


@pytest.fixture
def sign_ins(engine, clock):
    return SignIns(engine, clock)


def test_the_token_says_who_it_is_and_is_not_kept(engine, accounts, sign_ins):
    token = sign_ins.begin(accounts.person("wu.fang"), "web 192.0.2.7")
    assert sign_ins.demand(token).account == "wu.fang"
    with reading(engine) as connection:
        assert token not in str(connection.execute(select(table)).all())


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 43])
def test_no_other_token_is_anybody(accounts, sign_ins, token):
    sign_ins.begin(accounts.person("wu.fang"), "web")
    assert sign_ins.person(token) is None
    with pytest.raises(NotPermittedError, match="sign in again"):
        sign_ins.demand(token)


def test_it_ends_when_it_is_not_used(accounts, sign_ins, clock):
    token = sign_ins.begin(accounts.person("wu.fang"), "web")
    for _ in range(3):
        clock.pass_time(IDLE_S - 1)
        assert sign_ins.person(token) is not None
    clock.pass_time(IDLE_S)
    assert sign_ins.person(token) is None


def test_it_ends_after_a_shift_however_much_it_is_used(accounts, sign_ins, clock):
    token = sign_ins.begin(accounts.person("wu.fang"), "web")
    for _ in range(LONGEST_S // 3600 - 1):
        clock.pass_time(3600)
        assert sign_ins.person(token) is not None
    clock.pass_time(3600)
    assert sign_ins.person(token) is None


def test_signing_out_ends_it(accounts, sign_ins):
    token = sign_ins.begin(accounts.person("wu.fang"), "web")
    sign_ins.end(token)
    sign_ins.end(token)
    assert sign_ins.person(token) is None


def test_whoever_is_deactivated_is_out_at_once(accounts, sign_ins):
    token = sign_ins.begin(accounts.person("wu.fang"), "web")
    accounts.deactivate(LI, "wu.fang", "left")
    assert sign_ins.person(token) is None


def test_a_new_password_ends_all_sign_ins_of_before(accounts, sign_ins):
    token = sign_ins.begin(accounts.person("wu.fang"), "web")
    accounts.reset_password(LI, "wu.fang", "another good password", "forgotten")
    assert sign_ins.person(token) is None


def test_ended_ones_are_swept_away(engine, accounts, sign_ins, clock):
    sign_ins.begin(accounts.person("wu.fang"), "web")
    clock.pass_time(LONGEST_S + 1)
    sign_ins.begin(accounts.person("li.wei"), "web")
    with reading(engine) as connection:
        assert connection.execute(select(table.c.account)).scalars().all() == ["li.wei"]
