"""What an importer found in a document besides its cells, and what is known of its signature."""

from collections.abc import Callable

from nicegui import ui

from calibration.certificates.imported import Finding, Severity
from daq.security.signature_report import SignatureReport
from daq.web.certificates.words import SEVERITIES, finding_text, signature_rows
from daq.web.forms import table
from daq.web.frame import box
from daq.web.visit import Visit

MOST_SHOWN = 60


def finding_row(here: Visit, finding: Finding, show_place: Callable[[str], None] | None = None) -> None:
    """One finding by shape, word and colour; a click shows its place."""
    mark, word = SEVERITIES[finding.severity]
    with box(f"finding is-{finding.severity.value}"):
        ui.label(f"{mark} {here.words.say(word)}").classes("degree")
        text = ui.label(finding_text(finding, here.words)).classes("said")
        if show_place is not None and finding.place:
            text.classes("leads").on("click", lambda: show_place(finding.place))


def remarks(here: Visit, findings: tuple[Finding, ...], show_place: Callable[[str], None]) -> None:
    """Warnings and notes; what stands in the way is settled beside its cells."""
    some = [one for one in findings if one.severity is not Severity.ERROR]
    for one in some[:MOST_SHOWN]:
        finding_row(here, one, show_place)
    if len(some) > MOST_SHOWN:
        ui.label(here.words.say("and {count} more", count=len(some) - MOST_SHOWN)).classes("detail")


def signature_table(here: Visit, report: SignatureReport | None) -> None:
    """Five questions with their answers, and who has signed."""
    say = here.words.say
    ui.label(say("Signature")).classes("caption signature")
    if report is None:
        ui.label(say("What was known of a signature was not kept when this was uploaded.")).classes("detail")
        return
    if not report.is_signed:
        ui.label(f"· {here.words.sentence(report.integrity_said)}")
        return
    table((say("Question"), say("Answer"), ""), signature_rows(report, here.words), "")
    facts = (
        (say("Signed by"), report.signer),
        ("SHA-256", report.signer_sha256),
        (say("Time that the document claims"), report.claimed_time),
    )
    with box("identity"):
        for label, text in facts:
            if text:
                ui.label(label).classes("key")
                ui.label(text).classes("value")
