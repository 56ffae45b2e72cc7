"""In which language the console speaks: the one of the locale, Chinese or English.

What programs read, ``--json`` and exit codes, is the same in both.
"""

import codecs
import functools
import os
import sys
from collections.abc import Mapping
from typing import Any

from daq.error_words import error_text as text_of_error
from daq.i18n.speech import Speech

CHINESE, ENGLISH = "zh_CN", "en"


def language() -> str:
    """What the locale says, as POSIX reads it; English where the output has no Chinese characters."""
    return CHINESE if _asks_for_chinese(os.environ) and _prints("衡量") else ENGLISH


def _asks_for_chinese(environment: Mapping[str, str]) -> bool:
    """The first of these that says anything decides (IEEE Std 1003.1, XBD 8.2)."""
    asked = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return asked.casefold().startswith("zh")


def _prints(text: str) -> bool:
    try:
        codecs.encode(text, sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def speech(timezone: str = "UTC") -> Speech:
    """What says texts in the reader's language, and times in ``timezone``."""
    return _speech(language(), timezone)


@functools.cache
def _speech(language: str, timezone: str) -> Speech:
    return Speech(language, timezone)


def say(message: str, **facts: object) -> str:
    """``message`` in the reader's language with ``{facts}`` filled in."""
    return speech().say(message, **facts)


def count(one: str, many: str, number: int, **facts: object) -> str:
    """``one`` or ``many`` by ``number``, which fills ``{number}``."""
    return speech().count(one, many, number, **facts)


def sentence(text: str) -> str:
    """A sentence of the program in the reader's language; other texts as they are."""
    return speech().sentence(text)


def word(kept: str, texts: Mapping[Any, str | tuple[str, str]], **facts: object) -> str:
    """A word of the records, such as ``in-force``: in English as it is kept, in Chinese as people say it.

    ``texts`` has the messages, alone or behind a shape, as the pages show them.
    """
    message = texts.get(kept, kept)
    text = message if isinstance(message, str) else message[-1]
    return kept if language() == ENGLISH else say(text, **facts)


def error_text(error: Exception) -> str:
    """The sentence of an error in the reader's language."""
    return text_of_error(error, speech())
