"""All reports that were issued, with their files and the evidence behind them."""

from collections.abc import Iterator

from fastapi import Request
from nicegui import ui
from starlette.responses import Response

from daq.errors import PaperError
from daq.i18n.figures import with_unit
from daq.lab.papers.words import DECISIONS
from daq.lab.reports.issuing import IssuedReport, search_reports, valid_versions
from daq.records.database import reading
from daq.web.desk import Desk
from daq.web.forms import Cell, table
from daq.web.frame import Frame, box
from daq.web.report_routes import report_address
from daq.web.visit import Visit, opened

PAGE_ROWS = 200
SHORT_NAMES = {"zh_CN": "中", "en": "EN"}
"""Of the languages that every report is in."""


def register(desk: Desk) -> None:
    """``/reports``."""

    @ui.page("/reports")
    def page(request: Request) -> Response | None:
        return opened(desk, request, reports_page)


def reports_page(here: Visit) -> None:
    """Build the page: what is searched for stands in the address; the newest report first."""
    say = here.words.say
    frame = Frame(here, say("Reports"), "sessions")
    ui.timer(1.0, lambda: frame.show(here.view()))
    wanted = here.request.query_params.get("q", "").strip()
    with frame.main():
        ui.link(f"← {say('Sessions')}", "/sessions").classes("back")
        ui.label(say("Reports")).classes("big")
        with box("panel"):
            with ui.element("form").props("method=get action=/reports").classes("filters"):
                field = ui.input(say("Number, sample, client, lot …"), value=wanted)
                field.props("name=q dense outlined").classes("grow")
                ui.button(say("Search")).props("type=submit unelevated no-caps")
            try:
                _table(here, wanted)
            except PaperError as error:
                ui.label(here.words.error(error)).classes("refusal")


def _table(here: Visit, wanted: str) -> None:
    say = here.words.say
    with reading(here.desk.engine) as connection:
        found = search_reports(connection, wanted, PAGE_ROWS)
        valid = valid_versions(connection)
    headings = (
        say("Report"),
        say("State"),
        say("Session number"),
        say("Sample"),
        say("Client"),
        say("Result"),
        say("Verdict"),
        say("Issued on"),
        *("PDF" for _ in SHORT_NAMES),
        say("Evidence"),
    )
    rows = [tuple(_row(here, one, valid[one.number])) for one in found]
    table(headings, rows, say("No report was issued yet.") if not wanted else say("None."))
    if len(found) == PAGE_ROWS:
        ui.label(say("The newest {number} are shown; search for older ones.", number=PAGE_ROWS))


def _row(here: Visit, report: IssuedReport, valid: int) -> Iterator[Cell]:
    words, content = here.words, report.content
    yield report.number
    simulated = f" · {words.say('SIMULATED')}" if content.simulated else ""
    if report.version == valid:
        yield words.say("version {version}, valid", version=report.version) + simulated
    else:
        state = words.say(
            "version {version}, replaced by version {valid}", version=report.version, valid=valid
        )
        yield f"▲ {state}{simulated}"
    yield report.session, f"/session/{report.session}"
    product = words.either(content.sample.product.zh, content.sample.product.en)
    yield f"{content.sample.number} {product}"
    yield content.sample.client
    yield "; ".join(with_unit(item.reported, item.unit) for item in content.items)
    verdicts = [DECISIONS[one.decision] for item in content.items for one in item.verdicts]
    yield "; ".join(f"{shape} {words.say(word)}" for shape, word in verdicts)
    yield words.time(report.t_ns)
    for language, name in SHORT_NAMES.items():
        yield name, report_address(report, language)
    yield "ZIP", f"/session/{report.session}/evidence.zip"
