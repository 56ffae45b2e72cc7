"""What stands on a certificate, a standard or an instrument: everything below it in a time.

Certificates below through any number of links, captures, results, reports, readings in the journal; and what
the results would become under another version of the certificate, all at once, from the sensitivities that
every result was kept with. One result exactly: ``recomputed``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, false, func, or_, select

from calibration.certificates.model import Certificate
from daq.journal import JournalReader
from daq.lab.results.change import Change, Statement, compare_all
from daq.lab.results.computing import compute_results
from daq.lab.results.given import Given
from daq.lab.tracing.chain import LinkState, below
from daq.lab.tracing.impact_figures import ResultsBelow, as_they_are, under_another
from daq.lab.tracing.impact_records import ALWAYS, Window, kept_results, on_certificates
from daq.lab.tracing.records import links
from daq.records.bench_tables import captures, reports
from daq.records.certificate_versions import Version, find_version, parse_record, record_of, versions
from daq.records.register_tables import certificates

__all__ = ["ALWAYS", "Impact", "Window", "impact_of_certificate", "impact_of_equipment", "recomputed"]


@dataclass(frozen=True, slots=True)
class CertificateBelow:
    """A certificate version that is concerned."""

    version: Version
    link: LinkState | None
    """How well the step up from it is known; None for what was asked for."""


@dataclass(frozen=True, slots=True)
class CapturesBelow:
    """Captured readings of one channel under one certificate version."""

    instrument: str
    channel: str
    record: str
    count: int
    first_ns: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class ReportBelow:
    """The newest version of a report on a session whose results are concerned."""

    number: str
    version: int
    session: str
    t_ns: int


@dataclass(frozen=True, slots=True)
class ReadingsBelow:
    """Readings in the journal under a certificate version; they are counted, not listed one by one."""

    instrument: str
    channel: str
    record: str
    count: int
    first_seq: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything that stands on something."""

    certificates: tuple[CertificateBelow, ...]
    captures: tuple[CapturesBelow, ...]
    results: ResultsBelow
    reports: tuple[ReportBelow, ...]
    readings: tuple[ReadingsBelow, ...]
    other: str = ""
    """Record of the version that was tried."""


def impact_of_certificate(
    connection: Connection,
    record: str,
    *,
    other: str = "",
    window: Window = ALWAYS,
    journal: JournalReader | None = None,
) -> Impact:
    """Everything that stands on a certificate version, and what it would become under another one.

    Args:
        connection: to the records.
        record: of the version.
        other: record of the version that is tried in its place; empty to list only. What stands on
            certificates below is listed, and not tried: they would have to be calibrated again.
        window: of the captures; a result counts if a reading behind it, or itself, lies in it.
        journal: to count readings; None to leave them out.

    Raises:
        RegisterError: there is no such version, or the other one corrects other indications.
    """
    start = find_version(connection, record)
    swap = (record, find_version(connection, other).record) if other else None
    return _impact(connection, (start,), window, (swap, journal))


def impact_of_equipment(
    connection: Connection, name: str, *, window: Window = ALWAYS, journal: JournalReader | None = None
) -> Impact:
    """Everything that stands on any certificate of an instrument or a standard."""
    own = versions(connection, certificates.c.equipment == name)
    return _impact(connection, own, window, (None, journal))


def recomputed(given: Given, instead: Mapping[str, Certificate]) -> tuple[Change, ...]:
    """What becomes of the results of one session under other certificate versions, exactly.

    Args:
        given: the session as it is; results of earlier sessions in it are taken as they are.
        instead: the certificate that is tried by the record of the one it takes the place of.

    Raises:
        ResultBlockedError: a reading cannot be corrected by the certificate that is tried.
    """
    tried = {**given.instead, **{record: one.record for record, one in instead.items()}}
    other = given.under(tried, {one.record: one for one in instead.values()})
    before, after = compute_results(given), compute_results(other)
    return compare_all([Statement.of(one) for one in before], [Statement.of(one) for one in after])


def _impact(
    connection: Connection,
    start: Sequence[Version],
    window: Window,
    trial: tuple[tuple[str, str] | None, JournalReader | None],
) -> Impact:
    swap, journal = trial
    concerned = (*(CertificateBelow(one, None) for one in start), *certificates_below(connection, start))
    records = [one.version.record for one in concerned]
    chosen = on_certificates(records, window)
    kept = kept_results(connection, chosen)
    found = under_another(connection, chosen, kept, swap) if swap else as_they_are(kept)
    return Impact(
        certificates=concerned,
        captures=_captures(connection, records, window),
        results=found,
        reports=reports_of(connection, kept.session),
        readings=tuple(_readings(journal, concerned, window)) if journal else (),
        other=swap[1] if swap else "",
    )


def certificates_below(connection: Connection, start: Sequence[Version]) -> tuple[CertificateBelow, ...]:
    """Every version that stands on one of these through any number of links, each once."""
    known = links(connection)
    state = {lower: how for lower, _, how in known}
    own = {one.record for one in start}
    steps = [(lower, upper) for lower, upper, _ in known]
    found = dict.fromkeys(lower for one in start for lower in below(one.record, steps) if lower not in own)
    return tuple(CertificateBelow(find_version(connection, record), state[record]) for record in found)


def _captures(connection: Connection, records: Iterable[str], window: Window) -> tuple[CapturesBelow, ...]:
    column = captures.c
    own = [
        and_(column.certificate_id == number, column.certificate_version == version)
        for number, version in map(parse_record, records)
    ]
    group = (column.instrument, column.channel, column.certificate_id, column.certificate_version)
    rows = connection.execute(
        select(*group, func.count(), func.min(column.t_ns), func.max(column.t_ns))
        .where(or_(false(), *own), window.holds(column.t_ns))
        .group_by(*group)
        .order_by(*group)
    )
    return tuple(CapturesBelow(row[0], row[1], record_of(row[2], row[3]), *row[4:]) for row in rows)


def reports_of(connection: Connection, sessions: Iterable[str]) -> tuple[ReportBelow, ...]:
    """The newest versions of the reports on sessions, by their number."""
    column, concerned = reports.c, set(sessions)
    order = (column.number, column.version)
    rows = connection.execute(select(*order, column.session, column.t_ns).order_by(*order))
    newest = {row.number: ReportBelow(*row) for row in rows if row.session in concerned}
    return tuple(newest.values())


def _readings(
    journal: JournalReader, concerned: Iterable[CertificateBelow], window: Window
) -> Iterator[ReadingsBelow]:
    channels = journal.channels().values()
    for one in concerned:
        version = one.version
        serial_number = str(version.content.said("equipment", "serial_number") or "")
        for channel in channels:
            if (channel.instrument, channel.name) != (version.equipment, version.channel):
                continue
            if channel.serial_number not in ("", serial_number):
                continue
            for start, stop in window.parts(version.periods()):
                span = journal.span(channel.id, start, stop)
                if span.count:
                    where = (channel.instrument, channel.name, version.record)
                    yield ReadingsBelow(*where, span.count, span.first_seq, span.last_seq)
