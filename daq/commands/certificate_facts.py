"""An examined document as JSON: every number as text with the digits that were written."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from calibration.certificates.imported import (
    Administrative,
    Coefficients,
    Imported,
    Item,
    Proposal,
    ProposedPoint,
    Words,
)
from daq.security.carried import plain
from daq.security.document_kinds import DocumentKind
from daq.security.signature_report import SignatureReport
from daq.security.uploads import Examined, Verdict


def facts_of(examined: Examined) -> dict[str, Any]:
    """What ``hengliang certificate check --json`` prints."""
    found = examined.imported
    facts: dict[str, Any] = {
        "file": examined.file_name,
        "sha256": examined.sha256,
        "size": examined.size,
        "verdict": examined.verdict.value,
        "usable": examined.verdict is Verdict.USABLE,
        "kind": examined.kind.value if examined.kind else None,
        "refused": list(examined.refused),
        "signature": _signature(examined.signature) if examined.signature else None,
    }
    return facts | (_of_imported(found, examined.kind) if found else {"findings": []})


def _of_imported(found: Imported, kind: DocumentKind | None) -> dict[str, Any]:
    return {
        "format": found.format,
        "schema": found.format.removeprefix("DCC ") if kind is DocumentKind.DCC else None,
        "identity": _identity(found.administrative),
        "items": [_item(item) for item in found.administrative.items],
        "quantities": [_quantity(proposal) for proposal in found.proposals],
        "stated": [plain(stated) | {"name": str(stated.name)} for stated in found.stated],
        "conformity": [plain(one) | {"text": str(one.text)} for one in found.conformity],
        "links": [plain(link) for link in found.links],
        "files": [_without(plain(file), "content") for file in found.files],
        "findings": [plain(finding) | {"sentence": str(finding.sentence)} for finding in found.findings],
    }


def _without(facts: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != key}


def _signature(report: SignatureReport) -> dict[str, Any]:
    parts = ("integrity", "chain", "identity", "time", "revocation")
    answers = {
        part: {"state": getattr(report, part).value, "sentence": getattr(report, f"{part}_said")}
        for part in parts
    }
    return {
        "signed": report.is_signed,
        **answers,
        "signer": report.signer,
        "signer_sha256": report.signer_sha256,
        "claimed_time": report.claimed_time,
    }


def _identity(admin: Administrative) -> dict[str, Any]:
    facts: dict[str, Any] = plain(admin)
    facts["kind"] = admin.kind.value
    facts["calibrated_on"] = facts.pop("ended_on")
    facts["serial_numbers"] = [item.serial_number for item in admin.items if item.serial_number]
    return _without(facts, "items")


def _item(item: Item) -> dict[str, Any]:
    return {
        "name": str(item.name),
        "names": _by_language(item.name),
        "manufacturer": item.manufacturer,
        "model": item.model,
        "serial_number": item.serial_number,
        "identifications": [
            {"issuer": one.issuer, "value": one.value, "name": str(one.name)} for one in item.identifications
        ],
    }


def _by_language(words: Words) -> dict[str, str]:
    return dict(reversed(words))


def _quantity(proposal: Proposal) -> dict[str, Any]:
    units = {
        "reference": proposal.reference_unit,
        "indication": proposal.unit,
        "value": proposal.unit,
        "error": proposal.error_unit,
        "correction": proposal.error_unit,
        "U": proposal.uncertainty_unit,
    }
    points = [point_facts(point) for point in proposal.points]
    used = {key for point in points for key in point}
    return {
        "name": str(proposal.name),
        "names": _by_language(proposal.name),
        "quantity": proposal.quantity,
        "unit": proposal.unit,
        "units": {key: unit for key, unit in units.items() if key in used},
        "shape": proposal.shape.value,
        "stage": proposal.stage.value,
        "place": proposal.place,
        "points": points,
        "coefficients": _coefficients(proposal.coefficients) if proposal.coefficients else None,
    }


def point_facts(point: ProposedPoint) -> dict[str, Any]:
    """What a point says, without what it does not say; numbers in the units of its quantity."""
    numbers = {
        "reference": point.reference,
        "indication": point.indication,
        "value": point.value,
        "error": point.error,
        "correction": point.correction,
        "U": point.expanded,
        "k": point.k,
        "p": point.probability,
    }
    texts = {
        "nominal": point.nominal,
        "distribution": point.distribution,
        "conformity": point.conformity,
        "standard": point.standard,
    }
    limits = {"tolerance": point.tolerance, "acceptance": point.acceptance}
    facts: dict[str, Any] = {key: str(number) for key, number in numbers.items() if number is not None}
    facts |= {key: text for key, text in texts.items() if text}
    return facts | {key: plain(pair) for key, pair in limits.items() if pair != (None, None)}


def _coefficients(stated: Coefficients) -> dict[str, Any]:
    def text(number: Decimal | None) -> str | None:
        return None if number is None else str(number)

    return {
        "equation": stated.equation,
        "names": list(stated.names),
        "values": [text(value) for value in stated.values],
        "units": list(stated.units),
        "covariance": [[text(value) for value in row] for row in stated.covariance],
        "range": [text(stated.low), text(stated.high)],
    }
