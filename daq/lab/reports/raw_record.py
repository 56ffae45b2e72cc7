"""The raw record (原始记录) of a session at any of its stages: all that happened, counting or not."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from calibration.rounding import plain, round_to_place
from daq.i18n import N_
from daq.i18n.figures import with_unit
from daq.lab.methods.steps import Hold, Timer
from daq.lab.papers.content import CaptureLine, EntryLine, RawSheet, StepDone, Timed
from daq.lab.papers.laboratory import laboratory_of
from daq.lab.papers.raw_sheet import render_raw_sheet
from daq.lab.reports.dossier import Dossier, Office, gather
from daq.lab.reports.dossier_deviations import deviation_of, deviations_of, released_subject
from daq.lab.reports.dossier_figures import ambient_of, parallels_of, workings_of
from daq.lab.reports.dossier_instruments import instruments_of
from daq.lab.results.words import Words, words
from daq.lab.sessions.events import Act, SessionEvent, Stage
from daq.lab.sessions.progress import plain_steps
from daq.records.certificate_versions import parse_record, versions
from daq.records.database import reading
from daq.records.register_tables import certificates
from daq.security.audit import Json

CONVENTIONAL_K = 2.0
"""Of single readings: what a capture has is u."""
_DEGREES = -1
"""A temperature that was held is shown to 0.1 °C."""
_SHOWN_ELSEWHERE = {Act.CAPTURED, Act.TIMER_STARTED, Act.TIMER_STOPPED, Act.ENTERED, Act.STRUCK}
_ACTS = {
    Act.STARTED: N_("session started"),
    Act.INSTRUMENT: N_("instrument chosen: {instrument}"),
    Act.PORTION_ADDED: N_("determination {portion} added"),
    Act.PORTION_ABANDONED: N_("determination {portion} abandoned"),
    Act.OVERRIDDEN: N_("released by two people: {subject}"),
    Act.NOTED: N_("note: {text}"),
    Act.FINISHED: N_("results computed"),
    Act.RECALCULATED: N_("results computed again"),
    Act.SIGNED: N_("signed"),
    Act.RETURNED: N_("returned: {comments}"),
    Act.REVIEWED: N_("reviewed and signed"),
    Act.AMENDED: N_("opened again for an amendment"),
    Act.CANCELLED: N_("given up"),
}
"""What is said of events that are at no step; those at a step are called by its title."""


def raw_record(connection: Connection, office: Office, session: str) -> RawSheet:
    """What the sheet of a session says now.

    Raises:
        NoSuchRecordError: there is no such session.
        PaperError: the site's configuration has no section [laboratory].
    """
    dossier = gather(connection, office, session)
    state = dossier.state
    is_computed = state.stage is not Stage.RUNNING
    return RawSheet(
        laboratory=laboratory_of(office.settings.laboratory),
        session=session,
        final=state.stage is Stage.REVIEWED,
        printed_ns=office.bench.clock.now_ns(),
        sample=dossier.sample_on_paper(),
        method=dossier.method_on_paper(),
        begun_ns=state.header.t_ns,
        ended_ns=dossier.ended_ns if is_computed else None,
        captures=capture_lines(connection, dossier),
        timed=tuple(_timed(dossier)),
        entries=tuple(_entries(dossier)),
        steps=tuple(_history(dossier)),
        parallels=parallels_of(dossier) if is_computed else (),
        workings=workings_of(dossier) if is_computed else (),
        ambient=ambient_of(connection, dossier),
        instruments=instruments_of(connection, dossier),
        deviations=deviations_of(dossier),
        signatures=dossier.signatures(),
        simulated=dossier.is_simulated,
    )


def raw_record_pdf(office: Office, session: str, language: str) -> bytes:
    """The sheet as PDF, in ``zh_CN`` or ``en``.

    Raises:
        NoSuchRecordError: there is no such session.
        PaperError: no section [laboratory], no Chinese font, or a character that no font has.
    """
    with reading(office.bench.engine) as connection:
        sheet = raw_record(connection, office, session)
    return render_raw_sheet(sheet, language, office.settings.site.timezone)


def capture_lines(connection: Connection, dossier: Dossier) -> tuple[CaptureLine, ...]:
    """All captures of a session, struck ones too."""
    numbers = _numbers(connection, {one.certificate for one in dossier.state.captures if one.certificate})
    struck, taken = _struck(dossier), {one.id: n for n, one in dossier.loaded.captures}
    lines = []
    for one in dossier.state.captures:
        event = dossier.event(taken[one.id])
        by = struck.get(event.n)
        lines.append(
            CaptureLine(
                capture=one,
                step=dossier.step(one.step),
                k=CONVENTIONAL_K if one.value is not None else None,
                certificate=numbers.get(one.certificate, one.certificate),
                taken_by=dossier.name(event.account),
                struck_by=dossier.name(by.account) if by else "",
                struck_ns=by.t_ns if by else None,
            )
        )
    return tuple(lines)


def _numbers(connection: Connection, records: set[str]) -> dict[str, str]:
    """Numbers of certificates by record."""
    ids = {parse_record(record)[0] for record in records}
    return {one.record: one.number for one in versions(connection, certificates.c.id.in_(ids))}


def _struck(dossier: Dossier) -> Mapping[int, SessionEvent]:
    """Who struck out which event."""
    return {event.number("n"): event for event in dossier.state.events if event.act is Act.STRUCK}


def _timed(dossier: Dossier) -> Iterator[Timed]:
    """Every time that ran, in the order of their beginning; one that was struck out says so."""
    steps = {step.id: step for step, _ in plain_steps(dossier.procedure)}
    stops = [event for event in dossier.state.events if event.act is Act.TIMER_STOPPED]
    for event in dossier.state.events:
        if event.act is not Act.TIMER_STARTED:
            continue
        later = [one for one in stops if one.place == event.place and one.n > event.n]
        stop = later[0] if later else None
        step = steps[event.place.step]
        lowest, highest = _held(stop)
        yield Timed(
            step=dossier.step(event.place.step),
            portion=event.place.portion,
            turn=event.place.turn,
            begun_ns=event.t_ns,
            ended_ns=stop.t_ns if stop else None,
            demanded=_demanded(step) if isinstance(step, Timer | Hold) else "",
            instrument=(dossier.state.instrument(step.role, event.place.portion) or "")
            if isinstance(step, Hold)
            else "",
            lowest=lowest,
            highest=highest,
            remark=_remark(dossier, *(one for one in (event, stop) if one)),
        )


def _held(stop: SessionEvent | None) -> tuple[str, str]:
    held = stop.body.get("held") if stop is not None else None
    if not isinstance(held, Mapping):
        return "", ""
    return _degrees(held["lowest"]), _degrees(held["highest"])


def _degrees(value: Json) -> str:
    if not isinstance(value, int | float):
        return ""
    return with_unit(plain(round_to_place(value, _DEGREES)), "degC")


def _demanded(step: Timer | Hold) -> str:
    if isinstance(step, Timer):
        return _span(step.minimum_min, step.maximum_min, "min")
    band = with_unit(f"{plain(step.low_degC)} – {plain(step.high_degC)}", "degC")
    return ", ".join(part for part in (_span(step.minimum_h, step.maximum_h, "h"), band) if part)


def _span(minimum: object, maximum: object, unit: str) -> str:
    if minimum is None:
        return ""
    return with_unit(f"≥ {minimum}" if maximum is None else f"{minimum} – {maximum}", unit)


def _entries(dossier: Dossier) -> Iterator[EntryLine]:
    units = {one.name: one.unit for one in dossier.procedure.inputs}
    struck = _struck(dossier)
    events = [event for event in dossier.state.events if event.act is Act.ENTERED]
    for event, entry in zip(events, dossier.state.entries, strict=True):
        by = struck.get(event.n)
        yield EntryLine(
            entry=entry,
            step=dossier.step(entry.step),
            unit=units[entry.into],
            name=dossier.name(entry.account),
            struck_by=dossier.name(by.account) if by else "",
            struck_ns=by.t_ns if by else None,
        )


def _history(dossier: Dossier) -> Iterator[StepDone]:
    """Everything else that was done, in its order: steps, choices, notes, releases, signatures."""
    for event in dossier.state.events:
        if event.act in _SHOWN_ELSEWHERE:
            continue
        has_place = "step" in event.body
        facts: dict[str, object] = {
            key: value for key, value in event.body.items() if isinstance(value, str | int)
        }
        release = next((one for one in dossier.state.overrides if one.n == event.n), None)
        if release is not None:
            facts["subject"] = released_subject(dossier, release)
        yield StepDone(
            step=dossier.step(event.place.step) if has_place else words(_ACTS[event.act], **facts),
            portion=event.place.portion if has_place else 0,
            turn=event.place.turn if has_place else 1,
            name=dossier.name(event.account),
            t_ns=event.t_ns,
            remark=_remark(dossier, event),
        )


def _remark(dossier: Dossier, *events: SessionEvent) -> Words:
    """What was accepted, for which reason, which picture, and whether it was struck out."""
    struck = _struck(dossier)
    said = []
    for event in events:
        said.append(deviation_of(dossier, event.n))
        if event.act is Act.ATTACHED:
            said.append(Words(*[f"SHA-256 {event.text('sha256')}"] * 2))
        elif event.text("reason") and event.act is not Act.SKIPPED:
            said.append(Words(*[event.text("reason")] * 2))
        if event.n in struck:
            by = struck[event.n]
            message = N_("struck out by {name}: {reason}")
            said.append(words(message, name=dossier.name(by.account), reason=by.text("reason")))
    shown = [one for one in said if one.en]
    return Words("；".join(one.zh for one in shown), "; ".join(one.en for one in shown))
