"""What the strip says of the regular duties; certificates it sees for itself, as of this moment."""

from pathlib import Path

from daq.watch.notebook import read_notebook
from daq.web.live.facts import Fact, FactKind

KINDS = {
    "journal": FactKind.DAMAGED,
    "disk": FactKind.DISK,
    "time-series": FactKind.COPY_DIFFERS,
    "records": FactKind.RECORDS_DAMAGED,
    "alerts": FactKind.NOT_WATCHED,
}


def duty_facts(notebook: Path) -> list[Fact]:
    """What of the newest findings needs a person; a notebook that cannot be read has none."""
    try:
        facts = read_notebook(notebook)
    except (ValueError, OSError):
        return []
    return [
        Fact(KINDS[fact.duty], detail=fact.sentence) for fact in facts if not fact.ok and fact.duty in KINDS
    ]
