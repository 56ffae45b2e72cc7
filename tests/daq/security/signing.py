"""Authorities, signers and signed certificates of the tests' own."""

import datetime
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.signer import XMLSigner
from signxml.xades.xades import XAdESSigner

DAY = datetime.timedelta(days=1)
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
C14N = CanonicalizationMethod.CANONICAL_XML_1_1

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def name_of(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


@dataclass(frozen=True)
class Holder:
    """A key, and the certificate for it."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def signs(self, common: str, *, is_authority: bool = False, days: tuple[int, int] = (0, 730)) -> "Holder":
        """A certificate for somebody else."""
        return issued(common, self, is_authority=is_authority, days=days)

    def revokes(self, *others: "Holder", days: tuple[int, int] = (0, 730)) -> bytes:
        """The list of revoked certificates, PEM."""
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=self.certificate.subject,
            last_update=START + days[0] * DAY,
            next_update=START + days[1] * DAY,
        )
        for other in others:
            entry = x509.RevokedCertificateBuilder(other.certificate.serial_number, START + 10 * DAY)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def issued(
    common: str,
    by: Holder | None = None,
    *,
    is_authority: bool = False,
    days: tuple[int, int] = (0, 730),
    key: Key | None = None,
) -> Holder:
    """A certificate by an authority, or by itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    issuer_key = by.key if by else key
    usage = {
        name: name in (("key_cert_sign", "crl_sign") if is_authority else ("digital_signature",))
        for name in (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
            "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        )
    }  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of(common))
        .issuer_name(by.certificate.subject if by else name_of(common))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START + days[0] * DAY)
        .not_valid_after(START + days[1] * DAY)
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    return Holder(key, builder.sign(issuer_key, hashes.SHA256()))


class PlainXAdESSigner(XAdESSigner):
    """Signs document and properties as most programs do, and not its own key information besides."""

    def _add_reference_to_signed_info(self, sig_root, node_to_reference, **attrs):
        if etree.QName(node_to_reference).localname != "KeyInfo":
            super()._add_reference_to_signed_info(sig_root, node_to_reference, **attrs)


def signed(
    text: str | etree._Element, *chain: Holder, xades: bool = False, method: SignatureMethod | None = None
) -> bytes:
    """A document with an enveloped signature by the first of the holders; the others are its authorities."""
    root = etree.fromstring(text.encode()) if isinstance(text, str) else text
    signer = (PlainXAdESSigner if xades else XMLSigner)(
        signature_algorithm=method or SignatureMethod.ECDSA_SHA256, c14n_algorithm=C14N
    )
    pems = [holder.pem.decode() for holder in chain]
    return etree.tostring(signer.sign(root, key=chain[0].key_pem, cert="".join(pems)))


def trust_dir(folder: Path, **files: bytes) -> Path:
    """A folder of ``name.pem`` and ``name.crl``, by the name's ending."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_bytes(data)
    return folder
