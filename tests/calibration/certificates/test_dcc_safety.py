"""Bytes of strangers: nothing but a sentence, in bounded time, may come of them."""

import datetime
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.certificates.dcc.importer import read_dcc
from calibration.certificates.imported import Imported
from calibration.certificates.safe_xml import parse_xml
from calibration.errors import CertificateError
from tests.calibration.certificates.own_files import BALANCE, HUMIDITY, PLATINUM, THERMOMETER, TODAY

TEXTS = (BALANCE, HUMIDITY, PLATINUM, THERMOMETER)


def outcome(data):
    """What came of the bytes; anything but an import or a refusal fails the test."""
    try:
        found = read_dcc(data, "x.xml", TODAY)
    except CertificateError as error:
        assert error.mistakes
        return None
    assert isinstance(found, Imported)
    return found


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<a>" * 3000 + b"</a>" * 3000, "line 1: nested deeper than 100"),
        (b"<a>" * 150 + b"</a>" * 150, "nested deeper than 100"),
        (b"<a>" + b"<b/>" * 500_000 + b"</a>", "more than 400000 tags"),
        (b"<a>" + b"x" * 13 * 2**20 + b"</a>", "allowed are 12582912"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", "line 1: a text, comment or attribute of more than 10 MB"),
        (b"<!-- " * 390_000, "not well-formed"),
        (b"<?a " * 390_000, "not well-formed"),
        (b" " * 9000 + b"<!DOCTYPE a><a/>", "it has a DOCTYPE"),
        (b"<?a?>" + b" " * 9000 + b"<!DOCTYPE a><a/>", "it has a DOCTYPE"),
        (b"<!-- <a> --><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "it has a DOCTYPE"),
        (b"<a>&x;</a>", "Entity 'x' not defined"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04", "ZIP"),
        (b"\xff\xfe\x00\x00<\x00\x00\x00", "UTF-32"),
        (b"\xef\xbb\xbf<?xml version='1.0' encoding='gbk'?><a/>", "its byte order mark says utf-8"),
        ("<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16-le"), "U+0000"),
        (b"<?xml version='1.0' encoding='cp037'?><a/>", "encoding 'cp037' is not accepted"),
        (b"<a>\xff</a>", "not utf-8 text"),
        (b"<a>\x01</a>", "U+0001"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)  # fmt: skip
def test_attacks_on_the_parser_have_their_sentence(data, sentence):
    with pytest.raises(CertificateError, match=r"^x\.xml: ") as caught:
        parse_xml(data, "x.xml")
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("found", "attribute"),
    [
        ("<dcc:results>", 'xsi:schemaLocation="https://ptb.de/dcc http://127.0.0.1:9/d.xsd"'),
        ("<dcc:results>", 'xsi:noNamespaceSchemaLocation="http://127.0.0.1:9/d.xsd"'),
        ("<dcc:coreData>", 'xsi:schemaLocation="https://ptb.de/dcc https://ptb.de.example/d.xsd"'),
    ],
)
def test_a_schema_of_somebody_else_is_refused_wherever_it_is_named(found, attribute):
    instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    text = BALANCE.replace(found, f"{found[:-1]} {instance} {attribute}>")
    with pytest.raises(CertificateError, match="as its schema; allowed is one of"):
        read_dcc(text.encode(), "x.xml", TODAY)


def test_nothing_is_fetched(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    xinclude = "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/hostname'/>"
    found = outcome(BALANCE.replace("<dcc:model>M-1</dcc:model>", xinclude).encode())
    assert found is not None
    assert any("<include> is no element of a certificate" in str(finding) for finding in found.findings)
    assert found.administrative.items[0].model == ""
    sheet = '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>'
    assert outcome(BALANCE.replace("<dcc:digital", f"{sheet}<dcc:digital", 1).encode()) is not None


def test_utf_16_and_gb_18030_give_the_same():
    expected = outcome(BALANCE.encode())
    assert expected is not None
    utf16 = outcome(BALANCE.replace("UTF-8", "UTF-16", 1).encode("utf-16"))
    gbk = outcome(BALANCE.replace("UTF-8", "GBK", 1).encode("gb18030"))
    for other in (utf16, gbk):
        assert other is not None
        assert (other.administrative, other.proposals) == (expected.administrative, expected.proposals)


def test_no_document_is_worked_at_for_long():
    quantity = "<dcc:quantity><si:real><si:value>1</si:value><si:unit>%s</si:unit></si:real></dcc:quantity>"
    many = "<dcc:list>" + quantity % r"\gram" * 3001 + "</dcc:list>"
    at = BALANCE.index("<dcc:list>")
    with pytest.raises(CertificateError, match="more than 3000 quantities"):
        read_dcc((BALANCE[:at] + many + BALANCE[at:]).encode(), "x.xml", TODAY)
    found = outcome(BALANCE.replace(r"\milli\gram", r"\milli\gram\tothe{99}" * 2000).encode())
    assert found is not None
    assert any("characters is not read" in str(finding) for finding in found.findings)


def test_many_wrong_numbers_end_in_a_few_sentences():
    bad = BALANCE.replace("0.0 0.08 0.25", " ".join(["x"] * 5000))
    with pytest.raises(CertificateError) as caught:
        read_dcc(bad.encode(), "x.xml", TODAY)
    assert len(caught.value.mistakes) <= 50


@given(st.binary(max_size=300))
def test_arbitrary_bytes(data):
    outcome(data)


@given(st.binary(max_size=60), st.integers(0, 10_000), st.sampled_from(TEXTS))
@settings(max_examples=150, deadline=None)
def test_certificates_with_arbitrary_bytes_inside(noise, at, text):
    data = text.encode()
    at %= len(data)
    outcome(data[:at] + noise + data[at + len(noise) :])


_NUMBERS = st.one_of(
    st.text(max_size=8),
    st.floats().map(str),
    st.decimals(allow_nan=True).map(str),
    st.sampled_from(["NaN", "1e999999", "1e-999999", "-0", "0e99999", "9" * 59, "1,5", "1e300"]),
)


@given(
    st.lists(_NUMBERS, max_size=5),
    st.sampled_from(["0.0 0.08 0.25", "0.10 0.15 0.20", "0 100.00002 200.00005"]),
)
@settings(max_examples=200, deadline=None)
def test_arbitrary_numbers_in_a_table(values, instead_of):
    text = " ".join(values).replace("&", "").replace("<", "")
    outcome(BALANCE.replace(instead_of, text, 1).encode("utf-8", errors="replace"))


@given(st.text(st.sampled_from("<>\\{}kilogramper tothe-1/°%μ单位"), max_size=40))
@settings(max_examples=200, deadline=None)
def test_arbitrary_units(unit):
    escaped = unit.replace("<", "&lt;")
    outcome(BALANCE.replace(r"\milli\gram", escaped).encode())


def test_a_date_is_given_and_never_the_computer_s():
    early = read_dcc(BALANCE.encode(), "x.xml", datetime.date(2026, 3, 2))
    assert any("lies in the future; today is 2026-03-02" in str(finding) for finding in early.findings)
