"""Names and sizes of files of strangers: for people to see, never a path."""

import re
import unicodedata

from calibration.sentences import Sentence

MOST_CHARACTERS = 120

_PARTS = re.compile(r"[/\\]")


def shown_name(written: str) -> str:
    """The last part of a name without what misleads the eye: control and bidirectional characters, dots."""
    last = _PARTS.split(written)[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    return visible.strip(" .")[:MOST_CHARACTERS] or "unnamed"


def too_long(size: int, most: int) -> Sentence:
    """What is said of a file with more bytes than its kind may have; ``most`` is a number of whole MiB."""
    return Sentence("{size} bytes; allowed are {most} ({mib} MiB)", size=size, most=most, mib=most >> 20)
