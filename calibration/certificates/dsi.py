r"""Numbers of D-SI, the metrological data format inside certificates (PTB, versions 1.3 to 2.2.1).

Old and new forms of a number, its unit and its uncertainty are read into one: ``si:real``, ``realList``,
``realListXMLList``, ``list``, ``constant`` and ``hybrid`` with ``expandedUnc``, ``coverageInterval`` or
``measurementUncertaintyUnivariate``. A list of one unit, U, k … holds for all values; any other length than
one or theirs is a finding. A standard uncertainty is stated as U with k = 1. What is missing stays missing.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from lxml import etree

from calibration.certificates.findings import Findings, local_name
from calibration.sentences import Sentence

NAMESPACE = "https://ptb.de/si"
MOST_VALUES = 10_000
"""In one list."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[Ee][-+]?\d{1,6})?", re.ASCII)
_MOST_DIGITS = 60
_MOST_EXPONENT = 300
_GAP = "NaN"
_LOW_PROBABILITY = Decimal("0.9")
_SKEWED = Decimal("0.1")
"""Of its width: by more than this the halves of a coverage interval differ, which is not rounding."""
_SPACE = re.compile("[ \t\r\n]+")
_UNCERTAINTIES = {
    "expandedUnc": "uncertainty",
    "expandedMU": "valueExpandedMU",
    "standardMU": "valueStandardMU",
    "coverageInterval": "standardUnc",
    "coverageIntervalMU": "valueStandardMU",
}
"""Element and its member that holds the uncertainty; the last three hold a standard uncertainty."""
_EXPANDED = {"expandedUnc", "expandedMU"}
_WRAPPERS = {
    "measurementUncertaintyUnivariate",
    "measurementUncertaintyUnivaraite",  # as the schema spells it inside lists
    "listMeasurementUncertaintyUnivariate",
    "listUnivariateUnc",
}
_STATING = _WRAPPERS | set(_UNCERTAINTIES) | {"valueStandardMU", "uncertainty"}
"""Elements that state the uncertainty of a number; the last two stand in ``si:constant`` by themselves."""
_REGIONS = {"ellipsoidalRegion", "rectangularRegion"}
_READABLE = {"real", "realList", "list", "constant", "hybrid"}
_COMPLEX = {"complex", "complexList"}


_Member = TypeVar("_Member")


@dataclass(frozen=True, slots=True)
class Number:
    """One number as stated; None is a gap."""

    value: Decimal | None
    unit: str
    """As written."""
    label: str = ""
    expanded: Decimal | None = None
    """In the number's unit."""
    k: Decimal | None = None
    probability: Decimal | None = None
    distribution: str = ""

    @property
    def has_uncertainty(self) -> bool:
        """Whether any part of an uncertainty is stated."""
        return self.expanded is not None or self.k is not None


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of one quantity in one choice of units."""

    element: etree._Element
    numbers: tuple[Number, ...]
    covariance: tuple[tuple[Number, ...], ...] = ()
    """Of the numbers with one another, where a region is stated for all of them together."""

    @property
    def unit(self) -> str:
        """The one unit of all numbers; empty if they have several."""
        units = {number.unit for number in self.numbers}
        return units.pop() if len(units) == 1 else ""


def plain_name(element: etree._Element) -> str:
    """``value`` for ``si:value`` and ``si:valueXMLList``, which mean the same."""
    return local_name(element).removesuffix("XMLList")


def text_of(element: etree._Element | None) -> str:
    """All text inside an element, whatever it is split by; without the white space around it."""
    return "" if element is None else str(element.xpath("string()")).strip()


def tokens(element: etree._Element | None) -> list[str]:
    """The members of an XML list."""
    text = "" if element is None else str(element.xpath("string()"))
    return [token for token in _SPACE.split(text) if token]


def is_number_element(element: etree._Element) -> bool:
    """Whether this is a D-SI element that ``read_alternatives`` reads."""
    return etree.QName(element).namespace == NAMESPACE and plain_name(element) in _READABLE


def has_region(element: etree._Element) -> bool:
    """Whether the uncertainty of numbers is stated for all of them together, as a region with covariance."""
    return any(plain_name(child) in _REGIONS for child in element.iterdescendants())


def read_alternatives(element: etree._Element, findings: Findings, *, gaps: bool) -> tuple[Series, ...]:
    """A quantity in one or, for ``si:hybrid``, several choices of units.

    Args:
        element: a D-SI element.
        findings: what is wrong with it goes here; text that is no number refuses the document.
        gaps: whether this version of the format allows NaN for a missing value.
    """
    reader = _Reader(findings, gaps=gaps)
    name = plain_name(element)
    if name == "hybrid":
        return tuple(reader.series(child) for child in element if is_number_element(child))
    if name in _COMPLEX:
        findings.note(element, "complex quantities are not read; it stays in the document only")
    return (reader.series(element),) if name in _READABLE else ()


def read_flat(element: etree._Element, findings: Findings) -> tuple[Number, ...]:
    """The numbers of an element that has the members of a real or of a list, under a name of its own."""
    return _Reader(findings, gaps=False).flat(element)


class _Reader:
    def __init__(self, findings: Findings, *, gaps: bool) -> None:
        self._findings = findings
        self._gaps = gaps

    def series(self, element: etree._Element) -> Series:
        name = plain_name(element)
        if name == "list" and not any(local_name(child) == "real" for child in element):
            parts = [self.series(child) for child in element if is_number_element(child)]
            numbers = tuple(number for part in parts for number in part.numbers)
            return Series(element, numbers, parts[0].covariance if len(parts) == 1 else ())
        if name == "list" or local_name(element) == "realList":  # lists of reals up to D-SI 1.3, and later
            return self._real_list(element)
        return Series(element, self.flat(element), self._covariance(element))

    def _real_list(self, element: etree._Element) -> Series:
        """The old list of reals: what the list says holds where a real says nothing itself."""
        members = {local_name(child): child for child in element}
        unit = text_of(members.get("listUnit"))
        common = Number(None, unit)
        wrapper = members.get("listMeasurementUncertaintyUnivariate", members.get("listUnivariateUnc"))
        if wrapper is not None:
            common = self._with_uncertainty([common], wrapper)[0]
        numbers: list[Number] = []
        for real in (child for child in element if local_name(child) == "real"):
            for number in self.flat(real, unit):
                if not number.has_uncertainty:
                    number = replace(common, value=number.value, unit=number.unit, label=number.label)
                numbers.append(number)
        return Series(element, tuple(numbers), self._covariance(element))

    def flat(self, element: etree._Element, unit_of_list: str = "") -> tuple[Number, ...]:
        """``si:real``, ``si:constant`` and ``si:realListXMLList``, which differ in the length only."""
        members = self._members(element)
        values = self._decimals(members.get("value"), element)
        is_list = local_name(element).lower().endswith("xmllist")
        if not values or (len(values) > 1 and not is_list):
            needed = Sentence("one or more") if is_list else Sentence("one")
            self._findings.refuse(
                element, "found {count} values; needed is {needed}", count=len(values), needed=needed
            )
            return ()
        if is_list:
            units, labels = tokens(members.get("unit")), tokens(members.get("label"))
        else:
            units, labels = [text_of(members.get("unit")) or unit_of_list], [text_of(members.get("label"))]
        units = self._broadcast(units, len(values), "", element)
        if not all(units):
            self._findings.error(element, "a unit is missing; a number without its unit cannot be used")
        names = labels if len(labels) == len(values) else [""] * len(values)
        numbers = [Number(*item) for item in zip(values, units, names, strict=True)]
        return tuple(self._with_uncertainty(numbers, element))

    def _members(self, element: etree._Element) -> dict[str, etree._Element]:
        """The members of an element by name; a second one of a name would contradict the first."""
        members: dict[str, etree._Element] = {}
        for child in element:
            name = plain_name(child)
            if name in members:
                self._findings.refuse(element, "<{name}> occurs twice; which one holds?", name=name)
            members.setdefault(name, child)
        return members

    def _with_uncertainty(self, numbers: list[Number], element: etree._Element) -> list[Number]:
        stating = [child for child in element if plain_name(child) in _STATING]
        if len(stating) > 1:
            self._findings.refuse(element, "the uncertainty is stated twice; which statement holds?")
        for child in stating[:1]:
            name = plain_name(child)
            if name in _WRAPPERS:
                return self._with_uncertainty(numbers, child)
            if name in _UNCERTAINTIES:
                return self._stated(numbers, child, name)
            u = self._decimals(child, child)  # of si:constant: a standard uncertainty
            return [replace(n, expanded=u[0], k=Decimal(1)) for n in numbers] if u else numbers
        return numbers

    def _stated(self, numbers: list[Number], element: etree._Element, name: str) -> list[Number]:
        """The numbers with the uncertainty that one element states for all of them."""
        members = self._members(element)
        size = len(numbers)

        def column(member: str) -> list[Decimal | None]:
            child = members.get(member)
            return self._broadcast(
                self._decimals(child, element), size, None, element if child is None else child
            )

        if name in _EXPANDED:
            factors, probabilities = column("coverageFactor"), column("coverageProbability")
            if not tokens(members.get("coverageFactor")):
                self._findings.refuse(element, "no coverage factor k; 2 is not assumed: ask the laboratory")
        else:
            factors, probabilities = [Decimal(1)] * size, [None] * size
        shapes = self._broadcast(tokens(members.get("distribution")), size, "", element)
        stated = [
            replace(n, expanded=u, k=k, probability=p, distribution=shape)
            for n, u, k, p, shape in zip(
                numbers, column(_UNCERTAINTIES[name]), factors, probabilities, shapes, strict=True
            )
        ]
        for number, low, high in zip(stated, column("intervalMin"), column("intervalMax"), strict=True):
            self._check(element, number)
            self._check_interval(element, number, low, high)
        return stated

    def _check_interval(
        self, element: etree._Element, number: Number, low: Decimal | None, high: Decimal | None
    ) -> None:
        """A coverage interval holds its value, and only a symmetric one is told by a standard uncertainty."""
        if number.value is None or low is None or high is None:
            return
        below, above = number.value - low, high - number.value
        facts = {"value": number.value, "low": low, "high": high}
        if below < 0 or above < 0:
            self._findings.error(
                element, "{value} lies outside its coverage interval from {low} to {high}", **facts
            )
        elif abs(above - below) > _SKEWED * (above + below):
            self._findings.warn(
                element,
                "the coverage interval from {low} to {high} is not symmetric about {value}; taken is the "
                "standard uncertainty, which does not tell this",
                **facts,
            )

    def _check(self, element: etree._Element, number: Number) -> None:
        """The content rules for one uncertainty."""
        u, k, p = number.expanded, number.k, number.probability
        if u is not None and u < 0:
            self._findings.refuse(element, "found an uncertainty of {u}; it must be greater than 0", u=u)
        elif u is not None and u == 0:
            self._findings.warn(element, "found an uncertainty of 0; no calibration is exact")
        if k is not None and k < 1:
            self._findings.refuse(element, "found a coverage factor of {k}; it must be 1 or more", k=k)
        elif k is not None and k > 5:
            self._findings.warn(element, "found a coverage factor of {k}; 1 to 5 is usual", k=k)
        if p is not None and not 0 < p <= 1:
            self._findings.refuse(
                element, "found a coverage probability of {p}; it must lie between 0 and 1", p=p
            )
        elif p is not None and p < _LOW_PROBABILITY:
            self._findings.warn(element, "found a coverage probability of {p}; 0.95 is usual", p=p)

    def _covariance(self, element: etree._Element) -> tuple[tuple[Number, ...], ...]:
        """The matrix of a region of several quantities; empty if there is none or it has gaps."""
        matrix = next((e for e in element.iterdescendants() if plain_name(e) == "covarianceMatrix"), None)
        if matrix is None:
            return ()
        columns = tuple(
            tuple(number for entry in column for number in self.flat(entry) if number.value is not None)
            for column in matrix
        )
        if {len(column) for column in columns} != {len(columns)}:
            self._findings.error(matrix, "the covariance matrix needs as many rows as columns, without gaps")
            return ()
        return columns

    def _broadcast(
        self, found: Sequence[_Member], size: int, gap: _Member, element: etree._Element
    ) -> list[_Member]:
        """One member for all values, or one for each; gaps, and a finding, for any other length."""
        if len(found) in (1, size):
            return list(found) * (size if len(found) == 1 else 1)
        if found:
            self._findings.error(
                element,
                "found {count} entries for {size} values; allowed is one for all, or one for each: "
                "it is not known which belongs to which, so they are left out",
                count=len(found),
                size=size,
            )
        return [gap] * size

    def _decimals(self, element: etree._Element | None, owner: etree._Element) -> list[Decimal | None]:
        found = tokens(element)
        if element is not None and len(element):
            self._findings.refuse(element, "an element stands inside of a number")
        if len(found) > MOST_VALUES:
            self._findings.refuse(
                owner,
                "found {count} values in one list; allowed are {most}",
                count=len(found),
                most=MOST_VALUES,
            )
            return []
        return [self._decimal(token, owner if element is None else element) for token in found]

    def _decimal(self, token: str, element: etree._Element) -> Decimal | None:
        if token == _GAP:
            if self._gaps:
                self._findings.warn(element, "found NaN: the document has no value here, it stays a gap")
            else:
                self._findings.error(element, "found NaN, which is allowed from DCC 3.3.0 on; it stays a gap")
            return None
        if not _NUMBER.fullmatch(token) or len(token) > _MOST_DIGITS:
            shown = token if len(token) <= 40 else token[:37] + "..."
            self._findings.refuse(
                element,
                "found {shown}; allowed is a number in digits 0-9 with a decimal point, such as -1.5e-3",
                shown=repr(shown),
            )
            return None
        number = Decimal(token)
        if not math.isfinite(float(number)) or abs(number.adjusted()) > _MOST_EXPONENT:
            self._findings.error(
                element, "found {token}; no such number can be measured, it stays a gap", token=token
            )
            return None
        return number
