"""Papers need a Chinese font of the system."""

import pytest

from tests.daq.lab.papers.looking import need_chinese_font


@pytest.fixture(scope="session", autouse=True)
def _chinese_font():
    need_chinese_font()
