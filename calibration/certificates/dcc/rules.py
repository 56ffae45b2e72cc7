"""Content rules that a schema cannot express: dates in order, references, languages, declarations."""

import datetime
import itertools
import re

from lxml import etree

from calibration.certificates.dcc.document import DCC, NAMESPACE, SIGNATURE, Document
from calibration.certificates.dsi import NAMESPACE as DSI
from calibration.certificates.dsi import text_of, tokens
from calibration.certificates.findings import Findings, Place, local_name
from calibration.certificates.imported import Administrative
from calibration.sentences import Sentence

_FIRST_YEAR = 1990
"""Before it there was no such document; the examples of PTB say 1957 to show that they are examples."""
_KNOWN_NAMESPACES = {
    NAMESPACE,
    DSI,
    "http://www.w3.org/2000/09/xmldsig#",
    "http://uri.etsi.org/01903/v1.3.2#",
    "http://uri.etsi.org/01903/v1.4.1#",
    "http://www.w3.org/1998/Math/MathML",
}
_FREE = {f"{DCC}comment", f"{DCC}xml", SIGNATURE}
"""Where XML of others may stand."""
_VERDICTS = ("pass", "fail", "conditionalPass", "conditionalFail", "noPass", "noFail")
_LANGUAGE = re.compile(r"[a-z]{2}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def check_dates(admin: Administrative, today: datetime.date, document: Document) -> None:
    """The dates of a document; see ``check_order``."""
    core = document.root.find(f"{DCC}administrativeData/{DCC}coreData")
    check_order(admin, today, "//" if core is None else core, document.findings)


def check_order(admin: Administrative, today: datetime.date, place: Place, findings: Findings) -> None:
    """Received <= begun <= ended <= issued <= today, and none from before such documents existed."""
    dates = [
        (Sentence("date of receipt"), admin.received_on),
        (Sentence("begin of the calibration"), admin.begun_on),
        (Sentence("day of calibration"), admin.ended_on),
        (Sentence("date of issue"), admin.issued_on),
    ]
    given = [(name, date) for name, date in dates if date is not None]
    for (name, date), (next_name, next_date) in itertools.pairwise(given):
        if date > next_date:
            findings.error(
                place,
                "the {name}, {date}, lies after the {next_name}, {next_date}; which is right?",
                name=name,
                date=date,
                next_name=next_name,
                next_date=next_date,
            )
    for name, date in given:
        if date > today:
            findings.error(
                place,
                "the {name}, {date}, lies in the future; today is {today}",
                name=name,
                date=date,
                today=today,
            )
        elif date.year < _FIRST_YEAR:
            findings.warn(
                place,
                "the {name}, {date}, lies before {year}: an example, or a wrong date?",
                name=name,
                date=date,
                year=_FIRST_YEAR,
            )
    if admin.ended_on is None:
        findings.error(place, "the day of calibration is not stated")
    if admin.due_on and admin.ended_on and admin.due_on <= admin.ended_on:
        findings.warn(
            place, "the next calibration, {due_on}, lies not after the calibration", due_on=admin.due_on
        )


def check_references(document: Document) -> None:
    """Every id once, and every refId with its target."""
    ids: dict[str, etree._Element] = {}
    for element in document.root.iter():
        own = element.get("id")
        if own and own in ids:
            document.findings.error(
                element, "the id {own} occurs twice; references to it are ambiguous", own=repr(own[:60])
            )
        elif own:
            ids[own] = element
    for element in document.root.iter(f"{DCC}*"):
        for target in dict.fromkeys(element.get("refId", "").split()):
            if target not in ids:
                document.findings.error(
                    element, "refId names {target}, which no element has as its id", target=repr(target[:60])
                )


def check_languages(document: Document) -> None:
    """Languages are declared, and the country is a code."""
    findings = document.findings
    core = document.root.find(f"{DCC}administrativeData/{DCC}coreData")
    if core is None:
        return
    used = [text_of(e) for e in core.iterfind(f"{DCC}usedLangCodeISO639_1")]
    mandatory = [text_of(e) for e in core.iterfind(f"{DCC}mandatoryLangCodeISO639_1")]
    for language in dict.fromkeys(used + mandatory):
        if not _LANGUAGE.fullmatch(language):
            findings.warn(
                core,
                "found the language {language}; it is two small letters, such as zh",
                language=repr(language[:20]),
            )
        if used.count(language) > 1 or mandatory.count(language) > 1:
            findings.warn(core, "the language {language} is declared twice", language=repr(language[:20]))
    for language in mandatory:
        if language not in used:
            findings.warn(
                core,
                "the mandatory language {language} is not declared as used",
                language=repr(language[:20]),
            )
    undeclared = {e.get("lang", "") for e in document.root.iter(f"{DCC}content")} - {"", *used, *mandatory}
    for language in sorted(undeclared):
        findings.warn(
            core,
            "texts in {language} are there, and the language is not declared",
            language=repr(language[:20]),
        )
    country = text_of(core.find(f"{DCC}countryCodeISO3166_1"))
    if country and not _COUNTRY.fullmatch(country):
        findings.warn(
            core,
            "found the country {country}; it is two capital letters, such as CN",
            country=repr(country[:20]),
        )


def check_declarations(document: Document) -> None:
    """Methods and conditions are there, conformity lists fit, nothing foreign stands among the data."""
    findings, root = document.findings, document.root
    results = root.find(f"{DCC}measurementResults")
    if results is None or results.find(f"{DCC}measurementResult") is None:
        findings.error("//", "no measurementResults: there is nothing to import but the administrative data")
    else:
        for name, what in (
            ("usedMethods", Sentence("method")),
            ("influenceConditions", Sentence("ambient conditions")),
        ):
            if next(results.iter(f"{DCC}{name}"), None) is None:
                findings.warn(
                    results,
                    "no {what} stated ({name}); ISO/IEC 17025, 7.8.4.1, wants them",
                    what=what,
                    name=name,
                )
    for statement in root.iter(f"{DCC}valid"):
        parent = statement.getparent()
        in_cmc = parent is not None and "basic_isInCMC" in parent.get("refType", "").split()
        if in_cmc and text_of(statement) in ("false", "0"):
            findings.warn(
                statement, "the laboratory says that this lies outside its accreditation (basic_isInCMC)"
            )
    for foreign in _foreign(root):
        findings.error(
            foreign,
            "<{foreign}> is no element of a certificate; it was not followed",
            foreign=local_name(foreign)[:40],
        )


def _foreign(root: etree._Element) -> list[etree._Element]:
    """Elements of other namespaces, but for where they are allowed; the outermost ones."""
    found, waiting = [], [root]
    while waiting:
        element = waiting.pop()
        if etree.QName(element).namespace not in _KNOWN_NAMESPACES:
            found.append(element)
        elif element.tag not in _FREE:
            waiting.extend(element)
    return found[:10]


def conformities(element: etree._Element | None, size: int, document: Document) -> list[str]:
    """The verdicts of ``conformityXMLList``: one for all points, or one for each."""
    found = tokens(element)
    if element is not None and len(found) not in (1, size):
        document.findings.error(
            element,
            "found {count} verdicts for {size} points; one or {size} are allowed",
            count=len(found),
            size=size,
        )
        return [""] * size
    for verdict in dict.fromkeys(found):
        check_verdict(verdict, "//" if element is None else element, document.findings)
    return found * size if len(found) == 1 else found or [""] * size


def check_verdict(verdict: str, place: Place, findings: Findings) -> None:
    """A verdict is one of the words that the format has; another one is shown and means nothing."""
    if verdict not in _VERDICTS:
        findings.warn(
            place,
            "found the verdict {verdict}; the words are {words}: look at what is meant",
            verdict=repr(verdict[:40]),
            words=", ".join(_VERDICTS),
        )
