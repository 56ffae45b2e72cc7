"""The outside of a Digital Calibration Certificate: namespace, version, and every number in it read once.

Versions 2.3.0 to 3.3.0 of PTB's schema are understood; the version is the attribute ``schemaVersion``.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from lxml import etree

from calibration.certificates.dsi import NAMESPACE as DSI
from calibration.certificates.dsi import Series, is_number_element, read_alternatives
from calibration.certificates.findings import Findings, local_name
from calibration.certificates.safe_xml import parse_xml
from calibration.errors import CertificateError
from calibration.sentences import Sentence, about

NAMESPACE = "https://ptb.de/dcc"
DCC = f"{{{NAMESPACE}}}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
VERSIONS = ("2.3.0", "2.4.0", "3.0.0", "3.1.0", "3.1.1", "3.1.2", "3.2.0", "3.2.1", "3.3.0")
MOST_QUANTITIES = 3000
MOST_NUMBERS = 100_000
"""In all quantities together."""

_ROOT = f"{DCC}digitalCalibrationCertificate"
_PRE_RELEASE = re.compile(r"3\.4\.0(-rc\.\d{1,3})?", re.ASCII)
_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_HOSTS = {"ptb.de", "www.ptb.de", "www.w3.org"}
_NOT_DATA = {"comment", "document"}


@dataclass(frozen=True, slots=True)
class Document:
    """A certificate that may be read: safe, of a known version, all numbers legible."""

    root: etree._Element
    version: str
    findings: Findings
    numbers: dict[etree._Element, tuple[Series, ...]]

    def alternatives(self, quantity: etree._Element) -> tuple[Series, ...]:
        """The numbers of a ``dcc:quantity`` in each of its choices of units; none if it has no numbers."""
        found = [child for child in quantity if child in self.numbers]
        if len(found) > 1:
            self.findings.error(
                quantity, "the quantity has {count} numbers; which one holds?", count=len(found)
            )
        return self.numbers[found[0]] if len(found) == 1 else ()


def open_document(data: bytes, file_name: str) -> Document:
    """A certificate for reading.

    Args:
        data: the bytes of the file.
        file_name: for the sentences.

    Raises:
        CertificateError: not safe XML, no certificate of PTB's namespace, a version that is not read, a
            schema elsewhere, or text where a number must stand; all such numbers at once.
    """
    findings = Findings(file_name)
    root = parse_xml(data, file_name)
    version = _version(root, file_name)
    _check_location(root, file_name)
    if version not in VERSIONS:
        findings.warn(
            "//",
            "schema version {version} is a pre-release: read as 3.3.0, check every value",
            version=version,
        )
    numbers = _numbers(root, findings, gaps=version not in VERSIONS or version >= "3.3.0")
    if findings.refusals:
        raise CertificateError(findings.refusals)
    return Document(root, version, findings, numbers)


def leave_out_foreign(root: etree._Element) -> None:
    """Empty the places where XML of others may stand: a certificate hidden there is none of this one."""
    for element in list(root.iter(SIGNATURE, f"{DCC}comment", f"{DCC}xml")):
        del element[:]


def _version(root: etree._Element, file_name: str) -> str:
    if root.tag != _ROOT:
        raise CertificateError((about(file_name, _other_root(root)),))
    version = root.get("schemaVersion")
    known = Sentence("versions {first} to {last} are read", first=VERSIONS[0], last=VERSIONS[-1])
    if version is None:
        sentence = Sentence(
            "no attribute schemaVersion, so it is older than 2.3.0; {known}: key its values in", known=known
        )
        raise CertificateError((about(file_name, sentence),))
    if version not in VERSIONS and not _PRE_RELEASE.fullmatch(version):
        sentence = Sentence(
            "schemaVersion is {version}; {known}: key its values in", version=repr(version[:40]), known=known
        )
        raise CertificateError((about(file_name, sentence),))
    return version


def _other_root(root: etree._Element) -> Sentence:
    name = local_name(root)
    if name == "digitalCalibrationCertificate":
        namespace = etree.QName(root).namespace or ""
        is_old = "ptb.de" in namespace
        return Sentence(
            "its namespace is {namespace}, {whose}; only {own} is read: keep the file as an attachment and "
            "key its values in",
            namespace=repr(namespace[:120]),
            whose=Sentence("that of versions before 2.1.1") if is_old else Sentence("which is not PTB's"),
            own=NAMESPACE,
        )
    return Sentence(
        "its root is <{name}>; a Digital Calibration Certificate begins with <digitalCalibrationCertificate>",
        name=name,
    )


def _check_location(root: etree._Element, file_name: str) -> None:
    """A document that names somebody else's schema is not what it says; nothing is ever fetched."""
    addresses = [
        address
        for element in root.iter()
        for address in (
            *element.get(f"{_SCHEMA_INSTANCE}schemaLocation", "").split()[1::2],
            *element.get(f"{_SCHEMA_INSTANCE}noNamespaceSchemaLocation", "").split(),
        )
    ]
    for address in addresses:
        parts = _split(address)
        if parts is None or (parts.scheme and (parts.hostname or "") not in _HOSTS):
            sentence = Sentence(
                "it names {address} as its schema; allowed is one of ptb.de (or none). Nothing was "
                "fetched; ask the laboratory where this file comes from",
                address=repr(address[:80]),
            )
            raise CertificateError((about(file_name, sentence),))


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _numbers(
    root: etree._Element, findings: Findings, *, gaps: bool
) -> dict[etree._Element, tuple[Series, ...]]:
    """Every quantity outside comment and embedded document, so that no bad number stays unseen."""
    found: dict[etree._Element, tuple[Series, ...]] = {}
    count = 0
    for part in root:
        if local_name(part) in _NOT_DATA:
            continue
        for element in part.iter(f"{{{DSI}}}*"):
            parent = element.getparent()
            inside = parent is not None and etree.QName(parent).namespace == DSI
            if inside or not (is_number_element(element) or local_name(element).startswith("complex")):
                continue
            found[element] = read_alternatives(element, findings, gaps=gaps)
            count += sum(len(series.numbers) for series in found[element])
            if count > MOST_NUMBERS or len(found) > MOST_QUANTITIES:
                findings.refuse(
                    "",
                    "more than {quantities} quantities or {numbers} numbers: no certificate",
                    quantities=MOST_QUANTITIES,
                    numbers=MOST_NUMBERS,
                )
                return found
    return found
