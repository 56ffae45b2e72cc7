"""Certificates in PDF as Chinese institutes issue them: bytes into proposals, to be confirmed cell by cell.

Nothing of a PDF is ever a certificate by itself: what stands on its pages was meant for eyes. What is found
and what is not is told in docs/certificate-pdf.md.
"""

import datetime
import hashlib

from calibration.certificates.file_names import shown_name
from calibration.certificates.findings import Findings
from calibration.certificates.imported import EmbeddedFile
from calibration.certificates.pdf.admin import (
    Particulars,
    check_administrative,
    read_administrative,
    read_conformity,
)
from calibration.certificates.pdf.commas import with_points
from calibration.certificates.pdf.fields import fields_of
from calibration.certificates.pdf.located import ImportedPdf, PageSize
from calibration.certificates.pdf.particulars import stated_in
from calibration.certificates.pdf.proposals import proposals_of
from calibration.certificates.pdf.reading import Opened, open_pdf
from calibration.certificates.pdf.side_tables import is_side_table, links_of, particulars_of
from calibration.certificates.pdf.tables import grids_of
from calibration.certificates.pdf.text import Page, illegible_share
from calibration.certificates.pdf.uncertainty import Around

_FEWEST_CHARS = 20
"""A page with fewer letters has no text."""
_FEWEST_OVER_PICTURE = 40
"""A picture with fewer letters on it is a scan with the stamp of a scanner or the head of a page."""
_ILLEGIBLE_SHARE = 0.05


def read_pdf(data: bytes, file_name: str, today: datetime.date) -> ImportedPdf:
    """What a certificate in PDF says, as far as it can be found.

    Args:
        data: the bytes of the file.
        file_name: for the sentences.
        today: of the laboratory; nothing can be dated later.

    Raises:
        CertificateError: no PDF, damaged, encrypted, with programs, actions or foreign files in it, or more
            work than a certificate is; every sentence says what to do.
    """
    return understood(open_pdf(data, file_name), hashlib.sha256(data).hexdigest(), file_name, today)


def understood(document: Opened, file_sha256: str, file_name: str, today: datetime.date) -> ImportedPdf:
    """What the pages of an opened document say; arguments as of ``read_pdf``."""
    findings = Findings(file_name)
    pages = with_points(document.pages, findings)
    _check_pages(document, findings)
    fields = fields_of(pages)
    administrative = read_administrative(pages, fields, findings)
    verdicts = read_conformity(pages, fields, findings)
    grids = grids_of(pages)
    around = Around("\n".join(line.text for page in pages for line in page.lines), administrative.kind)
    results = [grid for grid in grids if not is_side_table(grid)]
    proposals, located = proposals_of(results, around, findings)
    if _has_text(document):
        check_administrative(administrative, verdicts, today, findings)
        if not proposals:
            findings.warn("", "no table of results was found; if there is one, key it in")
    return ImportedPdf(
        file_sha256=file_sha256,
        format="PDF",
        administrative=administrative,
        proposals=proposals,
        stated=(*stated_in(pages), *particulars_of(grids, findings)),
        conformity=verdicts,
        links=links_of(grids, pages, administrative.ended_on, findings),
        files=_files(document, findings),
        signatures=document.seals,
        findings=findings.all,
        located=(*Particulars(fields, findings).located(), *located),
        pages=tuple(PageSize(page.width, page.height) for page in pages),
    )


def _has_text(document: Opened) -> bool:
    return any(_is_text(page) for page in document.pages)


def _is_text(page: Page) -> bool:
    return len(page.chars) >= (_FEWEST_OVER_PICTURE if page.is_picture else _FEWEST_CHARS)


def _is_turned(page: Page) -> bool:
    """Whether most of its letters cannot be read as they stand."""
    return page.left_out > max(len(page.chars), _FEWEST_CHARS)


def _check_pages(document: Opened, findings: Findings) -> None:
    """Where the text of a page is not what a reader sees on it."""
    if not _has_text(document) and not any(map(_is_turned, document.pages)):
        findings.error(
            "", "it has no text, so it is a scan: the file is kept, and fields and table must be keyed in"
        )
    for page in document.pages:
        _check_page(page, findings, has_text=_has_text(document))
    if document.is_rebuilt:
        findings.warn("", "its inner index is damaged; compare everything with a copy from the laboratory")
    if document.seals:
        findings.warn(
            "",
            "it has {count} electronic seals or signatures: not verifiable here; the bytes are kept",
            count=document.seals,
        )


def _check_page(page: Page, findings: Findings, *, has_text: bool) -> None:
    place = f"page {page.number}"
    if page.is_picture and not _is_text(page):
        if has_text:
            findings.error(place, "this page is a picture without text; what stands on it must be keyed in")
    elif page.is_picture:
        findings.warn(place, "the text lies over a picture, so a machine recognised it: compare every digit")
    if illegible_share(page.chars) > _ILLEGIBLE_SHARE:
        findings.error(place, "its font does not say which letters its shapes are; key this page in")
    if _is_turned(page):
        findings.error(
            place,
            "most of its letters ({count}) are turned, outside the page or invisibly small; key this page in",
            count=page.left_out,
        )
    elif page.left_out:
        findings.warn(
            place,
            "{count} letters outside the page, turned or invisibly small are left out",
            count=page.left_out,
        )
    if page.has_invisible and not page.is_picture:
        findings.warn(
            place, "some of its letters may be drawn without ink: compare everything with the picture"
        )
    if page.white:
        findings.warn(
            place, "{count} letters are white and may not be seen: compare with the picture", count=page.white
        )
    if page.is_drawing:
        findings.warn(place, "it has too many strokes to look for a table with lines; look at what was found")


def _files(document: Opened, findings: Findings) -> tuple[EmbeddedFile, ...]:
    found = []
    for number, (name, content) in enumerate(document.files, start=1):
        shown = shown_name(name)
        findings.note(
            "",
            "the XML file {shown} is embedded; if it is a certificate, import it instead of the pages",
            shown=repr(shown),
        )
        found.append(
            EmbeddedFile(
                name=shown,
                mime_type="text/xml",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                place=f"embedded file {number}",
                content=content,
            )
        )
    return tuple(found)
