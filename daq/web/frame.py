"""What stands around every page: header, band of a simulated site, strip, navigation, who is signed in."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from daq.i18n import LANGUAGES, N_
from daq.web.live.views import Note, SiteView, StripItem
from daq.web.theme import PALETTES, Theme, style_sheet
from daq.web.visit import Visit

NAVIGATION = (
    ("live", N_("Live"), "/"),
    ("sessions", N_("Sessions"), "/sessions"),
    ("equipment", N_("Instruments & certificates"), "/equipment"),
    ("checks", N_("Checks"), "/checks"),
    ("alerts", N_("Alerts"), "/alerts"),
    ("audit", N_("Audit"), "/audit"),
    ("administration", N_("Administration"), "/administration"),
)
"""Key, title and address of the rooms, in their order."""

WATCHDOG = """
<script>
(() => {
  // The server's clock is on every page. When it stands still, so do the numbers: then none may look fresh.
  let text = "", since = performance.now();
  setInterval(() => {
    const clock = document.querySelector(".clock");
    const now = performance.now();
    if (clock && clock.textContent !== text) { text = clock.textContent; since = now; }
    document.documentElement.classList.toggle("away", now - since > 5000);
  }, 500);
})();
</script>
"""


def put(label: ui.label, text: str) -> None:
    """Show ``text``; the browser hears of it only if it differs."""
    if label.text != text:
        label.text = text


def put_note(label: ui.label, note: Note, kind: str) -> None:
    """Show a line with its degree."""
    put(label, note.text)
    label.classes(replace=f"{kind} {note.degree}".strip())


def mark(element: ui.element, **attributes: str) -> None:
    """Set attributes (``_`` stands for ``-``); the browser hears only of those that differ."""
    for name, value in attributes.items():
        key = name.replace("_", "-")
        if element.props.get(key, "") != value:
            element.props[key] = value


def box(classes: str, tag: str = "div") -> ui.element:
    """An element of the style sheet."""
    return ui.element(tag).classes(classes)


class Frame:
    """Header, band, strip and navigation of one open page."""

    def __init__(self, here: Visit, title: str, room: str = "live") -> None:
        """Build it; ``room`` is the key of the navigation's item that the page belongs to."""
        site = here.settings.site
        self._room = room
        name = here.words.either(site.name_zh, site.name_en)
        language = here.words.language.replace("_", "-")
        ui.page_title(f"{title} · {name}")
        ui.add_head_html(
            f"<style>{style_sheet(here.theme)}</style>"
            f"<script>document.documentElement.lang = '{language}';</script>{WATCHDOG}"
        )
        ui.dark_mode(value=here.theme is Theme.DARK)
        ui.colors(primary=PALETTES[here.theme].accent, negative=PALETTES[here.theme].lost)
        self._here = here
        self._strip_shown: tuple[StripItem, ...] = ()
        self._count: ui.label | None = None
        self._root = box("hl")
        with self._root:
            self._top(name)
            box_away = ui.label(here.words.say("No connection to the server: these numbers are old"))
            box_away.classes("offline").props("role=alert")
            self._band = box("band hatch")
            with self._band:
                self._band_text = ui.label()
            self._strip = box("strip")
            self._body = box("body")
        self.show(here.view())

    @contextmanager
    def main(self) -> Iterator[None]:
        """Where the page's own content goes."""
        with self._root, self._body:
            with box("nav", "nav"):
                for key, title, address in NAVIGATION:
                    item = ui.link(self._here.words.say(title), address)
                    if key == self._room:
                        item.classes("chosen").props("aria-current=page")
                    if key == "alerts":
                        with item:
                            self._count = ui.label().classes("count")
            with box("main", "main"):
                yield

    def _top(self, name: str) -> None:
        here = self._here
        with box("top", "header"):
            ui.link("衡量 Hengliang", "/").classes("brand")
            ui.label(name).classes("site")
            self._clock = ui.label().classes("clock")
            self._who()
            with box("choices"):
                for language, own_name in LANGUAGES.items():
                    link = ui.link(own_name, here.link(lang=language))
                    if language == here.words.language:
                        link.classes("chosen").props("aria-current=true")
            with box("choices"):
                dark = here.theme is Theme.DARK
                word = here.words.say("Light") if dark else here.words.say("Dark")
                other = Theme.LIGHT if dark else Theme.DARK
                with ui.link(target=here.link(theme=other)).classes("theme"):
                    ui.label("☀" if dark else "☾")
                    ui.label(word).classes("word")

    def _who(self) -> None:
        here = self._here
        with box("choices who"):
            if here.person is None:
                ui.link(here.words.say("Sign in"), here.sign_in_address())
                return
            ui.link(here.person.name, "/me")
            with ui.element("form").props("method=post action=/sign-out"):
                ui.button(here.words.say("Sign out")).props("type=submit flat dense no-caps")

    def show(self, view: SiteView) -> None:
        """Bring the frame up to date."""
        put(self._clock, view.clock)
        put(self._band_text, view.simulated)
        self._band.set_visibility(bool(view.simulated))
        items = (*self._alarms(), *view.strip)
        if items != self._strip_shown:
            self._strip_shown = items
            self._strip.clear()
            with self._strip:
                for item in items:
                    _strip_item(item)
        self._strip.set_visibility(bool(items))
        if self._count is not None:
            number = self._here.desk.open_alerts()
            put(self._count, str(number) if number else "")

    def _alarms(self) -> tuple[StripItem, ...]:
        """Alarms that nobody has acknowledged; it leads to them."""
        number = self._here.desk.open_alerts("alarm")
        if not number:
            return ()
        text = self._here.words.count(
            "■ {number} alarm is not acknowledged", "■ {number} alarms are not acknowledged", number
        )
        return (StripItem(text, "bad", "/alerts", ""),)


def _strip_item(item: StripItem) -> None:
    shown = ui.link(item.text, item.href) if item.href else ui.label(item.text)
    shown.classes(f"item {item.degree}")
    mark(shown, title=item.hint)
