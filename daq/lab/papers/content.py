"""What stands on the papers: plain texts, decimals and times, put together by whoever has the records.

Numbers that are reported are texts with the digits that are reported: a paper rounds nothing of a result.
Times are UTC since 1970 in ns; a paper shows them in the site's time zone.
"""

import datetime
import enum
from dataclasses import dataclass
from decimal import Decimal

from daq.lab.results.outcome import Judgement
from daq.lab.results.words import Words
from daq.lab.sessions.evidence import Capture, Entry

NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of accreditation, and the number under it."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Head of a paper."""

    name: Words
    address: Words
    phone: str = ""
    marks: tuple[Mark, ...] = ()
    logo: bytes = b""
    """PNG or SVG; empty without one."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A person's word for something, given with the password."""

    name: str
    role: Words
    meaning: Words
    """``tested``, ``reviewed``, ``approved`` …"""
    t_ns: int


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The report that this one replaces (ISO/IEC 17025:2017, 7.8.8); it is kept."""

    number: str
    version: int
    issued_ns: int
    check_code: str
    reason: str
    """What was changed, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was tested. All but number, time and condition is the client's information."""

    number: str
    product: Words
    client: str = ""
    client_address: str = ""
    lot: str = ""
    origin: str = ""
    amount: str = ""
    sampled_by: str = ""
    received_on: str = ""
    """Day, as it was written down."""
    condition: str = ""
    """As received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodUsed:
    """One version of a written method."""

    title: Words
    documents: tuple[str, ...]
    """Documents it follows, each with edition and clause."""
    version: str
    """SHA-256 of its file."""
    approved: bool
    """By two people of the laboratory; otherwise it is a draft, and the paper says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One reported result."""

    name: Words
    unit: str
    reported: str
    U: str = ""
    """Expanded uncertainty in the unit of the item; empty where none is stated."""
    k: str = ""
    level: Decimal | None = None
    """Coverage probability, such as 0.9545."""
    why_no_uncertainty: str = ""
    verdicts: tuple[Judgement, ...] = ()
    notes: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelRow:
    """A quantity in every determination."""

    name: Words
    symbol: str
    unit: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallels:
    """Parallel determinations, and how far they lie apart."""

    rows: tuple[ParallelRow, ...]
    numbers: tuple[int, ...] = ()
    """Of the determinations, in the order of the values; empty where none was given up: 1, 2 …"""
    difference: str = ""
    """With its unit; empty where they are not compared."""
    allowed: str = ""
    accepted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambient:
    """A condition of the room while the tests ran."""

    place: Words
    quantity: Words
    unit: str
    lowest: str
    highest: str
    allowed: str = ""
    """``15 – 30``; empty where the method demands nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentUsed:
    """An instrument or standard, and the certificate that its values stand on."""

    name: str
    """Short name, as on its label."""
    title: Words
    model: str = ""
    serial_number: str = ""
    certificate: str = ""
    """Number; empty where no certificate was in force."""
    needs_certificate: bool = True
    """Whether it may be used only with one, by the register of equipment."""
    laboratory: str = ""
    """That issued the certificate."""
    valid_until: datetime.date | None = None
    """Last day."""
    was_valid: bool = True
    """Whether everything that makes it valid was met throughout its use."""
    stands_on: tuple[str, ...] = ()
    """Numbers of the certificates of the standards that its certificate names."""
    chain_holds: bool = True
    """Whether no step up from its certificate is broken, expired or circular."""

    @property
    def is_traceable(self) -> bool:
        """Whether nothing limits the traceability through it."""
        return not self.needs_certificate or (bool(self.certificate) and self.was_valid and self.chain_holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A departure from the method, or a release of something that was stopped; it is always printed."""

    what: Words
    reason: str
    signatures: tuple[Signed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A test report (检测报告): ISO/IEC 17025:2017, 7.8.2, 7.8.3, 7.8.6, 7.8.8."""

    laboratory: Laboratory
    number: str
    version: int
    issued_ns: int
    predecessor: Predecessor | None = None
    session: str
    sample: Sample
    method: MethodUsed
    place: Words
    begun_ns: int
    ended_ns: int
    items: tuple[Item, ...]
    parallels: tuple[Parallels, ...] = ()
    ambient: tuple[Ambient, ...] = ()
    instruments: tuple[InstrumentUsed, ...]
    deviations: tuple[Deviation, ...] = ()
    signatures: tuple[Signed, ...]
    simulated: bool
    """Whether any capture was simulated: the paper then says so on every page, and bears no mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureLine:
    """A capture with what a reader of the sheet wants to know besides."""

    capture: Capture
    step: Words
    k: float | None
    """Coverage factor of the corrected value; None without one."""
    certificate: str
    """Number, for people."""
    taken_by: str
    struck_by: str = ""
    struck_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """A number that a person entered."""

    entry: Entry
    step: Words
    unit: str
    name: str
    """Of the person."""
    struck_by: str = ""
    struck_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A time that had to pass, perhaps at a temperature."""

    step: Words
    portion: int
    turn: int
    begun_ns: int
    ended_ns: int | None
    demanded: str
    """``≥ 5 h, 100 – 105 °C``."""
    instrument: str = ""
    lowest: str = ""
    """Temperature, with its unit."""
    highest: str = ""
    remark: Words = NOTHING
    """Why it was shorter, longer, colder or warmer, or why it was struck out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """Who did a step, and when."""

    step: Words
    portion: int
    turn: int
    name: str
    t_ns: int
    remark: Words = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """One line of an uncertainty budget."""

    quantity: Words
    count: int
    """How many independent effects this line has."""
    value: float | None
    u: float | None
    """Standard uncertainty of each effect, in the unit of its quantity."""
    distribution: str
    """``normal``, ``rectangular`` …; empty where it is none of one kind."""
    sensitivity: float | None
    contribution: float
    """In the unit of the result."""
    dof: float | None
    """Degrees of freedom; None for infinitely many."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """A formula with its result and its budget."""

    title: Words
    symbol: str
    expression: str
    unit: str
    portion: int
    """0 for a formula over all portions."""
    value: str
    """Unrounded, with as many digits as one wants to compare."""
    u: float | None = None
    dof: float | None = None
    """Effective degrees of freedom; None for infinitely many."""
    k: float | None = None
    budget: tuple[BudgetLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSheet:
    """The raw record (原始记录) of a session: ISO/IEC 17025:2017, 7.5."""

    laboratory: Laboratory
    session: str
    final: bool
    """Whether a second person has reviewed the session; otherwise the paper says that it may still change."""
    printed_ns: int
    sample: Sample | None
    """None for a check of an instrument."""
    method: MethodUsed
    begun_ns: int
    ended_ns: int | None
    captures: tuple[CaptureLine, ...]
    timed: tuple[Timed, ...] = ()
    entries: tuple[EntryLine, ...] = ()
    steps: tuple[StepDone, ...] = ()
    parallels: tuple[Parallels, ...] = ()
    workings: tuple[Working, ...] = ()
    ambient: tuple[Ambient, ...] = ()
    instruments: tuple[InstrumentUsed, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    signatures: tuple[Signed, ...] = ()
    simulated: bool


class Standing(enum.StrEnum):
    """What an instrument may be used for, as its label says it."""

    QUALIFIED = "qualified"
    """合格, green."""
    LIMITED = "limited"
    """准用, yellow: part of its range, or part of its functions."""
    STOPPED = "stopped"
    """停用, red."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentLabel:
    """A label for an instrument."""

    laboratory: Words
    name: str
    title: Words
    serial_number: str = ""
    certificate: str = ""
    calibrated_on: datetime.date | None = None
    due_on: datetime.date | None = None
    standing: Standing
    limits: Words = NOTHING
    """What it may be used for, where its use is limited."""
