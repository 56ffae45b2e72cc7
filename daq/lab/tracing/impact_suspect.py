"""What stood on one channel of an instrument in a time, item by item: for nonconforming work."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, select

from calibration.rounding import plain, round_uncertainty
from daq.lab.nonconforming.records import Affected, Suspect
from daq.lab.tracing.impact import certificates_below, reports_of
from daq.lab.tracing.impact_records import Chosen, Window, is_newest_of, on_certificates, on_readings
from daq.records.bench_tables import captures, results, sessions
from daq.records.certificate_versions import versions
from daq.records.register_tables import certificates


def what_stood_on(connection: Connection, suspect: Suspect) -> tuple[Affected, ...]:
    """Captures of the channel, results that hang on them, and reports on those; oldest first of each.

    A standard is read by nobody: of it, the results count that took its value, and those that stand on
    certificates below its own. What would become of any of them is not known yet.

    Args:
        connection: to the records.
        suspect: the channel (empty for a standard) and the time, of which the end is included.
    """
    window = Window(suspect.from_ns, suspect.until_ns + 1)
    of_channel = and_(
        captures.c.instrument == suspect.equipment,
        captures.c.channel == suspect.channel,
        window.holds(captures.c.t_ns),
    )
    chosen = on_readings(of_channel).union(_while_read(of_channel), _through(connection, suspect, window))
    found = tuple(_results(connection, chosen))
    samples = {one.session: one.sample for one in found}
    reports = (
        Affected(
            kind="report",
            record=f"{one.number}.{one.version}",
            t_ns=one.t_ns,
            session=one.session,
            sample=samples[one.session],
        )
        for one in reports_of(connection, samples)
    )
    return *_captures(connection, of_channel), *found, *reports


def _while_read(of_channel: ColumnElement[bool]) -> Select[Any]:
    """Results of sessions that read a condition there, and those that take them up.

    The temperature of an oven goes into no formula, and what was dried in it hangs on it all the same.
    """
    held = select(captures.c.session).where(of_channel, captures.c.into_input == "")
    everything = captures.alias()
    read_in_them = select(everything.c.id).where(everything.c.session.in_(held))
    return on_readings(captures.c.id.in_(read_in_them))


def _through(connection: Connection, suspect: Suspect, window: Window) -> Select[Any]:
    """Results through certificates: those below the equipment's own, and of a standard its own too."""
    column = certificates.c
    own = versions(connection, and_(column.equipment == suspect.equipment, column.channel == suspect.channel))
    concerned = [one.version.record for one in certificates_below(connection, own)]
    if not suspect.channel:
        concerned += [one.record for one in own]
    return on_certificates(concerned, window)


def _captures(connection: Connection, which: ColumnElement[bool]) -> Iterator[Affected]:
    rows = connection.execute(
        select(captures, sessions.c.sample)
        .join(sessions, sessions.c.id == captures.c.session)
        .where(which)
        .order_by(captures.c.t_ns, captures.c.id)
    )
    for row in rows:
        yield Affected(
            kind="capture",
            record=str(row.id),
            t_ns=row.t_ns,
            session=row.session,
            sample=row.sample or "",
            unit=row.unit,
            value=row.raw_text,
        )


def _results(connection: Connection, chosen: Chosen) -> Iterator[Affected]:
    rows = connection.execute(
        select(results, sessions.c.sample)
        .join(sessions, sessions.c.id == results.c.session)
        .where(is_newest_of(chosen))
        .order_by(results.c.t_ns, results.c.id)
    )
    for row in rows:
        yield Affected(
            kind="result",
            record=f"{row.id}.{row.version}",
            t_ns=row.t_ns,
            session=row.session,
            sample=row.sample or "",
            unit=row.unit,
            value=json.loads(row.body)["reported"],
            U="" if row.expanded_u is None else plain(round_uncertainty(row.expanded_u)),
            verdict=row.verdict,
        )
