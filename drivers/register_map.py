"""What lies in the registers of a Modbus instrument: blocks to read, and channels inside them.

Addresses are those of the protocol (0-based, as on the wire), never the 40001-style numbers of manuals.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from drivers.reading import Outcome

MOST_REGISTERS = 125
"""Registers one request may ask for (Modbus Application Protocol V1.1b3, 6.3)."""

Address = Annotated[int, Field(ge=0, le=0xFFFF)]
ReadFunction = Literal[3, 4]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
"""A name that goes into the journal and the time-series database."""
FaultOutcome = Literal["sensor-fault", "unavailable", "overload", "underload", "device-error"]
WIDTHS = {"int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2}
"""Registers that each type occupies."""


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that are read by one request."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    function: ReadFunction
    address: Address
    count: Annotated[int, Field(ge=1, le=MOST_REGISTERS)]

    @property
    def end(self) -> int:
        """The address after the last register."""
        return self.address + self.count


@dataclass(frozen=True, slots=True)
class Fault:
    """A register value that is a message, not a measured value."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    raw: int
    """The register's bits, signed or not: -9999 and 0xD8F1 are the same 16 bits."""
    outcome: FaultOutcome
    meaning: Annotated[str, Field(min_length=3)]


@dataclass(frozen=True, slots=True)
class Span:
    """The range of the input that the numbers 0 to 65535 stand for, linearly."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    low: Decimal
    high: Decimal
    decimals: Annotated[int, Field(ge=0, le=6)]


@dataclass(frozen=True, slots=True)
class RegisterChannel:
    """One measured quantity in the registers."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Word
    quantity: Word
    unit: str
    address: Address
    type: Literal["int16", "uint16", "int32", "uint32", "float32"]
    function: ReadFunction = 3
    word_order: Literal["big", "little"] = "big"
    """Which word of a 32-bit value comes first: ``big`` the high one, ``little`` the low one."""
    scale: Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,9})?$")] = "1"
    """What one step of an integer is worth, as decimal text: its decimals are the reading's decimals."""
    span: Span | None = None
    faults: tuple[Fault, ...] = ()
    error_below: int | None = None
    """Values below this are error numbers, counted downward from it."""
    unconfirmed: str = ""
    """Why no value may be taken from here before somebody compared it with the instrument's display."""

    @property
    def width(self) -> int:
        """Registers it occupies."""
        return WIDTHS[self.type]

    @property
    def end(self) -> int:
        """The address after its last register."""
        return self.address + self.width


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """The whole map of one kind of instrument."""

    unit_id: int
    """The unit id it leaves the works with."""
    blocks: tuple[Block, ...]
    channels: tuple[RegisterChannel, ...]

    def channels_of(self, block: Block) -> tuple[RegisterChannel, ...]:
        """Channels that lie wholly inside ``block``."""
        return tuple(
            channel
            for channel in self.channels
            if channel.function == block.function
            and block.address <= channel.address
            and channel.end <= block.end
        )


def mistakes_in(registers: RegisterMap) -> list[str]:
    """What is wrong with a map beyond the form of its entries, each as ``key: sentence``."""
    found = []
    for index, channel in enumerate(registers.channels, start=1):
        key = f"channel[{index}] {channel.name}"
        homes = [block for block in registers.blocks if channel in registers.channels_of(block)]
        if len(homes) != 1:
            found.append(
                f"{key}.address: registers {channel.address} to {channel.end - 1} of function "
                f"{channel.function} lie in {len(homes)} blocks; they must lie wholly in one [[block]]"
            )
        found += [f"{key}{sentence}" for sentence in _contradictions(channel)]
    for index, block in enumerate(registers.blocks, start=1):
        if not registers.channels_of(block):
            found.append(f"block[{index}]: no channel lies in it; remove it or add the channel")
    return found


def _contradictions(channel: RegisterChannel) -> list[str]:
    found = []
    if not Decimal(channel.scale):
        found.append(f".scale: found {channel.scale!r}; it must be above 0")
    if channel.span is not None and channel.type != "uint16":
        found.append(f".type: found {channel.type!r}; a span needs 'uint16'")
    if channel.span is not None and channel.span.low >= channel.span.high:
        found.append(f".span: low {channel.span.low} must be below high {channel.span.high}")
    if channel.type == "float32" and (channel.scale != "1" or channel.faults or channel.error_below):
        found.append(": a float32 takes no scale, faults or error_below; NaN is its own fault")
    if channel.width == 1 and channel.word_order == "little":
        found.append(".word_order: found 'little'; one register has no word order")
    return found


OUTCOME_OF: dict[str, Outcome] = {
    "sensor-fault": Outcome.SENSOR_FAULT,
    "unavailable": Outcome.UNAVAILABLE,
    "overload": Outcome.OVERLOAD,
    "underload": Outcome.UNDERLOAD,
    "device-error": Outcome.DEVICE_ERROR,
}
