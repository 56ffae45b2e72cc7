"""Digital Calibration Certificates (PTB, versions 2.3.0 to 3.3.0): bytes into what was found in them.

What is understood and what is not is told in docs/certificate-dcc.md. A signature is counted and not judged.
"""

import datetime
import hashlib
from pathlib import Path

from calibration.certificates.dcc.admin import read_administrative, read_conformity, read_links
from calibration.certificates.dcc.document import SIGNATURE, leave_out_foreign, open_document
from calibration.certificates.dcc.files import read_files
from calibration.certificates.dcc.results import read_results
from calibration.certificates.dcc.rules import (
    check_dates,
    check_declarations,
    check_languages,
    check_references,
)
from calibration.certificates.dcc.schema import check_schema
from calibration.certificates.imported import Imported
from calibration.errors import CertificateError


def read_dcc(data: bytes, file_name: str, today: datetime.date, schema_dir: Path | None = None) -> Imported:
    """What a Digital Calibration Certificate says.

    Args:
        data: the bytes of the file.
        file_name: for the sentences.
        today: of the laboratory; nothing can be dated later.
        schema_dir: a folder with PTB's schemas (``dcc/v3.3.0/dcc.xsd`` …); without it the document is not
            compared with its schema.

    Raises:
        CertificateError: not safe to read, no such certificate, or damaged; every sentence with file, place,
            what was found and what is allowed.
    """
    document = open_document(data, file_name)
    signatures = len(document.root.findall(SIGNATURE))
    if schema_dir is not None:
        check_schema(document, schema_dir)
    leave_out_foreign(document.root)
    administrative = read_administrative(document)
    files = read_files(document)
    check_dates(administrative, today, document)
    check_references(document)
    check_languages(document)
    check_declarations(document)
    proposals, stated = read_results(document)
    if document.findings.refusals:
        raise CertificateError(document.findings.refusals)
    return Imported(
        file_sha256=hashlib.sha256(data).hexdigest(),
        format=f"DCC {document.version}",
        administrative=administrative,
        proposals=proposals,
        stated=stated,
        conformity=read_conformity(document),
        links=read_links(document),
        files=files,
        signatures=signatures,
        findings=document.findings.all,
    )
