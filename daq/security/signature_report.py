"""What is known about the electronic signature of a document: five questions, each with its own answer.

One word such as "valid" would hide that a signature holds and nobody knows whose it is.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from calibration.certificates.imported import Finding, Severity
from calibration.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Signer:
    """Which certificate a laboratory signs with; ``subject`` and ``sha256``, where given, must both fit."""

    laboratory: str
    subject: str = ""
    sha256: str = ""


class Integrity(enum.StrEnum):
    """Whether the document is what was signed."""

    INTACT = "intact"
    BROKEN = "broken"
    """Changed after it was signed."""
    REFUSED = "refused"
    """The signature does not cover the document in the one way that is accepted."""
    NOT_VERIFIABLE = "not-verifiable"
    """By an algorithm or in a form that cannot be verified here."""
    UNSIGNED = "unsigned"


class Chain(enum.StrEnum):
    """Whether the signer's certificate comes from an authority that the laboratory trusts."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    NOT_CHECKED = "not-checked"


class Identity(enum.StrEnum):
    """Whether the signer may sign for the laboratory that the document names."""

    MATCHES = "matches"
    DIFFERS = "differs"
    """The signer signs for another laboratory."""
    NOT_LISTED = "not-listed"
    NOT_CHECKED = "not-checked"


class Time(enum.StrEnum):
    """Whether the signer's certificate is valid at the time of verification."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    NOT_CHECKED = "not-checked"


class Revocation(enum.StrEnum):
    """Whether the authority has revoked the certificate, by the lists beside it in the trust store."""

    GOOD = "good"
    REVOKED = "revoked"
    NOT_CHECKED = "not-checked"


_NOT_CHECKED = Sentence("not checked: there is no signature that holds")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """The five answers, each as a word and a sentence."""

    integrity: Integrity
    integrity_said: Sentence
    chain: Chain = Chain.NOT_CHECKED
    chain_said: Sentence = _NOT_CHECKED
    identity: Identity = Identity.NOT_CHECKED
    identity_said: Sentence = _NOT_CHECKED
    time: Time = Time.NOT_CHECKED
    time_said: Sentence = _NOT_CHECKED
    revocation: Revocation = Revocation.NOT_CHECKED
    revocation_said: Sentence = _NOT_CHECKED
    signer: str = ""
    """Distinguished name in the signer's certificate."""
    signer_sha256: str = ""
    """Fingerprint of that certificate."""
    claimed_time: str = ""
    """When the document says that it was signed; nobody proves it."""

    @property
    def is_signed(self) -> bool:
        """Whether there is a signature, be it of no worth."""
        return self.integrity is not Integrity.UNSIGNED

    @property
    def refusal(self) -> Sentence | None:
        """Why nothing of the document may be read; None if it may."""
        return self.integrity_said if self.integrity in (Integrity.BROKEN, Integrity.REFUSED) else None

    def findings(self) -> Iterator[Finding]:
        """What a person must know before the document is used."""
        answers = (
            (self.integrity, self.integrity_said),
            (self.chain, self.chain_said),
            (self.identity, self.identity_said),
            (self.time, self.time_said),
            (self.revocation, self.revocation_said),
        )
        for answer, sentence in answers:
            if answer in _SEVERITIES:
                yield Finding(_SEVERITIES[answer], "signature", sentence)


_SEVERITIES: dict[enum.StrEnum, Severity] = {
    Integrity.NOT_VERIFIABLE: Severity.WARNING,
    Chain.UNTRUSTED: Severity.ERROR,
    Identity.DIFFERS: Severity.ERROR,
    Identity.NOT_LISTED: Severity.ERROR,
    Time.EXPIRED: Severity.WARNING,
    Time.NOT_YET_VALID: Severity.ERROR,
    Revocation.REVOKED: Severity.ERROR,
}


def unsigned() -> SignatureReport:
    """Of a document without any signature."""
    return SignatureReport(
        integrity=Integrity.UNSIGNED,
        integrity_said=Sentence("not signed: nothing but its way to the laboratory says where it comes from"),
    )


def not_verifiable(sentence: Sentence) -> SignatureReport:
    """Of a document with a signature or seal that only others can verify; its bytes are kept."""
    return SignatureReport(
        integrity=Integrity.NOT_VERIFIABLE,
        integrity_said=Sentence("{what}: not verifiable here; the bytes are kept", what=sentence),
    )
