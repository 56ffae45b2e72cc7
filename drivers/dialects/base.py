"""What every dialect offers, and what lines of ASCII have in common."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.links import Cut
from drivers.reading import Decoded, Outcome, Refusal

FIRST_PRINTABLE, LAST_PRINTABLE = 0x20, 0x7E


class Answer(enum.Enum):
    """What a frame is to a question."""

    YES = "yes"
    FOREIGN = "foreign"
    """A message nobody asked for now, and harmless: print key, key report, noise. It is skipped."""
    WRONG = "wrong"
    """Broken, or the reply to another question: the wire is not to be trusted."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent, and how the end of the answer is found."""

    request: bytes
    cut: Cut
    label: str
    """For sentences: ``SI``, ``function 3, registers 0 to 1``."""
    attempts: int = 1
    """How often it is asked before silence counts."""
    is_optional: bool = False
    """Whether the instrument may refuse it and still be trusted."""
    may_be_silent: bool = False
    """Whether older instruments do not know it and say nothing."""


class Dialect(Protocol):
    """One language on the wire."""

    def questions(self) -> tuple[Question, ...]:
        """What is asked for one poll of all channels."""
        ...

    def identity_questions(self) -> tuple[Question, ...]:
        """Who are you; empty where the dialect has no such question."""
        ...

    def decode(self, frame: bytes) -> Decoded:
        """What one frame means by itself. Pure; never raises, whatever the bytes are."""
        ...

    def answers(self, question: Question, frame: bytes) -> Answer:
        """Whether ``frame`` answers ``question``."""
        ...

    def interpret(self, question: Question, frame: bytes) -> Decoded:
        """What ``frame`` means as the answer to ``question``; never raises."""
        ...


BROKEN = frozenset(
    (Outcome.MALFORMED, Outcome.NOT_ASCII, Outcome.INCOMPLETE, Outcome.AMBIGUOUS, Outcome.ECHO)
)
"""Outcomes of a line that is not to be trusted."""


def cut_line(buffer: bytes) -> int:
    r"""Ends a frame after ``\r\n``, lone ``\n`` or lone ``\r``; line ends in front belong to the frame."""
    content = len(buffer) - len(buffer.lstrip(b"\r\n"))
    ends = [index for index in (buffer.find(b"\r", content), buffer.find(b"\n", content)) if index >= 0]
    if not ends:
        return 0
    end = min(ends) + 1
    return end + 1 if buffer[end - 1 : end + 1] == b"\r\n" else end


def refused(outcome: Outcome, detail: str, channel: str = "") -> Decoded:
    """A frame without any value, and why."""
    return Decoded(refusals=(Refusal(outcome, detail, channel),), outcome=outcome)


def decode_line(frame: bytes, decode_text: Callable[[str], Decoded]) -> Decoded:
    """Decode one line of strict ASCII: ``decode_text`` gets it without line end, or the frame is refused."""
    if not frame.strip(b"\r\n"):
        return refused(Outcome.INCOMPLETE, "nothing but a line end")
    if any(byte == 0 or byte > 0x7F for byte in frame):
        return refused(Outcome.NOT_ASCII, "bytes that are not ASCII; check baud rate and parity")
    if not frame.endswith((b"\r", b"\n")):
        return refused(Outcome.INCOMPLETE, "no line end")
    lines = frame.decode("ascii").replace("\r", "\n").strip("\n").split("\n")
    lines = [line for line in lines if line]
    if len(lines) > 1:
        if decode_text(lines[0]).outcome is Outcome.REQUEST:
            return refused(Outcome.ECHO, "the request itself comes back in front of the answer")
        return refused(Outcome.AMBIGUOUS, f"{len(lines)} lines in one frame")
    if not all(FIRST_PRINTABLE <= ord(character) <= LAST_PRINTABLE for character in lines[0]):
        return refused(Outcome.MALFORMED, "control characters in the line")
    return decode_text(lines[0])
