"""Messages in words: what happened, the value against the limit, where, since when, what to do, a link."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from daq.i18n import N_
from daq.i18n.speech import Speech
from daq.lab.alert_words import AlertWords
from daq.records.alerts import Alert
from daq.records.messages import CLEARED, ESCALATED, RAISED
from daq.settings import NotifyEntry, Settings
from daq.watch.telling import DIGEST, Telling

PHASES = {RAISED: N_("raised"), ESCALATED: N_("nobody has acknowledged"), CLEARED: N_("cleared")}
LINES = 10
"""Alerts that a digest names one by one: chat robots take 2 KB."""


@dataclass(frozen=True, slots=True)
class Text:
    """Subject and body of a message."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Life:
    """What the daily sign of life tells."""

    open: int
    unacknowledged: int
    heard: int
    instruments: int
    rows: int
    """Rows that the journal got since the last one."""


class Writer:
    """Writes a site's messages, in each target's languages."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        web = settings.web
        self._pages = settings.alerts.page_url.rstrip("/") or f"http://{web.host}:{web.port}"

    def telling(self, telling: Telling) -> Text:
        """A message about alerts."""
        if telling.kind == DIGEST:
            return self._in_languages(telling.target, lambda words: self._digest(words, telling.parts))
        alert, phase = telling.parts[0]
        return self._in_languages(telling.target, lambda words: self._one(words, alert, phase))

    def sign_of_life(self, target: NotifyEntry, life: Life) -> Text:
        """The daily message that all is watched."""
        return self._in_languages(target, lambda words: self._life(words, life))

    def test(self, target: NotifyEntry) -> Text:
        """A message that says that messages arrive."""
        return self._in_languages(target, self._test)

    def _in_languages(self, target: NotifyEntry, write: Callable[[AlertWords], Text]) -> Text:
        site = self._settings.site
        languages = target.languages or (site.language,)
        texts = [write(AlertWords(Speech(language, site.timezone), self._settings)) for language in languages]
        return Text(texts[0].subject, "\n\n".join(text.body for text in texts))

    def _one(self, words: AlertWords, alert: Alert, phase: str) -> Text:
        say = words.speech.say
        head = words.severity(alert) if phase == RAISED else say(PHASES[phase])
        parts = (words.title(alert), words.place(alert), self._site(words))
        subject = say("[{head}] {title}", head=head, title=" · ".join(part for part in parts if part))
        lines = [
            (N_("Event"), " · ".join(part for part in (words.title(alert), words.what(alert)) if part)),
            (N_("State"), self._state(words, alert, phase)),
            (N_("Now"), words.now(alert) if phase == CLEARED else ""),
            (N_("Instrument"), words.instrument(alert)),
            (N_("Place"), words.room(alert)),
            (N_("Since"), f"{words.speech.time(alert.since_ns)} ({words.speech.offset(alert.since_ns)})"),
            (N_("To do"), words.action(alert) if phase != CLEARED else ""),
            (N_("More"), f"{self._pages}/alert/{alert.id}"),
        ]
        return Text(subject, _lines(words.speech, lines))

    def _state(self, words: AlertWords, alert: Alert, phase: str) -> str:
        say = words.speech.say
        state = f"{words.severity(alert)} · {say(PHASES[phase])}"
        if phase == CLEARED and alert.cleared_ns is not None:
            state = f"{state} {words.speech.time(alert.cleared_ns)}"
        if alert.times > 1:
            state = f"{state} · {say('{number} times', number=alert.times)}"
        return state

    def _digest(self, words: AlertWords, parts: Sequence[tuple[Alert, str]]) -> Text:
        speech = words.speech
        subject = speech.say("[{number} alerts] {site}", number=len(parts), site=self._site(words))
        lines = [self._line(words, alert, phase) for alert, phase in parts[:LINES]]
        if len(parts) > LINES:
            lines.append(speech.say("… and {number} more", number=len(parts) - LINES))
        lines.append(_lines(speech, [(N_("More"), f"{self._pages}/alerts")]))
        return Text(subject, "\n".join(lines))

    def _line(self, words: AlertWords, alert: Alert, phase: str) -> str:
        parts = (words.title(alert), words.source(alert) or words.place(alert), words.what(alert))
        figures = " · ".join(part for part in parts if part)
        since = words.speech.clock_time(alert.since_ns, alert.raised_ns)
        return f"- [{words.severity(alert)} · {words.speech.say(PHASES[phase])}] {figures} · {since}"

    def _life(self, words: AlertWords, life: Life) -> Text:
        say = words.speech.say
        subject = say("[all is watched] {site}", site=self._site(words))
        lines = [
            (
                N_("Alerts"),
                say(
                    "{open} open, {unacknowledged} of them not acknowledged",
                    open=life.open,
                    unacknowledged=life.unacknowledged,
                ),
            ),
            (
                N_("Instruments"),
                say("{heard} of {instruments} are heard", heard=life.heard, instruments=life.instruments),
            ),
            (N_("Journal"), say("{rows} rows since the last message of this kind", rows=life.rows)),
            (N_("Note"), say("It comes every day: a day without it is a day without watch.")),
            (N_("More"), f"{self._pages}/alerts"),
        ]
        return Text(subject, _lines(words.speech, lines))

    def _test(self, words: AlertWords) -> Text:
        say = words.speech.say
        subject = say("[test] {site}", site=self._site(words))
        return Text(subject, say("This is a test: messages of Hengliang arrive here. Nothing has happened."))

    def _site(self, words: AlertWords) -> str:
        return words.speech.either(self._settings.site.name_zh, self._settings.site.name_en)


def _lines(speech: Speech, lines: Sequence[tuple[str, str]]) -> str:
    return "\n".join(
        speech.say("{label}: {text}", label=speech.say(label), text=text) for label, text in lines if text
    )
