"""What can go wrong above the instruments.

::

    HengliangError
    ├── SettingsError        the site's configuration: file, key, what was found, what is allowed
    ├── JournalError         the record: cannot be opened, read or written
    │   ├── JournalMissingError   there is none, or it is not set up yet
    │   ├── JournalLockedError    another process writes it
    │   ├── JournalVersionError   another version's journal, or another program's database
    │   ├── JournalDamagedError   the file cannot be read as what it was written
    │   ├── JournalWriteError     rows cannot be committed: disk full, I/O error, no permission
    │   ├── JournalClosedError    asked to take rows after it was closed
    │   ├── TicketTimeoutError    rows are not committed yet: they still wait, nothing is lost
    │   └── RowError              a reading or event that the journal does not take
    │       └── UndefinedChannelError   no channel was defined for the reading's instrument, name and unit
    ├── StreamError          the time-series database or its cursor
    ├── RecordsError         the records database: cannot be opened, read or written
    │   ├── RecordsVersionError   a later version's database, or another program's
    │   └── RecordsBusyError      somebody else has been writing for too long
    ├── AccountError         an account that cannot be, or cannot be changed so
    │   └── PasswordError         a password that the rules refuse
    ├── SignInError          name and password do not belong together, or the account is not active
    │   ├── BrakeError            too many wrong passwords: wait
    │   └── BorrowedPasswordError nobody signs with a password that somebody else has set
    ├── NotPermittedError    the person does not have the role that this takes
    ├── TwoPersonError       the second person is the first one
    ├── RegisterError        the register of equipment and certificates does not take this
    │   ├── EquipmentError        equipment that cannot be, or cannot be changed so
    │   ├── CertificateStepError  a step that this version of a certificate cannot take
    │   └── BlobError             a document whose bytes are not there, or not those that were put there
    ├── CheckError           a check of an instrument, or its plan, that cannot be written
    ├── NonconformityError   nonconforming work: a step that it cannot take now
    ├── BenchError           a sample, a method's version or a session that cannot take this now
    │   ├── NoSuchRecordError     there is no sample, method, session or alert of that name
    │   ├── StepRefusedError      what a session is asked to take is refused, with every reason
    │   └── ResultBlockedError    results cannot be computed, with every datum that is missing or no good
    ├── AlertError           an alert that is not there, or does not take this
    ├── NotifyError          a message that could not be delivered now
    ├── AuditError           the audit trail does not take this
    └── PaperError           a paper cannot be made, or is not one of ours
"""

from collections.abc import Mapping

from calibration.sentences import Sentence, word
from daq.i18n import N_


class HengliangError(Exception):
    """Any failure that a person must act on; the sentence says how.

    ``HengliangError(N_("{count} rows are missing"), count=3)`` can be said in another language too; its
    ``str`` is English.
    """

    def __init__(self, sentence: str = "", **facts: object) -> None:
        super().__init__(sentence.format(**facts) if facts else sentence)
        self.template = sentence
        """The message for the catalogues, with places for ``facts``."""
        self.facts = facts

    @property
    def sentence(self) -> Sentence:
        """What it says, for whoever shows it later and in another language."""
        return Sentence(self.template, **self.facts) if self.facts else word(self.template)


class SettingsError(HengliangError):
    """The site's configuration cannot be used; ``mistakes`` holds one sentence each."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class JournalError(HengliangError):
    """The journal cannot be opened, read or written."""


class JournalMissingError(JournalError):
    """There is no journal, or it is not set up yet."""


class JournalLockedError(JournalError):
    """Another process writes the journal."""


class JournalVersionError(JournalError):
    """The file is a journal of another version, or another program's database."""


class JournalDamagedError(JournalError):
    """The file cannot be read as what it was written; it is left as it is."""


class JournalWriteError(JournalError):
    """Rows cannot be committed; none of them was acknowledged."""


class JournalClosedError(JournalError):
    """The journal was asked to take rows after it was closed."""


class TicketTimeoutError(JournalError):
    """The rows of a ticket are not committed yet; they still wait, nothing is lost."""


class RowError(JournalError):
    """A reading or event that the journal does not take; nothing of the same ``append`` was taken."""


class UndefinedChannelError(RowError):
    """No channel was defined for the reading's instrument, channel name and unit."""


class StreamError(HengliangError):
    """The time-series database, or the cursor into the journal, cannot be used."""


class RecordsError(HengliangError):
    """The records database cannot be opened, read or written; nothing of the change was written."""


class RecordsVersionError(RecordsError):
    """The database was made by a later version, or by another program."""


class RecordsBusyError(RecordsError):
    """Somebody else has been writing for longer than one waits."""


class AccountError(HengliangError):
    """An account that cannot be, or cannot be changed so."""


class PasswordError(AccountError):
    """A password that the rules refuse."""


class SignInError(HengliangError):
    """Name and password do not belong together, or the account is not active: which, is not told."""


class BrakeError(SignInError):
    """Too many wrong passwords for this account; ``wait_s`` says how long it takes none."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            N_("Too many wrong passwords for this account; try again in {wait_s} s."), wait_s=wait_s
        )
        self.wait_s = wait_s


class BorrowedPasswordError(SignInError):
    """Nobody signs with a password that somebody else has set."""


class NotPermittedError(HengliangError):
    """The person does not have the role that this takes."""


class TwoPersonError(HengliangError):
    """The second person is the first one."""


class RegisterError(HengliangError):
    """The register of equipment and certificates does not take this; nothing of it was written."""


class EquipmentError(RegisterError):
    """Equipment that cannot be, or cannot be changed so."""


class CertificateStepError(RegisterError):
    """A step that this version of a certificate cannot take."""


class BlobError(RegisterError):
    """A document whose bytes are not there, or not those that were put there."""


class CheckError(HengliangError):
    """A check of an instrument, or its plan, that cannot be; nothing of it was written."""


class NonconformityError(HengliangError):
    """A step that nonconforming work cannot take as it stands; nothing of it was written."""


class BenchError(HengliangError):
    """A sample, a method's version or a session cannot take this now."""


class NoSuchRecordError(BenchError):
    """There is no sample, method, session or alert of that name."""


class StepRefusedError(BenchError):
    """What a session is asked to take is refused; ``reasons`` holds each as message and its facts.

    ``stops`` holds code and subject of what stopped it, by which two people may allow it.
    """

    def __init__(
        self,
        reasons: tuple[tuple[str, Mapping[str, object]], ...],
        stops: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__("\n".join(message.format(**facts) for message, facts in reasons))
        self.reasons = reasons
        self.stops = stops


class ResultBlockedError(BenchError):
    """A session's results cannot be computed; ``reasons`` holds each as message and its facts."""

    def __init__(self, reasons: tuple[tuple[str, Mapping[str, object]], ...]) -> None:
        super().__init__("\n".join(message.format(**facts) for message, facts in reasons))
        self.reasons = reasons


class AlertError(HengliangError):
    """An alert that is not there, or does not take this."""


class NotifyError(HengliangError):
    """A message that could not be delivered now; the sentence has the other side's words, and no secret."""


class AuditError(HengliangError):
    """The audit trail does not take this; nothing of the change was written."""


class PaperError(HengliangError):
    """A report, sheet or label cannot be made, or a file is none that this program made."""
