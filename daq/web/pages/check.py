"""One plan of checks: a control chart for each point, what it says, and the checks themselves."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from calibration.rounding import decimal_of, plain
from daq.errors import CheckError
from daq.i18n import N_
from daq.i18n.figures import symbol
from daq.lab.checks.chart_designs import design_of
from daq.lab.checks.chart_marks import CHART_ANEW, LEFT_OUT, NEW_BASELINE, mark_check
from daq.lab.checks.control import ControlChart, control_charts
from daq.lab.checks.drift import DatedForecast, forecast_of
from daq.lab.checks.plans import CheckPlan, plan_named
from daq.lab.checks.records import RecordedCheck
from daq.lab.checks.review import Review, review
from daq.records.database import changing, reading
from daq.security.people import Role
from daq.web.checks.control_picture import Drawn, control_options, height_px, rule_text
from daq.web.checks.review import pair_row, review_sentences
from daq.web.checks.words import CHARTS, DECISION_RULES, FINDINGS, TRUSTS, design_text, start_address
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
                known = here.desk.certificates.load().get((plan.equipment, plan.channel), ())
                now_ns = here.desk.clock.now_ns()
                reviews = {id_: review(connection, one, known, now_ns) for id_, one in charts.items()}
        except CheckError as error:
            ui.label(words.error(error)).classes("refusal")
            return
        with box("heading"):
            ui.label(words.either(plan.title_zh, plan.title_en)).classes("big")
            ui.link(plan.equipment, f"/equipment/{plan.equipment}")
            if plan.method:
                ui.link(say("Do the check"), start_address(plan))
            if here.has(Role.METROLOGIST):
                ui.link(say("Change the plan"), f"/check-plan/{plan.name}")
        often = words.count("every day", "every {number} days", plan.every_days)
        rule = say(DECISION_RULES[plan.acceptance])
        ui.label(say("{often} · decision rule: {rule}", often=often, rule=rule))
        for chart in charts.values():
            with box("panel"):
                _chart(here, plan, chart, reviews[chart.point.id])


def _chart(here: Visit, plan: CheckPlan, chart: ControlChart, found: Review) -> None:
    say = here.words.say
    forecast = forecast_of(chart)
    with box("heading"):
        ui.label(chart.point.id).classes("caption")
        if chart.assessment is not None:
            mark, text = FINDINGS[chart.assessment.finding]
            ui.label(f"{mark} {say(text)}").classes(f"state {chart.assessment.finding.name.lower()}")
    if forecast is not None:
        ui.label(_forecast_text(here, forecast)).classes("caution")
    picture = control_options(Drawn(chart, forecast, found.drift), here.words, here.theme)
    ui.echart(picture).classes("chart").style(f"height: {height_px(chart)}px")
    _alarms_now(here, chart)
    with ui.expansion(say("Drift and calibration interval"), value=True):
        _review(here, chart, found)
    with ui.expansion(say("Limits and false alarms")):
        _limits(here, plan, chart)
    _checks(here, chart)


def _alarms_now(here: Visit, chart: ControlChart) -> None:
    """At the last check: what a person has to look at."""
    for alarm in chart.alarms_now:
        if not alarm.is_warning:
            ui.label(f"▲ {rule_text(alarm.rule, alarm.chart, here.words)}").classes("caution")


def _review(here: Visit, chart: ControlChart, found: Review) -> None:
    say = here.words.say
    for sentence in review_sentences(chart, found, here.words):
        ui.label(sentence)
    if found.pairs:
        headings = (say("Certificates"), say("Calibrated"), say("Change of the error"), "En")
        table(headings, [pair_row(pair, chart) for pair in found.pairs], "")


def _limits(here: Visit, plan: CheckPlan, chart: ControlChart) -> None:
    say = here.words.say
    for baseline in chart.baselines:
        limits, unit = baseline.limits, symbol(plan.unit)
        text = say(
            TRUSTS[baseline.trial.trust], count=len(baseline.counted) if limits is None else limits.count
        )
        if limits is not None:
            centre, sigma = figure(limits.centre), expanded(limits.sigma)
            text += say(": centre {centre} {unit}, σ {sigma} {unit}", centre=centre, sigma=sigma, unit=unit)
        ui.label(text).classes("detail")
    for choice, price in chart.prices:
        figures = design_text(design_of(choice, plan.demand, len(plan.points)))
        sentence = say(
            "{chart}: one false alarm in {count} checks on average",
            chart=f"{say(CHARTS[choice.kind])} ({figures})",
            count=f"{price.checks_per_false_alarm:.0f}",
        )
        ui.label(sentence).classes("detail")
    together = chart.checks_per_false_alarm
    if together is not None and len(chart.prices) > 1:
        count = f"{together:.0f}"
        text = say("All together: one false alarm in {count} checks on average, at least", count=count)
        ui.label(text).classes("detail")


def _checks(here: Visit, chart: ControlChart) -> None:
    say = here.words.say
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
