"""Between an examined upload and the questions about it."""

from collections.abc import Iterator

from calibration.certificates.imported import Imported, Stage
from calibration.certificates.native import parse_native
from calibration.errors import CertificateError
from daq.lab.certificate_draft import Document
from daq.security.document_kinds import DocumentKind
from daq.security.uploads import Examined
from daq.web.desk import Desk
from daq.web.words import Words


def document_of(examined: Examined, data: bytes) -> Document:
    """The document with what was found in it; a native file is its own proposal.

    Raises:
        CertificateError: it was refused.
    """
    if examined.imported is None or examined.kind is None:
        raise CertificateError(examined.refused)
    native = parse_native(data, examined.file_name) if examined.kind is DocumentKind.NATIVE else {}
    media_type = examined.kind.media_type
    return Document(examined.file_name, data, media_type, examined.imported, native)


def results_of(imported: Imported, words: Words) -> Iterator[tuple[int | None, str]]:
    """Each result that can become a certificate, with its name; None is the document as a whole."""
    usable = [(i, one) for i, one in enumerate(imported.proposals) if one.stage is not Stage.AS_FOUND]
    for i, one in usable:
        name = one.name.in_language(words.language.partition("_")[0]) or words.quantity(one.quantity)
        count = words.count("{number} point", "{number} points", len(one.points))
        yield i, f"{name} · {one.unit} · {count}"
    if not usable:
        yield None, words.say("no table was found: key it in, or use the verdict alone")


def channels_of(desk: Desk, name: str) -> dict[str, str]:
    """Channels of an instrument on the wire with their quantities; none of anything else."""
    entry = desk.settings.instrument(name)
    profile = desk.profiles.get(entry.profile) if entry else None
    return {one.name: one.quantity for one in profile.channels} if profile else {}
