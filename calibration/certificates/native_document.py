"""A native certificate file as a document like others: what it says, for people who look before they use it.

``native`` and ``measures`` make the certificate itself of such a file; here it is shown in the words of every
importer, and only if it has no mistake.
"""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from calibration.certificates.imported import (
    Administrative,
    Coefficients,
    Finding,
    Imported,
    Item,
    Link,
    Particular,
    Proposal,
    ProposedPoint,
    Relation,
    Severity,
    Shape,
    Stated,
    Words,
)
from calibration.certificates.kind import Kind
from calibration.certificates.measures import read_measures
from calibration.certificates.native import parse_native, read_content
from calibration.certificates.toml_table import as_decimal
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about
from calibration.units import unit_of

MAX_BYTES = 2**20


def read_native_document(data: bytes, file_name: str) -> Imported:
    """What a native certificate file says.

    Args:
        data: the bytes of the file.
        file_name: for the sentences.

    Raises:
        CertificateError: too large, or every mistake at once.
    """
    if len(data) > MAX_BYTES:
        sentence = Sentence("{size} bytes; allowed are {most}", size=len(data), most=MAX_BYTES)
        raise CertificateError((about(file_name, sentence),))
    content = parse_native(data, file_name)
    sha256 = hashlib.sha256(data).hexdigest()
    notes: tuple[Sentence, ...] = ()
    if "value" in content:
        read_measures(content, file_name, sha256)
        proposal = _measures(content)
    else:
        notes = read_content(content, file_name, sha256).notes
        proposal = _curve(content)
    return Imported(
        file_sha256=sha256,
        format=str(content["format"]),
        administrative=_administrative(content),
        proposals=(proposal,),
        stated=tuple(_in_use(content)),
        links=tuple(
            Link(Relation.STANDARD, standard["certificate"], f"standard[{number}]")
            for number, standard in enumerate(content.get("standard", ()), start=1)
        ),
        findings=tuple(Finding(Severity.NOTE, "curve", sentence) for sentence in notes),
    )


def _administrative(content: Mapping[str, Any]) -> Administrative:
    about, equipment = content["certificate"], content["equipment"]
    item = Item(name=_words(equipment["name"]), serial_number=equipment["serial_number"])
    return Administrative(
        number=about["number"],
        laboratory=about["laboratory"],
        kind=Kind(about["kind"]),
        items=(item,),
        ended_on=about["calibrated_on"],
        due_on=about["valid_until"].date(),
        signers=(about["entered_by"], about["checked_by"]),
    )


def _words(text: str) -> Words:
    return Words((("", text),))


def _decimal(table: Mapping[str, Any], key: str) -> Decimal | None:
    return as_decimal(table[key]) if key in table else None


def _in_use(content: Mapping[str, Any]) -> Iterable[Stated]:
    table = content.get("in_use", {})
    for particular in (Particular.RESOLUTION, Particular.REPEATABILITY):
        value = _decimal(table, particular.value) if table.get(particular.value) != "included" else None
        if value is not None:
            yield Stated(
                particular=particular,
                name=_words(particular.value),
                value=value,
                unit=content["equipment"]["unit"],
                place=f"in_use.{particular.value}",
            )


def _measures(content: Mapping[str, Any]) -> Proposal:
    unit = content["equipment"]["unit"]
    return Proposal(
        name=_words(content["equipment"]["name"]),
        place="value",
        shape=Shape.MATERIAL_MEASURE,
        quantity=content["equipment"]["quantity"],
        unit=unit,
        uncertainty_unit=unit,
        points=tuple(
            ProposedPoint(
                nominal=one["name"],
                value=_decimal(one, "value"),
                expanded=_decimal(one, "U"),
                k=_decimal(one, "k"),
            )
            for one in content["value"]
        ),
    )


def _curve(content: Mapping[str, Any]) -> Proposal:
    equipment, curve = content["equipment"], content["curve"]
    own, of_curve = equipment["unit"], curve["unit"]
    is_value = unit_of(own).kind is not unit_of(of_curve).kind
    points = tuple(
        ProposedPoint(
            reference=_decimal(one, "reference"),
            indication=_decimal(one, "indication"),
            error=_decimal(one, "error"),
            correction=_decimal(one, "correction"),
            expanded=_decimal(one, "U"),
            k=_decimal(one, "k"),
        )
        for one in content.get("point", ())
    )
    shape = Shape.VALUES if is_value else Shape.ERRORS
    is_of_indication = curve.get("uncertainty_of") == "indication"
    return Proposal(
        name=_words(f"{equipment['name']} {equipment['channel']}"),
        place="point" if points else "curve",
        shape=shape if points else Shape.COEFFICIENTS,
        quantity=equipment["quantity"],
        unit=own,
        reference_unit=of_curve if is_value else own,
        error_unit="" if is_value else of_curve,
        uncertainty_unit=own if is_of_indication else of_curve,
        points=points,
        coefficients=None if points else _coefficients(curve),
    )


def _coefficients(curve: Mapping[str, Any]) -> Coefficients:
    """Of the curve, or of the first sub-range of a platinum thermometer (ITS-90)."""
    table = curve if "coefficients" in curve else curve["subrange"][0]
    values = tuple(as_decimal(one) or Decimal(0) for one in table["coefficients"])
    covariance = table.get("covariance", ())
    ends = [as_decimal(end) for end in curve.get("range", ())]
    return Coefficients(
        equation=f"{curve['kind']} {curve.get('gives', '')}".strip(),
        names=tuple(f"c{power}" for power in range(len(values))),
        values=values,
        units=(curve["unit"],) * len(values),
        covariance=tuple(tuple(as_decimal(one) or Decimal(0) for one in row) for row in covariance),
        low=ends[0] if ends else None,
        high=ends[-1] if ends else None,
    )
