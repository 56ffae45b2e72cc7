"""Bytes of a document into what was found in it, whatever kind of certificate it is."""

import datetime

from calibration.certificates.native import parse_native
from calibration.certificates.native_document import read_native_document
from calibration.errors import CertificateError
from daq.lab.certificates.draft import Document
from daq.security.document_kinds import DocumentKind
from daq.security.uploads import Examined, examine
from daq.settings import CertificatesSettings


def read_document(
    data: bytes, file_name: str, against: CertificatesSettings, now: datetime.datetime
) -> Document:
    """A document of strangers, read in a process of its own.

    Args:
        data: the bytes.
        file_name: as the uploader calls it.
        against: schemas, trust store and signers of the site.
        now: aware, in the zone of the laboratory.

    Raises:
        CertificateError: it was refused, for every reason.
    """
    return document_of(examine(data, file_name, against, now), data)


def document_of(examined: Examined, data: bytes) -> Document:
    """An examined upload with its bytes; a native file is its own proposal.

    Raises:
        CertificateError: it was refused.
    """
    if examined.imported is None or examined.kind is None:
        raise CertificateError(examined.refused)
    native = parse_native(data, examined.file_name) if examined.kind is DocumentKind.NATIVE else {}
    media_type = examined.kind.media_type
    return Document(examined.file_name, data, media_type, examined.imported, native, examined.signature)


def native_document(data: bytes, file_name: str) -> Document:
    """A native file of the laboratory itself, read in this process.

    Raises:
        CertificateError: every mistake at once.
    """
    imported = read_native_document(data, file_name)
    return Document(file_name, data, DocumentKind.NATIVE.media_type, imported, parse_native(data, file_name))
