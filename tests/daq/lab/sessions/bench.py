"""A bench with a real journal, a register and people; and a technician who walks any method to its end."""

import functools
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine

from calibration.units import unit_of
from daq.journal import ChannelDefinition, Journal
from daq.lab.certificates.register import Register, StoredDocument
from daq.lab.equipment.description import Description
from daq.lab.equipment.records import EquipmentChange, add_equipment, change_equipment, find_equipment
from daq.lab.methods.records import approve_method, enter_method, import_folder, method_versions
from daq.lab.methods.steps import Hold
from daq.lab.sessions.bench import Bench, BenchRules
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.records import opened, session_state
from daq.lab.sessions.results import finish_session
from daq.lab.sessions.samples import SampleAbout, receive_sample
from daq.lab.sessions.signing import PERFORMED, REVIEWED, review_session, sign_session
from daq.lab.sessions.starting import Choice, Order, choose_instrument, start_session
from daq.lab.sessions.steps import At, attach, confirm, enter, start_timer, stop_timer
from daq.records.blobs import BlobStore
from daq.records.certificates import RecordedCertificates
from daq.records.database import reading
from daq.security.audit import Actor
from daq.security.people import Role
from drivers.reading import Channel, Quality, Reading
from tests.calibration.native_files import BALANCE
from tests.clocks import HandClock
from tests.daq.lab.register.laboratory import SHANGHAI, START_NS, Laboratory, make_laboratory

CHEN = Actor("chen.yu", "bench 1")
WANG = Actor("wang.fang", "bench 2")

CHANNELS = {
    "B-01": [("mass", "mass", "g", "B123456789")],
    "B-02": [("mass", "mass", "g", "B2")],
    "M-01": [("mass", "mass", "g", "M1"), ("moisture", "moisture", "%M", "M1")],
    "O-01": [("temperature", "temperature", "degC", "")],
    "F-01": [("temperature", "temperature", "degC", "")],
    "H-01": [("temperature", "temperature", "degC", ""), ("humidity", "humidity", "%RH", "")],
    "T-01": [("temperature", "temperature", "degC", "T1")],
    "T-02": [("temperature", "temperature", "degC", "T2")],
}
KINDS = {
    "B-02": "balance",
    "M-01": "moisture-analyser",
    "O-01": "oven",
    "F-01": "furnace",
    "H-01": "thermo-hygrometer",
    "T-01": "thermometer",
    "T-02": "standard-thermometer",
    "W-01": "weight",
    "R-01": "burette",
}
NEED_CERTIFICATE = {"B-02", "M-01", "T-02", "W-01"}
ROLES = {
    "balance": "B-01",
    "flask-balance": "B-02",
    "analyser": "M-01",
    "oven": "O-01",
    "furnace": "F-01",
    "room": "H-01",
    "thermometer": "T-01",
    "reference": "T-02",
    "receiver": "R-01",
    "weight": "W-01/200 g",
}
PLATE = {
    "unit": "g",
    "d": Decimal("0.0001"),
    "e": Decimal("0.001"),
    "maximum": Decimal(220),
    "accuracy_class": "I",
}
OTHER_FIGURES = {("coptis-extractives-chp-2201", 2, "d1"): Decimal("44.4690")}
"""Where determinations of a worked example lie too far apart for a session."""
TOKENS = itertools.count()
"""Of all benches: one that is opened again goes on."""
AMBIENT = {("H-01", "temperature"): ("22.4", "degC"), ("H-01", "humidity"): ("51.0", "%RH")}

_CURVE = """
[in_use]
resolution = 0.0001
repeatability = 0.00008
repeatability_dof = 9
[curve]
kind = "polynomial"
unit = "{unit}"
gives = "correction"
coefficients = [0.0]
covariance = [[1e-8]]
range = [-50, 400]
"""
_WEIGHTS = """
[[value]]
name = "200 g"
value = 200.00012
U = 0.0001
k = 2
[[value]]
name = "10 g"
value = 10.00001
U = 0.00002
k = 2
"""


def _certificate(name: str, channel: str, unit: str, serial_number: str) -> str:
    about = BALANCE.split("[equipment]")[0]
    channel_line = f'channel = "{channel}"\n' if channel else ""
    quantity = unit_of(unit).kind.value
    equipment = f'[equipment]\nname = "{name}"\nserial_number = "{serial_number}"\n{channel_line}'
    equipment += f'quantity = "{quantity}"\nunit = "{unit}"\n'
    body = _CURVE.format(unit=unit) if channel else _WEIGHTS
    return about.replace("LX-2026-0417", f"LX-{name}-{channel}") + equipment + body


@dataclass
class TestBench:
    """One site for a test."""

    __test__ = False

    laboratory: Laboratory
    journal: Journal
    bench: Bench
    tokens: Iterator[int] = field(default_factory=lambda: TOKENS)
    checked_ns: int = 0
    heard_ns: dict[str, int] = field(default_factory=dict)
    ambient: dict[tuple[str, str], tuple[str, str]] = field(default_factory=lambda: dict(AMBIENT))

    @property
    def engine(self) -> Engine:
        return self.bench.engine

    @property
    def clock(self):
        return self.bench.clock

    def pass_time(self, seconds: float) -> None:
        self.clock.pass_time(seconds)

    def say(self, instrument: str, channel: str, text: str, quality: Quality = Quality.GOOD) -> None:
        """The instrument sends a reading now, and it is committed."""
        unit = next(one[2] for one in CHANNELS[instrument] if one[0] == channel)
        frame = f"S S {text} {unit}\r\n".encode()
        one = Reading(instrument, channel, text, unit, self.clock.now_ns(), quality, frame)
        self.journal.append([one]).wait(5)

    def keep_saying(self, instrument: str, channel: str, text: str, times_ns: tuple[int, int]) -> None:
        """It says the same every 50 s, from when it was heard last, or the first time, until the second."""
        unit = next(one[2] for one in CHANNELS[instrument] if one[0] == channel)
        step_ns, quality = 50_000_000_000, Quality.UNKNOWN_STABILITY
        first_ns = max(times_ns[0], self.heard_ns.get(instrument, 0) + step_ns)
        rows = [
            Reading(instrument, channel, text, unit, t_ns, quality, b"")
            for t_ns in range(first_ns, times_ns[1], step_ns)
        ]
        self.journal.append(rows).wait(5)
        self.heard_ns[instrument] = rows[-1].t_ns if rows else first_ns - step_ns

    def say_room(self) -> None:
        now_ns, quality = self.clock.now_ns(), Quality.UNKNOWN_STABILITY
        rows = [
            Reading(instrument, channel, text, unit, now_ns, quality, b"")
            for (instrument, channel), (text, unit) in self.ambient.items()
        ]
        self.journal.append(rows)

    def settle(self, instrument: str, channel: str, text: str, quality: Quality = Quality.GOOD) -> None:
        """It has shown the same for six seconds."""
        unit = next(one[2] for one in CHANNELS[instrument] if one[0] == channel)
        now_ns = self.clock.now_ns()
        rows = [
            Reading(instrument, channel, text, unit, now_ns + i * 1_000_000_000, quality, b"")
            for i in range(7)
        ]
        self.journal.append(rows).wait(5)
        self.pass_time(6.5)

    def signature(self, account: str, meaning: str, role: Role | None = None):
        return self.laboratory.signature(account, meaning, role)

    def state(self, session: str):
        return session_state(self.bench, session)

    def events(self, session: str):
        return opened(self.bench, session).events

    def order(self, method: str, **changes) -> Order:
        """All roles of the method filled as they usually are."""
        with reading(self.engine) as connection:
            procedure = method_versions(connection, method)[-1].method.procedure
        roles = {one.role: ROLES[one.role] for one in procedure.instruments if one.scope == "session"}
        sample = "HL-2026-0157" if procedure.purpose == "sample" else None
        return Order(**{"method": method, "sample": sample, "roles": roles, **changes})

    def start(self, method: str, **changes) -> str:
        """Begin a session, with a weight in every portion that needs one."""
        state = start_session(self.bench, CHEN, self.order(method, **changes))
        session = state.header.id
        procedure = opened(self.bench, session).method.procedure
        for one in procedure.instruments:
            for portion in state.portions if one.scope == "portion" else ():
                choose_instrument(self.bench, CHEN, session, Choice(one.role, portion, ROLES[one.role]))
        return session

    def check_balance(self) -> str:
        """The daily check, signed."""
        self.checked_ns = self.clock.now_ns()
        session = self.start("balance-daily-check")
        walk(self, session)
        finish_session(self.bench, CHEN, session)
        sign_session(self.bench, session, self.signature("chen.yu", PERFORMED))
        return session

    def complete(self, session: str) -> None:
        """From the last step to the review."""
        finish_session(self.bench, CHEN, session)
        sign_session(self.bench, session, self.signature("chen.yu", PERFORMED))
        review_session(self.bench, session, self.signature("li.jun", REVIEWED))


def furnish(engine: Engine, folder: Path) -> None:
    """Everything in the register, certificates in force, every method approved, a sample received."""
    laboratory = make_laboratory(engine, folder / "blobs")
    clock = laboratory.clock
    _fill_register(engine, clock)
    for text in _certificates():
        laboratory.in_force(text)
    import_folder(engine, clock, WANG, None)
    about = SampleAbout(product_zh="黄连", origin="黄水镇")
    receive_sample(engine, clock, CHEN, "HL-2026-0157", about)
    with reading(engine) as connection:
        versions = method_versions(connection)
    for one in versions:
        which = (one.method.name, one.method.version)
        enter_method(engine, laboratory.signature("wang.fang", "entered"), *which, "compared with the paper")
        approve_method(engine, laboratory.signature("li.jun", "approved"), *which, "")


@contextmanager
def open_bench(engine: Engine, folder: Path, now_ns: int = START_NS) -> Iterator[TestBench]:
    """A furnished site at work: its journal is written."""
    clock = HandClock(now_ns)
    laboratory = Laboratory(Register(engine, clock, BlobStore(folder / "blobs"), SHANGHAI))
    with Journal.open(folder / "journal.db", clock) as journal:
        define_channels(journal)
        bench = Bench(
            engine=engine,
            clock=clock,
            journal=folder / "journal.db",
            certificates=RecordedCertificates(engine),
            rules=BenchRules(),
            zone=SHANGHAI,
        )
        yield TestBench(laboratory, journal, bench)


def define_channels(journal: Journal) -> None:
    for instrument, channels in CHANNELS.items():
        for name, quantity, unit, serial_number in channels:
            journal.define_channel(
                ChannelDefinition(instrument, Channel(name, quantity, unit), "profile", serial_number)
            )


def certificate_of(name: str) -> str:
    """The certificate of an instrument with one channel."""
    channel, _, unit, serial_number = CHANNELS[name][0]
    return _certificate(name, channel, unit, serial_number)


@functools.cache
def _certificates() -> tuple[str, ...]:
    texts = [BALANCE]
    for name in sorted(NEED_CERTIFICATE - {"W-01"}):
        texts += [_certificate(name, channel, unit, serial) for channel, _, unit, serial in CHANNELS[name]]
    return (*texts, _certificate("W-01", "", "g", "W1"))


def _fill_register(engine: Engine, clock) -> None:
    serials = {name: channels[0][3] for name, channels in CHANNELS.items()} | {"W-01": "W1"}
    for name, kind in KINDS.items():
        plate = PLATE if kind == "balance" else {}
        about = Description(
            title_zh=name,
            title_en=name,
            kind=kind,
            serial_number=serials.get(name, ""),
            needs_certificate=name in NEED_CERTIFICATE,
            **plate,
        )
        add_equipment(engine, clock, WANG, name, about)
    with reading(engine) as connection:
        old = find_equipment(connection, "B-01")
    change = EquipmentChange("B-01", old.version, replace(old.about, **PLATE), "type plate read")
    change_equipment(engine, clock, WANG, change)


def figures(method, portion: int, name: str) -> list[Decimal]:
    """The readings of the method's own worked example; portions that it has not are as its last."""
    example = method.procedure.example
    number = min(portion, len(example.portions))
    value = example.portions[number - 1][name] if number else example.session[name]
    other = OTHER_FIGURES.get((method.name, number, name), value)
    return list(other) if isinstance(other, tuple) else [other]


def walk(test: TestBench, session: str, *, actor: Actor = CHEN, until=None) -> None:
    """Do every step of every portion, as the session asks for it, with the figures of the worked example.

    Portions go through the oven together; where all of them wait, the one that is due first comes out.
    """
    while (state := test.state(session)).tasks:
        if until is not None and until(state):
            return
        act(test, session, next_task(state), actor)


def next_task(state):
    due = {timer.place: timer.remaining_ns or 0 for timer in state.timers}
    return min(state.tasks, key=lambda task: (task.place in due, due.get(task.place, 0), task.place.portion))


def act(test: TestBench, session: str, task, actor: Actor = CHEN) -> None:
    """One step."""
    prepare(test, session, task)
    do(test.bench, session, task, f"t{next(test.tokens)}", actor)


def prepare(test: TestBench, session: str, task) -> None:
    """What happens at the bench before a person acts."""
    if task.action == "stop-timer":
        run_time(test, session, task)
    elif task.action == "capture":
        show(test, session, task)


def do(bench: Bench, session: str, task, token: str, actor: Actor = CHEN) -> object:
    """What the person does."""
    at = At(session, task.place.step, task.place.portion)
    if task.action == "confirm":
        return confirm(bench, actor, at)
    if task.action == "start-timer":
        return start_timer(bench, actor, at)
    if task.action == "stop-timer":
        return stop_timer(bench, actor, at)
    if task.action == "enter":
        value = figures(opened(bench, session).method, task.place.portion, task.step.into)[0]
        return enter(bench, actor, at, str(value), "read by eye")
    if task.action == "attach":
        return attach(bench, actor, at, StoredDocument("ab" * 32, "scale.jpg", "image/jpeg", 3))
    return capture(bench, actor, Press(at=at, token=token))


def run_time(test: TestBench, session: str, task) -> None:
    """Let the time of a step pass; an oven says its temperature meanwhile."""
    timer = next(one for one in test.state(session).timers if one.place == task.place)
    left_s = (timer.remaining_ns or 0) / 1e9 + 30
    if isinstance(task.step, Hold):
        instrument = test.state(session).instrument(task.step.role, task.place.portion)
        middle = (task.step.low_degC + task.step.high_degC) / 2
        end_ns = test.clock.now_ns() + round(left_s * 1e9)
        test.keep_saying(instrument, "temperature", str(middle), (timer.started_ns, end_ns))
    test.pass_time(left_s)


def show(test: TestBench, session: str, task, text: str | None = None) -> None:
    """The instruments of a step show what they would."""
    method = opened(test.bench, session).method
    procedure = method.procedure
    if any(one.role == "room" for one in procedure.instruments):
        test.say_room()
    if task.step.do == "environment":
        test.say("B-01", "mass", "0.0000")  # committed after the room, so the room is too
        return
    instrument = test.state(session).instrument(task.step.role, task.place.portion)
    if task.step.do == "tare":
        test.say(instrument, "mass", text or "0.0000")
        test.pass_time(0.5)
        return
    into = next(one for one in procedure.inputs if one.name == task.step.into)
    channel = unit_of(into.unit).kind.value
    values = figures(method, task.place.portion, into.name)
    value = values[(task.place.turn - 1) % len(values)]
    if channel == "mass":
        shown = f"{value:.4f}" if not is_first_of_loop(procedure, task) else f"{value + Decimal('0.02'):.4f}"
        test.say(instrument, "mass", text or shown)
    else:
        test.settle(instrument, channel, text or str(value))
    test.pass_time(0.5)


def is_first_of_loop(procedure, task) -> bool:
    """Whether a first drying has left 20 mg of water."""
    loops = {one.of for one in procedure.steps if one.do == "repeat-until"}
    return not task.loop and task.step.into in loops
