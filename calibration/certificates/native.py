"""The project's own certificate file: TOML, described in docs/certificate-native.md.

``read_native`` finds all mistakes of a file at once. Signs are not believed: where indication and reference
are there, the error is recomputed, and a stated error or correction that contradicts it is refused.
"""

import datetime
import hashlib
import math
import tomllib
from dataclasses import replace
from decimal import Decimal
from typing import Any

from calibration.certificates.kind import Kind
from calibration.certificates.model import Certificate, Contribution
from calibration.certificates.native_curve import read_curve
from calibration.certificates.native_points import read_units
from calibration.certificates.toml_table import Table
from calibration.errors import CertificateError, UnitError
from calibration.sentences import Sentence, about, sentence_of
from calibration.units import check_unit_of_quantity

FORMAT = "hengliang-certificate-1"

_DIVISORS = {"rectangular": math.sqrt(3), "triangular": math.sqrt(6), "arcsine": math.sqrt(2)}
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_END = datetime.datetime(2262, 1, 1, tzinfo=datetime.UTC)
"""Nanoseconds since 1970 end a little later."""


def read_native(data: bytes, file_name: str) -> Certificate:
    """A certificate from its TOML file.

    Args:
        data: the bytes of the file.
        file_name: for the sentences.

    Raises:
        CertificateError: every mistake at once, each with file, key, what was found and what is allowed.
    """
    return read_content(parse_native(data, file_name), file_name, hashlib.sha256(data).hexdigest())


def read_content(content: dict[str, Any], file_name: str, sha256: str) -> Certificate:
    """A certificate from the content of a native file, whoever put it together.

    Args:
        content: keys and values as in the file, numbers as ``Decimal``.
        file_name: for the sentences.
        sha256: of the bytes of the document that the content comes from.

    Raises:
        CertificateError: every mistake at once, each with file, key, what was found and what is allowed.
    """
    mistakes: list[Sentence] = []
    top = Table(file_name, "", content, mistakes)
    top.choice("format", [FORMAT])
    about = read_about(top.table("certificate"))
    equipment = read_equipment(top.table("equipment"))
    in_use = _in_use(top.table("in_use"))
    table = top.table("curve")
    units = read_units(table, equipment["unit"])
    read = read_curve(top, table, units)
    contributions = tuple(_contribution(item, float(units.factor)) for item in top.tables("influence"))
    top.refuse_unknown()
    if mistakes or read is None:
        raise CertificateError(tuple(mistakes))
    name = f"certificate {about['number']}"
    return Certificate(
        **about,
        **equipment,
        **in_use,
        curve=replace(read.curve, name=name, key=f"{name} {sha256}"),
        gives=read.gives,
        value_unit=units.value,
        contributions=read.contributions + contributions,
        traceable_to=read.traceable_to,
        notes=read.notes,
        file_sha256=sha256,
    )


def parse_native(data: bytes, file_name: str) -> dict[str, Any]:
    """The content of a native file, numbers as ``Decimal``; nothing of it is checked.

    Raises:
        CertificateError: it is not TOML.
    """
    try:
        return tomllib.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        sentence = Sentence(
            "not UTF-8 text: {reason} at byte {start}; save it as UTF-8",
            reason=error.reason,
            start=error.start,
        )
        raise CertificateError((about(file_name, sentence),)) from error
    except ValueError as error:  # TOMLDecodeError, or an integer with more digits than Python reads
        sentence = Sentence("not valid TOML: {error}", error=error)
        raise CertificateError((about(file_name, sentence),)) from error
    except RecursionError as error:
        sentence = Sentence("lists nested deeper than any certificate has")
        raise CertificateError((about(file_name, sentence),)) from error


def read_about(table: Table) -> dict[str, Any]:
    """The table [certificate]: fields of a ``Certificate``."""
    before = table.count
    start, end = table.moment("in_force_from"), table.moment("valid_until")
    calibrated_on = table.date("calibrated_on")
    if table.count == before:
        _check_times(table, calibrated_on, start, end)
    level = table.decimal(
        "level", Sentence("a level of confidence between 0 and 1, such as 0.9545"), lambda n: 0 < n < 1
    )
    found = {
        "number": table.text("number"),
        "kind": Kind(table.choice("kind", list(Kind))),
        "laboratory": table.text("laboratory"),
        "calibrated_on": calibrated_on,
        "in_force_from_ns": _nanoseconds(start),
        "valid_until_ns": _nanoseconds(end),
        "level": float(level),
        "entered_by": table.text("entered_by"),
        "checked_by": table.text("checked_by"),
    }
    table.refuse_unknown()
    return found


def _check_times(
    table: Table, calibrated_on: datetime.date, start: datetime.datetime, end: datetime.datetime
) -> None:
    if end <= start:
        table.mistake(
            "valid_until", "found {end}; it must lie after in_force_from, {start}", end=end, start=start
        )
    if not (start >= _EPOCH and end <= _END):
        table.mistake("valid_until", "in_force_from and valid_until must lie between 1970 and 2262")
    if calibrated_on > start.date():
        table.mistake(
            "calibrated_on",
            "found {calibrated_on}; it must not lie after in_force_from, {start}",
            calibrated_on=calibrated_on,
            start=start,
        )


def _nanoseconds(moment: datetime.datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86400 + since.seconds) * 10**9 + since.microseconds * 1000


def read_equipment(table: Table, *, has_channel: bool = True) -> dict[str, Any]:
    """The table [equipment]: fields of a ``Certificate``; a weight has no channel."""
    found = {
        "equipment": table.text("name"),
        "serial_number": table.text("serial_number"),
        "channel": table.text("channel") if has_channel else "",
        "quantity": table.text("quantity"),
        "unit": table.text("unit"),
    }
    if found["quantity"] and found["unit"]:
        try:
            check_unit_of_quantity(found["quantity"], found["unit"])
        except UnitError as error:
            table.mistake("unit", sentence_of(error))
    table.refuse_unknown()
    return found


def _in_use(table: Table) -> dict[str, Any]:
    """Resolution and repeatability; 0 for what the calibration's uncertainty includes, said so in words."""
    found = {"resolution": 0.0, "repeatability": 0.0, "repeatability_dof": math.inf}
    for key, what in (
        ("resolution", Sentence("one step of the indication")),
        ("repeatability", Sentence("a standard deviation")),
    ):
        if not table.says(key, "included"):
            allowed = Sentence('{what}, a number greater than 0, or "included"', what=what)
            found[key] = float(table.decimal(key, allowed, lambda n: n.is_finite() and n > 0))
    if found["repeatability"]:
        found["repeatability_dof"] = table.dof("repeatability_dof")
    table.refuse_unknown()
    return found


def _contribution(table: Table, factor: float) -> Contribution:
    """One [[influence]]: a standard uncertainty, or the half-width of a distribution."""
    distribution, dof = "normal", math.inf
    if "u" in table:
        u = float(table.positive("u", Sentence("a standard uncertainty")))
        dof = table.dof("dof") if "dof" in table else math.inf
    else:
        distribution = table.choice("distribution", list(_DIVISORS))
        u = float(table.positive("half_width", Sentence("a half-width"))) / _DIVISORS[distribution]
    found = Contribution(table.text("name"), u * factor, table.flag("common"), dof, distribution)
    table.refuse_unknown()
    return found
