"""A clock in the hand, and a trail."""

import pytest
from sqlalchemy import Engine

from tests.clocks import HandClock
from tests.daq.security.trails import write_trail


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def trail(engine: Engine) -> Engine:
    """Twelve entries of three people, one a second."""
    write_trail(engine, 12)
    return engine
