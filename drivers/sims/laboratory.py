"""A county laboratory in Shizhu, for coptis and chili: five instruments on real wires, and one bad cable."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.clock import Clock
from drivers.profiles import load_profiles, named
from drivers.sims.faults import Cut, FaultPlan, Rule
from drivers.sims.twins import client_url, framing_for, make_twin
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


class Laboratory:
    """The laboratory while it runs; leaving it as a context manager stops every sim."""

    def __init__(self, instruments: tuple[LaboratoryInstrument, ...], sims: contextlib.ExitStack) -> None:
        self.instruments = instruments
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


def start_laboratory(base_dir: Path, clock: Clock) -> Laboratory:
    """Start the five instruments on free ports, and the pty's link in ``base_dir``.

    Raises:
        LinkError: a wire cannot be made; the ones that were made are taken down again.
    """
    profiles = load_profiles()
    link = base_dir / PTY_LINK
    if link.is_symlink():
        link.unlink()  # left by a laboratory that was killed; it may lead to somebody else's terminal now
    with contextlib.ExitStack() as starting:
        instruments = []
        for seed, plan in enumerate(_BENCHES):
            profile = named(profiles, plan.profile)
            listen = plan.listen.format(base=base_dir)
            twin = make_twin(profile, "default", seed, framing_for(listen), plan.serial_number)
            server = starting.enter_context(SimServer(twin, listen, plan.faults, clock))
            instruments.append(_bench(plan, client_url(profile, server.url)))
        running = starting.pop_all()
    return Laboratory(tuple(instruments), running)


def _bench(plan: _Plan, url: str) -> LaboratoryInstrument:
    return LaboratoryInstrument(
        plan.name, *plan.titles, *plan.rooms, plan.profile, url, plan.serial_number, plan.period_s
    )
