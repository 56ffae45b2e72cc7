"""What captures without a button: the print key of a balance, and, if it is switched on, coming to rest."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from calibration.units import unit_of
from daq.errors import JournalError, StepRefusedError
from daq.i18n import N_
from daq.i18n.figures import with_unit
from daq.journal import JournalReader
from daq.lab.methods.file import Procedure
from daq.lab.methods.steps import Read, Weigh
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.captures import Press
from daq.lab.sessions.printed import PrintKey
from daq.lab.sessions.readings import Asked, has_come_to_rest
from daq.lab.sessions.state import SessionState, Task
from daq.lab.sessions.steps import At
from daq.web.desk import Desk
from drivers.dialects.base import Dialect
from drivers.errors import ProfileError
from drivers.registry import make_dialect

WAITS = N_("{instrument} printed {printed}: waiting for a reading that says the same …")
UNCLEAR = N_(
    "{others} waits for {instrument} on another page too, and nothing was captured: "
    "press the button of the one that lies on the balance."
)


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


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: a press, or a sentence why there is none yet; or neither."""

    press: Press | None = None
    message: str = ""
    """In English, with places for the facts."""
    facts: Mapping[str, str] = field(default_factory=dict)
    is_refusal: bool = False
    """Whether somebody pressed, and nothing will come of it."""


SILENCE = Heard()


class Ears:
    """Hears one page's instruments; several pages at one place capture a print-out once."""

    def __init__(self, desk: Desk) -> None:
        """Listen from now on."""
        self._desk = desk
        self._since_ns = 0
        self.is_automatic = False
        """Whether coming to rest captures."""
        self._automatic_ns = 0
        self.turn()

    def turn(self) -> None:
        """Listen for another place of the session: what was pressed until now was not meant for it."""
        self._key = PrintKey(self._desk.bench.rules, _head(self._desk.bench))
        self._since_ns = self._desk.clock.now_ns()

    def switch(self, *, is_automatic: bool) -> None:
        """Let coming to rest capture, or not; what rests already has to be moved first."""
        self.is_automatic = is_automatic
        self._automatic_ns = self._desk.clock.now_ns()

    def hear(self, what: Listening) -> Heard:
        """The next press, if there is one; to be asked in a thread."""
        listeners = self._desk.listeners
        listeners.note(self, what.at, what.asked.name, self._desk.clock.monotonic_s())
        try:
            with JournalReader.open(self._desk.bench.journal) as reader:
                return self._printed(reader, what) or self._at_rest(reader, what) or SILENCE
        except (JournalError, StepRefusedError):
            return SILENCE  # the page says why there is no reading

    def _printed(self, reader: JournalReader, what: Listening) -> Heard | None:
        dialect = self._dialect(what.asked.name)
        if dialect is None:
            return None
        # a press before this step was for another one
        printed = self._key.hear(reader, what.asked, dialect, max(what.since_ns, self._since_ns))
        if printed is not None:
            token = f"{what.at.session} print {printed.seq}"
            press = Press(at=what.at, token=token, by="print-key", printed=printed)
            return self._unclear(what, is_refusal=True) or Heard(press)
        waiting = self._key.waiting
        if waiting is None:
            return None
        facts = {"instrument": what.asked.name, "printed": with_unit(waiting.text, waiting.unit)}
        return Heard(message=WAITS, facts=facts)

    def _at_rest(self, reader: JournalReader, what: Listening) -> Heard | None:
        since_ns = max(what.since_ns, self._automatic_ns)
        rules = self._desk.bench.rules
        if not self.is_automatic or not has_come_to_rest(reader, what.asked, rules, since_ns):
            return None
        press = Press(at=what.at, token=secrets.token_hex(16), by="stability")
        return self._unclear(what, is_refusal=False) or Heard(press)

    def _unclear(self, what: Listening, *, is_refusal: bool) -> Heard | None:
        """Another page waits for the same instrument: whose load it is, only a person knows."""
        others = self._desk.listeners.others(what.at, what.asked.name)
        if not others:
            return None
        places = ", ".join(f"{one.session} · {one.portion}" if one.portion else one.session for one in others)
        facts = {"instrument": what.asked.name, "others": places}
        return Heard(message=UNCLEAR, facts=facts, is_refusal=is_refusal)

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
