"""What can go wrong between a question and a value.

::

    InstrumentError
    ├── LinkError            the wire: cannot be opened, was lost
    │   └── LinkTimeoutError  open, but silent until the deadline
    └── ProtocolError        bytes came that the dialect does not allow: garbage, another question's answer
        └── SerialNumberError   the instrument is not the one in the register
    ProfileError             a profile or URL that cannot be used: file, key, what was found, what is allowed
    ClockError               the fast clock of a simulated laboratory: its file, and what is wrong with it
    HandError                what the operator's hand in a simulated laboratory cannot do
"""

from drivers.reading import Outcome


class InstrumentError(Exception):
    """Any failure to get a reading; the sentence says what to do."""

    def __init__(self, sentence: str, frame: bytes = b"") -> None:
        super().__init__(sentence)
        self.frame = frame
        """The bytes that were there, if any."""


class LinkError(InstrumentError):
    """The wire cannot be opened, or was lost."""


class LinkTimeoutError(LinkError):
    """The link is open, but no whole frame came before the deadline; ``frame`` holds the part that came."""


class ProtocolError(InstrumentError):
    """Bytes came that the dialect does not allow here."""

    def __init__(self, sentence: str, frame: bytes = b"", outcome: Outcome = Outcome.MALFORMED) -> None:
        super().__init__(sentence, frame)
        self.outcome = outcome


class SerialNumberError(ProtocolError):
    """The instrument on the wire is not the one in the register of equipment: no data are taken."""


class ProfileError(Exception):
    """A profile, or an instrument's URL, that cannot be used; the sentence names every mistake."""


class ClockError(Exception):
    """The fast clock of a simulated laboratory cannot be used; the sentence names its file."""


class HandError(Exception):
    """What the operator's hand in a simulated laboratory was told cannot be done; the sentence says why."""
