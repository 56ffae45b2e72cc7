"""Collecting what is found in one document, and naming the place where it was found."""

from lxml import etree

from calibration.certificates.imported import Finding, Severity
from calibration.sentences import Sentence, about, made

MOST_FINDINGS = 200
MOST_REFUSALS = 50

_PREFIXES = {
    "https://ptb.de/dcc": "dcc:",
    "https://ptb.de/si": "si:",
    "http://www.w3.org/2000/09/xmldsig#": "ds:",
}

Place = str | etree._Element  # noqa: SLF001
"""An element stands for its XPath, which costs time and is made only where it is shown."""


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def prefixed_name(element: etree._Element) -> str:
    """The name of an element as people write it: ``dcc:result``."""
    name = etree.QName(element)
    return _PREFIXES.get(name.namespace or "", "*:") + name.localname


def place_of(element: etree._Element) -> str:
    """XPath of an element, without the root: ``//dcc:results/dcc:result[2]/dcc:data``."""
    steps: list[str] = []
    while (parent := element.getparent()) is not None:
        step = prefixed_name(element)
        before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
        if before or next(element.itersiblings(element.tag), None) is not None:
            step += f"[{before + 1}]"
        steps.append(step)
        element = parent
    return "//" + "/".join(reversed(steps))


class Findings:
    """The findings of one document, and the mistakes for which it must be refused."""

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name
        self._findings: dict[Finding, None] = {}
        self._refusals: dict[Sentence, None] = {}

    def _add(self, severity: Severity, place: Place, sentence: Sentence) -> None:
        if len(self._findings) < MOST_FINDINGS:
            where = place if isinstance(place, str) else place_of(place)
            self._findings[Finding(severity, where, sentence)] = None

    def error(self, place: Place, message: str, /, **facts: object) -> None:
        """Note what makes a proposal or the document unusable as it stands."""
        self._add(Severity.ERROR, place, made(message, facts))

    def warn(self, place: Place, message: str, /, **facts: object) -> None:
        """Note what a person must look at."""
        self._add(Severity.WARNING, place, made(message, facts))

    def note(self, place: Place, message: str, /, **facts: object) -> None:
        """Note how something was read that could have been read otherwise."""
        self._add(Severity.NOTE, place, made(message, facts))

    def refuse(self, place: Place, message: str, /, **facts: object) -> None:
        """Note a mistake for which the whole document is refused."""
        if len(self._refusals) < MOST_REFUSALS:
            where = place if isinstance(place, str) else place_of(place)
            self._refusals[about(self._file_name, made(message, facts), where)] = None

    @property
    def refusals(self) -> tuple[Sentence, ...]:
        """The mistakes for which the document is refused, the first of them if there are many."""
        return tuple(self._refusals)

    @property
    def all(self) -> tuple[Finding, ...]:
        """The findings, the severe ones first; the first of them if there are many."""
        order = list(Severity)
        return tuple(sorted(self._findings, key=lambda finding: order.index(finding.severity)))
