"""The audit trail: who did what to which record, when, from where and why."""

import datetime
import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import run, ui
from starlette.responses import Response

from daq.i18n.speech import NS_PER_S
from daq.records.database import reading
from daq.security.audit import AuditQuery, AuditRow, read_newest
from daq.security.verification import verify_records
from daq.web.desk import Desk
from daq.web.forms import table
from daq.web.frame import Frame, box
from daq.web.visit import Visit, opened

PAGE_ROWS = 100


def register(desk: Desk) -> None:
    """``/audit``."""

    @ui.page("/audit")
    def page(request: Request) -> Response | None:
        return opened(desk, request, audit_page)


def audit_page(here: Visit) -> None:
    """Build the page: filters in the address, so that a view can be bookmarked; the newest entry first."""
    say = here.words.say
    frame = Frame(here, say("Audit"), "audit")
    with frame.main():
        ui.label(say("Audit")).classes("big")
        _verification(here)
        with box("panel"):
            _filters(here)
            rows = _rows(here)
            headings = ("#", say("time"), say("Account"), say("Action"), say("Record"), say("What changed"))
            shown = [tuple(_cells(row, here)) for row in rows]
            table((*headings, say("Reason"), say("From")), shown, say("No entry."))
            if len(rows) == PAGE_ROWS:
                ui.link(say("Older entries"), here.link(before=str(rows[-1].seq)))
    ui.timer(1.0, lambda: frame.show(here.view()))


def _verification(here: Visit) -> None:
    say = here.words.say
    with box("panel"):
        sentence = ui.label(say("Every entry carries the digest of the one before it."))

        async def check() -> None:
            sentence.text = say("Recomputing the chain …")
            found = await run.io_bound(verify_records, here.desk.engine)
            if found is None:  # the server is being stopped
                return
            sentence.text = f"{'✓' if found.ok else '✗'} {here.words.sentence(found.sentence)}"
            sentence.classes(replace="" if found.ok else "refusal")

        ui.button(say("Verify now"), on_click=check).props("flat no-caps")


def _filters(here: Visit) -> None:
    say, asked = here.words.say, here.request.query_params
    with ui.element("form").props("method=get action=/audit").classes("filters"):
        for key, label in (("account", say("Account")), ("record", say("Record"))):
            field = ui.input(label, value=asked.get(key, ""))
            field.props(f"name={key} dense outlined")
        for key, label in (("from", say("From date")), ("until", say("Until date"))):
            field = ui.input(label, value=asked.get(key, ""))
            field.props(f"name={key} type=date dense outlined stack-label")
        ui.button(say("Show")).props("type=submit unelevated no-caps")


def _rows(here: Visit) -> list[AuditRow]:
    """The newest ``PAGE_ROWS`` that were asked for, newest first."""
    asked = here.request.query_params
    before = asked.get("before", "")
    query = AuditQuery(
        before_seq=int(before[:18]) if before.isascii() and before.isdigit() else None,
        account=asked.get("account") or None,
        record=asked.get("record") or None,
        from_ns=_day_ns(here, asked.get("from", ""), 0),
        until_ns=_day_ns(here, asked.get("until", ""), 1),
    )
    with reading(here.desk.engine) as connection:
        return read_newest(connection, query, PAGE_ROWS)


def _day_ns(here: Visit, text: str, days: int) -> int | None:
    """Midnight of the site ``days`` after the date; None where the text is none."""
    try:
        day = datetime.date.fromisoformat(text) + datetime.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    zone = ZoneInfo(here.settings.site.timezone)
    midnight = datetime.datetime.combine(day, datetime.time(), zone)
    return int(midnight.timestamp()) * NS_PER_S


def _cells(row: AuditRow, here: Visit) -> Iterator[str | tuple[str, str]]:
    yield str(row.seq)
    yield here.words.time(row.t_ns)
    yield row.account
    yield row.action
    yield row.record, f"/audit?record={row.record}"
    yield " · ".join(changes(row))
    yield row.reason
    yield row.origin


def changes(row: AuditRow) -> Iterator[str]:
    """What an entry changed: ``key: before → after``; of a new record, nothing but that it is new."""
    if row.old is None or row.new is None:
        return
    old, new = json.loads(row.old), json.loads(row.new)
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield f"{key}: {_short(old.get(key))} → {_short(new.get(key))}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]} …"
