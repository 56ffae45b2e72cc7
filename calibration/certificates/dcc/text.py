"""Texts and dates of a certificate; what could mislead a person or a program is named."""

import datetime
import re
import unicodedata

from lxml import etree

from calibration.certificates.dcc.document import DCC
from calibration.certificates.dsi import text_of
from calibration.certificates.findings import Findings, Place
from calibration.certificates.imported import Words

MOST_CHARACTERS = 2000
MOST_OF_A_NUMBER = 100

_LATIN = re.compile(r"[A-Za-z0-9]")
_LOOK_ALIKE = re.compile(r"[\u0370-\u052f\u13a0-\u13f5\u2c80-\u2cf3]")
"""Greek, Cyrillic, Cherokee, Coptic."""
_MARKUP = re.compile(r"<\s*[A-Za-z!/?]")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)


def words_of(element: etree._Element | None) -> Words:
    """The content of a text element by language; of a rich text the plain part."""
    if element is None:
        return Words()
    contents = element.findall(f"{DCC}content") or list(element.iter(f"{DCC}content"))
    found = [(content.get("lang", ""), " ".join(text_of(content).split())) for content in contents]
    return Words((language, text[:MOST_CHARACTERS]) for language, text in found if text)


def name_of(element: etree._Element | None) -> Words:
    """The ``dcc:name`` inside an element."""
    return words_of(None if element is None else element.find(f"{DCC}name"))


def contact_name(element: etree._Element | None) -> str:
    """Name of a person, laboratory or customer, as the document words it first."""
    name = name_of(element)
    return name[0][1] if name else ""


def checked(text: str, place: Place, findings: Findings) -> str:
    """A text that people and other programs will see, without characters that cannot be seen.

    Markup and formulas stay what they are, text; they are named since nobody writes them by accident.
    """
    visible = "".join(
        c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cs") or c in "\n\t"
    )
    if visible != text:
        findings.warn(
            place, "found invisible characters in {visible}; they were taken out", visible=repr(visible[:60])
        )
    if _MARKUP.search(visible):
        findings.warn(
            place,
            "found markup in {visible}; it is shown as text and nowhere executed",
            visible=repr(visible[:60]),
        )
    if len(visible) > MOST_CHARACTERS:
        findings.error(
            place,
            "found a text of {count} characters; only the first {most} are shown",
            count=len(visible),
            most=MOST_CHARACTERS,
        )
    if visible[:1] in tuple("=+-@\t"):
        findings.warn(
            place,
            "found {visible}, which a spreadsheet takes for a formula; check the document",
            visible=repr(visible[:60]),
        )
    return visible[:MOST_CHARACTERS].strip()


def checked_number(element: etree._Element | None, findings: Findings) -> str:
    """A number that identifies something; see ``check_number``."""
    if element is None:
        return ""
    text = checked(text_of(element), element, findings)
    check_number(text_of(element), element, findings)
    return text


def check_number(text: str, place: Place, findings: Findings) -> None:
    """Look-alike characters, and more than a label can hold, in a number that identifies something."""
    if len(text) > MOST_OF_A_NUMBER:
        findings.error(
            place,
            "found a number of {count} characters, {text} …; no label has more than "
            "{most}: ask the laboratory",
            count=len(text),
            text=repr(text[:40]),
            most=MOST_OF_A_NUMBER,
        )
        return
    plain = unicodedata.normalize("NFKC", text)
    if plain != text:
        findings.warn(
            place,
            "found {text}, which looks like {plain}; compare it with the label",
            text=repr(text),
            plain=repr(plain),
        )
    foreign = _LOOK_ALIKE.search(plain)
    if foreign and _LATIN.search(plain):
        name = unicodedata.name(foreign[0], "a letter")
        findings.warn(
            place,
            "found {text} with {name}, which looks like a Latin letter; compare it with the label",
            text=repr(text),
            name=name,
        )


def date_of(element: etree._Element | None, findings: Findings) -> datetime.date | None:
    """An xs:date; a time zone is left out, since the day is the laboratory's own."""
    if element is None:
        return None
    match = _DATE.fullmatch(text_of(element))
    try:
        if match:
            return datetime.date(*(int(part) for part in match.groups()))
    except ValueError:
        pass
    findings.error(
        element, "found {text}; allowed is a date such as 2026-03-02", text=repr(text_of(element)[:40])
    )
    return None
