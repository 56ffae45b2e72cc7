"""MT-SICS, the Mettler-Toledo Standard Interface Command Set, levels 0 and 1, as far as readings need it.

Sources: Mettler-Toledo AT/AB manual p. 87 (grammar), AL/IC operating instructions p. 72 (commands), and the
facts of the project's reference (status letters, identity replies, M28).
"""

import re

from drivers.dialects.base import BROKEN, Answer, Question, cut_line, decode_line, refused
from drivers.dialects.numbers import NUMBER, read_number, weighing_channel
from drivers.profiles import TextOptions
from drivers.reading import Decoded, Identity, Indication, Outcome, Quality
from drivers.units import project_unit

_WEIGHT_IDS = frozenset(("S", "SI", "SIR", "SR", "SNR", "SU", "SIU", "SIRU", "SRU", "SNRU", "SIH", "SFIR"))
_TARE_IDS = frozenset(("T", "TI", "TA"))
_NO_PARAMETERS = (_WEIGHT_IDS - {"SR", "SNR", "SRU", "SNRU"}) | {"T", "TI", "Z", "ZI", "TAC", "@"}
_COMMANDS = (
    _WEIGHT_IDS
    | _TARE_IDS
    | _NO_PARAMETERS
    | {"ST", "SX", "SXI", "SXIR", "D", "DW", "DAT", "TIM", "WS", "K", "PWR", "RST", "PRN", "PSI", "POH"}
    | {"KCPC", "IBMT", "IBIS", "TAR"}
)
_NUMBERED_COMMAND = re.compile(r"(?:[ICMPU]|HA)[0-9]{0,3}")
_ERRORS = {
    "ES": (Outcome.SYNTAX_ERROR, "the instrument does not know this command"),
    "ET": (Outcome.TRANSMISSION_ERROR, "the instrument received broken bytes; check baud rate and parity"),
    "EL": (Outcome.NOT_EXECUTABLE, "the instrument cannot execute this command"),
}
_REFUSING_STATUS = {
    "I": (Outcome.BUSY, "understood, not executable now: busy, or no stability in time"),
    "L": (Outcome.PARAMETER_ERROR, "a parameter is wrong or missing"),
    "+": (Outcome.OVERLOAD, "above the range"),
    "-": (Outcome.UNDERLOAD, "below the range; is the pan in place?"),
}
_STATUS = frozenset("SDABR") | _REFUSING_STATUS.keys()
_STABILITY = {"S": Quality.GOOD, "D": Quality.UNSTABLE}
_STABILITY_OF_TARE_QUERY = {"A": Quality.GOOD}
_VALUE = re.compile(rf"(?P<number>{NUMBER})(?:(?<=\]) *| +)(?P<unit>\S+)")
_DEVICE_ERROR = re.compile(r"Error +(?P<number>\S+)")
_PROBE = re.compile(rf"(?P<probe>[0-9]{{1,2}}) +(?P<number>{NUMBER})")
_QUOTED = re.compile(r'"([^"]*)"')
_CAPACITY = re.compile(r" +[0-9][0-9.]* *[a-z]{1,3}$")
_IDENTITY_IDS = frozenset(("I1", "I2", "I3", "I4", "I5", "I10", "I11"))


class MtSics:
    """MT-SICS over any link."""

    def __init__(self, options: TextOptions) -> None:
        self._units = options.units
        self._has_identity = options.identity

    def questions(self) -> tuple[Question, ...]:
        """``SI``: the weight now, stable or not."""
        return (_question("SI"),)

    def identity_questions(self) -> tuple[Question, ...]:
        """The serial number, and what older ones may refuse.

        Not ``@``, which tells the serial number too: it resets the balance, the operator's tare included.
        """
        if not self._has_identity:
            return ()
        details = tuple(_question(command, is_optional=True) for command in ("I2", "I3", "I11"))
        return (_question("I4", attempts=2), *details)

    def decode(self, frame: bytes) -> Decoded:
        """What one line means."""
        return decode_line(frame, self._decode_text)

    def answers(self, question: Question, frame: bytes) -> Answer:
        """By the identifier in front; ``SI`` is answered by ``S`` (some say ``SI``)."""
        outcome = self.decode(frame).outcome
        if outcome in BROKEN:
            return Answer.WRONG
        text = frame.decode("ascii").strip("\r\n")
        head = text.split(" ")[0]
        if head in _ERRORS:
            return Answer.YES
        expected = ("S", "SI") if question.label == "SI" else (question.label,)
        is_reply = outcome is not Outcome.REQUEST
        return Answer.YES if is_reply and head in expected else Answer.FOREIGN

    def interpret(self, question: Question, frame: bytes) -> Decoded:
        """The same as ``decode``: a line of MT-SICS names its question."""
        return self.decode(frame)

    def _decode_text(self, text: str) -> Decoded:
        head, _, parameters = text.rstrip(" ").partition(" ")
        if head in _ERRORS and not parameters:
            return refused(*_ERRORS[head])
        if head not in _COMMANDS and not _NUMBERED_COMMAND.fullmatch(head):
            what = f"begins with {head!r}" if head else "begins with a blank"
            return refused(Outcome.MALFORMED, f"the line {what}, no identifier of MT-SICS; was a byte lost?")
        status, _, rest = parameters.partition(" ")
        if status not in _STATUS:
            return _request(head, parameters)
        if status in _REFUSING_STATUS and not rest:
            return refused(*_REFUSING_STATUS[status])
        if head in _WEIGHT_IDS or (head in _TARE_IDS and rest):
            return self._weight(head, status, rest.strip(" "))
        if head == "M28" and status in {"A", "B"}:
            return _probe(rest)
        if head in _IDENTITY_IDS and rest:
            return _identity(head, status, rest)
        if head.startswith("C") and status == "B":
            return refused(Outcome.ADJUSTING, "adjustment is running")
        return Decoded(outcome=Outcome.TEXT if rest else Outcome.ACKNOWLEDGED)

    def _weight(self, head: str, status: str, rest: str) -> Decoded:
        error = _DEVICE_ERROR.fullmatch(rest)
        if error:
            return refused(Outcome.DEVICE_ERROR, f"the instrument reports error {error['number']}")
        stability = (_STABILITY_OF_TARE_QUERY if head == "TA" else _STABILITY).get(status)
        match = _VALUE.fullmatch(rest)
        number = read_number(match["number"]) if match else None
        if match is None or number is None or stability is None:
            return refused(Outcome.MALFORMED, f"{head} {status} must be followed by one number and its unit")
        unit = project_unit(match["unit"])
        if unit not in self._units:
            known = " ".join(self._units)
            return refused(Outcome.UNKNOWN_UNIT, f"unit {match['unit']!r} is not one of {known}")
        channel = "tare" if head in _TARE_IDS else weighing_channel(unit)
        text, legal = number
        return Decoded(indications=(Indication(channel, text, unit, legal | stability),))


def _question(command: str, attempts: int = 1, *, is_optional: bool = False) -> Question:
    return Question(f"{command}\r\n".encode("ascii"), cut_line, command, attempts, is_optional=is_optional)


def _request(head: str, parameters: str) -> Decoded:
    if parameters and head in _NO_PARAMETERS:
        return refused(Outcome.MALFORMED, f"{head} is followed by neither status nor value")
    return Decoded(outcome=Outcome.REQUEST)


def _probe(rest: str) -> Decoded:
    match = _PROBE.fullmatch(rest.strip(" "))
    number = read_number(match["number"]) if match else None
    if match is None or number is None:
        return refused(Outcome.MALFORMED, "M28 must be followed by the probe's number and its temperature")
    quality = number[1] | Quality.UNKNOWN_STABILITY
    return Decoded(indications=(Indication(f"probe-{match['probe']}", number[0], "degC", quality),))


def _identity(head: str, status: str, rest: str) -> Decoded:
    texts = _QUOTED.findall(rest)
    if status != "A" or not texts or _QUOTED.sub("", rest).strip(" "):
        return refused(Outcome.MALFORMED, f"{head} must be followed by A and texts in quotation marks")
    first = texts[0].strip(" ")
    identity = Identity()
    if head == "I4":
        identity = Identity(serial_number=first)
    elif head == "I3":
        identity = Identity(firmware=first.split(" ")[0])
    elif head in {"I2", "I11"}:
        identity = Identity(model=_CAPACITY.sub("", first))
    return Decoded(outcome=Outcome.IDENTITY, identity=identity)
