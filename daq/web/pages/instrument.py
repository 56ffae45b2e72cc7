"""The page of one instrument: state, identity, certificate with each reason, chart, last readings."""

from fastapi import Request
from nicegui import ui
from starlette.responses import Response

from daq.web.desk import Desk
from daq.web.digits import unit
from daq.web.frame import Frame, box, put
from daq.web.live.board import RECENT
from daq.web.live.chart import SPANS_S, Plot, chart_options
from daq.web.live.facts import ChannelNow, ChannelState, InstrumentNow
from daq.web.live.instrument_views import Reason, identity_rows, reasons, record_table
from daq.web.live.trend import NS_PER_S
from daq.web.live.views import ChannelView, channel_label, channel_view, empty_view
from daq.web.pages.live import PERIOD_S, ChannelFace
from daq.web.visit import Visit, opened
from drivers.profiles import Profile

CHART_PERIOD_S = 2.0


def register(desk: Desk) -> None:
    """``/instrument/NAME``."""

    @ui.page("/instrument/{name}")
    def page(request: Request, name: str) -> Response | None:
        entry = desk.settings.instrument(name)
        profile = desk.profiles.get(entry.profile) if entry else None
        return opened(desk, request, lambda here: instrument_page(here, name, profile), anybody=True)


def instrument_page(here: Visit, name: str, profile: Profile | None) -> None:
    """Build the page for one visit and keep it up to date."""
    frame = Frame(here, name)
    sheet = None
    with frame.main():
        ui.link(f"← {here.words.say('All instruments')}", "/").classes("back")
        if here.poller.site.instrument(name) is None:
            text = here.words.say("There is no instrument {name} on this site", name=name)
            ui.label(text).classes("big")
        else:
            sheet = InstrumentSheet(here, name, profile)

    def refresh() -> None:
        frame.show(here.view())
        if sheet is not None:
            sheet.show()

    ui.timer(PERIOD_S, refresh)
    if sheet is not None:
        ui.timer(CHART_PERIOD_S, sheet.plot)


class InstrumentSheet:
    """Everything about one instrument; built again when the instrument shows another set of channels."""

    def __init__(self, here: Visit, name: str, profile: Profile | None) -> None:
        self._here = here
        self._name = name
        self._profile = profile
        self._root = box("sheet")
        self._parts = self._build(self._now())

    def _now(self) -> InstrumentNow:
        instrument = self._here.poller.site.instrument(self._name)
        if instrument is None:
            msg = f"{self._name} was on this site when the page was opened"
            raise LookupError(msg)
        return instrument

    def _build(self, instrument: InstrumentNow) -> "_Parts":
        self._root.clear()
        with self._root:
            return _Parts(self._here, instrument, self._profile)

    def show(self) -> None:
        """Bring the page up to date."""
        instrument = self._now()
        if _channel_names(instrument) != self._parts.names:
            self._parts = self._build(instrument)
        self._parts.show(instrument)

    def plot(self) -> None:
        """Draw the chart anew if there is something new to draw."""
        self._parts.plot(self._now())


def _channel_names(instrument: InstrumentNow) -> tuple[str, ...]:
    return tuple(channel.channel.name for channel in instrument.channels)


class _Parts:
    """The parts of the page for one set of channels; one of them is looked at closely."""

    def __init__(self, here: Visit, instrument: InstrumentNow, profile: Profile | None) -> None:
        self._here = here
        self._profile = profile
        self.names = _channel_names(instrument)
        asked = here.request.query_params.get("channel", "")
        self._chosen = self.names.index(asked) if asked in self.names else 0
        span = here.request.query_params.get("span", "")
        self._span_s = int(span) if span in map(str, SPANS_S) else SPANS_S[0]
        self._reasons_shown: list[Reason] = []
        self._plotted: tuple[int, ...] = ()
        words = here.words
        self._heading(instrument)
        with box("columns"):
            with box("panel look"):
                self._channel_choice(instrument)
                self._face = ChannelFace(self._face_view(instrument), words.state(ChannelState.STALE))
                self._detail = ui.label().classes("detail")
                self._span_choice()
                self._chart = ui.echart({}).classes("chart")
            with box("panel facts"):
                ui.label(words.say("Certificate")).classes("caption")
                self._reasons = box("reasons")
                ui.label(words.say("Identity")).classes("caption")
                with box("identity"):
                    rows = identity_rows(instrument, None, profile, words)
                    self._identity = [_identity_row(label) for label, _ in rows]
        with box("panel"):
            ui.label(words.say("Last {number} readings", number=RECENT)).classes("caption")
            self._table = ui.html("").classes("scroll")
        self.show(instrument)
        self.plot(instrument)

    def _heading(self, instrument: InstrumentNow) -> None:
        words, entry = self._here.words, instrument.entry
        with box("heading"):
            ui.label(f"{entry.name} {words.either(entry.title_zh, entry.title_en)}").classes("big")
            ui.label(words.either(entry.room_zh, entry.room_en)).classes("room")
            if instrument.simulated:
                with box("hatch"):
                    ui.label(words.say("SIMULATED"))

    def _channel_choice(self, instrument: InstrumentNow) -> None:
        if len(instrument.channels) < 2:
            return
        with box("tabs"):
            for number, channel in enumerate(instrument.channels):
                href = self._here.link(channel=channel.channel.name)
                label = channel_label(channel, self._here.words)
                ui.link(label, href).classes("chosen" if number == self._chosen else "")

    def _span_choice(self) -> None:
        words = self._here.words
        with box("tabs spans"):
            for span_s in SPANS_S:
                link = ui.link(words.span(span_s), self._here.link(span=str(span_s)))
                link.classes("chosen" if span_s == self._span_s else "")
            ui.label(words.say("line: value shown above; band: ± U")).classes("legend")

    def _face_view(self, instrument: InstrumentNow) -> ChannelView:
        channel = self._channel(instrument)
        words = self._here.words
        if channel is None:
            return empty_view(instrument, words)
        return channel_view(channel, self._here.poller.site.now_ns, words, several=False)

    def _channel(self, instrument: InstrumentNow) -> ChannelNow | None:
        return instrument.channels[self._chosen] if instrument.channels else None

    def show(self, instrument: InstrumentNow) -> None:
        """Bring everything but the chart up to date."""
        words = self._here.words
        channel = self._channel(instrument)
        view = self._face_view(instrument)
        self._face.show(view)
        put(self._detail, view.hint)
        rows = identity_rows(instrument, channel, self._profile, words)
        for label, (_, text) in zip(self._identity, rows, strict=True):
            put(label, text)
        if channel is None:
            return
        found = reasons(channel, words)
        if found != self._reasons_shown:
            self._reasons_shown = found
            self._reasons.clear()
            with self._reasons:
                for reason in found:
                    reason_row(reason)
        self._table.content = record_table(channel.recent, channel.channel.unit, words)

    def plot(self, instrument: InstrumentNow) -> None:
        """Draw the chart anew if there is something new to draw."""
        channel = self._channel(instrument)
        site = self._here.poller.site
        if channel is None or channel.meant is None:
            return
        plotted = (channel.channel.id, channel.meant.row.seq)
        if plotted == self._plotted:
            return
        self._plotted = plotted
        plot = Plot(
            unit=unit(channel.meant, channel.channel.unit),
            decimals=channel.decimals,
            span_s=self._span_s,
            gap_ns=round(instrument.entry.stale_after_s * NS_PER_S),
            now_ns=site.now_ns,
        )
        since_ns = site.now_ns - self._span_s * NS_PER_S
        points = self._here.poller.series(instrument.entry.name, channel.channel.name, since_ns)
        self._chart.options.clear()
        self._chart.options.update(chart_options(points, plot, self._here.words, self._here.theme))
        self._chart.update()


def _identity_row(label: str) -> ui.label:
    ui.label(label).classes("key")
    return ui.label().classes("value")


def reason_row(reason: Reason) -> None:
    """A reason with its tick or cross."""
    with box({True: "why met", False: "why unmet", None: "why"}[reason.met]):
        ui.label(reason.mark).classes("mark")
        ui.label(reason.text)
