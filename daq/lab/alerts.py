"""Alerts for people: lists, one in detail; acknowledging and shelving, each with its entry in the trail."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine

from daq.errors import AlertError, NoSuchRecordError
from daq.i18n import N_
from daq.records.alerts import (
    Alert,
    AlertAct,
    AlertEvent,
    Shelf,
    acts_of,
    add_shelf,
    alerts_before,
    change_alert,
    dependants_of,
    end_shelf,
    events_of,
    find_alert,
    open_alerts,
    open_shelves,
)
from daq.records.database import changing, reading
from daq.records.messages import Message, MessageTry, messages_of, tries_of
from daq.security.audit import Actor
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import ALERT_ACTS
from daq.security.people import Role, demand_role
from drivers.clock import Clock

ACKNOWLEDGING = (Role.TECHNICIAN, Role.METROLOGIST, Role.QUALITY_MANAGER)
"""Who acknowledges; alerts of the measuring system itself also its administrator."""
SHELVING = (Role.METROLOGIST, Role.QUALITY_MANAGER)
"""Who shelves; alerts of the measuring system itself also its administrator."""
LONGEST_SHELF_H = 168
LONGEST_COMMENT = 500
HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One alert in a list."""

    alert: Alert
    shelved_until_ns: int | None
    dependants: int
    """Open alerts that are folded under it."""


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message about an alert, and every try to deliver it."""

    message: Message
    tries: tuple[MessageTry, ...]


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """One alert with all that happened."""

    alert: Alert
    shelved_until_ns: int | None
    events: tuple[AlertEvent, ...]
    acts: tuple[AlertAct, ...]
    messages: tuple[SentMessage, ...]
    dependants: tuple[Alert, ...]
    """Alerts that are or were folded under it."""


def active_alerts(engine: Engine, site: str) -> list[Listed]:
    """Alerts that are not cleared and not folded: alarms first, not acknowledged first, the newest first.

    Raises:
        RecordsError: the records cannot be read.
    """
    with reading(engine) as connection:
        found = open_alerts(connection, site)
        shelves = open_shelves(connection, site)
    under = [alert.cause_id for alert in found]
    listed = [
        Listed(alert, _until(shelves, alert), under.count(alert.id))
        for alert in found
        if alert.cause_id is None
    ]
    return sorted(listed, key=_urgency)


def past_alerts(engine: Engine, site: str, before_id: int | None = None, limit: int = 100) -> list[Listed]:
    """All alerts of a site, folded and cleared ones too, the newest first, at most ``limit``.

    Args:
        engine: the records.
        site: its short name.
        before_id: number of the last alert of the page before; None for the first page.
        limit: at most so many.

    Raises:
        RecordsError: the records cannot be read.
    """
    with reading(engine) as connection:
        found = alerts_before(connection, site, before_id, limit)
        shelves = open_shelves(connection, site)
    return [Listed(alert, _until(shelves, alert), 0) for alert in found]


def alert_detail(engine: Engine, site: str, alert_id: int) -> AlertDetail:
    """One alert with all that happened to it and all that was said of it.

    Raises:
        NoSuchRecordError: the site has no such alert.
        RecordsError: the records cannot be read.
    """
    with reading(engine) as connection:
        alert = _of_site(connection, site, alert_id)
        sent = [
            SentMessage(message, tuple(tries_of(connection, message.id)))
            for message in messages_of(connection, alert_id)
        ]
        return AlertDetail(
            alert,
            _until(open_shelves(connection, site), alert),
            tuple(events_of(connection, alert_id)),
            tuple(acts_of(connection, alert_id)),
            tuple(sent),
            tuple(dependants_of(connection, alert_id)),
        )


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """The records of one site, and the clock: what acts on alerts are done with."""

    engine: Engine
    clock: Clock
    site: str


def acknowledge(desk: AlertDesk, actor: Actor, alert_id: int, comment: str) -> Alert:
    """Somebody has seen an alert and says what is done about it; nobody is reminded of it any more.

    Raises:
        NotPermittedError: the person does not have the role.
        NoSuchRecordError: the site has no such alert.
        AlertError: it was acknowledged already, or there is no comment.
        RecordsError: the records cannot be written.
    """
    said = _comment(comment)
    with changing(desk.engine) as connection:
        alert = _of_site(connection, desk.site, alert_id)
        _demand(connection, actor, alert, ACKNOWLEDGING)
        if alert.acknowledged_by is not None:
            raise AlertError(
                N_("{who} acknowledged alert {number} before."), who=alert.acknowledged_by, number=alert_id
            )
        now_ns = desk.clock.now_ns()
        _keep_act(connection, actor, AlertAct(now_ns, actor.account, "acknowledged", said, None), alert)
        change_alert(connection, alert_id, acknowledged_ns=now_ns, acknowledged_by=actor.account)
        return _of_site(connection, desk.site, alert_id)


def shelve(desk: AlertDesk, actor: Actor, alert_id: int, hours: float, reason: str) -> Alert:
    """Tell nobody of a cause for a time: it is raised and cleared as before, and comes back by itself.

    Raises:
        NotPermittedError: the person does not have the role.
        NoSuchRecordError: the site has no such alert.
        AlertError: it is shelved already, a time that is none, or there is no reason.
        RecordsError: the records cannot be written.
    """
    said = _comment(reason)
    if not 0 < hours <= LONGEST_SHELF_H:
        raise AlertError(
            N_("A shelf holds more than 0 and at most {most} hours, not {hours}."),
            most=LONGEST_SHELF_H,
            hours=hours,
        )
    with changing(desk.engine) as connection:
        alert = _of_site(connection, desk.site, alert_id)
        _demand(connection, actor, alert, SHELVING)
        if alert.key in open_shelves(connection, desk.site):
            raise AlertError(N_("Alert {number} is shelved already."), number=alert_id)
        now_ns = desk.clock.now_ns()
        until_ns = now_ns + round(hours * HOUR_NS)
        act = AlertAct(now_ns, actor.account, "shelved", said, until_ns)
        add_shelf(connection, alert, _keep_act(connection, actor, act, alert), until_ns)
        return alert


def unshelve(desk: AlertDesk, actor: Actor, alert_id: int, reason: str) -> Alert:
    """Take a cause off its shelf before its time.

    Raises:
        NotPermittedError: the person does not have the role.
        NoSuchRecordError: the site has no such alert.
        AlertError: it is not shelved, or there is no reason.
        RecordsError: the records cannot be written.
    """
    said = _comment(reason)
    with changing(desk.engine) as connection:
        alert = _of_site(connection, desk.site, alert_id)
        _demand(connection, actor, alert, SHELVING)
        shelf = open_shelves(connection, desk.site).get(alert.key)
        if shelf is None:
            raise AlertError(N_("Alert {number} is not shelved."), number=alert_id)
        now_ns = desk.clock.now_ns()
        _keep_act(connection, actor, AlertAct(now_ns, actor.account, "unshelved", said, None), alert)
        end_shelf(connection, shelf, now_ns)
        return alert


def _keep_act(connection: Connection, actor: Actor, act: AlertAct, alert: Alert) -> int:
    new = NewRow(ALERT_ACTS, {**asdict(act), "alert_id": alert.id}, f"alert {act.kind}", act.comment)
    return int(str(keep(connection, actor, new, act.t_ns)["id"]))


def _of_site(connection: Connection, site: str, alert_id: int) -> Alert:
    alert = find_alert(connection, alert_id)
    if alert is None or alert.site != site:
        raise NoSuchRecordError(N_("There is no alert {number} at this site."), number=alert_id)
    return alert


def _demand(connection: Connection, actor: Actor, alert: Alert, allowed: tuple[Role, ...]) -> None:
    more = (Role.ADMINISTRATOR,) if alert.nature == "health" else ()
    demand_role(connection, actor.account, *allowed, *more)


def _comment(text: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise AlertError(N_("Say in a few words what is done about it."))
    if len(said) > LONGEST_COMMENT:
        raise AlertError(N_("The comment may have up to {most} characters."), most=LONGEST_COMMENT)
    return said


def _until(shelves: dict[str, Shelf], alert: Alert) -> int | None:
    shelf = shelves.get(alert.key)
    return shelf.until_ns if shelf else None


_ORDER = {"alarm": 0, "warning": 1, "info": 2}


def _urgency(listed: Listed) -> tuple[bool, int, bool, int]:
    alert = listed.alert
    is_shelved = listed.shelved_until_ns is not None
    return is_shelved, _ORDER[alert.severity], alert.acknowledged_ns is not None, -alert.raised_ns
