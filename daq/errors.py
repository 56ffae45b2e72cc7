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
    └── StreamError          the time-series database or its cursor
"""


class HengliangError(Exception):
    """Any failure that a person must act on; the sentence says how."""


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
