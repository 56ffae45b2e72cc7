"""The papers of a session on its page: the report is issued here, and everything can be opened."""

from collections.abc import Awaitable, Callable

from nicegui import run, ui

from daq.i18n import LANGUAGES
from daq.lab.reports.issuing import ISSUED, ISSUERS, IssuedReport, issue_report, issued_reports
from daq.lab.sessions.state import SessionState
from daq.records.database import reading
from daq.web.forms import Question, ask_signed, done, said
from daq.web.frame import box
from daq.web.report_routes import report_address
from daq.web.visit import Visit


def report_panel(here: Visit, state: SessionState) -> None:
    """Issued versions with their files; the button that issues; raw record, tables, evidence."""
    root = box("papers")

    def show() -> None:
        root.clear()
        with reading(here.desk.engine) as connection:
            reports = issued_reports(connection, state.header.id)
        with root:
            _build(here, state, reports, show)

    show()


def _build(
    here: Visit, state: SessionState, reports: tuple[IssuedReport, ...], again: Callable[[], None]
) -> None:
    say = here.words.say
    ui.label(say("Papers")).classes("caption")
    last = max((one.version for one in reports), default=0)
    for one in sorted(reports, key=lambda one: -one.version):
        _issued(here, one, is_valid=one.version == last)
    if may_issue(here, state, reports):
        verb = say("Issue report")
        ui.button(verb, on_click=_issuing(here, state, again)).props("unelevated no-caps size=lg")
    address = f"/session/{state.header.id}"
    with box("paper-line"):
        ui.label(say("Raw record")).classes("paper-name")
        for language, name in LANGUAGES.items():
            ui.link(f"{name} PDF", f"{address}/raw-record.pdf?language={language}", new_tab=True)
    with box("paper-line"):
        ui.label(say("Tables")).classes("paper-name")
        ui.link("XLSX", f"{address}/session.xlsx")
        ui.link(f"CSV · {say('captures')}", f"{address}/captures.csv")
        ui.link(f"CSV · {say('results')}", f"{address}/results.csv")
    with box("paper-line"):
        ui.label(say("Evidence")).classes("paper-name")
        ui.link("ZIP", f"{address}/evidence.zip")


def may_issue(here: Visit, state: SessionState, reports: tuple[IssuedReport, ...]) -> bool:
    """Whether the button is offered: reviewed, a sample, not issued yet; the act itself asks again."""
    if state.reviewed is None or state.header.sample is None or not here.has(*ISSUERS):
        return False
    return all(one.review != state.reviewed.n for one in reports)


def _issued(here: Visit, report: IssuedReport, *, is_valid: bool) -> None:
    words = here.words
    with box("paper-line"):
        name = words.say("{number}, version {version}", number=report.number, version=report.version)
        ui.label(name).classes("paper-name")
        for language, own_name in LANGUAGES.items():
            ui.link(f"{own_name} PDF", report_address(report, language), new_tab=True)
        ui.label(words.time(report.t_ns)).classes("detail")
        ui.label(report.check_code).classes("detail nums")
        if not is_valid:
            ui.label(f"▲ {words.say('replaced, no longer valid')}").classes("caution")


def _issuing(here: Visit, state: SessionState, again: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        say = here.words.say
        text = say("The report gets its number and is kept for good; a correction is a new version.")
        question = Question(say("Issue report"), text, signed=True)
        signed = await ask_signed(here, question, ISSUERS, ISSUED)
        if signed is None:
            return
        with said(here):
            report = await run.io_bound(issue_report, here.desk.office, signed[1], state.header.id)
            if report is not None:
                done(say("Report {number} is issued.", number=report.number))
                again()

    return go
