"""Certificates as a laboratory speaks of them."""

import re

from daq.i18n import N_
from daq.records.certificate_content import CountedFrom, Form
from daq.records.certificate_versions import State, Version
from daq.security.signature_report import SignatureReport
from daq.web.words import Words

STATES = {
    State.DRAFT: ("○", N_("draft")),
    State.ENTERED: ("◐", N_("waits to be checked")),
    State.CHECKED: ("◕", N_("checked, not yet in force")),
    State.IN_FORCE: ("●", N_("in force")),
    State.SUPERSEDED: ("◌", N_("superseded")),
    State.SUSPENDED: ("■", N_("suspended")),
    State.REVOKED: ("×", N_("revoked")),
    State.RETURNED: ("↩", N_("returned")),
}
"""Shape and word."""
STEPS = {
    State.DRAFT: N_("written"),
    State.ENTERED: N_("entered"),
    State.CHECKED: N_("checked"),
    State.IN_FORCE: N_("put in force"),
    State.SUPERSEDED: N_("superseded"),
    State.SUSPENDED: N_("suspended"),
    State.REVOKED: N_("revoked"),
    State.RETURNED: N_("returned"),
}
KINDS = {
    "calibration": N_("calibration certificate"),
    "verification": N_("verification certificate"),
    "": N_("kind not said"),
}
FORMS = {
    Form.CURVE: N_("gives corrections"),
    Form.MEASURES: N_("gives values of standards"),
    Form.VERDICT: N_("gives a verdict, no numbers"),
}
COUNTED_FROM = {
    CountedFrom.CALIBRATED: N_("the day of calibration"),
    CountedFrom.RECEIVED: N_("the day of receipt"),
    CountedFrom.ISSUED: N_("the day of issue"),
    CountedFrom.PUT_IN_USE: N_("the day it was put in use"),
}
SIGNATURE_PARTS = (
    ("integrity", N_("Integrity")),
    ("chain", N_("Chain")),
    ("identity", N_("Signer")),
    ("time", N_("Time")),
    ("revocation", N_("Revocation")),
)


FIELDS = {
    "certificate.number": N_("Certificate number"),
    "certificate.laboratory": N_("Laboratory"),
    "certificate.calibrated_on": N_("Calibrated on"),
    "certificate.level": N_("Level of confidence"),
    "equipment.name": N_("Equipment"),
    "equipment.serial_number": N_("Serial number"),
    "equipment.channel": N_("Channel"),
    "equipment.quantity": N_("Quantity"),
    "equipment.unit": N_("Unit in which the channel indicates"),
    "in_use.resolution": N_("Resolution d in use, or included"),
    "in_use.repeatability": N_("Repeatability s in use, or included"),
    "in_use.repeatability_dof": N_("Its degrees of freedom"),
    "curve.kind": N_("Kind of curve"),
    "curve.degree": N_("Degree of the polynomial"),
    "curve.non_linearity": N_("Table: half-width of the non-linearity"),
}
"""Fields of the page by their key in the native format."""
_MISSING = re.compile(r".*?: (\w+\.\w+): is missing(?:;|$)")


def shortcoming_text(sentence: str, words: Words) -> str:
    """A shortcoming of a draft: a field of the page that is empty is named as it stands there."""
    found = _MISSING.match(sentence)
    if found is None or found[1] not in FIELDS:
        return sentence
    return words.say("{field}: to be filled in", field=words.say(FIELDS[found[1]]))


def state_text(version: Version, words: Words, now_ns: int) -> str:
    """Shape and word; one that is in force and over says so."""
    due = version.content.due
    if version.state is State.IN_FORCE and due is not None and due.until_ns <= now_ns:
        return f"◌ {words.say('expired')}"
    if version.state is State.IN_FORCE and (version.begins_ns or 0) > now_ns:
        return f"◔ {words.say('in force from {day}', day=words.date(version.begins_ns or 0))}"
    mark, text = STATES[version.state]
    return f"{mark} {words.say(text)}"


def signature_rows(report: SignatureReport, words: Words) -> list[tuple[str, str]]:
    """What is known about a signature, part by part."""
    return [(words.say(label), getattr(report, f"{part}_said")) for part, label in SIGNATURE_PARTS]
