"""Everything that an importer found, as JSON and back: the proposal beside the document, as it was then.

The bytes of embedded files are left out; they are in the document.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from calibration.certificates.imported import Imported
from calibration.certificates.pdf.located import ImportedPdf
from daq.security.carried import plain, typed

MEDIA_TYPE = "application/vnd.hengliang.import+json"
_CLASSES: Mapping[str, type[Imported]] = {"Imported": Imported, "ImportedPdf": ImportedPdf}


def imported_bytes(imported: Imported) -> bytes:
    """UTF-8 JSON; the same import gives the same bytes."""
    light = replace(imported, files=tuple(replace(file, content=b"") for file in imported.files))
    found = {"class": type(imported).__name__, "found": plain(light)}
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def imported_from(data: bytes) -> Imported:
    """What ``imported_bytes`` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        kept = json.loads(data)
        return typed(_CLASSES[kept["class"]], kept["found"])
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        msg = f"not what an importer found: {error}"
        raise ValueError(msg) from error
