"""A county laboratory in Shizhu, for coptis and chili: five instruments on real wires, and one bad cable."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.clock import Clock
from drivers.errors import LinkError
from drivers.profiles import Profile, load_profiles, named
from drivers.sims.faults import Cut, FaultPlan, Rule
from drivers.sims.hand import Hand, HandTwin
from drivers.sims.mt_sics import MtSicsTwin
from drivers.sims.physics import Course, Oven, room_humidity, room_temperature, water_bath
from drivers.sims.sartorius import SbiTwin
from drivers.sims.steered import Deviation, SteeredPan, steered
from drivers.sims.twin import Twin
from drivers.sims.twins import client_url, framing_for, make_twin, registers_twin
from drivers.sims.wire import SimServer

LOOSE_CABLE: FaultPlan = (Rule(Cut(), start_s=25.0, length_s=8.0, every_s=150.0),)
"""The transmitter drops off the line for 8 s, first after 25 s, then every two and a half minutes."""


@dataclass(frozen=True, slots=True)
class LaboratoryInstrument:
    """One instrument of the simulated laboratory, as it goes into a site's configuration."""

    name: str
    title_zh: str
    title_en: str
    room_zh: str
    room_en: str
    profile: str
    url: str
    serial_number: str
    """Empty where the dialect does not tell one."""
    period_s: float


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    titles: tuple[str, str]
    rooms: tuple[str, str]
    profile: str
    listen: str
    """``{base}`` is the folder for ptys."""
    period_s: float
    serial_number: str = ""
    faults: FaultPlan = ()


PTY_LINK = "b-02"
_FREE_PORT = "tcp://127.0.0.1:0"
_NO_PORT = "tcp://127.0.0.1:1"
_BENCHES = (
    _Plan(
        "B-01",
        ("分析天平", "Analytical balance"),
        ("天平室", "Balance room"),
        "mettler-toledo-mt-sics",
        _FREE_PORT,
        1.0,
        "B329041175",
    ),
    _Plan(
        "B-02",
        ("精密天平", "Precision balance"),
        ("样品前处理室", "Sample preparation room"),
        "sartorius-sbi",
        "pty:{base}/" + PTY_LINK,
        1.0,
        "0031801165",
    ),
    _Plan(
        "M-01",
        ("卤素水分仪", "Halogen moisture analyser"),
        ("水分室", "Moisture room"),
        "sartorius-ma-moisture",
        _FREE_PORT,
        1.0,
        "0036907812",
    ),
    _Plan(
        "H-01",
        ("温湿度变送器", "Thermo-hygrometer"),
        ("天平室", "Balance room"),
        "renke-rs-ws-n01",
        "rtu+" + _FREE_PORT,
        2.0,
        faults=LOOSE_CABLE,
    ),
    _Plan(
        "O-01",
        ("铂电阻(烘箱、水浴)", "Pt100 (oven, bath)"),
        ("烘箱室", "Oven room"),
        "pt100-2ch-float",
        _FREE_PORT,
        1.0,
    ),
)


def _oven(seed: int) -> Course:
    """The thermostat's cycle, within the 100 degC to 105 degC of the pharmacopoeia's method."""
    return Oven(seed, low_degc=102.95, high_degc=104.25).at


_AIR: Mapping[str, Mapping[str, tuple[str, Callable[[int], Course]]]] = {
    "H-01": {
        "temperature": ("room", lambda seed: room_temperature(seed).at),
        "humidity": ("humidity", lambda seed: room_humidity(seed).at),
    },
    "O-01": {
        "temperature-1": ("oven", _oven),
        "temperature-2": ("bath", lambda seed: water_bath(seed).at),
    },
}
"""What of the bench's air each channel measures, and its usual course by the seed."""
DEVIATIONS = {"B-01": Deviation(-0.02e-3, 0.0021e-3), "B-02": Deviation(4e-3, 0.24e-3)}
"""Of B-01 just what its certificate in ``config/demo`` corrects; of B-02 what its last checks have found."""


@dataclass(frozen=True, slots=True)
class BareInstrument:
    """An instrument on the bench, with no wire to it."""

    instrument: LaboratoryInstrument
    """Nothing answers at its URL."""
    profile: Profile
    twin: Twin


def laboratory_instruments() -> tuple[LaboratoryInstrument, ...]:
    """The five instruments before they are on wires: nothing answers at their URLs."""
    profiles = load_profiles()
    return tuple(_nowhere(plan, named(profiles, plan.profile)) for plan in _BENCHES)


def bare_instruments(hand: Hand) -> tuple[BareInstrument, ...]:
    """The five instruments at a bench where nobody is but the hand, for whoever needs no wires."""
    profiles = load_profiles()
    found = []
    for seed, plan in enumerate(_BENCHES):
        profile = named(profiles, plan.profile)
        twin = _twin(plan, profile, seed, hand, resting=True)
        found.append(BareInstrument(_nowhere(plan, profile), profile, twin))
    return tuple(found)


class Laboratory:
    """The laboratory while it runs; leaving it as a context manager stops every sim."""

    def __init__(
        self,
        instruments: tuple[LaboratoryInstrument, ...],
        hand: Hand,
        hand_url: str,
        sims: contextlib.ExitStack,
    ) -> None:
        self.instruments = instruments
        self.hand = hand
        self.hand_url = hand_url
        """Where the hand takes its words: a line of text in, a line of JSON out."""
        self._sims = sims

    def stop(self) -> None:
        """Stop every sim; twice is harmless."""
        self._sims.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Plug:
    """The line of one instrument: pulled out, or with the bad days it usually has."""

    def __init__(self, server: SimServer, usual: FaultPlan) -> None:
        self._server = server
        self._usual = usual
        self.is_cut = False

    def cut(self) -> None:
        self._server.arm((Rule(Cut()),))
        self.is_cut = True

    def mend(self) -> None:
        self._server.arm(self._usual)
        self.is_cut = False


def start_laboratory(base_dir: Path, clock: Clock, *, resting: bool = False) -> Laboratory:
    """Start the five instruments and the hand's line on free ports.

    Args:
        base_dir: the demo's folder, for links and the bench's script; that of an earlier laboratory goes on.
        clock: its time is the bench's, its monotonic time that of the wires.
        resting: nobody is there but the hand: pans stay empty until it puts something on, no cable is loose.

    Raises:
        LinkError: a wire cannot be made; the ones that were made are taken down again.
        HandError: the script of the earlier laboratory cannot be used.
    """
    if not base_dir.is_dir():
        raise LinkError(f"{base_dir} does not exist: a laboratory keeps its lines in a folder that does")
    link = base_dir / PTY_LINK
    if link.is_symlink():
        link.unlink()  # left by a laboratory that was killed; it may lead to somebody else's terminal now
    hand, profiles = Hand(clock, base_dir), load_profiles()
    with contextlib.ExitStack() as starting:
        instruments = []
        for seed, plan in enumerate(_BENCHES):
            profile = named(profiles, plan.profile)
            faults = () if resting else plan.faults
            twin = _twin(plan, profile, seed, hand, resting=resting)
            server = SimServer(twin, plan.listen.format(base=base_dir), faults, clock)
            starting.enter_context(server)
            hand.wires[plan.name] = _Plug(server, faults)
            instruments.append(_bench(plan, client_url(profile, server.url)))
        line = starting.enter_context(SimServer(HandTwin(hand), _FREE_PORT, clock=clock))
        running = starting.pop_all()
    return Laboratory(tuple(instruments), hand, line.url, running)


def _twin(plan: _Plan, profile: Profile, seed: int, hand: Hand, *, resting: bool) -> Twin:
    """The twin of one instrument, with the bench under it where the bench has something to say."""
    framing = framing_for(plan.listen)
    if plan.name in _AIR:
        courses = {
            channel: steered(hand, name, usual(seed)) for channel, (name, usual) in _AIR[plan.name].items()
        }
        return registers_twin(profile, courses, framing)
    twin = make_twin(profile, "default", seed, framing, plan.serial_number)
    if isinstance(twin, MtSicsTwin | SbiTwin):
        digit_g = 10.0**-twin.plate.decimals
        routine = None if resting else twin.pan
        twin.pan = SteeredPan(hand, plan.name, digit_g, DEVIATIONS[plan.name], routine)
        hand.keyboards[plan.name] = twin.keys
    return twin


def _nowhere(plan: _Plan, profile: Profile) -> LaboratoryInstrument:
    return _bench(
        plan, client_url(profile, plan.listen.format(base="/nowhere").replace(_FREE_PORT, _NO_PORT))
    )


def _bench(plan: _Plan, url: str) -> LaboratoryInstrument:
    return LaboratoryInstrument(
        plan.name, *plan.titles, *plan.rooms, plan.profile, url, plan.serial_number, plan.period_s
    )
