"""Everything that was found in a document, as JSON and back: proposal and signature, as they were then.

The bytes of embedded files are left out; they are in the document.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from calibration.certificates.imported import Imported
from calibration.certificates.pdf.located import ImportedPdf
from daq.security.carried import plain, typed
from daq.security.signature_report import SignatureReport

MEDIA_TYPE = "application/vnd.hengliang.import+json"
_OTHERWISE = (KeyError, TypeError, AttributeError, ArithmeticError)
_CLASSES: Mapping[str, type[Imported]] = {"Imported": Imported, "ImportedPdf": ImportedPdf}


def imported_bytes(imported: Imported, signature: SignatureReport | None = None) -> bytes:
    """UTF-8 JSON; the same import gives the same bytes."""
    light = replace(imported, files=tuple(replace(file, content=b"") for file in imported.files))
    found = {"class": type(imported).__name__, "found": plain(light)}
    if signature is not None:
        found["signature"] = plain(signature)
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def imported_from(data: bytes) -> Imported:
    """What ``imported_bytes`` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        kept = json.loads(data)
        return typed(_CLASSES[kept["class"]], kept["found"])
    except _OTHERWISE as error:
        msg = f"not what an importer found: {error}"
        raise ValueError(msg) from error


def signature_from(data: bytes) -> SignatureReport | None:
    """What was known about the signature when the document was uploaded; None where nothing was kept.

    Raises:
        ValueError: it is something else than ``imported_bytes`` wrote.
    """
    try:
        kept = json.loads(data).get("signature")
        return None if kept is None else typed(SignatureReport, kept)
    except _OTHERWISE as error:
        msg = f"not what is known about a signature: {error}"
        raise ValueError(msg) from error
