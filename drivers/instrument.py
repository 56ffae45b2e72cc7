"""One instrument on a link: identify it, ask it, and never trust the wire after a failure.

The rules for bad days that concern one exchange are here and in ``links``, once for all dialects: a failure
poisons the link; an answer to another question is never a value; what nobody asked for is reported, not used.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from drivers.clock import Clock
from drivers.dialects.base import Answer, Question, cut_line
from drivers.errors import LinkError, LinkTimeoutError, ProtocolError, SerialNumberError
from drivers.links import Link
from drivers.profiles import Profile
from drivers.reading import Decoded, Event, EventKind, Identity, Indication, Outcome, Quality, Reading
from drivers.registry import make_dialect
from drivers.urls import Framing, parse_url

MOST_FOREIGN = 5
"""Messages nobody asked for that are skipped while one answer is awaited."""
REST_S = 0.2
"""How long the rest of a line that an instrument prints by itself may take: 20 characters at 1200 baud."""
DRAIN_MARGIN_S = 2.0
"""How much longer than the quiet time a talking wire is listened to before that is called a fault."""


@dataclass(frozen=True, slots=True)
class InstrumentSettings:
    """What the site says about one instrument."""

    name: str
    unit_id: int = 1
    serial_number: str = ""
    """As in the register of equipment; empty if it is not to be compared."""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    """What one round of questions brought."""

    readings: tuple[Reading, ...]
    events: tuple[Event, ...]


class Instrument:
    """One instrument. Several may share one link, but all of them belong to the link's thread."""

    def __init__(self, settings: InstrumentSettings, profile: Profile, link: Link, clock: Clock) -> None:
        self._settings = settings
        self._profile = profile
        self._link = link
        self._clock = clock
        framing = parse_url(link.url).framing
        self._dialect = make_dialect(profile, settings.unit_id, framing)
        # transaction ids tell late replies apart, so there is nothing to wait for
        self._quiet_s = 0.0 if framing is Framing.MBAP else profile.quiet_s
        self._trusted_opening = 0
        self._events: list[Event] = []
        self._last_stable: Indication | None = None
        self._told: set[str] = set()
        """Labels of the identity questions it has ever answered."""

    def connect(self) -> Identity:
        """Open the link if needed, wait until it is quiet, ask who is there.

        The identity questions are the fence: their answers cannot be mistaken for values, and whatever comes
        before them is discarded and reported with the next poll.

        Raises:
            LinkError: the wire cannot be opened, or nobody answers.
            ProtocolError: the answers are not those of the profile's dialect.
            SerialNumberError: another instrument answers than the register says.
        """
        with self._poisoning():
            if not self._link.is_open:
                self._link.open()
                self._wait_for_quiet()
            identity = self._identify()
            self._compare(identity)
        self._trusted_opening = self._link.openings
        self._last_stable = None
        return identity

    def poll(self) -> Poll:
        """Ask for all channels once; identifies the instrument anew if the link was reopened since.

        Raises:
            LinkError: the wire was lost, or the instrument is silent.
            ProtocolError: bytes came that are no answer to the question.
        """
        if not self._link.is_open or self._link.openings != self._trusted_opening:
            self.connect()
        readings: list[Reading] = []
        refusals: list[Event] = []
        with self._poisoning():
            for question in self._dialect.questions():
                frame, t_ns = self._ask(question)
                decoded = self._dialect.interpret(question, frame)
                readings += [self._reading(each, t_ns, frame) for each in decoded.indications]
                refusals += self._refusals(decoded, t_ns, frame)
        events, self._events = (*self._events, *refusals), []
        return Poll(tuple(readings), events)

    @contextmanager
    def _poisoning(self) -> Iterator[None]:
        """After any failure an answer may still be under way: the link is closed and owes silence."""
        try:
            yield
        except (LinkError, ProtocolError):
            self._link.poison(self._quiet_s)
            raise

    def _wait_for_quiet(self) -> None:
        quiet_s = max(self._quiet_s, self._link.owed_quiet_s)
        self._link.owed_quiet_s = quiet_s
        self._report(self._link.drain(quiet_s, quiet_s + DRAIN_MARGIN_S), "before the first question")
        if self._link.owed_quiet_s and not self._dialect.identity_questions():
            msg = f"{self._link.url}: bytes keep coming although nobody asks"
            raise ProtocolError(f"{msg}; is automatic printing on, or another master on this line?")

    def _identify(self) -> Identity:
        """Ask who is there; one answer makes the fence.

        Who once answered such a question and is silent now is late: the fence is not up yet, or the serial
        number cannot be compared.
        """
        identity = Identity()
        for question in self._dialect.identity_questions():
            try:
                frame, _ = self._ask(question)
            except LinkTimeoutError:
                if question.may_be_silent and question.label not in self._told:
                    break
                raise
            self._told.add(question.label)
            decoded = self._dialect.interpret(question, frame)
            if decoded.identity is not None:
                identity = _merged(identity, decoded.identity)
            elif not question.is_optional:
                what = decoded.refusals[0].detail if decoded.refusals else decoded.outcome.value
                msg = f"{self._link.url}: the answer to {question.label} is no identity ({what})"
                raise ProtocolError(f"{msg}; check the profile", frame, decoded.outcome)
        return identity

    def _compare(self, identity: Identity) -> None:
        expected, found = self._settings.serial_number.strip(), identity.serial_number.strip()
        if expected and found and expected != found:
            msg = f"the instrument says serial number {found}, the register says {expected}"
            raise SerialNumberError(
                f"{self._settings.name}: {msg}; connect the right one or correct the register"
            )

    def _ask(self, question: Question) -> tuple[bytes, int]:
        """Send a question and return its answer with the time at which it was complete (UTC, ns)."""
        for _ in range(question.attempts - 1):
            with suppress(LinkTimeoutError):
                return self._ask_once(question)
        return self._ask_once(question)

    def _ask_once(self, question: Question) -> tuple[bytes, int]:
        since_s = self._clock.monotonic_s() - self._link.last_activity_s
        if since_s < self._profile.min_interval_s:
            self._clock.sleep(self._profile.min_interval_s - since_s)
        self._report(self._unasked(), f"before {question.label} was asked")
        self._link.write(question.request)
        deadline_s = self._clock.monotonic_s() + self._profile.timeout_s
        foreign = 0
        while foreign <= MOST_FOREIGN:
            frame = self._next_frame(question, deadline_s, foreign)
            t_ns = self._clock.now_ns()
            if frame == question.request:
                continue  # local echo of an RS-485 adapter, or of the instrument
            answer = self._dialect.answers(question, frame)
            if answer is Answer.YES:
                return frame, t_ns
            if answer is Answer.WRONG:
                raise self._wrong(question, frame)
            self._report(frame, f"while the answer to {question.label} was awaited")
            foreign += 1
        msg = f"{self._link.url}: {foreign} other messages came instead of an answer to {question.label}"
        raise ProtocolError(f"{msg}; switch automatic printing off", frame)

    def _unasked(self) -> bytes:
        """What came without a question; of a line that is just coming, the rest and what follows it."""
        came = self._link.drain(0.0, 0.0)
        if not came or came.endswith((b"\r", b"\n")):
            return came
        try:
            rest = self._link.read_frame(cut_line, REST_S)
            return came + rest + self._link.drain(0.0, 0.0)
        except LinkTimeoutError as error:
            return came + error.frame

    def _next_frame(self, question: Question, deadline_s: float, foreign: int) -> bytes:
        def cut(buffer: bytes) -> int:
            return len(question.request) if buffer.startswith(question.request) else question.cut(buffer)

        try:
            return self._link.read_frame(cut, max(0.0, deadline_s - self._clock.monotonic_s()))
        except LinkTimeoutError as error:
            raise self._silence(question, error.frame, foreign) from error

    def _silence(self, question: Question, part: bytes, foreign: int) -> LinkTimeoutError | ProtocolError:
        """What to say when the time is over: nothing came, something else came, or half an answer."""
        url, label = self._link.url, question.label
        if part:
            decoded = self._dialect.interpret(question, part)
            what = decoded.refusals[0].detail if decoded.refusals else decoded.outcome.value
            msg = (
                f"{url}: {len(part)} bytes, but no whole answer to {label} ({what}); check the line settings"
            )
            return ProtocolError(msg, part, decoded.outcome)
        if foreign and not question.may_be_silent:
            return ProtocolError(f"{url}: {foreign} other messages came, but no answer to {label}")
        msg = f"{url}: no answer to {label} within {self._profile.timeout_s:g} s"
        return LinkTimeoutError(f"{msg}; check power, cable, {self._what_to_check()}")

    def _what_to_check(self) -> str:
        menu = f"line settings and the instrument's own menu ({self._profile.dialect})"
        if self._profile.dialect != "modbus":
            return menu
        other = {"modbus": "modbus-rtu+tcp", "modbus-rtu+tcp": "modbus"}.get(self._link.url.split(":")[0])
        hint = f", and whether {other}:// is the right framing" if other else ""
        return f"unit id {self._settings.unit_id}, {menu}{hint}"

    def _wrong(self, question: Question, frame: bytes) -> ProtocolError:
        decoded = self._dialect.interpret(question, frame)
        what = decoded.refusals[0].detail if decoded.refusals else decoded.outcome.value
        outcome = Outcome.MALFORMED if decoded.outcome is Outcome.OK else decoded.outcome
        return ProtocolError(f"{self._link.url}: no answer to {question.label}: {what}", frame, outcome)

    def _report(self, gone: bytes, when: str) -> None:
        if gone.strip(b"\r\n"):
            text = f"{len(gone)} bytes that nobody asked for, {when}"
            now_ns = self._clock.now_ns()
            self._events.append(Event(EventKind.UNSOLICITED, self._settings.name, now_ns, text, frame=gone))

    def _reading(self, indication: Indication, t_ns: int, frame: bytes) -> Reading:
        if not indication.unit:
            indication = self._with_unit(indication)
        elif Quality.UNSTABLE not in indication.quality:
            self._last_stable = indication
        quality = indication.quality | (Quality.SIMULATED if self._settings.simulated else Quality.GOOD)
        name = self._settings.name
        return Reading(name, indication.channel, indication.text, indication.unit, t_ns, quality, frame)

    def _with_unit(self, indication: Indication) -> Indication:
        """A line without unit has that of the last stable line, and before any, the profile's."""
        if self._last_stable is not None:
            channel, unit = self._last_stable.channel, self._last_stable.unit
            return replace(indication, channel=channel, unit=unit)
        units = [channel.unit for channel in self._profile.channels if channel.name == indication.channel]
        return replace(indication, unit=units[0] if units else self._profile.channels[0].unit)

    def _refusals(self, decoded: Decoded, t_ns: int, frame: bytes) -> list[Event]:
        return [
            Event(
                EventKind.REFUSED,
                self._settings.name,
                t_ns,
                f"{refusal.outcome.value}: {refusal.detail}",
                refusal.channel,
                frame,
            )
            for refusal in decoded.refusals
        ]


def _merged(older: Identity, newer: Identity) -> Identity:
    return Identity(
        model=newer.model or older.model,
        serial_number=newer.serial_number or older.serial_number,
        firmware=newer.firmware or older.firmware,
    )
