"""Chinese and English: gettext catalogues, one ``.po`` file a language, compiled when they are loaded."""

import functools
import gettext
import io
from importlib.resources import files

from daq.i18n.catalogue import compile_catalogue, read_catalogue

LANGUAGES = {"zh_CN": "中文", "en": "English"}
"""Every language there is a catalogue for, by its own name."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Mark ``message`` for the catalogues; it is translated where it is shown."""
    return message


@functools.cache
def translation(language: str) -> gettext.GNUTranslations:
    """The catalogue of ``language``, one of ``LANGUAGES``; a text it does not have is shown in English.

    Raises:
        FileNotFoundError: there is no such catalogue.
        ValueError: the catalogue is damaged; the sentence names file and line.
    """
    name = f"{language}.po"
    text = files("daq.i18n").joinpath(name).read_text(encoding="utf-8")
    return gettext.GNUTranslations(io.BytesIO(compile_catalogue(read_catalogue(text, name))))
