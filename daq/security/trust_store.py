"""The laboratory's own trust: certificates of authorities and lists of revoked certificates in one folder.

Nothing else is trusted, above all not the authorities of the web. Nothing is fetched: a list of revoked
certificates (CRL) counts if it lies in the folder, is signed by its authority and is not out of date.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification

from calibration.sentences import Sentence, about
from daq.security.signature_report import Chain, Revocation, Time

_Loaded = TypeVar("_Loaded", bound=x509.Certificate | x509.CertificateRevocationList)


@dataclass(frozen=True, slots=True)
class TrustStore:
    """What lies in the folder."""

    certificates: tuple[x509.Certificate, ...] = ()
    lists: tuple[x509.CertificateRevocationList, ...] = ()
    problems: tuple[Sentence, ...] = ()
    """A sentence for each file that cannot be read."""


def load_trust_store(folder: Path) -> TrustStore:
    """Every ``*.pem``, ``*.crt``, ``*.cer`` (certificates) and ``*.crl`` of a folder, PEM or DER."""
    certificates: list[x509.Certificate] = []
    lists: list[x509.CertificateRevocationList] = []
    problems = [] if folder.is_dir() else [about(str(folder), Sentence("there is no such folder"))]
    for path in sorted(folder.glob("*")):
        try:
            if path.suffix in (".pem", ".crt", ".cer"):
                data = path.read_bytes()
                certificates += _pem_or_der(
                    data, x509.load_pem_x509_certificates, x509.load_der_x509_certificate
                )
            elif path.suffix == ".crl":
                lists += _pem_or_der(path.read_bytes(), _pem_list, x509.load_der_x509_crl)
        except (OSError, ValueError) as error:
            what = Sentence("neither a certificate nor a list of revoked ones: {error}", error=error)
            problems.append(about(str(path), what))
    return TrustStore(tuple(certificates), tuple(lists), tuple(problems))


def _pem_or_der(
    data: bytes, several: Callable[[bytes], list[_Loaded]], one: Callable[[bytes], _Loaded]
) -> list[_Loaded]:
    return several(data) if b"-----BEGIN" in data else [one(data)]


def _pem_list(data: bytes) -> list[x509.CertificateRevocationList]:
    return [x509.load_pem_x509_crl(data)]


def judge_time(leaf: x509.Certificate, now: datetime.datetime) -> tuple[Time, Sentence]:
    """Whether the signer's certificate is valid now; an earlier time would have to be proven."""
    start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    span = {"start": f"{start:%Y-%m-%d}", "end": f"{end:%Y-%m-%d}"}
    day = f"{now:%Y-%m-%d}"
    if now < start:
        sentence = Sentence(
            "the signer's certificate is valid from {start} to {end}, not yet on {day}", **span, day=day
        )
        return Time.NOT_YET_VALID, sentence
    if now > end:
        sentence = Sentence(
            "the signer's certificate was valid from {start} to {end}, no longer on {day}; that it was when "
            "it signed is not proven",
            **span,
            day=day,
        )
        return Time.EXPIRED, sentence
    return Time.VALID, Sentence("the signer's certificate is valid from {start} to {end}", **span)


def bits_of_weak_key(certificate: x509.Certificate) -> int:
    """The length of a key that others can find out (NIST SP 800-131A: RSA below 2048, curves below 224 bit).

    0 for every other key.
    """
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size if key.key_size < 2048 else 0
    return key.key_size if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < 224 else 0


def judge_chain(
    store: TrustStore, leaf: x509.Certificate, others: Sequence[x509.Certificate], now: datetime.datetime
) -> tuple[Chain, Sentence, tuple[x509.Certificate, ...]]:
    """Whether the signer's certificate comes from an authority of the store, and the way to it.

    Expiry is another question (``judge_time``): a chain that held while the certificate was valid is one.
    """
    if not store.certificates:
        sentence = Sentence("not checked: the site has no trust store ([certificates] trust_dir)")
        return Chain.NOT_CHECKED, sentence, ()
    error = ""
    for at in (now, leaf.not_valid_after_utc, leaf.not_valid_before_utc):
        try:
            chain = tuple(_verifier(store, at).verify(leaf, list(others)).chain)
        except verification.VerificationError as failed:
            error = error or str(failed)
            continue
        if len(chain) == 1:
            return Chain.TRUSTED, Sentence("the signer's certificate itself is in the trust store"), chain
        sentence = Sentence(
            "it comes from {authority}, which is in the trust store", authority=_name(chain[-1])
        )
        return Chain.TRUSTED, sentence, chain
    sentence = Sentence(
        "{leaf} comes from no authority of the trust store ({error}); if it is the laboratory's, put "
        "its authority there",
        leaf=_name(leaf),
        error=error,
    )
    return Chain.UNTRUSTED, sentence, ()


def _verifier(store: TrustStore, at: datetime.datetime) -> verification.ClientVerifier:
    may_sign = verification.ExtensionPolicy.permit_all().may_be_present(
        x509.KeyUsage, verification.Criticality.AGNOSTIC, _may_sign
    )
    return (
        verification.PolicyBuilder()
        .store(verification.Store(list(store.certificates)))
        .time(at)
        .extension_policies(ee_policy=may_sign, ca_policy=verification.ExtensionPolicy.webpki_defaults_ca())
        .build_client_verifier()
    )


def _may_sign(_policy: object, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise ValueError("its key is not meant for signatures")


def judge_revocation(
    store: TrustStore, chain: Sequence[x509.Certificate], now: datetime.datetime
) -> tuple[Revocation, Sentence]:
    """Whether a certificate below the authority of the store was revoked.

    Args:
        store: with the lists.
        chain: from the signer's certificate up.
        now: a list that is older than it promises proves nothing good.
    """
    if not chain:
        return Revocation.NOT_CHECKED, Sentence("not checked: there is no chain to an authority")
    missing, dates = [], []
    for certificate in chain[:-1] or chain:
        current = False
        for found in _lists_of(certificate, store, chain):
            entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None:
                sentence = Sentence(
                    "{certificate} was revoked on {day}",
                    certificate=_name(certificate),
                    day=f"{entry.revocation_date_utc:%Y-%m-%d}",
                )
                return Revocation.REVOKED, sentence
            if found.next_update_utc is None or found.next_update_utc >= now:
                current = True
                dates.append(f"{found.last_update_utc:%Y-%m-%d}")
        if not current:
            missing.append(_name(certificate))
    if missing:
        names = ", ".join(missing)
        sentence = Sentence("not checked: no current list (CRL) in the trust store for {names}", names=names)
        return Revocation.NOT_CHECKED, sentence
    return Revocation.GOOD, Sentence(
        "not revoked, by the lists of {dates}", dates=", ".join(sorted(set(dates)))
    )


def _lists_of(
    certificate: x509.Certificate, store: TrustStore, chain: Sequence[x509.Certificate]
) -> list[x509.CertificateRevocationList]:
    """The lists that the issuer of a certificate has signed."""
    issuers = [one for one in (*chain, *store.certificates) if one.subject == certificate.issuer]
    own = [one for one in store.lists if one.issuer == certificate.issuer]
    return [one for one in own if any(_is_signed(one, issuer) for issuer in issuers)]


def _is_signed(revoked: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        return revoked.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()
