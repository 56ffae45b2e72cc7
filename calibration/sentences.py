"""Sentences that people read: in English, with the message and the facts of which they are made.

This package knows one language. Whoever speaks another one says the message in it and puts the facts in,
which may be sentences themselves; catalogues collect the messages by the name ``Sentence``.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Self


class Sentence(str):
    """A text like any other, which remembers its message ``… {place} …`` and the facts in their places."""

    __slots__ = ("facts", "message")
    message: str
    facts: Mapping[str, str]
    """By their places; numbers with the digits that are shown."""

    def __new__(cls, message: str, /, **facts: object) -> Self:
        """Put the facts into their places, as text."""
        texts = {place: fact if isinstance(fact, str) else str(fact) for place, fact in facts.items()}
        made = super().__new__(cls, message.format(**texts))
        made.message = message
        made.facts = MappingProxyType(texts)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return made, (str(self.message), dict(self.facts))


def made(message: str, facts: Mapping[str, object]) -> Sentence:
    """A message with its facts; one that is a sentence already stays what it is."""
    return message if isinstance(message, Sentence) else Sentence(message, **facts)


def verbatim(text: str) -> Sentence:
    """What others said, a library or a document: it is in their words, and the same in every language."""
    return text if isinstance(text, Sentence) else Sentence("{text}", text=text)


def word(text: str) -> Sentence:
    """A word of this package itself, such as a quantity, which other languages have another word for."""
    return Sentence(text.replace("{", "{{").replace("}", "}}"))


def sentence_of(error: Exception) -> Sentence:
    """The sentence of an error with all that it remembers."""
    said = error.args[0] if len(error.args) == 1 else ""
    return said if isinstance(said, Sentence) else verbatim(str(error))


def placed(place: str, sentence: str) -> Sentence:
    """A sentence about a place of a document; alone where the place is not known."""
    if not place:
        return verbatim(sentence)
    return Sentence("{place}: {sentence}", place=place, sentence=sentence)


def about(file_name: str, sentence: str, place: str = "") -> Sentence:
    """A sentence about a file, or about a place in it."""
    return Sentence("{file}: {sentence}", file=file_name, sentence=placed(place, sentence))


def either(words: Iterable[str]) -> Sentence:
    """One of several words, of which there is at least one: ``"a" or "b"``."""
    *others, last = words
    found = verbatim(last)
    for word in reversed(others):
        found = Sentence("{word} or {others}", word=word, others=found)
    return found


def joined(separator: str, parts: Iterable[str]) -> Sentence:
    """Sentences one after the other."""
    several = {f"part{number}": part for number, part in enumerate(parts, start=1)}
    return Sentence(separator.join(f"{{{place}}}" for place in several), **several)
