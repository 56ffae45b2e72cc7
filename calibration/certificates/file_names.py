"""Names of files of strangers: for people to see, never a path."""

import re
import unicodedata

MOST_CHARACTERS = 120

_PARTS = re.compile(r"[/\\]")


def shown_name(written: str) -> str:
    """The last part of a name without what misleads the eye: control and bidirectional characters, dots."""
    last = _PARTS.split(written)[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    return visible.strip(" .")[:MOST_CHARACTERS] or "unnamed"
