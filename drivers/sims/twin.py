"""What every twin is: bytes in, bytes out, and a time that is handed in."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Twin(Protocol):
    """The dialect of one instrument over its physics; it knows no wire and no fault."""

    def cut(self, buffer: bytes) -> int:
        """Length of the first complete request at the head of ``buffer``, 0 if there is none yet."""
        ...

    def answer(self, request: bytes, now_s: float) -> bytes:
        """The reply at ``now_s`` seconds since the start; ``b""`` is silence."""
        ...

    def spontaneous(self, now_s: float) -> bytes:
        """What the instrument sends unasked by ``now_s``: auto-print, streams, a reply that had to wait."""
        ...


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What is written on the instrument."""

    model: str
    serial_number: str
    firmware: str
    capacity_g: float = 0.0
    decimals: int = 0


class Keys:
    """Keys of a balance that were pressed, in whatever thread, and wait until the pan is still."""

    def __init__(self) -> None:
        self._pressed: deque[str] = deque(maxlen=8)

    def press(self, key: str) -> None:
        """Press ``tare``, ``zero`` or ``print``."""
        self._pressed.append(key)

    def take(self) -> str:
        """The key that was pressed first; empty if none was."""
        return self._pressed.popleft() if self._pressed else ""

    def __bool__(self) -> bool:
        return bool(self._pressed)


def line_end(buffer: bytes) -> int:
    """Length of the first line with its CR LF, LF or CR; a CR at the very end may still get its LF."""
    for index, byte in enumerate(buffer):
        if byte == 0x0A:
            return index + 1
        if byte == 0x0D and index + 1 < len(buffer):
            return index + (2 if buffer[index + 1] == 0x0A else 1)
    return 0


def fixed(value: float, decimals: int) -> str:
    """Decimal text with as many decimals as the instrument shows, and no negative zero."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


Command = Callable[[str, float], str]
"""One command of a twin: its parameters as text, the time in s, the reply."""
