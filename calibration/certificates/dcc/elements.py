"""Elements of a DCC for writing: names in languages, columns of numbers in D-SI."""

from collections.abc import Sequence
from decimal import Decimal

from lxml import etree

from calibration.certificates.dcc.document import DCC
from calibration.certificates.dsi import NAMESPACE as DSI_NAMESPACE
from calibration.certificates.imported import Words
from calibration.errors import UnknownUnitError
from calibration.rounding import plain
from calibration.spellings import DSI

SI = f"{{{DSI_NAMESPACE}}}"
_PERCENT = r"\percent"


def add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    """A child in the namespace of DCC."""
    return _add(parent, f"{DCC}{name}", text, **attributes)


def add_if(parent: etree._Element, name: str, text: str) -> None:
    """A child that is left out where it would be empty."""
    if text:
        add(parent, name, text)


def add_words(parent: etree._Element, name: str, words: Words) -> etree._Element:
    """A child whose content stands in every language that there is."""
    child = add(parent, name)
    for language, text in words:
        content = add(child, "content", text)
        if language:
            content.set("lang", language)
    return child


def add_contact(parent: etree._Element, name: str, said: Words, phone: str = "") -> etree._Element:
    """A person or an institution; a place is added by whoever has one."""
    contact = add(parent, name)
    add_words(contact, "name", said)
    add_if(contact, "phone", phone)
    return contact


def add_column(
    parent: etree._Element, ref_type: str, name: Words, values: Sequence[Decimal], unit: str
) -> etree._Element:
    """A quantity with a list of numbers; returned is the list, for its uncertainty.

    Raises:
        UnknownUnitError: D-SI has no spelling for the unit.
    """
    quantity = add(parent, "quantity", refType=ref_type)
    add_words(quantity, "name", name)
    column = _add(quantity, f"{SI}realListXMLList")
    _add(column, f"{SI}valueXMLList", _joined(values))
    _add(column, f"{SI}unitXMLList", dsi_unit(unit))
    return column


def add_expanded(
    column: etree._Element, expanded: Sequence[Decimal], k: Sequence[Decimal], probability: Sequence[Decimal]
) -> None:
    """Expanded uncertainty of every number of a column, with coverage factor and probability."""
    univariate = _add(column, f"{SI}measurementUncertaintyUnivariateXMLList")
    block = _add(univariate, f"{SI}expandedMUXMLList")
    _add(block, f"{SI}valueExpandedMUXMLList", _joined(expanded))
    _add(block, f"{SI}coverageFactorXMLList", _joined(k))
    _add(block, f"{SI}coverageProbabilityXMLList", _joined(probability))


def add_number(parent: etree._Element, ref_type: str, name: Words, value: Decimal, unit: str) -> None:
    """A quantity with one number.

    Raises:
        UnknownUnitError: D-SI has no spelling for the unit.
    """
    quantity = add(parent, "quantity", refType=ref_type)
    add_words(quantity, "name", name)
    real = _add(quantity, f"{SI}real")
    _add(real, f"{SI}value", plain(value))
    _add(real, f"{SI}unit", dsi_unit(unit))


def dsi_unit(symbol: str) -> str:
    r"""A unit in D-SI; contents of moisture are ``\percent``, and the words around them say of what.

    Raises:
        UnknownUnitError: D-SI has no spelling for it.
    """
    if symbol == "%M":
        return _PERCENT
    if symbol not in DSI:
        raise UnknownUnitError(
            f"unit {symbol!r} has no spelling in D-SI; state the results in one of {', '.join(DSI)}"
        )
    return DSI[symbol]


def _joined(values: Sequence[Decimal]) -> str:
    return " ".join(plain(value) for value in values)


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, tag, attributes)
    if text:
        child.text = text
    return child
