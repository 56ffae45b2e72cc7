"""The bench of the conformance suite: every dialect on every wire it runs on, with tagged values.

Each answer of a twin carries another value, its tag, and the twin keeps a list of which tag went out for
which request. So a test knows, of any reading, which question it is the answer to.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from drivers.clock import Clock, SystemClock
from drivers.errors import InstrumentError
from drivers.instrument import Instrument, InstrumentSettings, Poll
from drivers.links import make_link
from drivers.profiles import Profile, load_profiles
from drivers.reading import Reading
from drivers.register_map import RegisterMap
from drivers.sims.faults import FaultPlan
from drivers.sims.mt_sics import MtSicsTwin
from drivers.sims.physics import Drying, Weighing
from drivers.sims.registers import RegistersTwin
from drivers.sims.sartorius import MoistureTwin, SbiTwin
from drivers.sims.twin import Nameplate, Twin
from drivers.sims.twins import client_url
from drivers.sims.wire import SimServer
from drivers.urls import Framing

TCP, PTY = "tcp://127.0.0.1:0", "pty:{base}/line"
TIMEOUT_S = 0.15
QUIET_S = 0.06
SERIAL_NUMBER = "0031801165"
PROFILES = load_profiles()
PLATE = Nameplate("BENCH1", SERIAL_NUMBER, "1.00", capacity_g=220.0, decimals=2)


@dataclass
class Source:
    """What the twin measures now: a number made of the tag."""

    tag: int = 0

    @property
    def value(self) -> float:
        """Tag 7 is 10.07."""
        return 10 + self.tag / 100

    def pan(self, _: float) -> Weighing:
        return Weighing(self.value, True)

    def drying(self, _: float) -> Drying:
        return Drying("drying", 1.0, 3.0, True, self.value, 105.0)

    def course(self, _: float) -> float:
        return self.value


class _At:
    """Gives a function the name that physics has."""

    def __init__(self, at: Callable[[float], object]) -> None:
        self.at = at


@dataclass
class TaggedTwin:
    """A twin whose every answer has its own tag."""

    inner: Twin
    source: Source
    log: list[tuple[bytes, int]] = field(default_factory=list)
    unasked: bytes = b""
    """Sent once, as soon as the wire's thread looks."""

    def cut(self, buffer: bytes) -> int:
        return self.inner.cut(buffer)

    def answer(self, request: bytes, now_s: float) -> bytes:
        self.source.tag += 1
        self.log.append((request, self.source.tag))
        return self.inner.answer(request, now_s)

    def spontaneous(self, now_s: float) -> bytes:
        unasked, self.unasked = self.unasked, b""
        return unasked


@dataclass(frozen=True)
class Case:
    """One dialect on one wire."""

    name: str
    profile_name: str
    listen: str
    """``{base}`` is a folder."""
    value_request: str
    """Pattern of the request for a value, as rules of faults have it."""
    other_request: bytes
    """Another question of the same dialect: its answer must never be taken for a value."""
    channels: tuple[str, ...]
    serial_request: str = ""
    """Pattern of the request for the serial number."""
    overload: bytes = b""
    decimal_comma: bytes = b""
    decimal_comma_text: str = ""
    ambiguous: bytes = b""
    unasked: bytes = b""
    """A line that such an instrument sends when somebody presses a key."""

    @property
    def profile(self) -> Profile:
        quick = {"timeout_s": TIMEOUT_S, "quiet_s": QUIET_S, "min_interval_s": 0.0}
        return replace(PROFILES[self.profile_name], **quick)

    @property
    def is_modbus(self) -> bool:
        return self.profile.dialect == "modbus"

    @property
    def has_identity(self) -> bool:
        return not self.is_modbus

    def make_twin(self, source: Source, serial_number: str = SERIAL_NUMBER, unit_id: int = 1) -> TaggedTwin:
        plate = replace(PLATE, serial_number=serial_number)
        profile = self.profile
        inner: Twin
        if isinstance(profile.options, RegisterMap):
            courses = dict.fromkeys(self.channels, source.course)
            framing = Framing.MBAP if self.listen == TCP else Framing.RTU
            inner = RegistersTwin(profile.options, courses, framing, unit_id)
        elif profile.dialect == "mt-sics":
            inner = MtSicsTwin(_At(source.pan), plate)
        elif profile.dialect == "sartorius-sbi":
            inner = SbiTwin(_At(source.pan), plate)
        else:
            inner = MoistureTwin(_At(source.drying), plate)
        return TaggedTwin(inner, source)


_MT_SICS = Case(
    "mt-sics",
    "mettler-toledo-mt-sics",
    "",
    "SI\r",
    b"TA\r\n",
    ("mass",),
    serial_request="@",
    overload=b"S +\r\n",
    decimal_comma=b"S S      12,50 g\r\n",
    decimal_comma_text="12.50",
    ambiguous=b"S S   1.234,50 g\r\n",
    unasked=b"K C 4\r\n",
)
_SBI = Case(
    "sbi",
    "sartorius-sbi",
    "",
    "\x1bP",
    b"\x1bx2_",
    ("mass",),
    serial_request="\x1bx2_",
    overload=b"Stat        High    \r\n",
    decimal_comma=b"N     +    12,50 g  \r\n",
    decimal_comma_text="12.50",
    ambiguous=b"N     + 1.234,50 g  \r\n",
    unasked=b"T     +    10.00 g  \r\n",
)
_MOISTURE = Case(
    "moisture",
    "sartorius-ma-moisture",
    "",
    "\x1bP",
    b"\x1bx2_",
    ("moisture",),
    serial_request="\x1bx2_",
    overload=b"Stat        High    \r\n",
    decimal_comma=b"Moist +    12,50 %M \r\n",
    decimal_comma_text="12.50",
    ambiguous=b"Moist + 1.234,50 %M \r\n",
    unasked=b"Dev   +    10.00 g  \r\n",
)
_RTU = Case(
    "rtu",
    "pt100-2ch-float",
    "",
    "\x01\x03\0\0\0\x04",
    bytes.fromhex("010300000002c40b"),
    ("temperature-1", "temperature-2"),
)
_MBAP = replace(
    _RTU,
    name="mbap",
    value_request=".{6}\x01\x03\0\0\0\x04",
    other_request=bytes.fromhex("fff1000000060103 00000004"),
)

CASES = (
    *(replace(each, name=f"{each.name}-tcp", listen=TCP) for each in (_MT_SICS, _SBI, _MOISTURE, _MBAP)),
    replace(_RTU, name="rtu-tcp", listen="rtu+" + TCP),
    *(replace(each, name=f"{each.name}-pty", listen=PTY) for each in (_MT_SICS, _SBI, _MOISTURE, _RTU)),
)


@dataclass
class Rig:
    """A sim on its wire, and an instrument that reads it."""

    case: Case
    server: SimServer
    twin: TaggedTwin
    instrument: Instrument

    def poll(self) -> Poll:
        """One poll; every value in it must be the answer to a question of this poll."""
        before = len(self.twin.log)
        poll = self.instrument.poll()
        tags = [tag for request, tag in self.twin.log[before:]]
        for reading in poll.readings:
            assert tag_of(reading) in tags, f"{reading.text} answers an older question"
        return poll

    def poll_until_it_answers(self, limit: int = 40) -> Poll:
        """Poll through failures, as a link's thread does; none of them may give a value."""
        for _ in range(limit):
            try:
                return self.poll()
            except InstrumentError:
                time.sleep(0.02)
        pytest.fail(f"no answer in {limit} polls")

    def requests(self) -> list[bytes]:
        return [request for request, _ in self.twin.log]


def tag_of(reading: Reading) -> int:
    """The tag that went out with this value."""
    return round((reading.value - 10) * 100)


@contextmanager
def rig(case: Case, base: Path, serial_number: str = "", faults: FaultPlan = ()) -> Iterator[Rig]:
    """A sim of ``case`` and an instrument that reads it; ``serial_number`` is the register's."""
    twin = case.make_twin(Source())
    clock: Clock = SystemClock()
    with SimServer(twin, case.listen.format(base=base), faults) as server:
        profile = case.profile
        link = make_link(client_url(profile, server.url), profile, clock)
        settings = InstrumentSettings(case.name, serial_number=serial_number, simulated=True)
        try:
            yield Rig(case, server, twin, Instrument(settings, profile, link, clock))
        finally:
            link.close()
