"""Words of a result in both languages, fixed when it is computed: what was said stays what was said."""

from dataclasses import dataclass
from typing import Protocol

from daq.i18n import translation


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Chinese and in English."""

    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        """Both languages."""
        return {"zh": self.zh, "en": self.en}


class HasTitles(Protocol):
    """A part of a method that is named in two languages."""

    @property
    def title_zh(self) -> str:
        """In Chinese."""

    @property
    def title_en(self) -> str:
        """In English."""


def title_of(part: HasTitles) -> Words:
    """The method's own name for one of its parts."""
    return Words(part.title_zh, part.title_en)


def words(message: str, **facts: object) -> Words:
    """A message of the catalogues in both languages; a fact that is ``Words`` is said in each."""
    zh = {key: fact.zh if isinstance(fact, Words) else fact for key, fact in facts.items()}
    en = {key: fact.en if isinstance(fact, Words) else fact for key, fact in facts.items()}
    return Words(translation("zh_CN").gettext(message).format(**zh), message.format(**en))
