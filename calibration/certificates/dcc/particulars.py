"""What a certificate states besides its points: scale interval, maximum, repeatability, eccentricity.

No refTypes for weighing instruments are published, so the house mapping of docs/certificate-dcc.md holds:
refTypes with the prefix ``hl_``, otherwise the name in words. All of it is a hint for the person who
completes the proposal, never taken over by itself.
"""

import re
from collections.abc import Iterator

from lxml import etree

from calibration.certificates.dcc.document import DCC, Document
from calibration.certificates.dcc.roles import Role
from calibration.certificates.dcc.tables import Column, Table, tables_of
from calibration.certificates.dcc.text import name_of
from calibration.certificates.dcc.units import quantity_and_unit
from calibration.certificates.findings import place_of
from calibration.certificates.imported import Particular, Stated, Words

_BY_REF_TYPE = {
    "basic_measurementRangeScaleInterval": Particular.RESOLUTION,
    "hl_scaleInterval": Particular.RESOLUTION,
    "hl_verificationScaleInterval": Particular.VERIFICATION_INTERVAL,
    "hl_maximumCapacity": Particular.MAXIMUM,
    "hl_repeatability": Particular.REPEATABILITY,
    "hl_eccentricity": Particular.ECCENTRICITY,
    "basic_temperature": Particular.AMBIENT,
    "basic_humidityRelative": Particular.AMBIENT,
    "basic_pressure": Particular.AMBIENT,
}
_BY_NAME = (
    (re.compile(r"repeatab|wiederhol|重复性", re.I), Particular.REPEATABILITY),
    (re.compile(r"eccentric|exzent|außermitt|偏载", re.I), Particular.ECCENTRICITY),
    (re.compile(r"resolution|scale interval|auflösung|分辨力|分度值|实际分度", re.I), Particular.RESOLUTION),
    (re.compile(r"\bmax(imum)? (capacity|load)|höchstlast|最大秤量|最大称量", re.I), Particular.MAXIMUM),
    (re.compile(r"ambient|umgebung|环境", re.I), Particular.AMBIENT),
)


def stated_of(document: Document) -> Iterator[Stated]:
    """Particulars among the conditions and the quantities of the items."""
    for condition in document.root.iter(f"{DCC}influenceCondition"):
        particular = _particular(condition.get("refType", ""), name_of(condition).all)
        data = condition.find(f"{DCC}data")
        if particular is not None and data is not None:
            about = f"{name_of(condition).all} {condition.get('refType', '')}"
            for table in tables_of(data, document, about):
                for column in table.columns:
                    yield from _values(column, particular, name_of(condition))
    for quantity in document.root.iter(f"{DCC}itemQuantity"):
        particular = _particular(quantity.get("refType", ""), name_of(quantity).all)
        parent = quantity.getparent()
        if particular is not None and parent is not None:
            yield from _item_quantity(quantity, particular, document)


def _item_quantity(quantity: etree._Element, particular: Particular, document: Document) -> Iterator[Stated]:
    name = name_of(quantity)
    for series in document.alternatives(quantity)[:1]:
        for number in series.numbers:
            if number.value is not None:
                _, unit = quantity_and_unit(number.unit, name.all, series.element, document.findings)
                yield Stated(
                    particular=particular,
                    name=name,
                    value=number.value,
                    unit=unit.symbol if unit else number.unit,
                    place=place_of(quantity),
                )


def _particular(ref_types: str, name: str) -> Particular | None:
    for token in ref_types.split():
        if token in _BY_REF_TYPE:
            return _BY_REF_TYPE[token]
    return next((particular for pattern, particular in _BY_NAME if pattern.search(name)), None)


def is_test(table: Table, name: Words, ref_types: str) -> Particular | None:
    """Repeatability or eccentricity, where a table is of one of them; its readings make no curve."""
    found = _particular(f"{ref_types} {table.element.get('refType', '')}", name.all)
    return found if found in (Particular.REPEATABILITY, Particular.ECCENTRICITY) else None


def particulars_of(table: Table, name: Words, ref_types: str, document: Document) -> list[Stated]:
    """Repeatability and eccentricity, which are tables of results; none for other tables."""
    particular = _particular(f"{ref_types} {table.element.get('refType', '')}", name.all)
    wanted = {
        Particular.REPEATABILITY: (Role.DEVIATION,),
        Particular.ECCENTRICITY: (Role.DIFFERENCE, Role.ERROR),
    }.get(particular or Particular.AMBIENT, ())
    columns = table.of(*wanted) if wanted else []
    if not columns:
        return []
    loads = table.of(Role.REFERENCE, Role.NOMINAL)
    counts = table.of(Role.COUNT)
    return [
        Stated(
            particular=particular or Particular.AMBIENT,
            name=name,
            value=number.value,
            unit=columns[0].symbol,
            place=place_of(columns[0].element),
            load=_load(loads, i),
            count=_count(counts, i),
        )
        for i, number in enumerate(columns[0].numbers)
        if number.value is not None
    ]


def _load(loads: list[Column], i: int) -> str:
    if not loads or i >= len(loads[0]):
        return ""
    return f"{loads[0].numbers[i].value} {loads[0].symbol}"


def _count(counts: list[Column], i: int) -> int | None:
    value = counts[0].numbers[i].value if counts and i < len(counts[0]) else None
    return int(value) if value is not None and 1 <= value <= 10_000 else None


def _values(column: Column, particular: Particular, name: Words) -> Iterator[Stated]:
    for number in column.numbers:
        if number.value is not None:
            yield Stated(
                particular=particular,
                name=column.name or name,
                value=number.value,
                unit=column.symbol,
                place=place_of(column.element),
            )
