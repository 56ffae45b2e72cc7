"""Rows of alerts: how each stands, what happened to it, and how far the service ``watch`` is."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from daq.errors import AlertError
from daq.i18n import N_
from daq.records.alerts_tables import alert_acts, alert_events, alerts, shelves, watch_places


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as it stands."""

    id: int
    site: str
    key: str
    """Rule and source: one cause."""
    rule: str
    kind: str
    nature: str
    """``value``, or ``health`` of the measuring system itself."""
    severity: str
    instrument: str
    channel: str
    cause_id: int | None
    """The alert that it is folded under."""
    since_ns: int
    raised_ns: int
    times: int
    acknowledged_ns: int | None
    acknowledged_by: str | None
    escalated_ns: int | None
    cleared_ns: int | None
    body: Mapping[str, Any]
    """Titles and what to do, ``who`` is told, and ``facts``: the figures that decided."""

    @property
    def is_open(self) -> bool:
        """Whether it is not cleared."""
        return self.cleared_ns is None

    @property
    def state(self) -> str:
        """``raised``, ``acknowledged`` or ``cleared``."""
        if self.cleared_ns is not None:
            return "cleared"
        return "raised" if self.acknowledged_ns is None else "acknowledged"

    @property
    def record(self) -> str:
        """The alert in the audit trail."""
        return f"alert/{self.id}"


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """What the service ``watch`` made of an alert."""

    t_ns: int
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AlertAct:
    """What a person did about an alert."""

    t_ns: int
    account: str
    kind: str
    comment: str
    until_ns: int | None
    """Of a shelf."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A cause that nobody is told of for a time."""

    id: int
    key: str
    until_ns: int


@dataclass(frozen=True, slots=True)
class WatchPlace:
    """How far the service ``watch`` of a site is."""

    seq: int
    """Last row of the journal that was taken in."""
    revision: int
    """Counts commits, so that two processes cannot watch one site."""
    body: Mapping[str, Any]


def as_text(value: object) -> str:
    """JSON in one line; what is not finite is refused."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def find_alert(connection: Connection, alert_id: int) -> Alert | None:
    """The alert of that number, if there is one."""
    row = connection.execute(select(alerts).where(alerts.c.id == alert_id)).first()
    return _alert(row) if row else None


def open_alerts(connection: Connection, site: str, more: Collection[int] = ()) -> list[Alert]:
    """Alerts of a site that are not cleared, and those with the numbers ``more``, by number."""
    which = or_(alerts.c.cleared_ns.is_(None), alerts.c.id.in_(list(more)))
    rows = connection.execute(select(alerts).where(alerts.c.site == site, which).order_by(alerts.c.id))
    return [_alert(row) for row in rows]


def alerts_before(connection: Connection, site: str, before_id: int | None, limit: int) -> list[Alert]:
    """All alerts of a site, the newest first, at most ``limit``; the next page is before its last number."""
    statement = select(alerts).where(alerts.c.site == site)
    if before_id is not None:
        statement = statement.where(alerts.c.id < before_id)
    return [_alert(row) for row in connection.execute(statement.order_by(alerts.c.id.desc()).limit(limit))]


def newest_of(connection: Connection, site: str, key: str) -> Alert | None:
    """The last alert of one cause."""
    statement = select(alerts).where(alerts.c.site == site, alerts.c.key == key)
    row = connection.execute(statement.order_by(alerts.c.id.desc()).limit(1)).first()
    return _alert(row) if row else None


def dependants_of(connection: Connection, alert_id: int) -> list[Alert]:
    """Alerts that are folded under this one."""
    rows = connection.execute(select(alerts).where(alerts.c.cause_id == alert_id).order_by(alerts.c.id))
    return [_alert(row) for row in rows]


def add_alert(connection: Connection, columns: Mapping[str, Any]) -> int:
    """A new alert; returns its number."""
    row = {**columns, "body": as_text(columns["body"])}
    return int(connection.execute(alerts.insert().returning(alerts.c.id), row).scalar_one())


def change_alert(connection: Connection, alert_id: int, **columns: Any) -> None:
    """Another state of an alert."""
    if "body" in columns:
        columns["body"] = as_text(columns["body"])
    connection.execute(alerts.update().where(alerts.c.id == alert_id).values(**columns))


def add_event(connection: Connection, alert_id: int, event: AlertEvent) -> None:
    """Something happened to an alert."""
    connection.execute(
        alert_events.insert(),
        {
            "alert_id": alert_id,
            "t_ns": event.t_ns,
            "kind": event.kind,
            "body": as_text(event.body),
        },
    )


def events_of(connection: Connection, alert_id: int) -> list[AlertEvent]:
    """What became of an alert, in order."""
    column = alert_events.c
    rows = connection.execute(select(alert_events).where(column.alert_id == alert_id).order_by(column.id))
    return [AlertEvent(row.t_ns, row.kind, json.loads(row.body)) for row in rows]


def acts_of(connection: Connection, alert_id: int) -> list[AlertAct]:
    """What people did about an alert, in order."""
    column = alert_acts.c
    rows = connection.execute(select(alert_acts).where(column.alert_id == alert_id).order_by(column.id))
    return [AlertAct(row.t_ns, row.account, row.kind, row.comment, row.until_ns) for row in rows]


def open_shelves(connection: Connection, site: str) -> dict[str, Shelf]:
    """Causes of a site that are shelved, by key; some may be over and not yet taken down."""
    column = shelves.c
    rows = connection.execute(
        select(column.id, column.key, column.until_ns).where(column.site == site, column.ended_ns.is_(None))
    )
    return {row.key: Shelf(row.id, row.key, row.until_ns) for row in rows}


def add_shelf(connection: Connection, alert: Alert, act_id: int, until_ns: int) -> None:
    """Shelve the cause of an alert."""
    row = {"site": alert.site, "key": alert.key, "act_id": act_id, "until_ns": until_ns}
    connection.execute(shelves.insert(), row)


def end_shelf(connection: Connection, shelf: Shelf, ended_ns: int) -> None:
    """Take a cause off its shelf."""
    connection.execute(shelves.update().where(shelves.c.id == shelf.id).values(ended_ns=ended_ns))


def count_unacknowledged(connection: Connection, site: str, severity: str | None = None) -> int:
    """Alerts that are raised, not folded, and that nobody has acknowledged; all, or of one severity."""
    where = and_(
        alerts.c.site == site,
        alerts.c.cleared_ns.is_(None),
        alerts.c.acknowledged_ns.is_(None),
        alerts.c.cause_id.is_(None),
        *(() if severity is None else (alerts.c.severity == severity,)),
    )
    return int(connection.execute(select(func.count()).select_from(alerts).where(where)).scalar_one())


def watch_place(connection: Connection, site: str) -> WatchPlace | None:
    """How far ``watch`` is; None before its first start."""
    row = connection.execute(select(watch_places).where(watch_places.c.site == site)).first()
    return WatchPlace(row.seq, row.revision, json.loads(row.body)) if row else None


def keep_place(connection: Connection, site: str, place: WatchPlace, t_ns: int) -> None:
    """Move on from the revision before ``place.revision``.

    Raises:
        AlertError: another process has moved on since.
    """
    columns = {"seq": place.seq, "revision": place.revision, "t_ns": t_ns, "body": as_text(place.body)}
    if place.revision == 1:
        connection.execute(watch_places.insert(), {"site": site, **columns})
        return
    column = watch_places.c
    where = (column.site == site, column.revision == place.revision - 1)
    if connection.execute(watch_places.update().where(*where).values(**columns)).rowcount != 1:
        raise AlertError(N_("Another process watches the site {site}; stop one of the two."), site=site)


def _alert(row: Row[Any]) -> Alert:
    return Alert(**{**row._asdict(), "body": json.loads(row.body)})
