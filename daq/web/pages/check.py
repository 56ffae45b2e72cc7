"""One plan of checks: a control chart for each point, what it says, and the checks themselves."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from calibration.rounding import decimal_of, plain
from daq.errors import CheckError
from daq.i18n import N_
from daq.i18n.figures import symbol
from daq.lab.chart_marks import CHART_ANEW, LEFT_OUT, NEW_BASELINE, mark_check
from daq.lab.check_drift import DatedForecast, forecast_of
from daq.lab.check_plans import CheckPlan, plan_named
from daq.lab.checks import RecordedCheck
from daq.lab.control import ControlChart, control_charts
from daq.records.database import changing, reading
from daq.security.people import Role
from daq.web.check_words import CHARTS, FINDINGS, TRUSTS
from daq.web.control_picture import control_options
from daq.web.desk import Desk
from daq.web.digits import expanded, figure
from daq.web.forms import Question, ask, said, table
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened

SHOWN = 30
MARKS = {
    NEW_BASELINE: N_("a new baseline starts here"),
    CHART_ANEW: N_("no cause was found: start the chart again"),
    LEFT_OUT: N_("the cause is known: leave this check out"),
}


def register(desk: Desk) -> None:
    """``/check/PLAN``."""

    @ui.page("/check/{plan}")
    def page(request: Request, plan: str) -> Response | None:
        return opened(desk, request, lambda here: check_page(here, plan))


def check_page(here: Visit, name: str) -> None:
    """Build the page."""
    say, words = here.words.say, here.words
    frame = Frame(here, name, "checks")
    ui.timer(1.0, lambda: frame.show(here.view()))
    with frame.main():
        ui.link(f"← {say('Checks')}", "/checks").classes("back")
        try:
            with reading(here.desk.engine) as connection:
                plan = plan_named(connection, name).plan
                charts = control_charts(connection, plan)
        except CheckError as error:
            ui.label(words.error(error)).classes("refusal")
            return
        with box("heading"):
            ui.label(words.either(plan.title_zh, plan.title_en)).classes("big")
            ui.link(plan.equipment, f"/equipment/{plan.equipment}")
            if plan.method:
                ui.link(say("Do the check"), f"/session-new?method={plan.method}")
        ui.label(
            say("every {days} days · MPE and U decide by {rule}", days=plan.every_days, rule=plan.acceptance)
        )
        for chart in charts.values():
            with box("panel"):
                _chart(here, plan, chart)


def _chart(here: Visit, plan: CheckPlan, chart: ControlChart) -> None:
    words, say = here.words, here.words.say
    forecast = forecast_of(chart)
    with box("heading"):
        ui.label(chart.point.id).classes("caption")
        if chart.assessment is not None:
            mark, text = FINDINGS[chart.assessment.finding]
            ui.label(f"{mark} {say(text)}").classes(f"state {chart.assessment.finding.name.lower()}")
    if forecast is not None:
        ui.label(_forecast_text(here, forecast)).classes("caution")
    ui.echart(control_options(chart, forecast, words, here.theme)).classes("chart tall")
    for baseline in chart.baselines:
        text = say(TRUSTS[baseline.trial.trust], count=len(baseline.counted))
        if baseline.limits is not None:
            centre, sigma, unit = baseline.limits.centre, baseline.limits.sigma, symbol(plan.unit)
            text += f": {figure(centre)} ± 3 × {expanded(sigma)} {unit}"
        ui.label(text).classes("detail")
    for choice, price in chart.prices:
        sentence = say(
            "{chart}: one false alarm in {count} checks on average",
            chart=say(CHARTS[choice.kind]),
            count=f"{price.checks_per_false_alarm:.0f}",
        )
        ui.label(sentence).classes("detail")
    rows = [_row(here, check) for check in reversed(chart.checks[-SHOWN:])]
    headings = (
        say("time"),
        say("Indication"),
        say("Reference value"),
        say("Error"),
        "U",
        "MPE",
        "",
        say("Who"),
    )
    with ui.expansion(say("The last {count} checks", count=len(rows))):
        table(headings, rows, "")
        if here.has(Role.METROLOGIST) and chart.checks:
            ui.button(say("Mark the last check"), on_click=_marking(here, chart.checks[-1])).props(
                "flat no-caps"
            )


def _row(here: Visit, check: RecordedCheck) -> tuple[str, ...]:
    say = here.words.say
    return (
        here.words.time(check.t_ns),
        f"{check.indication:.7g}",
        f"{check.reference:.7g}",
        figure(check.error),
        expanded(check.U),
        f"{plain(decimal_of(check.mpe))} {symbol(check.unit)}",
        f"✓ {say('passed')}" if check.passed else f"✗ {say('not passed')}",
        check.account,
    )


def _forecast_text(here: Visit, forecast: DatedForecast) -> str:
    words = here.words

    def day(t_ns: int | None) -> str:
        return words.date(t_ns) if t_ns is not None else "—"

    return words.say(
        "▲ It meets the MPE about {expected}; act before {action} (95 % band until {latest}).",
        expected=day(forecast.expected_ns),
        action=day(forecast.action_ns),
        latest=day(forecast.latest_ns),
    )


def _marking(here: Visit, check: RecordedCheck) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        say = here.words.say
        kinds = {kind: say(text) for kind, text in MARKS.items()}
        with ui.dialog() as dialog, ui.card().classes("ask"):
            ui.label(say("Mark the last check")).classes("caption")
            for kind, text in kinds.items():
                ui.button(text, on_click=lambda kind=kind: dialog.submit(kind)).props("flat no-caps")
        kind = await dialog
        if kind is None:
            return
        answer = await ask(here, Question(kinds[kind], fields=(say("Reason"),)))
        if answer is None:
            return
        with said(here):
            actor, desk, reason = here.actor(), here.desk, answer.texts[0]

            def keep() -> None:
                with changing(desk.engine) as connection:
                    mark_check(connection, actor, (check.id, kind, reason), desk.clock.now_ns())

            await run.io_bound(keep)
            ui.navigate.reload()

    return go
