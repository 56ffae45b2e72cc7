"""Documents as whoever uploads them hands them in, read in a process of their own."""

import datetime

import pytest

from calibration.errors import CertificateError
from daq.lab.certificates.documents import native_document, read_document
from daq.lab.certificates.draft import Said
from daq.lab.certificates.imported_json import imported_from, signature_from
from daq.lab.certificates.life import save_draft
from daq.settings import CertificatesSettings
from tests.calibration.native_files import BALANCE
from tests.daq.entered import SHANGHAI

NOW = datetime.datetime(2026, 3, 5, 14, tzinfo=SHANGHAI)


def test_a_native_file_becomes_the_same_draft_either_way(laboratory):
    here = native_document(BALANCE.encode(), "b-01.toml")
    there = read_document(BALANCE.encode(), "../b-01.toml", CertificatesSettings(), NOW)
    assert there.imported == here.imported
    assert (there.name, there.media_type) == ("b-01.toml", "application/toml")
    version = save_draft(laboratory.register, laboratory.actor("wang.fang"), there, Said())
    assert version.content.native["point"] == here.native["point"]


def test_what_is_no_certificate_is_refused():
    with pytest.raises(CertificateError, match="a picture"):
        read_document(b"\x89PNG\r\n\x1a\n", "scan.png", CertificatesSettings(), NOW)


def test_what_is_known_of_a_signature_is_kept_with_the_draft(laboratory):
    """The checking person sees the five answers as they were at the upload, each sentence with its facts."""
    one = read_document(BALANCE.encode(), "b-01.toml", CertificatesSettings(), NOW)
    version = save_draft(laboratory.register, laboratory.actor("wang.fang"), one, Said())
    kept = laboratory.register.blobs.get(version.content.import_sha256)
    signature = signature_from(kept)
    assert signature == one.signature
    assert signature.integrity_said.message.startswith("not signed: nothing but its way")
    assert imported_from(kept) == one.imported
    without = native_document(BALANCE.encode(), "b-01.toml")
    assert signature_from(without.found) is None
    for other in (b"[]", b'{"signature": {"integrity": "fine"}}', b"7", b"{"):
        with pytest.raises(ValueError):
            signature_from(other)
