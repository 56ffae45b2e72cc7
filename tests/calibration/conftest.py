"""Published problems with their figures, copied with the source into tests/data/reference_problems."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "data" / "reference_problems"


@pytest.fixture(scope="session")
def problem() -> Callable[[str], dict[str, Any]]:
    """The published problem with this identifier."""
    problems = {
        entry["id"]: entry
        for path in sorted(FOLDER.glob("*.json"))
        for entry in json.loads(path.read_text(encoding="utf-8"))
    }
    return problems.__getitem__
