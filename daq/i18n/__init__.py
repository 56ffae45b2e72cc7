"""Chinese and English: English stands in the program, Chinese in catalogues, one ``.po`` file a room."""

import functools
import gettext
import io
from importlib.resources import files

from daq.i18n.catalogue import compile_catalogue, read_catalogue

LANGUAGES = {"zh_CN": "中文", "en": "English"}
"""Every language by its own name."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Mark ``message`` for the catalogues; it is translated where it is shown."""
    return message


def messages(language: str) -> dict[str, str]:
    """The translations of all rooms into ``language``.

    Raises:
        FileNotFoundError: there are none.
        ValueError: a catalogue is damaged, or two rooms translate one message differently.
    """
    merged: dict[str, str] = {}
    for file in sorted(files("daq.i18n").joinpath(language).iterdir(), key=lambda each: each.name):
        for key, text in read_catalogue(file.read_text(encoding="utf-8"), file.name).items():
            if key and merged.setdefault(key, text) != text:
                msg = f"{file.name}: {key!r} is translated in another way in another file of {language}"
                raise ValueError(msg)
            merged.setdefault(key, text)
    return merged


@functools.cache
def translation(language: str) -> gettext.NullTranslations:
    """What says texts in ``language``, one of ``LANGUAGES``; one that has no translation is said in English.

    Raises:
        FileNotFoundError: the language is none of them.
        ValueError: a catalogue is damaged; the sentence names the file.
    """
    if language == "en":
        return gettext.NullTranslations()
    return gettext.GNUTranslations(io.BytesIO(compile_catalogue(messages(language))))
