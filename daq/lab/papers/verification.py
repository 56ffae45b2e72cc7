"""Is this PDF what the laboratory made: attached content, check code, pages, the register of reports.

A file alone shows that nothing was changed by accident or in one place only: somebody who changes the
content, the code and the pages alike is found by the register of the laboratory that issued the report.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
from sqlalchemy import Connection, select

from calibration.sentences import Sentence
from daq.errors import AuditError, PaperError
from daq.i18n import N_
from daq.i18n.figures import typeset
from daq.lab.papers.codes import ATTACHMENT, check_code, content_of, sha256_of
from daq.lab.papers.content import RawSheet, Report
from daq.records.bench_tables import reports
from daq.security.audit import as_text

MOST_BYTES = 60_000_000
_BREAK = "\u200b"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPaper:
    """What a PDF says about itself, recomputed."""

    number: str
    """Of the report, or of the session of a raw-data sheet."""
    version: int
    """1 for a raw-data sheet."""
    is_report: bool
    check_code: str
    sha256: str
    """Of the attached content."""
    document_sha256: str
    """Of the file."""
    missing: tuple[str, ...]
    """What the content says and no page shows: number, check code, reported results."""

    @property
    def ok(self) -> bool:
        """Whether pages, content and code belong together."""
        return not self.missing

    @property
    def sentence(self) -> Sentence:
        """What was found."""
        name = Sentence("raw record {number}", number=self.number)
        if self.is_report:
            name = Sentence("{number}, version {version}", number=self.number, version=self.version)
        if self.missing:
            return Sentence(
                "{paper}: the pages do not show what the attached content says: {missing}; the file was "
                "changed. Ask the laboratory for the report.",
                paper=name,
                missing=", ".join(self.missing),
            )
        return Sentence(
            "{paper}: pages and attached content belong together; check code {code}.",
            paper=name,
            code=self.check_code,
        )


def verify_paper(pdf: bytes) -> CheckedPaper:
    """Recompute the check code of a report or a raw-data sheet from its attached content.

    Args:
        pdf: the bytes of the file.

    Raises:
        PaperError: no PDF that can be read, or none with such content attached.
    """
    text, pages = _opened(pdf)
    value = _json(text)
    try:
        content = content_of(value)
    except (TypeError, ValueError, KeyError, ArithmeticError) as error:
        raise PaperError(N_("What is attached to the file is not the content of a paper.")) from error
    code = check_code(value)
    shown = _squeezed(pages)
    is_report = isinstance(content, Report)
    return CheckedPaper(
        number=content.number if isinstance(content, Report) else content.session,
        version=content.version if isinstance(content, Report) else 1,
        is_report=is_report,
        check_code=code,
        sha256=sha256_of(value),
        document_sha256=hashlib.sha256(pdf).hexdigest(),
        missing=tuple(fact for fact in _printed(content, code) if _squeezed(fact) not in shown),
    )


def _opened(pdf: bytes) -> tuple[bytes, str]:
    """The attached content and the text of all pages."""
    if len(pdf) > MOST_BYTES:
        raise PaperError(N_("The file is too large to be a paper of this program."))
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise PaperError(N_("The file is no PDF that can be read.")) from error
    try:
        attached = [document.get_attachment(i) for i in range(document.count_attachments())]
        contents = [bytes(each.get_data()) for each in attached if each.get_name() == ATTACHMENT]
        pages = "".join(page.get_textpage().get_text_bounded() for page in document)
    except pypdfium2.PdfiumError as error:
        raise PaperError(N_("The file is no PDF that can be read.")) from error
    finally:
        document.close()
    if len(contents) != 1:
        raise PaperError(N_("The file has no content attached: it is no paper of this program."))
    return contents[0], pages


def _json(text: bytes) -> dict[str, Any]:
    """The attached JSON, which must be spelled in the canonical way."""
    try:
        value = json.loads(text)
        canonical = as_text(value).encode()
    except (ValueError, RecursionError, AuditError) as error:
        raise PaperError(N_("What is attached to the file is not the content of a paper.")) from error
    if not isinstance(value, dict) or canonical != text:
        raise PaperError(N_("What is attached to the file is not the content of a paper."))
    return value


def _printed(content: Report | RawSheet, code: str) -> Iterator[str]:
    """What must be found on the pages."""
    yield code
    if isinstance(content, RawSheet):
        yield content.session
        for line in content.captures:
            yield typeset(line.capture.raw_text)
        return
    yield content.number
    yield content.sample.number
    for item in content.items:
        yield typeset(item.reported)
        yield from (verdict.edition for verdict in item.verdicts)


def _squeezed(text: str) -> str:
    """Without white space: lines are broken where a page ends them."""
    return "".join(text.replace(_BREAK, "").split())


@dataclass(frozen=True, slots=True)
class Issued:
    """What the register of reports says of a paper."""

    known: bool
    """Whether a report of this number and version was issued."""
    same_code: bool
    same_file: bool
    """Whether this very file was, in either language."""
    replaced_by: int | None = None
    """The version that is in force, if this one is not any more."""

    @property
    def sentence(self) -> Sentence:
        """What was found."""
        if not self.known:
            return Sentence("The records of this laboratory have no such report.")
        if not self.same_code:
            return Sentence(
                "The records of this laboratory have another content under this number and version."
            )
        found = Sentence("This laboratory issued this file.")
        if not self.same_file:
            found = Sentence(
                "This laboratory issued a report with this content; this file is another copy of it."
            )
        if self.replaced_by is None:
            return found
        return Sentence(
            "{found} It is no longer valid: version {version} has replaced it.",
            found=found,
            version=self.replaced_by,
        )


def find_issued(connection: Connection, paper: CheckedPaper) -> Issued:
    """Compare a report with the register of the reports that were issued here."""
    rows = connection.execute(
        select(reports.c.version, reports.c.check_code, reports.c.body)
        .where(reports.c.number == paper.number)
        .order_by(reports.c.version)
    ).all()
    row = next((one for one in rows if one.version == paper.version), None)
    if row is None or not paper.is_report:
        return Issued(known=False, same_code=False, same_file=False)
    return Issued(
        known=True,
        same_code=row.check_code == paper.check_code,
        same_file=paper.document_sha256 in json.loads(row.body)["documents"].values(),
        replaced_by=rows[-1].version if rows[-1].version > paper.version else None,
    )
