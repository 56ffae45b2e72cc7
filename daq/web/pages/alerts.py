"""Alerts: what is open now, kept up to date without reloading, and what was."""

from collections.abc import Sequence

from fastapi import Request
from nicegui import ui
from starlette.responses import Response

from daq.lab.alert_words import AlertWords
from daq.lab.alerts import Listed, active_alerts, past_alerts
from daq.records.alerts import Alert
from daq.web.alert_actions import MARKS, act_buttons
from daq.web.desk import Desk
from daq.web.forms import table
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened

PERIOD_S = 1.0
MOST_PAST = 100


def register(desk: Desk) -> None:
    """``/alerts``, and ``/wall-alerts`` for a screen on the wall, where nobody is signed in."""

    @ui.page("/alerts")
    def page(request: Request) -> Response | None:
        return opened(desk, request, alerts_page)

    @ui.page("/wall-alerts")
    def wall(request: Request) -> Response | None:
        return opened(desk, request, wall_page, anybody=True)


def alerts_page(here: Visit) -> None:
    """Build the page; what is raised meanwhile appears by itself."""
    say = here.words.say
    frame = Frame(here, say("Alerts"), "alerts")
    with frame.main():
        with box("heading"):
            ui.label(say("Alerts")).classes("big")
            ui.link(say("Wall view"), "/wall-alerts")
        board = AlertBoard(here)
        with box("panel"):
            ui.label(say("All alerts")).classes("caption")
            past = box("past")
        board.past = past
        board.show()
    ui.timer(PERIOD_S, lambda: frame.show(here.view()))
    ui.timer(PERIOD_S, board.show)


def wall_page(here: Visit) -> None:
    """What is open alone, large, in the laboratory's language."""
    frame = Frame(here, here.words.say("Wall view"), "alerts")
    with frame.main(), box("wall"):
        board = AlertBoard(here)
    board.show()
    ui.timer(PERIOD_S, lambda: frame.show(here.view()))
    ui.timer(PERIOD_S, board.show)


class AlertBoard:
    """The open alerts as cards, the most urgent first."""

    def __init__(self, here: Visit) -> None:
        self._here = here
        self._words = AlertWords(here.words, here.settings)
        self._root = box("alerts")
        self._shown: object = None
        self.past: ui.element | None = None

    def show(self) -> None:
        """Draw what is open now, if it is not what is shown."""
        desk = self._here.desk
        found = active_alerts(desk.engine, desk.settings.site.id)
        if found == self._shown:
            return
        self._shown = found
        self._root.clear()
        with self._root:
            if not found:
                ui.label(f"✓ {self._here.words.say('No alert is open.')}").classes("met big")
            for one in found:
                self._card(one)
        if self.past is not None:
            self.past.clear()
            with self.past:
                self._past(past_alerts(desk.engine, desk.settings.site.id, limit=MOST_PAST))

    def _card(self, listed: Listed) -> None:
        alert, words = listed.alert, self._words
        with box(f"panel alert {alert.severity} {alert.state}"):
            with box("heading"):
                ui.label(MARKS[alert.severity]).classes("mark")
                ui.link(words.title(alert), f"/alert/{alert.id}").classes("title")
                ui.label(words.state(alert)).classes(f"state {alert.state}")
            where = " · ".join(part for part in (words.instrument(alert), words.room(alert)) if part)
            ui.label(where)
            ui.label(words.what(alert)).classes("nums")
            ui.label(self._since(listed)).classes("detail")
            ui.label(f"→ {words.action(alert)}").classes("action")
            with box("bar"):
                act_buttons(self._here, alert, listed.shelved_until_ns, self.show)

    def _since(self, listed: Listed) -> str:
        alert, words = listed.alert, self._here.words
        parts = [words.say("since {time}", time=words.time(alert.since_ns))]
        if alert.acknowledged_by:
            parts.append(words.say("acknowledged by {who}", who=alert.acknowledged_by))
        if listed.shelved_until_ns:
            parts.append(words.say("shelved until {time}", time=words.time(listed.shelved_until_ns)))
        if listed.dependants:
            parts.append(words.say("{number} more of the same cause", number=listed.dependants))
        if alert.times > 1:
            parts.append(words.count("raised {number} time", "raised {number} times", alert.times))
        return " · ".join(parts)

    def _past(self, found: Sequence[Listed]) -> None:
        say = self._here.words.say
        headings = ("#", say("time"), say("Alert"), say("Equipment"), say("State"), say("cleared at"))
        rows = [self._row(one.alert) for one in found]
        table(headings, rows, say("No entry."))

    def _row(self, alert: Alert) -> tuple[str | tuple[str, str], ...]:
        words = self._here.words
        return (
            (str(alert.id), f"/alert/{alert.id}"),
            words.time(alert.raised_ns),
            f"{MARKS[alert.severity]} {self._words.title(alert)}",
            self._words.source(alert),
            self._words.state(alert),
            words.time(alert.cleared_ns) if alert.cleared_ns else "",
        )
