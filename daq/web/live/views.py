"""The board in words: what cards, strip and header show, made once for all browsers of a language."""

from collections.abc import Sequence
from dataclasses import dataclass

from daq.i18n import N_
from daq.i18n.figures import symbol, typeset, with_unit
from daq.settings import Settings
from daq.stream.trouble import Trouble
from daq.web.digits import unit
from daq.web.live.facts import (
    CertificateState,
    ChannelNow,
    ChannelState,
    Fact,
    FactKind,
    InstrumentNow,
    SiteNow,
)
from daq.web.words import Words

CAN_WAIT = (FactKind.CERTIFICATE_DUE,)
"""Facts that can wait a day; all others want a person now."""

DASH = "—"


@dataclass(frozen=True, slots=True)
class Note:
    """A line with a degree: empty, ``due`` or ``bad``."""

    text: str
    degree: str = ""


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel on a card."""

    label: str
    state: str
    """The state's code: the style sheet draws it."""
    status: str
    """Shape and word."""
    number: str
    unit: str
    reason: str
    """Stands in the number's place where there is none."""
    places: int
    uncertainty: str
    note: Note
    hint: str
    """The whole sentence behind a note, for whoever asks."""
    path: str
    span: str


@dataclass(frozen=True, slots=True)
class CardView:
    """One instrument."""

    name: str
    title: str
    room: str
    simulated: bool
    channels: tuple[ChannelView, ...]
    certificates: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class StripItem:
    """One thing that needs a person, and the page it leads to."""

    text: str
    degree: str
    href: str
    hint: str
    """The whole sentence, for whoever asks."""


@dataclass(frozen=True, slots=True)
class SiteView:
    """Everything the live page shows."""

    clock: str
    simulated: str
    strip: tuple[StripItem, ...]
    cards: tuple[CardView, ...]


FACTS = {
    FactKind.NO_JOURNAL: N_("Waiting for acquisition: there is no journal yet"),
    FactKind.JOURNAL_UNREADABLE: N_("The journal cannot be read: {detail}"),
    FactKind.NOT_GROWING: N_("No new record for {ago}: is acquisition running?"),
    FactKind.STOPPED: N_("Acquisition was stopped at {time}"),
    FactKind.LOST: N_("Lost: {names}"),
    FactKind.ALARM: N_("Alarm: {names}"),
    FactKind.STREAM_SILENT: N_("The stream to the time-series database is not running"),
    FactKind.STREAM_TROUBLE: N_("Time-series database: {reason}; {number} rows wait in the journal"),
    FactKind.STREAM_BEHIND: N_("Time-series database: {number} rows behind"),
    FactKind.STREAM_REJECTED: N_("Time-series database refused {number} points"),
    FactKind.CERTIFICATE_EXPIRED: N_("Certificate expired: {names}"),
    FactKind.CERTIFICATE_NOT_YET: N_("Certificate not yet in force: {names}"),
    FactKind.CERTIFICATE_NONE: N_("No certificate: {names}"),
    FactKind.CERTIFICATE_DUE: N_("Certificate ends within 30 days: {names}"),
    FactKind.CERTIFICATES_UNUSABLE: N_("Certificates that cannot be used: {number}"),
    FactKind.RECORDS_UNREADABLE: N_("The records cannot be read: {detail}"),
    FactKind.DAMAGED: N_("The journal failed its check"),
    FactKind.RECORDS_DAMAGED: N_("The records failed their check"),
    FactKind.NOT_WATCHED: N_("Alerts are not watched now"),
    FactKind.DISK: N_("The disk is nearly full"),
    FactKind.COPY_DIFFERS: N_("Journal and time-series database differ"),
}

TROUBLES: dict[str, str] = {
    Trouble.UNREACHABLE: N_("cannot be reached"),
    Trouble.TOO_SLOW: N_("answers too slowly"),
    Trouble.BUSY: N_("is busy"),
    Trouble.TOKEN: N_("refuses the token"),
    Trouble.NOT_FOUND: N_("bucket not found"),
    Trouble.REFUSES_ALL: N_("refuses all points"),
    Trouble.UNEXPECTED: N_("unexpected answer"),
    Trouble.JOURNAL: N_("the journal cannot be read"),
    Trouble.FILE: N_("stream.db cannot be used"),
    Trouble.RECORDS: N_("the records cannot be read"),
}


def site_view(site: SiteNow, settings: Settings, words: Words) -> SiteView:
    """The whole page of ``site``; made once for each language, whoever asks."""
    view = site.views.get(words.language)
    if not isinstance(view, SiteView):
        view = SiteView(
            clock=f"{words.time(site.now_ns)} {words.offset(site.now_ns)}",
            simulated=_simulated(site, words),
            strip=tuple(_strip_item(fact, site, words) for fact in site.facts),
            cards=tuple(card_view(instrument, site.now_ns, words) for instrument in site.instruments),
        )
        site.views[words.language] = view
    return view


def _simulated(site: SiteNow, words: Words) -> str:
    simulated = sum(instrument.simulated for instrument in site.instruments)
    if not simulated:
        return ""
    if simulated == len(site.instruments):
        return words.say("SIMULATED · readings come from software, not from instruments")
    return words.say(
        "SIMULATED · readings of {some} of {all} instruments come from software",
        some=simulated,
        all=len(site.instruments),
    )


def _strip_item(fact: Fact, site: SiteNow, words: Words) -> StripItem:
    text = words.say(
        FACTS[fact.kind],
        names=" ".join(fact.instruments),
        number=round(fact.number),
        ago=words.span(fact.number),
        time=words.clock_time(round(fact.number), site.now_ns),
        reason=words.say(TROUBLES.get(fact.code, N_("not usable"))),
        detail=fact.detail,
    )
    href = f"/instrument/{fact.instruments[0]}" if fact.instruments else ""
    return StripItem(text, "due" if fact.kind in CAN_WAIT else "bad", href, fact.detail)


def card_view(instrument: InstrumentNow, now_ns: int, words: Words) -> CardView:
    """One instrument in words; of its channels those that it shows now."""
    entry = instrument.entry
    shown = [channel for channel in instrument.channels if channel.state is not ChannelState.IDLE]
    several = len(shown) > 1
    channels = tuple(channel_view(channel, now_ns, words, several) for channel in shown)
    return CardView(
        name=entry.name,
        title=words.either(entry.title_zh, entry.title_en),
        room=words.either(entry.room_zh, entry.room_en),
        simulated=instrument.simulated,
        channels=channels or (empty_view(instrument, words),),
        certificates=_certificate_notes(shown, words),
    )


def channel_label(channel: ChannelNow, words: Words) -> str:
    """What one of several channels is called: ``temperature``, ``temperature 2``, ``mass tara``."""
    name, quantity = channel.channel.name, channel.channel.quantity
    rest = name.removeprefix(quantity).strip("-_ ")
    return f"{words.quantity(quantity)} {rest}".strip()


def channel_view(channel: ChannelNow, now_ns: int, words: Words, several: bool) -> ChannelView:
    """One channel in words."""
    meant = channel.meant
    has_number = meant is not None and not channel.outdated
    return ChannelView(
        label=channel_label(channel, words) if several else "",
        state=channel.state.value,
        status=words.state(channel.state),
        number=channel.number if has_number else "",
        unit=symbol(unit(meant, channel.channel.unit)) if meant is not None and has_number else "",
        reason="" if has_number else _reason(channel.state, channel.reason, words),
        places=channel.places,
        uncertainty=words.uncertainty(meant) if meant is not None and has_number else "",
        note=_note(channel, has_number, now_ns, words),
        hint=channel.detail,
        path=channel.trend.path,
        span=words.say("last {span}", span=words.span(channel.trend.span_s)),
    )


def _reason(state: ChannelState, reason: str, words: Words) -> str:
    return words.say("no reading yet") if state is ChannelState.WAITING else words.reason(reason)


def _note(channel: ChannelNow, has_number: bool, now_ns: int, words: Words) -> Note:
    """The line below the number: how old, what the instrument shows, or why it is not corrected."""
    meant = channel.meant
    if meant is None:
        return Note(words.clock_time(channel.since_ns, now_ns) if channel.since_ns else "")
    time = words.clock_time(meant.row.t_ns, now_ns)
    if not has_number:
        last = with_unit(channel.number, unit(meant, channel.channel.unit))
        return Note(words.say("last {number} at {time}", number=last, time=time))
    if channel.state in (ChannelState.STALE, ChannelState.IDLE):
        return Note(words.say("{ago} ({time})", ago=words.ago(channel.age_s), time=time))
    if channel.reason:
        return Note(words.reason(channel.reason))
    if meant.value is None:
        return Note(words.uncorrected(meant.state), "bad")
    indication = with_unit(typeset(meant.row.raw_text), channel.channel.unit)
    return Note(words.say("indication {number}", number=indication))


def empty_view(instrument: InstrumentNow, words: Words) -> ChannelView:
    """An instrument of which no channel is known yet."""
    return ChannelView(
        label="",
        state=instrument.state.value,
        status=words.state(instrument.state),
        number="",
        unit="",
        reason=_reason(instrument.state, instrument.reason, words),
        places=0,
        uncertainty="",
        note=Note(""),
        hint=instrument.detail,
        path="",
        span="",
    )


def _certificate_notes(channels: Sequence[ChannelNow], words: Words) -> tuple[Note, ...]:
    """One line for each certificate; channels that share one share its line.

    Where there is none, the channel itself says so.
    """
    notes: dict[Note, list[str]] = {}
    for channel in channels:
        state = channel.certificate.state
        if state is CertificateState.NONE:
            continue
        degree = {CertificateState.VALID: "", CertificateState.DUE: "due"}.get(state, "bad")
        note = Note(words.certificate(channel.certificate), degree)
        notes.setdefault(note, []).append(channel_label(channel, words))
    if [len(labels) for labels in notes.values()] == [len(channels)]:
        return tuple(notes)
    comma = words.say(", ")
    return tuple(Note(f"{comma.join(labels)} · {note.text}", note.degree) for note, labels in notes.items())
