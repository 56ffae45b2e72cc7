"""Papers need a Chinese font of the system."""

import pytest
import typst

from daq.lab.papers.typesetting import SANS, SERIF
from tests.conftest import skip_unless


@pytest.fixture(scope="session", autouse=True)
def _chinese_font():
    there = set(typst.Fonts().families())
    skip_unless(bool(there & {*SANS, *SERIF}), "no Chinese font is installed (see tests/system-packages.sh)")
