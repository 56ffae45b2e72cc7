"""One alert: the figures, the trend around it, who was told, who did what."""

import itertools
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from nicegui import ui
from starlette.responses import Response

from daq.errors import JournalError, NoSuchRecordError
from daq.i18n.speech import NS_PER_S
from daq.journal import JournalReader
from daq.lab.alert_words import DELIVERIES, TURNS, AlertWords
from daq.lab.alerts import AlertDetail, alert_detail
from daq.lab.meaning import Meant, meaning
from daq.records.alerts import Alert
from daq.web.alert_actions import MARKS, act_buttons
from daq.web.desk import Desk
from daq.web.forms import table
from daq.web.frame import Frame, box
from daq.web.live.chart import Plot, chart_options
from daq.web.live.trend import Point
from daq.web.theme import PALETTES
from daq.web.visit import Visit, opened

AROUND_S = 1800
"""So much of the trend before the alert was raised, and after it."""


def register(desk: Desk) -> None:
    """``/alert/NUMBER``."""

    @ui.page("/alert/{number}")
    def page(request: Request, number: int) -> Response | None:
        return opened(desk, request, lambda here: alert_page(here, number))


def alert_page(here: Visit, number: int) -> None:
    """Build the page."""
    say = here.words.say
    frame = Frame(here, f"{say('Alert')} {number}", "alerts")
    ui.timer(1.0, lambda: frame.show(here.view()))
    with frame.main():
        ui.link(f"← {say('Alerts')}", "/alerts").classes("back")
        try:
            found = alert_detail(here.desk.engine, here.settings.site.id, number)
        except NoSuchRecordError as error:
            ui.label(here.words.error(error)).classes("refusal")
            return
        AlertSheet(here, found).build()


class AlertSheet:
    """The parts of the page."""

    def __init__(self, here: Visit, found: AlertDetail) -> None:
        self._here = here
        self._found = found
        self._words = AlertWords(here.words, here.settings)

    def build(self) -> None:
        """Build all parts."""
        alert, words, say = self._found.alert, self._words, self._here.words.say
        with box("heading"):
            ui.label(f"{MARKS[alert.severity]} {words.title(alert)}").classes("big")
            ui.label(words.state(alert)).classes(f"state {alert.state}")
        with box(f"panel alert {alert.severity} {alert.state}"):
            ui.label(" · ".join(part for part in (words.instrument(alert), words.room(alert)) if part))
            ui.label(words.what(alert)).classes("nums")
            ui.label(f"→ {words.action(alert)}").classes("action")
            if alert.kind == "check":
                ui.link(say("Control chart"), f"/check/{_plan(alert)}")
            ui.label(self._times(alert)).classes("detail")
            with box("bar"):
                act_buttons(self._here, alert, self._found.shelved_until_ns, ui.navigate.reload)
        self._trend(alert)
        with box("panel"):
            ui.label(say("What happened")).classes("caption")
            table((say("time"), say("What"), say("Who"), say("Comment")), self._story(), say("No entry."))
        if self._found.dependants:
            with box("panel"):
                ui.label(say("Of the same cause")).classes("caption")
                rows = [
                    ((str(one.id), f"/alert/{one.id}"), words.title(one), words.source(one))
                    for one in self._found.dependants
                ]
                table(("#", say("Alert"), say("Equipment")), rows, "")
        self._messages()

    def _times(self, alert: Alert) -> str:
        words = self._here.words
        parts = [words.say("since {time}", time=words.time(alert.since_ns))]
        if self._found.shelved_until_ns:
            parts.append(words.say("shelved until {time}", time=words.time(self._found.shelved_until_ns)))
        if alert.cleared_ns:
            parts.append(words.say("cleared at {time}", time=words.time(alert.cleared_ns)))
        return " · ".join(parts)

    def _story(self) -> list[tuple[str, ...]]:
        """Turns of the alert and acts of people, in their order."""
        words = self._here.words
        turns = [(one.t_ns, one.kind, "", "") for one in self._found.events]
        acts = [(one.t_ns, one.kind, one.account, one.comment) for one in self._found.acts]
        rows = sorted(itertools.chain(turns, acts), key=lambda row: row[0])
        return [(words.time(t_ns), words.say(TURNS.get(kind, kind)), *rest) for t_ns, kind, *rest in rows]

    def _messages(self) -> None:
        say, words = self._here.words.say, self._here.words
        rows = [
            (
                words.time(sent.message.t_ns),
                sent.message.target,
                sent.message.subject,
                say(DELIVERIES.get(sent.message.state, sent.message.state)),
                str(len(sent.tries)),
            )
            for sent in self._found.messages
        ]
        with box("panel"):
            ui.label(say("Messages")).classes("caption")
            headings = (say("time"), say("To"), say("Message"), say("State"), say("Tries"))
            table(headings, rows, say("Nobody was told: no target takes this alert."))

    def _trend(self, alert: Alert) -> None:
        """The channel's readings around an alert about them, with the limits."""
        is_about_them = alert.kind == "fault" or (alert.nature == "value" and alert.kind != "check")
        points, unit, end_ns = self._points(alert) if is_about_them else ([], "", 0)
        if not points:
            return
        span_s = max(600, round((end_ns - points[0].t_ns) / NS_PER_S))
        plot = Plot(unit=unit, decimals=3, span_s=span_s, gap_ns=60 * NS_PER_S, now_ns=end_ns)
        options = chart_options(points, plot, self._here.words, self._here.theme)
        _draw_limits(options, alert, PALETTES[self._here.theme].lost)
        with box("panel"):
            ui.label(self._here.words.say("Trend around it")).classes("caption")
            ui.echart(options).classes("chart")

    def _points(self, alert: Alert) -> tuple[list[Point], str, int]:
        start_ns = alert.raised_ns - AROUND_S * NS_PER_S
        end_ns = min(alert.raised_ns + AROUND_S * NS_PER_S, self._here.desk.clock.now_ns())
        if not alert.channel:
            return [], "", end_ns
        try:
            with JournalReader.open(self._here.desk.files.journal) as reader:
                channels = [
                    one
                    for one in reader.channels().values()
                    if (one.instrument, one.name) == (alert.instrument, alert.channel)
                ]
                for channel in reversed(channels):
                    rows = list(reader.readings_between(channel.id, start_ns, end_ns))
                    if rows:
                        recorded = self._here.desk.certificates.load()
                        certificates = recorded.get((alert.instrument, alert.channel), ())
                        meant = meaning(channel, rows, certificates)
                        return *_drawn(meant, channel.unit), end_ns
        except JournalError:
            return [], "", end_ns  # the page goes without its picture
        return [], "", end_ns


def _drawn(meant: Sequence[Meant], unit: str) -> tuple[list[Point], str]:
    """Readings in one unit: corrected ones, where there are any, else as indicated in ``unit``."""
    corrected = [one for one in meant if one.value is not None and one.certificate is not None]
    units = {one.certificate.value_unit for one in corrected if one.certificate is not None}
    if units - {unit}:
        shown = [Point(one.row.t_ns, one.value, one.U) for one in corrected if one.value is not None]
        return shown, units.pop()
    values = ((one, one.row.raw if one.value is None else one.value) for one in meant)
    return [Point(one.row.t_ns, value, one.U) for one, value in values], unit


def _draw_limits(options: dict[str, Any], alert: Alert, colour: str) -> None:
    """A line at each limit of the rule, all across the picture, which grows to hold it."""
    facts = alert.body.get("facts") or {}
    limits = [float(facts[name]) for name in ("low", "high") if facts.get(name) is not None]
    axis, time = options["yAxis"], options["xAxis"]
    if limits and "min" in axis:  # readings that are all alike
        del axis["min"], axis["max"]
        axis["scale"] = True
    line = {
        "type": "line",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": colour, "type": "dashed"},
    }
    for limit in limits:
        options["series"].append({**line, "data": [[time["min"], limit], [time["max"], limit]]})


def _plan(alert: Alert) -> str:
    """The plan of an alert about checks, whose key is ``RULE|INSTRUMENT/CHANNEL/PLAN POINT``."""
    return alert.key.partition("|")[2].split("/", 2)[2].partition(" ")[0]
