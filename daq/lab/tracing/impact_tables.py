"""What stands on a certificate as tables for spreadsheets; the results come first."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, select

from calibration.conformity import Decision
from calibration.rounding import round_uncertainty
from daq.i18n import N_
from daq.i18n.speech import NS_PER_S
from daq.lab.papers.tables import Heading, Table, Value
from daq.lab.papers.words import DECISIONS
from daq.lab.results.verdict import stated
from daq.lab.results.words import Words, words
from daq.lab.tracing.chain_svg import LOOKS
from daq.lab.tracing.impact import Impact
from daq.records.bench_tables import sessions


def impact_tables(impact: Impact, samples: Mapping[str, str], timezone: str) -> tuple[Table, ...]:
    """Results, reports, certificates below, captures and readings.

    Args:
        impact: what was found.
        samples: number of the sample by session; from ``samples_of``.
        timezone: of the site; times are written in it.
    """
    zone = ZoneInfo(timezone)
    return (
        _results(impact, samples, zone),
        _reports(impact, samples, zone),
        _certificates(impact),
        _captures(impact, zone),
        _readings(impact),
    )


def samples_of(connection: Connection) -> dict[str, str]:
    """The number of the sample of every session that has one."""
    rows = connection.execute(select(sessions.c.id, sessions.c.sample).where(sessions.c.sample.is_not(None)))
    return {row.id: row.sample for row in rows}


def _results(impact: Impact, samples: Mapping[str, str], zone: ZoneInfo) -> Table:
    headings = (
        Heading(words(N_("Result"))),
        Heading(words(N_("Session number"))),
        Heading(words(N_("Sample number"))),
        Heading(words(N_("Symbol"))),
        Heading(words(N_("Unit"))),
        Heading(words(N_("Computed")), str(zone)),
        Heading(words(N_("Value"))),
        Heading(Words("U", "U")),
        Heading(words(N_("Verdict"))),
        Heading(words(N_("Value under the other certificate"))),
        Heading(words(N_("U under the other certificate"))),
        Heading(words(N_("Verdict under the other certificate"))),
        Heading(words(N_("Verdict changes"))),
    )
    return Table(words(N_("Results")), headings, list(_result_rows(impact, samples, zone)))


def _result_rows(impact: Impact, samples: Mapping[str, str], zone: ZoneInfo) -> Iterator[tuple[Value, ...]]:
    found, kept = impact.results, impact.results.kept
    changed = found.verdict_changed
    yes, no = words(N_("yes")), words(N_("no"))
    for i in range(len(found)):
        is_tried = bool(found.is_tried[i])
        session = kept.session[i]
        yield (
            f"{kept.id[i]}.{kept.version[i]}",
            session,
            samples.get(session, ""),
            kept.formula[i],
            kept.unit[i],
            _moment(int(kept.t_ns[i]), zone),
            _number(kept.value[i], kept.u[i]),
            _expanded(kept.expanded[i]),
            _both(_verdict(kept.verdict[i])),
            _number(found.value[i], found.u[i]) if is_tried else None,
            _expanded(found.expanded[i]) if is_tried else None,
            _both(_verdict(found.verdict[i])) if is_tried else "",
            _both(yes if changed[i] else no) if is_tried else "",
        )


def _reports(impact: Impact, samples: Mapping[str, str], zone: ZoneInfo) -> Table:
    headings = (
        Heading(words(N_("Report number"))),
        Heading(words(N_("Version"))),
        Heading(words(N_("Session number"))),
        Heading(words(N_("Sample number"))),
        Heading(words(N_("Issued")), str(zone)),
    )
    rows = [
        (one.number, one.version, one.session, samples.get(one.session, ""), _moment(one.t_ns, zone))
        for one in impact.reports
    ]
    return Table(words(N_("Reports")), headings, rows)


def _certificates(impact: Impact) -> Table:
    headings = (
        Heading(words(N_("Certificate version"))),
        Heading(words(N_("Certificate number"))),
        Heading(words(N_("Equipment"))),
        Heading(words(N_("Channel"))),
        Heading(words(N_("Link"))),
    )
    rows = [
        (
            one.version.record,
            one.version.number,
            one.version.equipment,
            one.version.channel,
            "" if one.link is None else _both(words(LOOKS[one.link].word)),
        )
        for one in impact.certificates
    ]
    return Table(words(N_("Certificates")), headings, rows)


def _captures(impact: Impact, zone: ZoneInfo) -> Table:
    headings = (
        Heading(words(N_("Instrument"))),
        Heading(words(N_("Channel"))),
        Heading(words(N_("Certificate version"))),
        Heading(words(N_("Captures"))),
        Heading(words(N_("First")), str(zone)),
        Heading(words(N_("Last")), str(zone)),
    )
    rows = [
        (
            one.instrument,
            one.channel,
            one.record,
            one.count,
            _moment(one.first_ns, zone),
            _moment(one.last_ns, zone),
        )
        for one in impact.captures
    ]
    return Table(words(N_("Captures")), headings, rows)


def _readings(impact: Impact) -> Table:
    headings = (
        Heading(words(N_("Instrument"))),
        Heading(words(N_("Channel"))),
        Heading(words(N_("Certificate version"))),
        Heading(words(N_("Readings"))),
        Heading(words(N_("First row of the journal"))),
        Heading(words(N_("Last row of the journal"))),
    )
    rows = [
        (one.instrument, one.channel, one.record, one.count, one.first_seq, one.last_seq)
        for one in impact.readings
    ]
    return Table(words(N_("Readings in the journal")), headings, rows)


def _moment(t_ns: int, zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(t_ns // NS_PER_S, zone)


def _number(value: float, u: float) -> Decimal | None:
    """Unrounded; None outside of the range of the other certificate."""
    return None if np.isnan(value) else stated(float(value), 0.0 if np.isnan(u) else float(u))


def _expanded(expanded: float) -> Decimal | None:
    return round_uncertainty(float(expanded)) if expanded > 0 else None


def _verdict(verdict: str) -> Words:
    return words(DECISIONS[Decision(verdict)][1]) if verdict else Words("", "")


def _both(text: Words) -> str:
    return f"{text.zh} {text.en}".strip()
