"""An XLSX file of strangers: looked at as a ZIP archive, with limits, before anything of it is parsed."""

import io
import re
import zipfile
import zlib

from calibration.certificates.file_names import too_long
from calibration.errors import CertificateError
from calibration.sentences import about, made

MAX_BYTES = 10 * 2**20
MAX_ENTRIES = 2000
MAX_INFLATED = 20 * 2**20
MAX_RATIO = 100
MAX_TAGS = 400_000

_END_BYTES = 22
"""Of the record that ends an archive without comment."""
_SMALL = 2**16
"""Below it a ratio says nothing: empty tables compress well."""
_ACTIVE = ("vbaproject", "externallink", "embeddings/", "activex", "macrosheets/", "oleobject")
_DOCTYPE = re.compile(rb"<\s*!\s*(DOCTYPE|ENTITY)", re.I)
_XML = (".xml", ".rels", ".vml")


def unpack(data: bytes, file_name: str) -> dict[str, bytes]:
    """The parts of an XLSX file by their names, all of them really measured.

    Raises:
        CertificateError: too large, a bomb, macros or links to other files, names that leave the archive, a
            DOCTYPE or entity in a part, or no ZIP archive at all.
    """
    if len(data) > MAX_BYTES:
        raise _refused(file_name, too_long(len(data), MAX_BYTES))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_whole(archive, data, file_name)
            _check_entries(archive, len(data), file_name)
            parts = {entry.filename: _part(archive, entry) for entry in archive.infolist()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        raise _refused(
            file_name, "damaged, or no XLSX file: {error}; save it again as .xlsx", error=error
        ) from error
    for name, part in parts.items():
        if name.lower().endswith(_XML):
            _check_part(name, part, file_name)
    if sum(part.count(b"<") for part in parts.values()) > MAX_TAGS:
        raise _refused(
            file_name, "more than {most} tags; a certificate has a few thousand cells", most=MAX_TAGS
        )
    return parts


def _refused(file_name: str, message: str, /, **facts: object) -> CertificateError:
    return CertificateError((about(file_name, made(message, facts)),))


def _check_whole(archive: zipfile.ZipFile, data: bytes, file_name: str) -> None:
    """An archive that is not the whole file hides in another kind of file, or hides one."""
    first = min((entry.header_offset for entry in archive.infolist()), default=0)
    if first != 0 or not data[-_END_BYTES:].startswith(b"PK\x05\x06"):
        raise _refused(
            file_name, "something stands before or behind the workbook in this file; save it again as .xlsx"
        )


def _check_entries(archive: zipfile.ZipFile, size: int, file_name: str) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _refused(
            file_name, "{count} files inside; allowed are {most}", count=len(entries), most=MAX_ENTRIES
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise _refused(file_name, "the same name occurs twice inside; it is not known which one counts")
    inflated = sum(entry.file_size for entry in entries)
    if inflated > MAX_INFLATED or (inflated > _SMALL and inflated > MAX_RATIO * size):
        raise _refused(
            file_name,
            "{size} bytes that unpack to {inflated}; allowed are {most} and {times} times",
            size=size,
            inflated=inflated,
            most=MAX_INFLATED,
            times=MAX_RATIO,
        )
    for entry in entries:
        _check_name(entry.filename, file_name)
        if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise _refused(
                file_name,
                "{name} unpacks to more than {times} times its size",
                name=repr(entry.filename),
                times=MAX_RATIO,
            )


def _check_name(name: str, file_name: str) -> None:
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
        raise _refused(
            file_name, "a file inside is called {name}, which leads out of the archive", name=repr(name[:80])
        )
    if any(word in name.lower() for word in _ACTIVE):
        raise _refused(
            file_name,
            "it has macros, embedded or linked files ({name}); save it as .xlsx without them",
            name=repr(name[:80]),
        )


def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One part; it is read no further than it announced, and then its checksum is wrong."""
    with archive.open(entry) as part:
        return part.read()


def _check_part(name: str, part: bytes, file_name: str) -> None:
    plain = part.replace(b"\0", b"")  # UTF-16, of which the ASCII letters are left
    if _DOCTYPE.search(plain):
        raise _refused(
            file_name,
            "{name} has a DOCTYPE or entity, which no workbook needs; it was not read",
            name=repr(name),
        )
