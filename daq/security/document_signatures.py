"""Electronic signatures of XML certificates (XMLDSig, XAdES), accepted in one form only.

Exactly one ``ds:Signature``, a child of the root; one reference to the whole document (``URI=""``, enveloped)
and, with XAdES, one to its own signed properties; transforms from a short list. What is signed is what is
read: ``Verified.signed`` is the document as the signature covers it, without comments that split a value.
"""

import base64
import binascii
import datetime
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from lxml import etree
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from calibration.certificates.dcc.document import SIGNATURE
from calibration.certificates.imported import Administrative
from calibration.certificates.safe_xml import parse_xml
from calibration.sentences import Sentence, sentence_of
from daq.security.signature_form import (
    DIGESTS,
    METHODS,
    FormRefusedError,
    UnverifiableError,
    accepted_references,
)
from daq.security.signature_report import (
    Identity,
    Integrity,
    SignatureReport,
    Signer,
    not_verifiable,
    unsigned,
)
from daq.security.trust_store import (
    TrustStore,
    bits_of_weak_key,
    judge_chain,
    judge_revocation,
    judge_time,
)

MOST_CERTIFICATES = 10

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_UNVERIFIABLE = (
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    KeyError,
    NotImplementedError,
    etree.LxmlError,
    SignXMLException,
)
"""What comes out of keys and forms that are not foreseen."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The report on a document, and the part of it that may be read."""

    report: SignatureReport
    signed: bytes | None = None
    """What the signature covers, as XML; None where none holds."""
    certificate: x509.Certificate | None = None


def verify_signature(data: bytes, file_name: str, store: TrustStore, now: datetime.datetime) -> Verified:
    """Everything about a document's signature but whose it is (``identified``).

    Args:
        data: the bytes of the XML document.
        file_name: for the sentences.
        store: what the laboratory trusts.
        now: aware; the time of verification, never that which the document claims.

    Raises:
        CertificateError: no XML that is safe to read.
    """
    root = parse_xml(data, file_name, whole=True)
    signatures = list(root.iter(SIGNATURE))
    if not signatures:
        return Verified(unsigned())
    claimed = str(root.xpath("string(//*[local-name()='SigningTime'])")).strip()[:40]
    try:
        references = accepted_references(root, signatures)
        certificates = _certificates(signatures[0])
        signed, leaf = _signed_by(root, certificates, references)
    except FormRefusedError as error:
        report = SignatureReport(integrity=Integrity.REFUSED, integrity_said=sentence_of(error))
        return Verified(replace(report, claimed_time=claimed))
    except etree.DocumentInvalid as error:
        sentence = Sentence(
            "its signature is not of the form of XMLDSig ({error}); ask the laboratory",
            error=str(error)[:200],
        )
        report = SignatureReport(integrity=Integrity.REFUSED, integrity_said=sentence)
        return Verified(replace(report, claimed_time=claimed))
    except (InvalidDigest, InvalidSignature) as error:
        return Verified(replace(_broken(root, error), claimed_time=claimed))
    except (UnverifiableError, *_UNVERIFIABLE) as error:
        return Verified(replace(_unverified(error), claimed_time=claimed))
    return Verified(_judged(leaf, certificates, store, now, claimed), signed, leaf)


def _unverified(error: Exception) -> SignatureReport:
    return not_verifiable(Sentence("signed, but {error}", error=sentence_of(error)))


def _broken(root: etree._Element, error: Exception) -> SignatureReport:
    if (
        root.getprevious() is not None
    ):  # a reference to the whole document covers these; the library omits them
        return not_verifiable(
            Sentence("signed together with processing instructions before its root element")
        )
    sentence = Sentence(
        "its signature does not hold ({error}): it was changed after it was signed, or damaged; "
        "ask the laboratory for it again",
        error=str(error)[:120],
    )
    return SignatureReport(integrity=Integrity.BROKEN, integrity_said=sentence)


def _certificates(signature: etree._Element) -> list[x509.Certificate]:
    """Those in the signature, the signer's among them.

    Raises:
        UnverifiableError: none, too many, or unreadable ones.
    """
    texts = [
        "".join(str(one.xpath("string()")).split())
        for one in signature.iterfind(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    ]
    if not 1 <= len(texts) <= MOST_CERTIFICATES:
        raise UnverifiableError("with {count} certificates in it", count=len(texts))
    try:
        return [x509.load_der_x509_certificate(base64.b64decode(text, validate=True)) for text in texts]
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise UnverifiableError(Sentence("with a certificate that cannot be read")) from error


def _signed_by(
    root: etree._Element, certificates: Iterable[x509.Certificate], references: int
) -> tuple[bytes, x509.Certificate]:
    """What is signed, and by which of the certificates; which one is first says nothing.

    Raises:
        InvalidDigest, InvalidSignature: by none of them, or of something else.
        UnverifiableError: by a key that proves nothing.
    """
    failure: Exception = InvalidSignature("no certificate")
    for certificate in certificates:
        try:
            part = _signed_part(root, certificate, references)
        except InvalidDigest:
            raise
        except (InvalidSignature, InvalidInput) as error:
            failure = error
            continue
        if bits := bits_of_weak_key(certificate):
            raise UnverifiableError("by a key of {bits} bit, so short that others can find it out", bits=bits)
        return part, certificate
    raise failure


def _signed_part(root: etree._Element, certificate: x509.Certificate, references: int) -> bytes:
    has_properties = references > 1
    configuration = XAdESSignatureConfiguration if has_properties else SignatureConfiguration
    results = (XAdESVerifier if has_properties else XMLVerifier)().verify(
        root,
        x509_cert=certificate,
        parser=etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False),
        expect_config=configuration(
            location="./",
            expect_references=references,
            signature_methods=frozenset(METHODS),
            digest_algorithms=frozenset(DIGESTS),
            verification_time=certificate.not_valid_before_utc,  # validity is judged apart
        ),
    )
    for result in results if isinstance(results, list) else [results]:
        if result.signed_xml is not None and result.signed_xml.tag == root.tag:
            return result.signed_data
    raise InvalidSignature("the document is not among what is signed")


def _judged(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    store: TrustStore,
    now: datetime.datetime,
    claimed: str,
) -> SignatureReport:
    chain, chain_said, way = judge_chain(store, leaf, [one for one in others if one != leaf], now)
    time, time_said = judge_time(leaf, now)
    revocation, revocation_said = judge_revocation(store, way, now)
    return SignatureReport(
        integrity=Integrity.INTACT,
        integrity_said=Sentence("the document is what was signed"),
        chain=chain,
        chain_said=chain_said,
        time=time,
        time_said=time_said,
        revocation=revocation,
        revocation_said=revocation_said,
        signer=leaf.subject.rfc4514_string(),
        signer_sha256=_fingerprint(leaf),
        claimed_time=claimed,
    )


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def identified(
    verified: Verified, administrative: Administrative, signers: Sequence[Signer]
) -> SignatureReport:
    """The report with the answer whether the signer may sign for the laboratory.

    Args:
        verified: the signature.
        administrative: as read from what is signed.
        signers: the site's list.
    """
    report, certificate = verified.report, verified.certificate
    if certificate is None:
        return report
    if not signers:
        sentence = Sentence("not checked: the site lists no signers ([certificates] signers)")
        return replace(report, identity_said=sentence)
    listed = [signer for signer in signers if _is_of(signer, certificate)]
    if not listed:
        sentence = Sentence(
            "{signer} is listed for no laboratory ([certificates] signers)", signer=report.signer
        )
        return replace(report, identity=Identity.NOT_LISTED, identity_said=sentence)
    own = {_folded(administrative.laboratory), _folded(administrative.laboratory_code)} - {""}
    if any(_folded(signer.laboratory) in own for signer in listed):
        sentence = Sentence(
            "{signer} signs for {laboratory}", signer=report.signer, laboratory=administrative.laboratory
        )
        return replace(report, identity=Identity.MATCHES, identity_said=sentence)
    names = ", ".join(signer.laboratory for signer in listed)
    sentence = Sentence(
        "the document names {laboratory}; its signer signs for {names}",
        laboratory=repr(administrative.laboratory),
        names=names,
    )
    return replace(report, identity=Identity.DIFFERS, identity_said=sentence)


def _is_of(signer: Signer, certificate: x509.Certificate) -> bool:
    if signer.sha256 and signer.sha256.lower() != _fingerprint(certificate):
        return False
    if not signer.subject:
        return bool(signer.sha256)
    return _parts(x509.Name.from_rfc4514_string(signer.subject)) == _parts(certificate.subject)


def _parts(name: x509.Name) -> list[tuple[str, str]]:
    """The attributes of a distinguished name in any order."""
    return sorted((part.oid.dotted_string, _folded(str(part.value))) for part in name)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
