"""The [[point]]s of a native certificate; signs are recomputed, never believed."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calibration.certificates.toml_table import Table
from calibration.errors import UnitError
from calibration.sentences import Sentence, sentence_of
from calibration.units import ratio, unit_of

MOST_POINTS = 1000
"""Of one curve; its covariance has the square of them."""


@dataclass(frozen=True, slots=True)
class Units:
    """In what the [curve] is written."""

    written: str
    """What the [curve] says."""
    indication: str
    value: str
    factor: Fraction = Fraction(1)
    """How many ``value`` one unit of the [curve] is: 1/1000 for mg beside g."""
    converts: bool = False
    """Whether indication and value are different quantities: ohm and degC."""
    known: bool = True
    """False where a unit is not known, so that no number can be judged."""


@dataclass(frozen=True, slots=True)
class Point:
    """One calibration point, exactly as written."""

    indication: Fraction
    """In the unit of the indication."""
    value: Fraction
    """What the indication should have been, in the unit of the value."""
    u: float
    """Standard uncertainty U/k of the error (or of the value), in the unit of the value."""

    @property
    def correction(self) -> Fraction:
        """Value minus indication, where they have one unit."""
        return self.value - self.indication


def read_units(table: Table, indication: str) -> Units:
    """The unit of the [curve] against the unit of the indication."""
    written = table.text("unit")
    try:
        given, target = unit_of(written), unit_of(indication)
        if given.kind is not target.kind:
            return Units(written, indication, written, converts=True)
        return Units(written, indication, indication, ratio(given, target))
    except UnitError as error:
        if written and written != indication:
            table.mistake("unit", sentence_of(error))
        return Units(written, indication, indication, known=False)


def read_points(top: Table, units: Units) -> list[Point]:
    """All points of the file; those with mistakes are left out after the mistakes were noted.

    Args:
        top: the whole file.
        units: of the [curve].
    """
    tables = top.tables("point")
    if len(tables) > MOST_POINTS:
        top.mistake("point", "found {count} points; allowed are {most}", count=len(tables), most=MOST_POINTS)
        return []
    if not tables:
        top.mistake("point", "is missing; needed are points [[point]], or coefficients in [curve]")
    points = [_point(table, units) for table in tables]
    return [point for point in points if point is not None]


def _point(table: Table, units: Units) -> Point | None:
    before = table.count
    expanded = table.positive("U", Sentence("an expanded uncertainty"))
    k = table.coverage_factor("k")
    stated = {
        key: table.decimal(key, Sentence("a finite number"))
        for key in ("reference", "indication", "error", "correction")
        if key in table
    }
    table.refuse_unknown("reference", "indication", "error", "correction")
    if table.count > before or not units.known:
        return None
    pair = _both(table, stated, units)
    if pair is None:
        return None
    return Point(indication=pair[0], value=pair[1], u=float(Fraction(expanded) / Fraction(k) * units.factor))


def _both(table: Table, stated: dict[str, Decimal], units: Units) -> tuple[Fraction, Fraction] | None:
    """Indication and what it should have been."""
    if units.converts:
        if set(stated) == {"reference", "indication"}:
            return Fraction(stated["indication"]), Fraction(stated["reference"])
        table.mistake(
            "", "where the units differ in kind, reference and indication are needed and nothing else"
        )
        return None
    error = _error(table, stated, units.factor)
    if "indication" in stated and "reference" in stated:
        return Fraction(stated["indication"]), Fraction(stated["reference"])
    if error is None or not ("indication" in stated or "reference" in stated):
        found = ", ".join(stated) or Sentence("none")
        sentence = Sentence(
            "found {found}; two of reference, indication and error (or correction) are needed", found=found
        )
        table.mistake("", sentence)
        return None
    if "indication" in stated:
        indication = Fraction(stated["indication"])
        return indication, indication - error
    reference = Fraction(stated["reference"])
    return reference + error, reference


def _error(table: Table, stated: dict[str, Decimal], factor: Fraction) -> Fraction | None:
    """Indication minus reference, in the unit of the indication; conflicts are noted."""
    errors = {
        key: Fraction(stated[key]) * (1 if key == "error" else -1)
        for key in ("error", "correction")
        if key in stated
    }
    if "indication" in stated and "reference" in stated:
        true = (Fraction(stated["indication"]) - Fraction(stated["reference"])) / factor
        for key, error in errors.items():
            _compare(table, key, error, true, stated[key])
    elif len(errors) == 2:
        _compare(table, "correction", errors["correction"], errors["error"], stated["correction"])
    return next(iter(errors.values())) * factor if errors else None


def _compare(table: Table, key: str, error: Fraction, true: Fraction, written: Decimal) -> None:
    sentence = contradiction(key, error, true, written)
    if sentence is not None:
        table.mistake(key, sentence)


def contradiction(key: str, error: Fraction, true: Fraction, written: Decimal) -> Sentence | None:
    """A sentence on a contradiction that is more than the rounding of the last digit that was written.

    Args:
        key: "error" or "correction": what was written.
        error: the error it stands for.
        true: indication minus reference, in the same unit.
        written: the number with its digits.

    Returns:
        None if there is none.
    """
    step = Fraction(10) ** int(written.as_tuple().exponent)
    if abs(error - true) <= step / 2:
        return None
    right = f"{float(true if key == 'error' else -true):g}"
    if abs(error + true) > step / 2:
        return Sentence(
            "found {written}; error = indication - reference and correction = -error, so here it is {right}",
            written=written,
            right=right,
        )
    return Sentence(
        "found {written} (the sign is that of the {other}); error = indication - reference and "
        "correction = -error, so here it is {right}",
        written=written,
        other=Sentence("correction") if key == "error" else Sentence("error"),
        right=right,
    )


def range_within(table: Table, span: tuple[float, float], what: Sentence) -> tuple[float, float]:
    """The valid range: the span of the points, or less where the file says so."""
    if "range" not in table:
        return span
    low, high = table.interval("range", what)
    if low < span[0] or high > span[1]:
        ends = {"low": low, "high": high, "first": span[0], "last": span[1]}
        sentence = Sentence(
            "found {low} to {high}; the points reach from {first} to {last} only",
            **{name: f"{end:g}" for name, end in ends.items()},
        )
        table.mistake("range", sentence)
    return low, high


def scatter(chi_square: float, limit: float, lack_of_fit: str) -> Sentence:
    """The note on points that do not lie along one curve; ``lack_of_fit`` with its unit."""
    return Sentence(
        "the points scatter more than their uncertainties allow (chi-square {chi_square}, limit {limit}): "
        "a lack of fit of {lack_of_fit} was added to u",
        chi_square=f"{chi_square:.4g}",
        limit=f"{limit:.4g}",
        lack_of_fit=lack_of_fit,
    )
