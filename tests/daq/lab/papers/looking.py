"""Looking at PDF files with two readers that did not make them."""

import io

import pdfplumber
import pikepdf
import typst

from daq.lab.papers.typesetting import SANS, SERIF
from tests.conftest import skip_unless


def need_chinese_font():
    """Skip where there is none; a failure under CI."""
    there = set(typst.Fonts().families())
    skip_unless(bool(there & {*SANS, *SERIF}), "no Chinese font is installed (see tests/system-packages.sh)")


def pages(pdf):
    """The text of each page, without what can be broken or spaced otherwise."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [page.extract_text() for page in document.pages]


def squeezed(text):
    return "".join(text.replace("\u200b", "").split())


def shown(pdf):
    """All text without white space, in the order in which it was written: cell after cell."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return squeezed("".join(char["text"] for page in document.pages for char in page.chars))


def characters(pdf, page=0):
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return document.pages[page].chars


def attached(pdf):
    """The attachments of a PDF: name, bytes and relationship."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [
            (name, spec.get_file().read_bytes(), str(spec.obj.AFRelationship), spec.get_file().mime_type)
            for name, spec in document.attachments.items()
        ]


def archival(pdf):
    """Part and conformance that the metadata claims, and whether the catalogue lists its attachments."""
    with pikepdf.open(io.BytesIO(pdf)) as document, document.open_metadata() as metadata:
        return metadata["pdfaid:part"], metadata["pdfaid:conformance"], len(document.Root.get("/AF", []))
