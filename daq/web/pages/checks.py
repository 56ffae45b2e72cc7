"""Intermediate checks: what is due, how each instrument stands, and nonconforming work."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.lab.checks.dates import check_dates
from daq.lab.checks.due_calendar import calendar_feed, due_items, summary
from daq.lab.nonconforming.course import open_nonconformity
from daq.lab.nonconforming.records import Cause, Nonconformity, Suspect, nonconformities
from daq.lab.nonconforming.rules import JUDGES
from daq.lab.tracing.impact_suspect import what_stood_on
from daq.records.database import changing, reading
from daq.security.people import Role
from daq.web.checks.words import DUE_KINDS, STANDINGS, STATES, start_address
from daq.web.desk import Desk
from daq.web.forms import said, table
from daq.web.frame import Frame, box
from daq.web.visit import Visit, admit, opened

MOST_DAYS = 100


def register(desk: Desk) -> None:
    """``/checks``, and ``/calendar.ics`` for calendar programs."""

    @ui.page("/checks")
    def page(request: Request) -> Response | None:
        return opened(desk, request, checks_page)


def checks_page(here: Visit) -> None:
    """Build the page: the most urgent first."""
    say, words = here.words.say, here.words
    frame = Frame(here, say("Checks"), "checks")
    ui.timer(1.0, lambda: frame.show(here.view()))
    now_ns, zone = here.desk.clock.now_ns(), here.desk.register.zone
    with reading(here.desk.engine) as connection:
        dates = check_dates(connection, now_ns)
        due = due_items(connection, zone, now_ns)
        work = nonconformities(connection)
    with frame.main():
        with box("heading"):
            ui.label(say("Intermediate checks")).classes("big")
            if here.has(Role.METROLOGIST):
                ui.link(say("Plan a check"), "/check-plan")
        with box("panel"):
            rows = []
            for one in dates:
                mark, text = STANDINGS[one.standing]
                last = words.time(one.last.t_ns) if one.last else ""
                start = start_address(one.plan)
                rows.append(
                    (
                        (one.plan.name, f"/check/{one.plan.name}"),
                        words.either(one.plan.title_zh, one.plan.title_en),
                        (one.plan.equipment, f"/equipment/{one.plan.equipment}"),
                        f"{mark} {say(text)}",
                        last,
                        one.due.isoformat(),
                        (say("Do the check"), start) if start else "",
                    )
                )
            headings = (say("Plan"), say("Title"), say("Equipment"), say("State"), say("last check"))
            table((*headings, say("due"), ""), rows, say("No check is planned."))
        with box("panel"):
            with box("heading"):
                ui.label(say("Nonconforming work")).classes("caption")
                if here.has(Role.TECHNICIAN, *JUDGES):
                    ui.button(say("Report an observation"), on_click=_observing(here)).props("flat no-caps")
            rows_work = [
                (
                    (one.number, f"/nonconformity/{one.number}"),
                    (one.equipment, f"/equipment/{one.equipment}"),
                    " ".join((STATES[one.state][0], say(STATES[one.state][1]))),
                    words.time(one.opened_ns),
                    one.opened_by,
                )
                for one in work
            ]
            headings = ("#", say("Equipment"), say("State"), say("opened"), say("Who"))
            table(headings, rows_work, say("None."))
        with box("panel"):
            with box("heading"):
                ui.label(say("Calendar")).classes("caption")
                ui.link(say("Subscribe (iCalendar)"), "/calendar.ics")
            items = [
                (
                    f"{'▲ ' if one.is_late else ''}{one.day.isoformat()}",
                    say(DUE_KINDS[one.kind]),
                    summary(one, words),
                )
                for one in due[:MOST_DAYS]
            ]
            table((say("Day"), say("Kind"), say("What")), items, say("Nothing has a date."))


def _observing(here: Visit) -> Callable[[], Awaitable[None]]:
    """Somebody saw something: the instrument is suspended, and what stood on it is listed."""

    async def go() -> None:
        say, zone = here.words.say, here.desk.register.zone
        known = {f"{name} {channel}": (name, channel) for name, channel in here.desk.certificates.load()}
        with ui.dialog().props("persistent") as dialog, ui.card().classes("ask"):
            ui.label(say("Report an observation")).classes("caption")
            ui.label(say("The instrument is suspended, and what stood on it since then is listed."))
            which = ui.select(sorted(known), label=say("Equipment")).props("outlined")
            since = ui.input(say("Suspect since (YYYY-MM-DD)")).props("outlined type=date stack-label")
            text = ui.input(say("What was observed")).props("outlined autogrow type=textarea")
            with box("buttons"):
                ui.button(say("Cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
                suspend = ui.button(say("Suspend the instrument"), on_click=lambda: dialog.submit(True))
                suspend.props("unelevated no-caps color=negative")
        for field in (which, since, text):
            field.on_value_change(lambda: suspend.set_enabled(all((which.value, since.value, text.value))))
        suspend.set_enabled(False)
        if not await dialog:
            return
        with said(here):
            day = datetime.combine(date.fromisoformat(str(since.value)), time.min, zone)
            now_ns = here.desk.clock.now_ns()
            name, channel = known[str(which.value)]
            suspect = Suspect(name, channel, int(day.timestamp()) * 10**9, now_ns)
            cause = Cause(kind="observation", record="", suspect=suspect, text=str(text.value).strip())
            actor, engine = here.actor(), here.desk.engine

            def keep() -> Nonconformity:
                with changing(engine) as connection:
                    affected = what_stood_on(connection, suspect)
                    return open_nonconformity(connection, actor, cause, affected, (now_ns, zone))

            opened_now = await run.io_bound(keep)
            if opened_now is not None:
                ui.navigate.to(f"/nonconformity/{opened_now.number}")

    return go


def calendar_answer(desk: Desk, request: Request) -> Response:
    """The feed, in the language of whoever asks; calendar programs come without a sign-in."""
    here = admit(desk, request, anybody=True)
    if isinstance(here, Response):
        return here
    with reading(desk.engine) as connection:
        items = due_items(connection, desk.register.zone, desk.clock.now_ns())
    feed = calendar_feed(items, here.words, desk.settings.site.id)
    return Response(feed, media_type="text/calendar; charset=utf-8")
