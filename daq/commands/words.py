"""What the records' words are called by people, in the reader's language, as on the pages."""

from daq.commands.speech import language
from daq.web.words import Words


def words(timezone: str = "UTC") -> Words:
    """Says what stands in the records; times in ``timezone``."""
    return Words(language(), timezone)
