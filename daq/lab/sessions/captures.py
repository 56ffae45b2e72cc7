"""Captures: a committed reading is taken into a session, once, and acknowledged when it is on the disk."""

from dataclasses import dataclass
from decimal import Decimal

from calibration.correction import State
from calibration.units import unit_of
from daq.errors import BenchError
from daq.i18n import N_
from daq.journal import JournalReader
from daq.lab.meaning import Meant, meaning
from daq.lab.methods.parts import Severity
from daq.lab.methods.steps import Environment, Read, Tare, Weigh
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.capture_values import captured, channel_certificates
from daq.lab.sessions.events import Act, Place
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.instruments import Use, demanded, objections, quantities_of
from daq.lab.sessions.objections import Objection, settle
from daq.lab.sessions.printed import Printed, reading_printed
from daq.lab.sessions.readings import Asked, Taken, step_of, take_reading
from daq.lab.sessions.records import Work, at_work
from daq.lab.sessions.remarks import Remark, refuse, remark
from daq.lab.sessions.room import band_objection, bands_of, look_at_room, take_room
from daq.lab.sessions.sample_mass import mass_objections
from daq.lab.sessions.state import SessionState
from daq.lab.sessions.steps import At, current
from daq.security.audit import Actor, Json

NOT_CORRECTED = {
    State.NO_CERTIFICATE: "no certificate",
    State.EXPIRED: "certificate expired",
    State.NOT_YET_IN_FORCE: "certificate not yet in force",
    State.OUT_OF_RANGE: "outside the range of the certificate",
    State.WRONG_UNIT: "unit differs from the certificate",
    State.WRONG_QUANTITY: "quantity differs from the certificate",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody, or something, asks for the reading of this moment."""

    at: At
    token: str
    """Made by whoever asks; the same token again is answered with the capture that it made."""
    by: str = "button"
    """``button``, ``key``, ``pedal``, ``print-key``, ``stability``, ``console`` …"""
    instrument: str = ""
    """The instrument that the person means, where it says so; another one is refused."""
    printed: Printed | None = None
    """What a balance printed of itself: the reading near it that says the same is taken."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What was captured; it is on the disk."""

    n: int
    """Number of the event."""
    captures: tuple[Capture, ...]
    remarks: tuple[Remark, ...]
    """What was accepted with a warning."""
    state: SessionState


def capture(bench: Bench, actor: Actor, press: Press) -> Acknowledged:
    """Take the newest committed reading into the step where the portion stands.

    Raises:
        BenchError: the session does not run, or the token made another capture.
        StepRefusedError: the portion stands elsewhere, or the reading cannot be captured: every reason.
    """
    with at_work(bench, actor, press.at.session) as work, JournalReader.open(bench.journal) as reader:
        earlier = work.state.tokens.get(press.token)
        if earlier is None:
            earlier = _Capturing(bench, reader, work, press).take()
        else:
            _demand_same(work.loaded.events[earlier - 1].place, press)
        loaded = work.loaded
    state = loaded.state(work.now_ns)
    captures = tuple(one for n, one in loaded.captures if n == earlier)
    remarks = tuple(one.remark for one in state.deviations if one.n == earlier)
    return Acknowledged(earlier, captures, remarks, state)


def _demand_same(place: Place, press: Press) -> None:
    """Refuse a token that made a capture elsewhere: it would be taken for the one that was asked for."""
    if (place.step, place.portion) != (press.at.step, press.at.portion):
        raise BenchError(
            N_("This token made the capture of {step}, portion {portion}. Make a new one for each capture."),
            step=place.step,
            portion=place.portion,
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """A reading with what it means."""

    taken: Taken
    meant: Meant


class _Capturing:
    """One press, from the journal to the event."""

    def __init__(self, bench: Bench, reader: JournalReader, work: Work, press: Press) -> None:
        self._bench = bench
        self._reader = reader
        self._work = work
        self._press = press
        self._state = work.state
        self._task = current(work, press.at, "capture")
        self._objections: list[Objection] = []
        self._facts: dict[str, Json] = {"token": press.token, "by": press.by}

    def take(self) -> int:
        """Add the event; returns its number."""
        step, place = self._task.step, self._task.place
        if isinstance(step, Environment):
            found, into = self._room(step), ""
        elif isinstance(step, Tare):
            found, into = [self._zero(step)], ""
        elif isinstance(step, Weigh | Read):
            found, into = [self._indication(step)], step.into
        else:
            raise refuse([remark("other-action", step=step.id, action=self._task.action)])
        session = self._state.header.id
        captures = [captured(session, place, into, one.taken.channel, one.meant) for one in found]
        procedure = self._work.method.procedure
        self._objections += mass_objections(procedure, self._state.standing_captures, captures[0], place)
        accepted = settle(self._state, self._objections)
        accepted += tuple(each for one in found for each in one.taken.remarks)
        said = [one.remark for one in self._state.deviations]
        self._facts["stability"] = found[0].taken.stability
        self._facts["remarks"] = [one.as_json() for one in accepted if one not in said]
        return self._work.add(Act.CAPTURED, place.as_json() | self._facts, captures).n

    def _indication(self, step: Weigh | Read) -> _Found:
        inputs = self._work.method.procedure.inputs
        into = next(one for one in inputs if one.name == step.into)
        found = self._reading(step.role, unit_of(into.unit).kind.value, step.unstable)
        if found.meant.value is None and not into.indication:
            settle(self._state, self._objections)  # what the register says about it says more
            indication = f"{found.taken.row.raw_text} {found.taken.channel.unit}"
            words = {"instrument": found.taken.channel.instrument, "indication": indication}
            raise refuse([remark("not-corrected", why=NOT_CORRECTED[found.meant.state], **words)])
        self._look_at_room()
        return found

    def _zero(self, step: Tare) -> _Found:
        found = self._reading(step.role, "mass", "block")
        row = found.taken.row
        if abs(Decimal(row.raw_text)) > step_of(row.raw_text):
            indication = f"{row.raw_text} {found.taken.channel.unit}"
            raise refuse(
                [remark("not-zero", instrument=found.taken.channel.instrument, indication=indication)]
            )
        return found

    def _room(self, step: Environment) -> list[_Found]:
        self._use(step.role)
        asked = (step.role, self._instrument(step.role), self._work.now_ns)
        found = []
        for quantity in bands_of(step):
            one = take_room(self._reader, self._bench, asked, quantity)
            self._objections += band_objection(step, quantity, one)
            found.append(_Found(*one))
        return found

    def _look_at_room(self) -> None:
        """The room with every weighing, where the method has a step for it."""
        for step in self._work.method.procedure.steps:
            instrument = self._state.instrument(step.role, 0) if isinstance(step, Environment) else None
            if isinstance(step, Environment) and instrument is not None:
                asked = (step.role, instrument, self._work.now_ns)
                facts, objections = look_at_room(self._reader, self._bench, step, asked)
                self._facts["room"] = facts
                self._objections += objections

    def _reading(self, role: str, quantity: str, unstable: Severity) -> _Found:
        self._use(role)
        asked = Asked(role, self._instrument(role), quantity, self._work.now_ns, unstable)
        rules, printed = self._bench.rules, self._press.printed
        if printed is None:
            taken = take_reading(self._reader, asked, rules)
        else:
            taken = reading_printed(self._reader, asked, printed, rules)
            self._facts["printed"] = {"text": printed.text, "unit": printed.unit, "seq": printed.seq}
        if any(one.seq == taken.row.seq for one in self._state.captures):
            raise refuse([remark("taken-already", instrument=asked.name)])
        allowed = self._state.is_allowed(role, self._task.place.portion)
        until_ns = max(self._work.now_ns, taken.row.t_ns) if allowed else None
        certificates = channel_certificates(self._bench.certificates, taken.channel, until_ns)
        return _Found(taken, meaning(taken.channel, [taken.row], certificates)[0])

    def _instrument(self, role: str) -> str:
        name = self._state.instrument(role, self._task.place.portion)
        if name is None:
            raise refuse([remark("instrument-missing", role=role)])
        asked = self._press.instrument
        if asked and asked not in (name, name.partition("/")[0]):
            raise refuse([remark("wrong-instrument", expected=name, found=asked)])
        return name

    def _use(self, role: str) -> None:
        """What speaks against the instrument now: it may have changed since the session began."""
        procedure = self._work.method.procedure
        measured = frozenset(quantities_of(procedure, self._task.step))
        use = Use(demanded(procedure, role), self._instrument(role), measured)
        self._objections += objections(self._work.connection, procedure, use, self._work.now_ns)
