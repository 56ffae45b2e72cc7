"""From a ``.po`` text to the binary form that the standard library reads (GNU gettext manual, §10.3)."""

import ast
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MAGIC = 0x950412DE


@dataclass(slots=True)
class _Entry:
    parts: dict[str, str] = field(default_factory=dict)
    """Text by keyword: ``msgctxt``, ``msgid``, ``msgid_plural``, ``msgstr``, ``msgstr[0]`` …"""

    def key(self) -> str:
        key = self.parts["msgid"]
        if "msgctxt" in self.parts:
            key = f"{self.parts['msgctxt']}\x04{key}"
        if "msgid_plural" in self.parts:
            key = f"{key}\x00{self.parts['msgid_plural']}"
        return key

    def value(self) -> str:
        return "\x00".join(text for keyword, text in self.parts.items() if keyword.startswith("msgstr"))


def read_catalogue(text: str, name: str) -> dict[str, str]:
    """Translations by message, in gettext's own keys: ``context EOT message NUL plural``.

    Args:
        text: the content of a ``.po`` file.
        name: the file's name, for the sentence of an error.

    Raises:
        ValueError: a line is none of gettext's, or a message comes twice.
    """
    catalogue: dict[str, str] = {}
    for entry in _entries(text, name):
        if "msgid" not in entry.parts:
            continue
        key = entry.key()
        if key in catalogue:
            msg = f"{name}: {key!r} comes twice; one translation must go"
            raise ValueError(msg)
        catalogue[key] = entry.value()
    return catalogue


def _entries(text: str, name: str) -> Iterator[_Entry]:
    entry, keyword = _Entry(), ""
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        head, _, rest = stripped.partition(" ")
        if stripped.startswith('"'):
            rest = stripped
        else:
            if (head in ("msgctxt", "msgid")) and any(k.startswith("msgstr") for k in entry.parts):
                yield entry
                entry = _Entry()
            keyword = head
            entry.parts[keyword] = ""
        try:
            entry.parts[keyword] += ast.literal_eval(rest)
        except (SyntaxError, ValueError, KeyError, TypeError) as error:
            msg = f"{name}, line {number}: {stripped!r} is not a line of a catalogue"
            raise ValueError(msg) from error
    yield entry


def compile_catalogue(catalogue: Mapping[str, str]) -> bytes:
    """The catalogue as a ``.mo`` file; messages without a translation are left out."""
    pairs = sorted((key.encode(), text.encode()) for key, text in catalogue.items() if text.strip("\x00"))
    strings = bytearray()
    index: list[list[tuple[int, int]]] = [[], []]
    start = 28 + 16 * len(pairs)
    for column in (0, 1):
        for pair in pairs:
            index[column].append((len(pair[column]), start + len(strings)))
            strings += pair[column] + b"\x00"
    table = [number for column in index for entry in column for number in entry]
    header = struct.pack("<7I", MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return header + struct.pack(f"<{len(table)}I", *table) + bytes(strings)
