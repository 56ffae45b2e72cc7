r"""Sartorius SBI: escape commands to the balance, 16- or 22-character lines from it.

No identifier ties an answer to its question; but identity lines can be told from value lines. Sources: see
``sbi_line``; commands: Sartorius Cubis manual, mse36201s p. 71 (CR LF optional).
"""

import re

from drivers.dialects.base import BROKEN, Answer, Question, cut_line, decode_line, refused
from drivers.dialects.numbers import weighing_channel
from drivers.dialects.sbi_line import ValueLine, looks_like_value, read_identity, read_status, read_value
from drivers.profiles import TextOptions
from drivers.reading import Decoded, Identity, Indication, Outcome, Quality
from drivers.units import project_unit

_REQUEST = re.compile(rb"\x1b(?:[A-Z]|[A-Za-z][A-Za-z]{0,2}[0-9]{0,2}_|t[ -~]*_)(?:\r\n|\r|\n)?")
_BARE_WORD = re.compile(rb"[ \r\n]*[0-9A-Za-z][0-9A-Za-z/_-]*[ \r\n]*")
_NET_IDENTS = frozenset(("", "N", "N1", "Qnt", "Prc"))
_UNIT_OF_IDENT = {"Qnt": "pcs", "Prc": "%"}
"""What a label says about the unit while the unit columns are blank."""
_CHANNEL_OF_IDENT = {"G#": "gross", "*G": "gross", "T": "tare", "T1": "tare", "T2": "tare", "PT2": "tare"}
_OTHER_IDENT = re.compile(r"\*N|nRef|pRef|wRef|W..%|Nom\.|Diff|Setp|Min|Max|Lim|x-Net|Comp..|Tot\.cp|n|D")
_MODEL, _SERIAL_NUMBER = "model", "serial number"
_NOT_SBI = frozenset(("ES", "ET", "EL"))
"""How MT-SICS and its relatives say that they do not understand."""


class Sbi:
    """SBI over any link."""

    def __init__(self, options: TextOptions) -> None:
        self._units = options.units
        self._has_identity = options.identity

    def questions(self) -> tuple[Question, ...]:
        """``ESC P``: print what the display shows."""
        return (Question(b"\x1bP\r\n", cut_line, "ESC P"),)

    def identity_questions(self) -> tuple[Question, ...]:
        """Model and serial number; balances before the Cubis stay silent."""
        if not self._has_identity:
            return ()
        asked = ((b"\x1bx1_\r\n", _MODEL), (b"\x1bx2_\r\n", _SERIAL_NUMBER))
        return tuple(
            Question(request, cut_line, label, is_optional=True, may_be_silent=True)
            for request, label in asked
        )

    def decode(self, frame: bytes) -> Decoded:
        """What one line means; ``unit`` is empty where the unit columns are blank (not stable)."""
        if _REQUEST.fullmatch(frame):
            return Decoded(outcome=Outcome.REQUEST)
        if _REQUEST.match(frame):
            return refused(Outcome.ECHO, "the request itself comes back in front of the answer")
        return decode_line(frame, self._decode_text)

    def answers(self, question: Question, frame: bytes) -> Answer:
        """Value and ``Stat`` lines answer ``ESC P``, identity lines answer identity questions."""
        decoded = self.decode(frame)
        is_identity = decoded.outcome in {Outcome.IDENTITY, Outcome.TEXT}
        if question.label in {_MODEL, _SERIAL_NUMBER}:
            if self._names_another(question, decoded):
                return Answer.FOREIGN
            if (
                is_identity
                or decoded.outcome is Outcome.SYNTAX_ERROR
                or (decoded.outcome is Outcome.MALFORMED and _BARE_WORD.fullmatch(frame))
            ):
                return Answer.YES
            return Answer.WRONG if decoded.outcome in BROKEN else Answer.FOREIGN
        if decoded.outcome in BROKEN:
            return Answer.WRONG
        if is_identity or decoded.outcome is Outcome.REQUEST:
            return Answer.FOREIGN
        return Answer.YES if self._is_displayed(decoded, frame) else Answer.FOREIGN

    def interpret(self, question: Question, frame: bytes) -> Decoded:
        """An identity question is answered by a line with or without a label."""
        decoded = self.decode(frame)
        if decoded.identity is not None or decoded.outcome not in {Outcome.TEXT, Outcome.MALFORMED}:
            return decoded
        text = frame.decode("ascii", errors="replace").strip(" \r\n")
        if question.label == _MODEL:
            return Decoded(outcome=Outcome.IDENTITY, identity=Identity(model=text))
        if question.label == _SERIAL_NUMBER:
            return Decoded(outcome=Outcome.IDENTITY, identity=Identity(serial_number=text.split(" ")[-1]))
        return decoded

    @staticmethod
    def _names_another(question: Question, decoded: Decoded) -> bool:
        """Whether a labelled identity line answers the other identity question."""
        identity = decoded.identity
        if identity is None:
            return False
        return not (identity.model if question.label == _MODEL else identity.serial_number)

    def _is_displayed(self, decoded: Decoded, frame: bytes) -> bool:
        """Whether a value is what the display shows, not one line of a longer print-out."""
        value = read_value(frame.decode("ascii").strip("\r\n"))
        return not decoded.indications or (value is not None and self.is_net(value))

    def is_net(self, value: ValueLine) -> bool:
        """Whether the line's label is that of the displayed value."""
        return value.ident in _NET_IDENTS

    def channel_of(self, value: ValueLine, unit: str) -> str:
        """The channel a value line belongs to; empty if its label is not known."""
        if value.ident in _NET_IDENTS:
            return weighing_channel(unit)
        if value.ident in _CHANNEL_OF_IDENT:
            return _CHANNEL_OF_IDENT[value.ident]
        return value.ident.lower().strip("*.") if _OTHER_IDENT.fullmatch(value.ident) else ""

    def stability_of(self, value: ValueLine, unit: str) -> Quality:
        """Blank unit columns say that the value is not stable."""
        return Quality.GOOD if value.unit else Quality.UNSTABLE

    def _decode_text(self, text: str) -> Decoded:
        if text.strip(" ") in _NOT_SBI:
            msg = "the instrument does not know SBI commands; is it set to MT-SICS?"
            return refused(Outcome.SYNTAX_ERROR, msg)
        identity = read_identity(text)
        if identity is not None:
            return Decoded(outcome=Outcome.IDENTITY, identity=identity)
        status = read_status(text)
        if status is not None:
            return refused(*status)
        value = read_value(text)
        if value is not None:
            return self._decode_value(value)
        if looks_like_value(text):
            return refused(Outcome.MALFORMED, "a number outside its columns; were bytes lost?")
        return Decoded(outcome=Outcome.TEXT)

    def _decode_value(self, value: ValueLine) -> Decoded:
        unit = project_unit(value.unit) if value.unit else _UNIT_OF_IDENT.get(value.ident, "")
        if value.unit and unit not in self._units:
            known = " ".join(self._units)
            return refused(Outcome.UNKNOWN_UNIT, f"unit {value.unit!r} is not one of {known}")
        channel = self.channel_of(value, unit)
        if not channel:
            return refused(Outcome.MALFORMED, f"label {value.ident!r} is not known")
        quality = value.quality | self.stability_of(value, unit)
        return Decoded(indications=(Indication(channel, value.text, unit, quality),))
