"""A clock in the hand, a trail, and people."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from daq.security.accounts import Accounts
from daq.security.passwords import PasswordKeeper
from tests.clocks import HandClock
from tests.daq.security.staff import populate
from tests.daq.security.trails import write_trail


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def trail(engine: Engine) -> Engine:
    """Twelve entries of three people, one a second."""
    write_trail(engine, 12)
    return engine


@pytest.fixture(scope="session")
def keeper() -> PasswordKeeper:
    """Hashes that cost nothing: the tests make hundreds."""
    return PasswordKeeper(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def accounts(engine: Engine, clock: HandClock, keeper: PasswordKeeper) -> Accounts:
    """Li Wei administers, Wu Fang is technician and metrologist with an own password, Zhao Min inspects."""
    accounts = Accounts(engine, clock, keeper)
    populate(accounts)
    return accounts
