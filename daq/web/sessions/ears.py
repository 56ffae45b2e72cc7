"""What captures without a button: the print key of a balance, and, if it is switched on, coming to rest."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from calibration.units import unit_of
from daq.errors import JournalError, StepRefusedError
from daq.journal import JournalReader
from daq.lab.methods.file import Procedure
from daq.lab.methods.steps import Read, Weigh
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.captures import Press
from daq.lab.sessions.printed import presses_since
from daq.lab.sessions.readings import Asked, has_come_to_rest
from daq.lab.sessions.state import SessionState, Task
from daq.lab.sessions.steps import At
from daq.web.desk import Desk
from drivers.dialects.base import Dialect
from drivers.errors import ProfileError
from drivers.registry import make_dialect

Pressing = Callable[[Press], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Listening:
    """What is listened for at this moment."""

    at: At
    asked: Asked
    since_ns: int
    """When something was last done in the session: what moved before that does not count."""


def listening(procedure: Procedure, state: SessionState, task: Task, now_ns: int) -> Listening | None:
    """What the step of a task takes from an instrument; None where it takes nothing that comes to rest."""
    step = task.step
    if not isinstance(step, Weigh | Read) or not state.events:
        return None
    instrument = state.instrument(step.role, task.place.portion)
    if instrument is None:
        return None
    into = next(one for one in procedure.inputs if one.name == step.into)
    asked = Asked(step.role, instrument, unit_of(into.unit).kind.value, now_ns)
    return Listening(At(state.header.id, task.place.step, task.place.portion), asked, state.events[-1].t_ns)


class Ears:
    """Hears one page's instruments; several pages on one session capture a print-out once."""

    def __init__(self, desk: Desk) -> None:
        """Listen from now on."""
        self._desk = desk
        self._seq = _head(desk.bench)
        self.is_automatic = False
        """Whether coming to rest captures."""
        self._automatic_ns = 0

    def switch(self, *, is_automatic: bool) -> None:
        """Let coming to rest capture, or not; what rests already has to be moved first."""
        self.is_automatic = is_automatic
        self._automatic_ns = self._desk.clock.now_ns()

    def hear(self, what: Listening) -> Press | None:
        """The next press, if there is one; to be asked in a thread."""
        try:
            with JournalReader.open(self._desk.bench.journal) as reader:
                return self._printed(reader, what) or self._at_rest(reader, what)
        except (JournalError, StepRefusedError):
            return None  # the page says why there is no reading

    def _printed(self, reader: JournalReader, what: Listening) -> Press | None:
        dialect = self._dialect(what.asked.name)
        if dialect is None:
            return None
        presses, self._seq = presses_since(reader, what.asked.name, dialect, self._seq)
        # a press before this step was for another one
        later = [one for one in presses if one.t_ns > what.since_ns]
        if not later:
            return None
        token = f"{what.at.session} print {later[-1].seq}"
        return Press(at=what.at, token=token, by="print-key", printed=later[-1])

    def _at_rest(self, reader: JournalReader, what: Listening) -> Press | None:
        since_ns = max(what.since_ns, self._automatic_ns)
        rules = self._desk.bench.rules
        if not self.is_automatic or not has_come_to_rest(reader, what.asked, rules, since_ns):
            return None
        return Press(at=what.at, token=secrets.token_hex(16), by="stability")

    def _dialect(self, instrument: str) -> Dialect | None:
        entry = self._desk.settings.instrument(instrument)
        profile = self._desk.profiles.get(entry.profile) if entry is not None else None
        if profile is None:
            return None
        try:
            return make_dialect(profile, profile.unit_id)
        except ProfileError:
            return None


def _head(bench: Bench) -> int:
    try:
        with JournalReader.open(bench.journal) as reader:
            return reader.head().seq
    except JournalError:
        return 0
