"""Certificates as a laboratory speaks of them."""

import re
from collections.abc import Mapping

from calibration.certificates.imported import Finding, Particular, Severity
from calibration.sentences import Sentence
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
CURVES = {
    "": "—",
    "polynomial": N_("polynomial"),
    "table": N_("table of points"),
    "callendar-van-dusen": "Callendar–Van Dusen",
    "its-90": "ITS-90",
    "steinhart-hart": "Steinhart–Hart",
}
SEVERITIES = {
    Severity.ERROR: ("✗", N_("stands in the way")),
    Severity.WARNING: ("▲", N_("to be looked at")),
    Severity.NOTE: ("·", N_("for information")),
}
"""Shape and word."""
PARTICULARS = {
    Particular.RESOLUTION: N_("resolution"),
    Particular.VERIFICATION_INTERVAL: N_("verification-interval"),
    Particular.MAXIMUM: N_("maximum"),
    Particular.REPEATABILITY: N_("repeatability"),
    Particular.ECCENTRICITY: N_("eccentricity"),
    Particular.AMBIENT: N_("ambient"),
}
SIGNATURE_PARTS = (
    ("integrity", N_("Integrity")),
    ("chain", N_("Chain")),
    ("identity", N_("Signer")),
    ("time", N_("Time")),
    ("revocation", N_("Revocation")),
)
SIGNATURE_ANSWERS = {
    "intact": ("✓", N_("intact")),
    "broken": ("✗", N_("broken")),
    "refused": ("✗", N_("refused")),
    "not-verifiable": ("?", N_("not verifiable here")),
    "unsigned": ("·", N_("not signed")),
    "trusted": ("✓", N_("trusted")),
    "untrusted": ("✗", N_("not trusted")),
    "matches": ("✓", N_("matches")),
    "differs": ("✗", N_("differs")),
    "not-listed": ("✗", N_("not listed")),
    "valid": ("✓", N_("valid now")),
    "expired": ("▲", N_("expired")),
    "not-yet-valid": ("✗", N_("not yet valid")),
    "good": ("✓", N_("not revoked")),
    "revoked": ("✗", N_("revoked by its authority")),
    "not-checked": ("·", N_("not checked")),
}
"""Shape and word for each answer."""
FIELDS = {
    "certificate.number": N_("Certificate number"),
    "certificate.laboratory": N_("Laboratory"),
    "certificate.kind": N_("Kind of certificate"),
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
    "curve": N_("Curve"),
    "point": N_("Calibration points"),
    "value": N_("Values"),
}
"""Fields of the page by their key in the native format."""
_ROW = re.compile(r"(?:point|value)\[(\d+)\](?:\.(\w+))?")
_PAGE = re.compile(r"page (\d+)(?:, box [\d .-]+)?")
_LINE = re.compile(r"line (\d+), column (\d+)")
_PLACES = {"signature": N_("Signature"), "trust store": N_("Trust store")}
_COLUMNS = {
    "reference": N_("Reference value"),
    "indication": N_("Indication"),
    "error": N_("Error"),
    "correction": N_("Correction"),
    "value": N_("Value"),
}


def place_text(place: str, words: Words) -> str:
    """A place in a document: a field of the page by its name there, a page, a cell or an XPath."""
    if place in FIELDS:
        return words.say(FIELDS[place])
    if place in _PLACES:
        return words.say(_PLACES[place])
    if (row := _ROW.fullmatch(place)) is not None:
        column = words.say(_COLUMNS.get(row[2], row[2])) if row[2] else ""
        return " ".join(part for part in (words.say("point {number}", number=row[1]), column) if part)
    if (page := _PAGE.fullmatch(place)) is not None:
        return words.say("page {number}", number=page[1])
    if (line := _LINE.fullmatch(place)) is not None:
        return words.say("line {line}, column {column}", line=line[1], column=line[2])
    return place


def finding_text(finding: Finding, words: Words) -> str:
    """What was found, with its place."""
    return _placed(finding.place, finding.sentence, words)


def shortcoming_text(sentence: str, words: Words, findings: Mapping[str, Finding]) -> str:
    """A shortcoming of a draft: fields of the page are named as they stand there.

    Args:
        sentence: what is wrong.
        words: in which language.
        findings: of the importer, by how they are kept with the draft.
    """
    if not isinstance(sentence, Sentence):
        return sentence
    facts = sentence.facts
    if sentence.message == "{file}: {sentence}":
        return shortcoming_text(facts["sentence"], words, findings)
    if sentence.message == "{place}: {sentence}":
        return _placed(facts["place"], facts["sentence"], words)
    if sentence.message == "not settled: {finding}" and facts["finding"] in findings:
        return words.say(sentence.message, finding=finding_text(findings[facts["finding"]], words))
    if sentence.message == "results before the adjustment: {sentence}":
        inner = shortcoming_text(facts["sentence"], words, findings)
        return words.say(sentence.message, sentence=inner)
    return words.sentence(sentence)


def _placed(place: str, sentence: str, words: Words) -> str:
    if place in FIELDS and str(sentence).startswith("is missing"):
        return words.say("{field}: to be filled in", field=words.say(FIELDS[place]))
    said = words.sentence(sentence)
    return words.say("{place}: {sentence}", place=place_text(place, words), sentence=said) if place else said


def state_text(version: Version, words: Words, now_ns: int) -> str:
    """Shape and word of what it is worth now: decisions may lie ahead, and its last day behind."""
    state, superseded_ns = version.state, version.superseded_ns
    if version.counts_at(now_ns):
        if superseded_ns is None:
            return f"● {words.say('in force')}"
        return f"● {words.say('in force until {day}', day=words.date(superseded_ns - 1))}"
    if state in (State.IN_FORCE, State.SUPERSEDED):
        if superseded_ns is not None and superseded_ns <= max(now_ns, version.begins_ns or 0):
            state = State.SUPERSEDED
        elif (version.begins_ns or 0) > now_ns:
            return f"◔ {words.say('in force from {day}', day=words.date(version.begins_ns or 0))}"
        else:
            return f"◌ {words.say('expired')}"
    mark, text = STATES[state]
    return f"{mark} {words.say(text)}"


def is_past(version: Version, now_ns: int) -> bool:
    """Whether it counts neither now nor later by any decision there is; one that expired is to be renewed."""
    if version.state is State.REVOKED:
        return True
    superseded_ns = version.superseded_ns
    return superseded_ns is not None and superseded_ns <= max(now_ns, version.begins_ns or 0)


def signature_rows(report: SignatureReport, words: Words) -> list[tuple[str, str, str]]:
    """What is known about a signature, part by part: question, answer, sentence."""
    rows = []
    for part, label in SIGNATURE_PARTS:
        mark, answer = SIGNATURE_ANSWERS[getattr(report, part).value]
        sentence = words.sentence(getattr(report, f"{part}_said"))
        rows.append((words.say(label), f"{mark} {words.say(answer)}", sentence))
    return rows
