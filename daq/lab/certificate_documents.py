"""Bytes of a document into what was found in it, whatever kind of certificate it is."""

import datetime
import hashlib
from typing import Any

from calibration.certificates.dcc.importer import read_dcc
from calibration.certificates.imported import Administrative, Imported, Item, Words
from calibration.certificates.kind import Kind
from calibration.certificates.native import parse_native
from calibration.certificates.pdf.importer import read_pdf
from calibration.certificates.workbook.importer import read_workbook
from daq.lab.certificate_draft import Document
from daq.lab.register import printable
from daq.security.document_kinds import DocumentKind, kind_of


def read_document(data: bytes, name: str, today: datetime.date) -> Document:
    """A document with what its importer found; a native file is its own proposal.

    Raises:
        CertificateError: no document of a kind that is read, or not safe to read.
    """
    name = printable(name)
    kind = kind_of(data, name)
    if kind is DocumentKind.NATIVE:
        tables = parse_native(data, name)
        return Document(name, data, kind.media_type, _of_native(tables, data), tables)
    imported: Imported
    match kind:
        case DocumentKind.DCC:
            imported = read_dcc(data, name, today)
        case DocumentKind.PDF:
            imported = read_pdf(data, name, today)
        case _:
            imported = read_workbook(data, name, today)
    return Document(name, data, kind.media_type, imported)


def _of_native(tables: dict[str, Any], data: bytes) -> Imported:
    about = tables.get("certificate", {})
    about = about if isinstance(about, dict) else {}
    serial_number = tables.get("equipment", {})
    serial_number = serial_number.get("serial_number", "") if isinstance(serial_number, dict) else ""
    day = about.get("calibrated_on")
    return Imported(
        file_sha256=hashlib.sha256(data).hexdigest(),
        format="native",
        administrative=Administrative(
            number=str(about.get("number", "")),
            laboratory=str(about.get("laboratory", "")),
            kind=Kind.VERIFICATION if about.get("kind") == Kind.VERIFICATION else Kind.CALIBRATION,
            items=(Item(Words(), serial_number=str(serial_number)),),
            ended_on=day if isinstance(day, datetime.date) else None,
        ),
    )
