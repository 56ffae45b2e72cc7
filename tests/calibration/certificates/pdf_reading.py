"""What the tests of the reader of PDFs ask: a made-up document, and what was proposed and said."""

import datetime

from calibration.certificates.imported import Severity
from calibration.certificates.pdf.importer import read_pdf
from calibration.certificates.pdf.located import ImportedPdf
from tests.calibration.certificates.pdf_layouts import plain_cover
from tests.calibration.certificates.printed import pdf_of

TODAY = datetime.date(2026, 11, 23)
MASS = ["标准值(g)", "示值(g)", "误差(mg)", "U(mg),k=2"]


def read(data: bytes) -> ImportedPdf:
    return read_pdf(data, "certificate.pdf", TODAY)


def document(*tables: tuple | list, width: float = 80, ruled: bool = True) -> bytes:
    """A certificate of one page: lists of rows are tables, texts stand between them."""
    sheet, y = plain_cover()
    for part in tables:
        if isinstance(part, str):
            y = sheet.lines(y + 4, part)
        elif ruled:
            y = sheet.ruled(y, part, width=width)
        else:
            y = sheet.columns(y, part, width=width)
    return pdf_of(sheet)


def told(found: ImportedPdf) -> list[tuple]:
    """Of each proposal: quantity, units of indication, error and U, and its points."""
    return [
        (p.quantity, p.unit, p.error_unit, p.uncertainty_unit, [_point(point) for point in p.points])
        for p in found.proposals
    ]


def _point(point) -> dict[str, str]:
    numbers = {
        "ref": point.reference, "ind": point.indication, "err": point.error, "cor": point.correction,
        "val": point.value, "U": point.expanded, "k": point.k,
    }  # fmt: skip
    return {key: str(number) for key, number in numbers.items() if number is not None}


def points(found: ImportedPdf, *keys: str) -> list[list[list[str]]]:
    return [[[point.get(key, "") for key in keys] for point in one[4]] for one in told(found)]


def said(found: ImportedPdf, *severities: Severity) -> list[str]:
    wanted = severities or (Severity.ERROR, Severity.WARNING)
    return [str(finding) for finding in found.findings if finding.severity in wanted]
