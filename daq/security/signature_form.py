"""The one form in which a signature is accepted; anything else could sign something else than is read.

Exactly one ``ds:Signature``, a child of the root; one reference to the whole document (``URI=""``, enveloped)
and, with XAdES, one to its own signed properties; transforms and algorithms from a short list.
"""

from collections.abc import Sequence

from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)

from calibration.sentences import Sentence, made

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"
_ENVELOPED = SignatureConstructionMethod.enveloped.value
_CANONICAL = {
    CanonicalizationMethod.CANONICAL_XML_1_1.value,
    CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0.value,
}
METHODS = {
    method
    for method in SignatureMethod
    if "SHA1" not in method.name and not method.name.startswith(("HMAC", "DSA"))
}
DIGESTS = {digest for digest in DigestAlgorithm if "SHA1" not in digest.name}


class _SignatureError(Exception):
    """A message, and the facts that stand in its places."""

    def __init__(self, message: str, /, **facts: object) -> None:
        super().__init__(made(message, facts))


class FormRefusedError(_SignatureError):
    """The form of the signature is not accepted."""


class UnverifiableError(_SignatureError):
    """An algorithm or key that is not known here."""


def accepted_references(root: etree._Element, signatures: Sequence[etree._Element]) -> int:
    """The number of references, if the form is the one that is accepted.

    Raises:
        FormRefusedError: a form in which something else could be signed than what is read.
        UnverifiableError: an algorithm that is not known here.
    """
    signature = signatures[0]
    if len(signatures) != 1 or signature.getparent() is not root:
        raise FormRefusedError(
            "it has {count} signatures, or one inside of something; accepted is exactly one, a "
            "child of the root that covers the whole document; ask the laboratory",
            count=len(signatures),
        )
    info = signature.find(f"{_DS}SignedInfo")
    if info is None:
        raise FormRefusedError(
            Sentence("its signature does not say what it covers (SignedInfo); ask the laboratory")
        )
    _check_algorithm(info, "CanonicalizationMethod", _CANONICAL)
    _check_algorithm(info, "SignatureMethod", {method.value for method in METHODS})
    references = info.findall(f"{_DS}Reference")
    whole = [one for one in references if one.get("URI") == ""]
    others = [one for one in references if one.get("URI") != ""]
    if len(whole) != 1 or len(others) > 1:
        raise FormRefusedError(
            "its signature covers {count} parts; accepted is one reference to the whole document "
            "and one to the signature's own properties; ask the laboratory",
            count=len(references),
        )
    for reference in references:
        _check_algorithm(reference, "DigestMethod", {digest.value for digest in DIGESTS})
    if _ENVELOPED not in _transforms(whole[0], _CANONICAL | {_ENVELOPED}):
        raise FormRefusedError(
            Sentence("its signature covers itself (no enveloped transform); ask the laboratory")
        )
    for other in others:
        _check_properties(other, root, signature)
        _transforms(other, _CANONICAL)
    return len(references)


def _check_algorithm(parent: etree._Element, name: str, allowed: set[str]) -> None:
    algorithm = next((one.get("Algorithm", "") for one in parent.iterchildren(f"{_DS}{name}")), "")
    if algorithm not in allowed:
        raise UnverifiableError(
            "by {algorithm} ({name})", algorithm=repr(algorithm[:80] or "nothing"), name=name
        )


def _transforms(reference: etree._Element, allowed: set[str]) -> list[str]:
    found = [one.get("Algorithm", "") for one in reference.iterfind(f"{_DS}Transforms/{_DS}Transform")]
    for algorithm in found:
        if algorithm not in allowed:
            raise UnverifiableError("after a transform {algorithm}", algorithm=repr(algorithm[:80]))
    return found


def _check_properties(reference: etree._Element, root: etree._Element, signature: etree._Element) -> None:
    """The second reference is to the properties of this signature, which occur once."""
    target = (reference.get("URI") or "").removeprefix("#")
    found = [element for element in root.iter() if target in _ids(element)]
    is_own = len(found) == 1 and found[0].tag == f"{_XADES}SignedProperties"
    if reference.get("Type") != _PROPERTIES_TYPE or not is_own or signature not in found[0].iterancestors():
        raise FormRefusedError(
            "its signature covers {target} besides the document, which is not its own properties; "
            "ask the laboratory",
            target=repr(target[:60]),
        )


def _ids(element: etree._Element) -> list[str]:
    return [str(value) for key, value in element.items() if etree.QName(key).localname.lower() == "id"]
