"""What all tests share: the facts beside the checkout, and the programs of the system."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def skip_unless(available: bool, reason: str) -> None:
    """Skip with the reason; under ``CI=true`` what the system should have is a failure."""
    if available:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; under CI=true this must be there")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def need_program() -> Callable[[str], str]:
    """Path of a program of the system, or a skip that names the package."""

    def find(name: str) -> str:
        path = shutil.which(name)
        skip_unless(path is not None, f"{name} is not installed (see tests/system-packages.sh)")
        return str(path)

    return find


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """A file of facts beside the checkout, or a skip: a user's checkout has none."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"no {name} beside the checkout")
        return path

    return find
