"""What the duties found last, in one small file: written by ``watch``, shown by the pages."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fact:
    """What a duty found."""

    duty: str
    ok: bool
    sentence: str
    t_ns: int
    message: str = ""
    """The sentence for the catalogues, with places for ``parts``; empty where there is only English."""
    parts: Mapping[str, str | int | float] = field(default_factory=dict)

    @classmethod
    def said(cls, duty: str, ok: bool, message: str, t_ns: int, **parts: str | int | float) -> Self:
        """A finding that can be said in another language."""
        return cls(duty, ok, message.format(**parts), t_ns, message, parts)


class Notebook:
    """The newest facts of every duty, in one file that is replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._facts: dict[str, Sequence[Fact]] = {}
        self._lock = threading.Lock()

    def note(self, duty: str, facts: Sequence[Fact]) -> None:
        """Keep what ``duty`` found this time; what is not well is logged too."""
        for fact in facts:
            if not fact.ok:
                log.warning(fact.sentence, duty=duty)
        with self._lock:
            self._facts[duty] = facts
            lines = {name: [asdict(fact) for fact in found] for name, found in self._facts.items()}
            draft = self._path.with_suffix(".new")
            draft.write_text(json.dumps(lines, ensure_ascii=False, indent=1), encoding="utf-8")
            draft.replace(self._path)

    def facts(self) -> list[Fact]:
        """The newest facts of every duty."""
        with self._lock:
            return [fact for found in self._facts.values() for fact in found]


def read_notebook(path: Path) -> list[Fact]:
    """The newest facts of all duties; none where ``watch`` has not run yet.

    Raises:
        ValueError: the file is not what ``Notebook`` writes.
        OSError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    try:
        return [Fact(**entry) for found in json.loads(text).values() for entry in found]
    except (AttributeError, TypeError) as error:
        raise ValueError(f"{path} is not what the service watch writes") from error
