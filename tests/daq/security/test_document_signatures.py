"""Signatures of certificates under the one policy that is accepted; keys are the tests' own."""

import base64
import datetime
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import SignatureMethod

from calibration.certificates.imported import Severity
from daq.security import uploads
from daq.security.reading_process import answer
from daq.security.signature_report import Chain, Identity, Integrity, Revocation, SignatureReport, Time
from daq.security.uploads import Examined, Verdict, examine
from daq.settings import CertificatesSettings, SignerEntry
from tests.calibration.certificates.own_files import BALANCE
from tests.daq.security.signing import DAY, START, Holder, Key, issued, signed, trust_dir

NOW = START + 200 * DAY
DS = "{http://www.w3.org/2000/09/xmldsig#}"
NAME = str(
    etree.fromstring(BALANCE.encode()).xpath(
        "string(//*[local-name()='calibrationLaboratory']//*[local-name()='content'])"
    )
)
SAMPLES = "certificates/samples/siemens_pydcc"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the confined process does is the same here, and quicker."""
    monkeypatch.setattr(uploads, "_answer", answer)


@pytest.fixture(scope="module")
def root() -> Holder:
    return issued("Root", is_authority=True, days=(0, 3000))


@pytest.fixture(scope="module")
def authority(root: Holder) -> Holder:
    return root.signs("Authority", is_authority=True, days=(0, 2000))


@pytest.fixture(scope="module")
def laboratory(authority: Holder) -> Holder:
    return authority.signs("Laboratory")


@pytest.fixture
def against(tmp_path: Path, root: Holder) -> CertificatesSettings:
    """The root is trusted, and the laboratory listed."""
    folder = trust_dir(tmp_path / "trust", root_pem=root.pem)
    return CertificatesSettings(
        trust_dir=folder, signers=(SignerEntry(laboratory=NAME, subject="CN=Laboratory,C=CN"),)
    )


def report_of(found: Examined) -> SignatureReport:
    assert found.signature is not None
    return found.signature


def states(found: Examined) -> tuple[str, ...]:
    report = report_of(found)
    return tuple(
        str(one) for one in (report.integrity, report.chain, report.identity, report.time, report.revocation)
    )


def look(data: bytes, against: CertificatesSettings, now: datetime.datetime = NOW) -> Examined:
    return examine(data, "dcc.xml", against, now)


@pytest.mark.parametrize("xades", [False, True], ids=["XMLDSig", "XAdES"])
def test_a_signature_that_holds_in_every_respect(
    xades: bool, against: CertificatesSettings, laboratory: Holder, authority: Holder, root: Holder
) -> None:
    assert against.trust_dir is not None
    trust_dir(against.trust_dir, a_crl=root.revokes(), b_crl=authority.revokes())
    found = look(signed(BALANCE, laboratory, authority, xades=xades), against)
    assert states(found) == ("intact", "trusted", "matches", "valid", "good")
    assert found.verdict is Verdict.USABLE
    assert found.imported is not None
    assert found.imported.signatures == 1
    assert found.imported.file_sha256 == found.sha256
    report = report_of(found)
    assert report.signer == "CN=Laboratory,C=CN"
    assert report.signer_sha256 == fingerprint(laboratory)
    assert bool(report.claimed_time) is xades
    assert found.imported.proposals == look(BALANCE.encode(), against).imported.proposals  # type: ignore[union-attr]


def fingerprint(holder: Holder) -> str:
    return hashlib.sha256(holder.certificate.public_bytes(Encoding.DER)).hexdigest()


def test_unsigned_is_allowed_and_said(against: CertificatesSettings) -> None:
    found = look(BALANCE.encode(), against)
    assert states(found) == ("unsigned", *["not-checked"] * 4)
    assert found.verdict is Verdict.USABLE


def test_a_changed_digit_is_refused(
    against: CertificatesSettings, laboratory: Holder, authority: Holder
) -> None:
    data = signed(BALANCE, laboratory, authority).replace(b"0.0 0.08 0.25", b"0.0 0.08 0.24")
    found = look(data, against)
    assert states(found)[0] == "broken"
    assert (found.verdict, found.imported) == (Verdict.REFUSED, None)
    assert "it was changed after it was signed" in found.refused[0]


def test_a_comment_that_splits_a_value_is_not_read(
    against: CertificatesSettings, laboratory: Holder, authority: Holder
) -> None:
    """Comments are not signed (C14N): ``.text`` of the raw value would end at it."""
    data = signed(BALANCE, laboratory, authority).replace(b"0.0 0.08 0.25", b"0.0 0.08 0.2<!-- -->5")
    found = look(data, against)
    assert states(found)[:3] == ("intact", "trusted", "matches")
    assert found.imported is not None
    assert [str(point.error) for point in found.imported.proposals[0].points] == ["0.0", "0.08", "0.25"]


def test_what_hides_in_the_signature_is_not_read(
    against: CertificatesSettings, laboratory: Holder, authority: Holder
) -> None:
    """An object inside ``ds:Signature`` is not covered by it: a forged link there must not be seen."""
    forged = etree.fromstring(
        '<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:dcc="https://ptb.de/dcc">'
        "<dcc:measuringEquipment><dcc:certificate><dcc:referralID>FORGED</dcc:referralID></dcc:certificate>"
        "</dcc:measuringEquipment></ds:Object>"
    )
    data = signed(BALANCE, laboratory, authority)
    found = look(changed(data, lambda _, signature: signature.append(forged)), against)
    assert states(found)[:3] == ("intact", "trusted", "matches")
    assert found.imported is not None
    assert found.imported.links == look(data, against).imported.links  # type: ignore[union-attr]
    assert "FORGED" not in str(found.imported)


def test_somebody_else_signs_it_again(against: CertificatesSettings) -> None:
    stranger = issued("Laboratory")
    found = look(signed(BALANCE, stranger), against)
    assert states(found)[:3] == ("intact", "untrusted", "matches")
    assert found.verdict is Verdict.FINDINGS
    assert any("comes from no authority of the trust store" in str(one) for one in findings(found))


def findings(found: Examined, severity: Severity = Severity.ERROR) -> list[str]:
    assert found.imported is not None
    return [str(one) for one in found.imported.findings if one.severity is severity]


def test_a_signer_of_a_trusted_signer_is_no_authority(
    against: CertificatesSettings, laboratory: Holder, authority: Holder, tmp_path: Path
) -> None:
    """A laboratory's certificate must not make further ones, not even if it lies in the trust store."""
    below = issued("Laboratory", laboratory)
    assert states(look(signed(BALANCE, below, laboratory, authority), against))[1] == "untrusted"
    pinned = CertificatesSettings(trust_dir=trust_dir(tmp_path / "pinned", lab_pem=laboratory.pem))
    assert states(look(signed(BALANCE, below, laboratory), pinned))[1] == "untrusted"
    assert states(look(signed(BALANCE, laboratory), pinned))[1] == "trusted"


def test_without_trust_store_and_signers_both_are_not_checked(laboratory: Holder) -> None:
    found = look(signed(BALANCE, laboratory), CertificatesSettings())
    assert states(found) == ("intact", "not-checked", "not-checked", "valid", "not-checked")
    assert found.verdict is Verdict.USABLE
    assert "trust_dir" in report_of(found).chain_said
    assert "signers" in report_of(found).identity_said


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        ({"laboratory": NAME, "subject": "C=CN,CN=laboratory"}, Identity.MATCHES),
        ({"laboratory": f"  {NAME} "}, Identity.MATCHES),
        ({"laboratory": NAME, "sha256": "0" * 64}, Identity.NOT_LISTED),
        ({"laboratory": NAME, "subject": "CN=Other,C=CN"}, Identity.NOT_LISTED),
        ({"laboratory": "Somebody else"}, Identity.DIFFERS),
    ],
)
def test_whose_signature_it_is(
    entry: dict[str, str],
    state: Identity,
    against: CertificatesSettings,
    laboratory: Holder,
    authority: Holder,
) -> None:
    if set(entry) == {"laboratory"}:
        entry |= {"sha256": fingerprint(laboratory).upper()}
    listed = against.model_copy(update={"signers": (SignerEntry(**entry),)})
    found = look(signed(BALANCE, laboratory, authority), listed)
    assert report_of(found).identity is state
    assert bool(findings(found)) is (state is not Identity.MATCHES)


@pytest.mark.parametrize(
    ("days", "state"), [((0, 100), Time.EXPIRED), ((300, 730), Time.NOT_YET_VALID), ((0, 730), Time.VALID)]
)
def test_time_is_now_and_apart_from_the_chain(
    days: tuple[int, int], state: Time, against: CertificatesSettings, authority: Holder
) -> None:
    found = look(signed(BALANCE, authority.signs("Laboratory", days=days), authority, xades=True), against)
    assert (report_of(found).integrity, report_of(found).chain) == (Integrity.INTACT, Chain.TRUSTED)
    assert report_of(found).time is state
    assert (found.verdict is Verdict.USABLE) is (state is Time.VALID)


def test_the_time_that_a_document_claims_is_not_believed(
    against: CertificatesSettings, laboratory: Holder, authority: Holder
) -> None:
    """Signed now by a certificate that has expired; SigningTime says what the forger likes."""
    data = signed(BALANCE, laboratory, authority, xades=True)
    found = look(data, against, START + 3000 * DAY)
    assert report_of(found).time is Time.EXPIRED
    assert report_of(found).claimed_time[:4] == str(datetime.datetime.now(datetime.UTC).year)


def test_revoked_and_outdated_lists(
    against: CertificatesSettings, laboratory: Holder, authority: Holder, root: Holder
) -> None:
    assert against.trust_dir is not None
    data = signed(BALANCE, laboratory, authority)
    assert report_of(look(data, against)).revocation is Revocation.NOT_CHECKED
    trust_dir(against.trust_dir, a_crl=root.revokes(), b_crl=authority.revokes(days=(0, 10)))
    assert report_of(look(data, against)).revocation is Revocation.NOT_CHECKED
    foreign = issued("Authority", is_authority=True)
    trust_dir(against.trust_dir, b_crl=foreign.revokes(laboratory))  # the name is right, the key is not
    assert report_of(look(data, against)).revocation is Revocation.NOT_CHECKED
    trust_dir(against.trust_dir, b_crl=authority.revokes(laboratory, days=(0, 10)))
    found = look(data, against)
    assert report_of(found).revocation is Revocation.REVOKED
    assert "CN=Laboratory,C=CN was revoked on 2026-01-11" in findings(found)[0]


def test_an_unreadable_trust_store_is_said(against: CertificatesSettings, laboratory: Holder) -> None:
    assert against.trust_dir is not None
    trust_dir(against.trust_dir, bad_pem=b"-----BEGIN CERTIFICATE-----\nx\n", bad_crl=b"x")
    said = findings(look(signed(BALANCE, laboratory), against), Severity.WARNING)
    assert sum("neither a certificate nor a list of revoked ones" in sentence for sentence in said) == 2
    missing = against.model_copy(update={"trust_dir": against.trust_dir / "none"})
    found = look(signed(BALANCE, laboratory), missing)
    assert any("there is no such folder" in sentence for sentence in findings(found, Severity.WARNING))


def changed(data: bytes, change: Callable[[etree._Element, etree._Element], object]) -> bytes:
    """The document after a change of its tree: root and signature."""
    tree = etree.fromstring(data)
    signature = tree.find(f"{DS}Signature")
    assert signature is not None
    change(tree, signature)
    return etree.tostring(tree)


def _twice(tree: etree._Element, signature: etree._Element) -> None:
    tree.append(etree.fromstring(etree.tostring(signature)))


def _inside(tree: etree._Element, signature: etree._Element) -> None:
    tree[0].append(signature)


def _wrapped(tree: etree._Element, signature: etree._Element) -> None:
    """The signed original inside a comment of a forged certificate, which has the signature."""
    original = etree.fromstring(etree.tostring(tree))
    original.remove(original.find(f"{DS}Signature"))
    comment = etree.SubElement(tree, "{https://ptb.de/dcc}comment")
    comment.append(original)
    signature.getparent().append(signature)  # type: ignore[union-attr]


def _without_enveloped(_: etree._Element, signature: etree._Element) -> None:
    transform = signature.find(f".//{DS}Transform")
    assert transform is not None
    transform.getparent().remove(transform)  # type: ignore[union-attr]


def _second_reference(_: etree._Element, signature: etree._Element) -> None:
    reference = signature.find(f".//{DS}Reference")
    assert reference is not None
    reference.addnext(etree.fromstring(etree.tostring(reference)))


def _original_in_signature(tree: etree._Element, signature: etree._Element) -> None:
    original = etree.fromstring(etree.tostring(tree))
    original.remove(original.find(f"{DS}Signature"))
    signature.append(original)


def _part_only(tree: etree._Element, signature: etree._Element) -> None:
    tree[0].set("id", "part")
    signature.find(f".//{DS}Reference").set("URI", "#part")  # type: ignore[union-attr]


def _foreign_part(_: etree._Element, signature: etree._Element) -> None:
    _second_reference(_, signature)
    signature.findall(f".//{DS}Reference")[1].set("URI", "#part")


def _no_info(_: etree._Element, signature: etree._Element) -> None:
    signature.remove(signature[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_twice, "it has 2 signatures"),
        (_inside, "or one inside of something"),
        (_wrapped, "does not hold"),
        (_without_enveloped, "no enveloped transform"),
        (_second_reference, "its signature covers 2 parts"),
        (_part_only, "its signature covers 1 parts"),
        (_foreign_part, "covers 'part' besides the document"),
        (_no_info, "does not say what it covers"),
        (_original_in_signature, "its signature is not of the form of XMLDSig"),
    ],
)
def test_another_form_is_refused(
    change: Callable[..., None],
    words: str,
    against: CertificatesSettings,
    laboratory: Holder,
    authority: Holder,
) -> None:
    data = changed(signed(BALANCE, laboratory, authority), change)
    found = look(data, against)
    assert found.verdict is Verdict.REFUSED
    assert words in found.refused[0]


def test_properties_of_another_signature_are_refused(
    against: CertificatesSettings, laboratory: Holder, authority: Holder
) -> None:
    """The second reference must point at the properties inside this very signature, and at one element."""
    data = signed(BALANCE, laboratory, authority, xades=True)

    def outside(tree: etree._Element, signature: etree._Element) -> None:
        qualifying = signature.find(f"{DS}Object")
        assert qualifying is not None
        etree.SubElement(tree, "{https://ptb.de/dcc}comment").append(qualifying)

    def twice(tree: etree._Element, signature: etree._Element) -> None:
        properties = next(e for e in signature.iter() if etree.QName(e).localname == "SignedProperties")
        tree[0].set("id", properties.get("Id", ""))

    for change in (outside, twice):
        found = look(changed(data, change), against)
        assert found.verdict is Verdict.REFUSED
        assert "which is not its own properties" in found.refused[0]


def _method(algorithm: str) -> Callable[[etree._Element, etree._Element], None]:
    def change(_: etree._Element, signature: etree._Element) -> None:
        signature.find(f".//{DS}SignatureMethod").set("Algorithm", algorithm)  # type: ignore[union-attr]

    return change


def _transform(_: etree._Element, signature: etree._Element) -> None:
    signature.findall(f".//{DS}Transform")[1].set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")


def _without_certificate(_: etree._Element, signature: etree._Element) -> None:
    signature.remove(signature.find(f"{DS}KeyInfo"))


def _bad_certificate(_: etree._Element, signature: etree._Element) -> None:
    signature.find(f".//{DS}X509Certificate").text = base64.b64encode(b"SM2").decode()  # type: ignore[union-attr]


def _many_certificates(_: etree._Element, signature: etree._Element) -> None:
    certificate = signature.find(f".//{DS}X509Certificate")
    assert certificate is not None
    for _number in range(20):
        certificate.addnext(etree.fromstring(etree.tostring(certificate)))


@pytest.mark.parametrize(
    "change",
    [
        _method("http://www.w3.org/2001/04/xmldsig-more#sm2-sm3"),
        _method("http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        _method("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        _transform,
        _without_certificate,
        _bad_certificate,
        _many_certificates,
    ],
    ids=["SM2", "SHA-1", "HMAC", "XSLT", "no certificate", "unreadable", "many"],
)
def test_what_cannot_be_verified_here_is_kept_and_labelled(
    change: Callable[..., None], against: CertificatesSettings, laboratory: Holder
) -> None:
    found = look(changed(signed(BALANCE, laboratory), change), against)
    assert states(found) == ("not-verifiable", *["not-checked"] * 4)
    assert found.verdict is Verdict.FINDINGS
    assert any("not verifiable here; the bytes are kept" in one for one in findings(found, Severity.WARNING))


def test_which_certificate_comes_first_says_nothing(
    against: CertificatesSettings, laboratory: Holder, authority: Holder
) -> None:
    def turned(_: etree._Element, signature: etree._Element) -> None:
        data = signature.find(f".//{DS}X509Data")
        assert data is not None
        data[:] = list(reversed(data))

    found = look(changed(signed(BALANCE, laboratory, authority), turned), against)
    assert states(found)[:2] == ("intact", "trusted")
    assert report_of(found).signer == "CN=Laboratory,C=CN"


@pytest.mark.parametrize(
    ("key", "method"),
    [
        (rsa.generate_private_key(65537, 1024), SignatureMethod.RSA_SHA256),
        (ec.generate_private_key(ec.SECP192R1()), SignatureMethod.ECDSA_SHA256),
    ],
    ids=["RSA-1024", "P-192"],
)
def test_a_key_that_others_can_find_out_proves_nothing(
    key: Key, method: SignatureMethod, against: CertificatesSettings, root: Holder
) -> None:
    weak = issued("Laboratory", root, key=key)
    found = look(signed(BALANCE, weak, method=method), against)
    assert states(found)[:2] == ("not-verifiable", "not-checked")
    assert "bit, so short that others can find it out" in report_of(found).integrity_said
    assert found.verdict is Verdict.FINDINGS


def test_two_roots_are_no_document(against: CertificatesSettings, laboratory: Holder) -> None:
    data = signed(BALANCE, laboratory, xades=True)
    assert "not well-formed" in look(data + BALANCE[BALANCE.index("<dcc:") :].encode(), against).refused[0]


def test_other_curves_and_hashes(
    against: CertificatesSettings, laboratory: Holder, authority: Holder
) -> None:
    data = signed(BALANCE, laboratory, authority, method=SignatureMethod.ECDSA_SHA512)
    assert states(look(data, against))[:2] == ("intact", "trusted")


SIEMENS = datetime.datetime(2023, 6, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "name",
    [
        "dcc_gp_temperature_typical_v12_signed.xml",
        "dcc_gp_temperature_typical_v12_v3.2.0_signed.xml",
        "dcc_gp_temperature_typical_v12_v3.2.0_signed_lt.xml",
    ],
)
def test_published_xades_samples(shared: Callable[[str], Path], name: str) -> None:
    """Siemens, pydcc: valid at a fixed time; who signed is another than whom the document names."""
    folder = shared(SAMPLES)
    signer = SignerEntry(
        laboratory="Calibration A GmbH", subject="CN=Calibration Lab A1,O=Calibration A GmbH,C=DE"
    )
    against = CertificatesSettings(trust_dir=folder / "trusted_certs", signers=(signer,))
    found = examine((folder / name).read_bytes(), name, against, SIEMENS)
    assert states(found) == ("intact", "trusted", "differs", "valid", "not-checked")
    assert "names 'Kalibrierfirma GmbH'; its signer signs for Calibration A GmbH" in findings(found)[0]
    later = examine((folder / name).read_bytes(), name, against, SIEMENS.replace(year=2026))
    assert states(later)[3] == "expired"


def test_published_samples_that_do_not_hold(shared: Callable[[str], Path]) -> None:
    folder = shared(SAMPLES)
    against = CertificatesSettings(trust_dir=folder / "trusted_certs")
    manipulated = "dcc_gp_temperature_typical_v12_signed_manipulated.xml"
    found = examine((folder / manipulated).read_bytes(), manipulated, against, SIEMENS)
    assert (states(found)[0], found.verdict) == ("broken", Verdict.REFUSED)
    sphere = examine((folder / "signed_siliziumkugel.xml").read_bytes(), "s.xml", against, SIEMENS)
    assert (states(sphere)[0], sphere.verdict) == ("not-verifiable", Verdict.FINDINGS)
    assert "xmldsig-filter2" in report_of(sphere).integrity_said


def test_published_samples_of_dcclib(shared: Callable[[str], Path], tmp_path: Path) -> None:
    folder = shared("certificates/samples/lutaml_dcc")
    against = CertificatesSettings(
        trust_dir=trust_dir(tmp_path, ca_pem=(folder / "dcclib__ca.pem").read_bytes())
    )
    now = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
    valid = examine((folder / "dcclib__valid_signature.xml").read_bytes(), "v.xml", against, now)
    assert states(valid) == ("intact", "trusted", "not-checked", "valid", "not-checked")
    invalid = examine((folder / "dcclib__invalid_signature.xml").read_bytes(), "i.xml", against, now)
    assert states(invalid)[0] == "broken"
