"""What can go wrong above the instruments.

::

    HengliangError
    ├── SettingsError        the site's configuration: file, key, what was found, what is allowed
    ├── JournalError         the record: cannot be opened, is damaged, is written by another process
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
    """The journal cannot be opened, is damaged, or is written by another process."""


class StreamError(HengliangError):
    """The time-series database, or the cursor into the journal, cannot be used."""
