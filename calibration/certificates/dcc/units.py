r"""The unit of a number in a certificate, and what quantity it is of.

D-SI writes a relative humidity, a moisture content and a plain ratio all as ``\percent``; the words around
the number say which. Spellings that real certificates have and D-SI has not are accepted, and noted.
"""

import re
from collections.abc import Callable

from calibration.certificates.findings import Findings, Place
from calibration.errors import UnitMismatchError, UnknownUnitError
from calibration.spellings import read_dsi, read_word
from calibration.units import UNITS, Kind, Unit

_HUMIDITY = re.compile(r"humid|feuchte|湿度|%\s?rh|rel\.? ?hum", re.I)
_MOISTURE = re.compile(r"moisture|loss on drying|dry residue|material ?feuchte|水分|含水|干燥失重|失重", re.I)
_SLIPS = (
    (re.compile(r"^/(?=[a-z])"), "\\\\"),
    (re.compile(r"\\meter\b"), r"\\metre"),
    (re.compile(r"\\liter\b"), r"\\litre"),
    (re.compile(r"^\\°C$"), r"\\degreecelsius"),
)
LEVEL = "\n"
"""Between the words around a number: those of the item, of the result, of the table, its own."""
_PERCENT_OF_MOISTURE = "%M"
_LONGEST = 200


def quantity_and_unit(
    written: str, context: str, place: Place, findings: Findings
) -> tuple[str, Unit | None]:
    """The quantity of a number and its unit; ``("", None)`` and a finding if the unit is not known.

    Args:
        written: content of ``si:unit``.
        context: names and refTypes around the number, for telling apart what has no dimension; those
            nearest to it last, each level after a ``LEVEL``.
        place: of the number.
        findings: where aliases and unknown units go.
    """
    if len(written) > _LONGEST:
        findings.warn(
            place, "a unit of {count} characters is not read; the number is kept as it is", count=len(written)
        )
        return "", None
    for spelling in dict.fromkeys((written, _without_slips(written))):
        found = _read(spelling, context, read_dsi)
        if found:
            if spelling != written or "degreeCelsius" in spelling:
                findings.note(
                    place,
                    "unit {written} is not spelled as D-SI has it; read as {symbol}",
                    written=repr(written),
                    symbol=found[1].symbol,
                )
            return found
    found = _read(written, context, read_word)
    if found:
        findings.warn(
            place,
            "unit {written} is not written in D-SI; read as {symbol}: check it",
            written=repr(written),
            symbol=found[1].symbol,
        )
        return found
    findings.warn(
        place,
        "unit {written} is of no kind that is known here; the number is kept as it is",
        written=repr(written[:60]),
    )
    return "", None


def _without_slips(written: str) -> str:
    for pattern, instead in _SLIPS:
        written = pattern.sub(instead, written)
    return written


def _read(written: str, context: str, reader: Callable[[str, str], Unit]) -> tuple[str, Unit] | None:
    """The first quantity to which the unit belongs; the dimensionless ones are told apart by words."""
    kinds: list[Kind] = [kind for kind in Kind if kind not in (Kind.HUMIDITY, Kind.MOISTURE)]
    kinds += [Kind.HUMIDITY, Kind.MOISTURE]  # %RH and %M say it themselves
    said = _said(context)
    if said is not None:
        kinds.insert(0, said)
    for kind in kinds:
        try:
            unit = reader(written, kind)
        except UnitMismatchError:
            continue
        except UnknownUnitError:
            return None
        if kind is Kind.MOISTURE and unit.symbol == "%":
            unit = UNITS[_PERCENT_OF_MOISTURE]
        return kind.value, unit
    return None


def _said(context: str) -> Kind | None:
    """Whether the nearest words that say so speak of moisture or of humidity."""
    for level in reversed(context.split(LEVEL)):
        if _MOISTURE.search(level):
            return Kind.MOISTURE
        if _HUMIDITY.search(level):
            return Kind.HUMIDITY
    return None
