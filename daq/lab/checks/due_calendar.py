"""Everything with a date: certificates that end, checks that fall due, nonconforming work to be decided.

As a list for a page, and as an iCalendar feed (RFC 5545) that any calendar program can subscribe to.
"""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import Connection

from daq.i18n import N_
from daq.i18n.speech import Speech
from daq.lab.checks.dates import Standing, check_dates
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import equipment
from daq.lab.nonconforming.records import State, nonconformities
from daq.records.certificate_versions import Version, versions

_NS_PER_S = 1_000_000_000
DOMAIN = "hengliang"
"""What identifiers of events end with; a calendar knows an event again by it."""


class DueKind(enum.StrEnum):
    """What falls due."""

    CERTIFICATE = "certificate"
    CHECK = "check"
    NONCONFORMITY = "nonconformity"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One thing with a date."""

    kind: DueKind
    record: str
    """``17.2``, the name of a plan, ``NC-2026-001``."""
    equipment: str
    title_zh: str
    title_en: str
    """Number of the certificate, title of the plan; empty for nonconforming work."""
    day: date
    """Last day of a certificate, day on which a check falls due, day until which work is to be decided, or
    on which it was opened where no day was set."""
    is_late: bool
    since_ns: int
    """Since when the date is this one."""


SUMMARIES = {
    DueKind.CERTIFICATE: N_("{equipment}: last day of certificate {title}"),
    DueKind.CHECK: N_("{equipment}: intermediate check due, {title}"),
    DueKind.NONCONFORMITY: N_("{equipment}: nonconforming work {record} to be decided"),
}


def due_items(connection: Connection, zone: ZoneInfo, now_ns: int) -> tuple[DueItem, ...]:
    """Everything with a date, the earliest first; nothing of retired equipment."""
    retired = {name for name, one in equipment(connection).items() if one.state is EquipmentState.RETIRED}
    found = [*_certificates(connection, now_ns), *_checks(connection, now_ns)]
    kept = [item for item in found if item.equipment not in retired]
    kept += _nonconformities(connection, zone, now_ns)
    return tuple(sorted(kept, key=lambda item: (item.day, item.equipment, item.record)))


def calendar_feed(items: Iterable[DueItem], speech: Speech, site: str = "") -> bytes:
    """The items as whole-day events; the same items give the same bytes.

    Args:
        items: such as ``due_items`` gives.
        speech: the language of the calendar.
        site: short name of the site, for who subscribes to several: their events are not each other's.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Hengliang//calendar of a quality laboratory//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", speech.say("Checks, certificates and nonconforming work"))
    for item in items:
        calendar.add_component(_event(item, speech, f"{site}.{DOMAIN}".removeprefix(".")))
    return bytes(calendar.to_ical())


def summary(item: DueItem, speech: Speech) -> str:
    """What falls due, in one line."""
    title = speech.either(item.title_zh, item.title_en)
    return speech.say(SUMMARIES[item.kind], equipment=item.equipment, title=title, record=item.record)


def _event(item: DueItem, speech: Speech, domain: str) -> Event:
    event = Event()
    event.add("uid", f"{item.kind.value}-{item.record}@{domain}")
    event.add("dtstamp", datetime.fromtimestamp(item.since_ns // _NS_PER_S, UTC))
    event.add("dtstart", item.day)
    event.add("dtend", item.day + timedelta(days=1))
    event.add("summary", summary(item, speech))
    event.add("transp", "TRANSPARENT")
    return event


def _certificates(connection: Connection, now_ns: int) -> Iterator[DueItem]:
    """Of each channel the version that lasts longest of those that are, or were last, in force."""
    by_channel: dict[tuple[str, str], Version] = {}
    for version in versions(connection):
        known = by_channel.get((version.equipment, version.channel))
        if version.periods() and (known is None or _end_ns(version) >= _end_ns(known)):
            by_channel[version.equipment, version.channel] = version
    for version in by_channel.values():
        if version.content.due is not None:
            yield DueItem(
                kind=DueKind.CERTIFICATE,
                record=version.record,
                equipment=version.equipment,
                title_zh=version.number,
                title_en=version.number,
                day=version.content.due.last_day,
                is_late=_end_ns(version) <= now_ns,
                since_ns=version.steps[-1].t_ns,
            )


def _end_ns(version: Version) -> int:
    return version.periods()[-1][1]


def _checks(connection: Connection, now_ns: int) -> Iterator[DueItem]:
    for one in check_dates(connection, now_ns):
        yield DueItem(
            kind=DueKind.CHECK,
            record=one.plan.name,
            equipment=one.plan.equipment,
            title_zh=one.plan.title_zh,
            title_en=one.plan.title_en,
            day=one.due,
            is_late=one.standing not in (Standing.PASSED, Standing.DUE),
            since_ns=one.due_ns if one.last is None else one.last.t_ns,
        )


def _nonconformities(connection: Connection, zone: ZoneInfo, now_ns: int) -> Iterator[DueItem]:
    today = datetime.fromtimestamp(now_ns // _NS_PER_S, zone).date()
    for one in nonconformities(connection):
        if one.state is State.CLOSED:
            continue
        set_day = "" if one.content.evaluation is None else one.content.evaluation.due_on
        opened = datetime.fromtimestamp(one.opened_ns // _NS_PER_S, zone).date()
        day = date.fromisoformat(set_day) if set_day else opened
        yield DueItem(
            kind=DueKind.NONCONFORMITY,
            record=one.number,
            equipment=one.equipment,
            title_zh="",
            title_en="",
            day=day,
            is_late=day < today,
            since_ns=one.t_ns,
        )
