"""Documents as whoever uploads them hands them in, read in a process of their own."""

import datetime

import pytest

from calibration.errors import CertificateError
from daq.lab.certificate_documents import native_document, read_document
from daq.lab.certificate_draft import Said
from daq.lab.certificate_life import save_draft
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
