"""The live page: one card an instrument."""

from fastapi import Request
from nicegui import ui
from starlette.responses import Response

from daq.web.desk import Desk
from daq.web.frame import Frame, box, mark, put, put_note
from daq.web.live.facts import ChannelState
from daq.web.live.trend import HEIGHT, WIDTH
from daq.web.live.views import CardView, ChannelView
from daq.web.visit import Visit, opened

PERIOD_S = 0.5
LONG = 6
"""A number of more characters leaves no room beside it."""


def register(desk: Desk) -> None:
    """``/``."""

    @ui.page("/")
    def page(request: Request) -> Response | None:
        return opened(desk, request, live_page, anybody=True)


def live_page(here: Visit) -> None:
    """Build the page for one visit and keep it up to date."""
    frame = Frame(here, here.words.say("Live"))
    view = here.view()
    with frame.main(), box("cards"):
        cards = [InstrumentCard(card, here) for card in view.cards]

    def refresh() -> None:
        now = here.view()
        frame.show(now)
        for card, card_view in zip(cards, now.cards, strict=True):
            card.show(card_view)

    ui.timer(PERIOD_S, refresh)


class InstrumentCard:
    """One instrument: identity, channels, certificates; the whole card opens the instrument."""

    def __init__(self, view: CardView, here: Visit) -> None:
        self._here = here
        self._root = box("card", "a").props(f'href="/instrument/{view.name}"')
        self._build(view)

    def _build(self, view: CardView) -> None:
        self._view = view
        self._root.clear()
        with self._root:
            if view.simulated:
                with box("hatch"):
                    ui.label(self._here.words.say("SIMULATED"))
            with box("inside several" if len(view.channels) > 1 else "inside"):
                with box("head"):
                    ui.label(view.name).classes("name")
                    mark(ui.label(view.title).classes("title"), title=view.title)
                    mark(ui.label(view.room).classes("room"), title=view.room)
                stale = self._here.words.state(ChannelState.STALE)
                self._channels = [ChannelFace(channel, stale) for channel in view.channels]
                with box("foot"):
                    self._notes = [ui.label().classes("certificate") for _ in view.certificates]
        self._certify(view)

    def show(self, view: CardView) -> None:
        """Bring the card up to date."""
        if view == self._view:
            return
        if _shape(view) != _shape(self._view):
            self._build(view)
            return
        self._view = view
        for face, channel in zip(self._channels, view.channels, strict=True):
            face.show(channel)
        self._certify(view)

    def _certify(self, view: CardView) -> None:
        for label, note in zip(self._notes, view.certificates, strict=True):
            put_note(label, note, "certificate")


def _shape(view: CardView) -> tuple[object, ...]:
    """What a card cannot change without being built again."""
    labels = tuple(channel.label for channel in view.channels)
    return view.simulated, labels, len(view.certificates)


class ChannelFace:
    """Number, uncertainty, state and trend of one channel."""

    def __init__(self, view: ChannelView, stale: str) -> None:
        """Build it; ``stale`` is what its state becomes when the server is away."""
        self._root = box("channel")
        with self._root:
            with box("reading"):
                self._number = ui.label().classes("number")
                self._unit = ui.label().classes("unit")
                self._reason = ui.label().classes("reason")
            self._label = ui.label().classes("label")
            self._status = ui.label().classes("status")
            mark(self._status, data_away=stale)
            self._uncertainty = ui.label().classes("uncertainty")
            self._note = ui.label().classes("note")
            with box("trend"):
                size = f"0 0 {WIDTH:.0f} {HEIGHT:.0f}"
                with ui.element("svg").props(f'viewBox="{size}" preserveAspectRatio=none aria-hidden=true'):
                    self._path = ui.element("path")
                self._span = ui.label().classes("span")
        self.show(view)

    def show(self, view: ChannelView) -> None:
        """Bring the channel up to date."""
        long = bool(view.number) and view.places > LONG
        mark(self._root, data_state=view.state, data_long="yes" if long else "no")
        put(self._number, view.number)
        mark(self._number, style=f"min-width: {_width(view)}")
        put(self._unit, view.unit)
        put(self._reason, view.reason)
        put(self._label, view.label)
        put(self._status, view.status)
        put(self._uncertainty, view.uncertainty)
        put_note(self._note, view.note, "note")
        mark(self._note, title=view.hint)
        mark(self._path, d=view.path)
        put(self._span, view.span)


def _width(view: ChannelView) -> str:
    """Room for the longest number so far: the point is narrower than a digit."""
    if not view.number:
        return "0"
    points = view.number.count(".")
    return f"calc({view.places - points}ch + {points * 0.28:.2f}em)"
