"""The service ``web``: pages for people, and ``/healthz`` for whoever supervises it."""

import socket
import threading
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from nicegui import core, ui
from starlette.responses import Response

from daq.errors import HengliangError
from daq.records.certificates import RecordedCertificates
from daq.records.migrations import open_records
from daq.security.accounts import Accounts
from daq.security.sign_ins import SignIns
from daq.settings import Settings, WebSettings
from daq.web.desk import Desk
from daq.web.documents import document_routes
from daq.web.entrance import entrance, guard
from daq.web.live.plan import channel_plans
from daq.web.live.poller import Poller
from daq.web.pages import (
    administration,
    alert,
    alerts,
    audit,
    certificate,
    certificates,
    check,
    check_plan,
    checks,
    equipment,
    equipment_sheet,
    instrument,
    live,
    me,
    methods,
    nonconformity,
    reports,
    samples,
    session,
    session_new,
    sessions,
    sign_in,
)
from daq.web.programs import program_routes
from daq.web.report_routes import report_routes
from daq.wiring import DataFiles, records_of
from drivers.clock import Clock, SystemClock
from drivers.errors import ProfileError
from drivers.profiles import Profile, load_profiles

RECONNECT_S = 20.0
"""A page may be silent so long before it is given up: what is typed while it is cut off would be lost. A busy
computer or a weak radio link is silent for some seconds; the page says itself when its clock stands still."""
FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#0a5c60"/>'
    '<path d="M16 6v20M8 26h16M6 12h20M6 12l-3 7h6zM26 12l-3 7h6z" '
    'fill="none" stroke="#fff" stroke-width="2"/></svg>'
)


PAGES = (
    live,
    instrument,
    sessions,
    session_new,
    session,
    reports,
    samples,
    methods,
    equipment,
    equipment_sheet,
    certificates,
    certificate,
    checks,
    check,
    check_plan,
    nonconformity,
    alerts,
    alert,
    audit,
    administration,
    sign_in,
    me,
)
"""One module a page; each registers its addresses."""


class WebError(HengliangError):
    """The pages cannot be served; the sentence says why and what to do."""


def build_app(desk: Desk) -> FastAPI:
    """Pages and health of one site; what is live on them is what ``desk.poller`` has published last."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def health() -> dict[str, object]:
        site = desk.poller.site
        return {
            "status": site.journal if site.journal != "ok" or not site.facts else "attention",
            "journal_rows": site.rows,
            "channels": {
                f"{instrument.entry.name}/{channel.channel.name}": channel.state.value
                for instrument in site.instruments
                for channel in instrument.channels
            },
        }

    guard(app)
    app.include_router(entrance(desk))
    app.include_router(document_routes(desk))
    app.include_router(report_routes(desk))
    app.include_router(program_routes(desk))

    @app.get("/calendar.ics")
    def calendar(request: Request) -> Response:
        return checks.calendar_answer(desk, request)

    for page in PAGES:
        page.register(desk)
    ui.run_with(
        app,
        title="Hengliang",
        favicon=FAVICON,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=RECONNECT_S,
    )
    core.sio.eio.cors_allowed_origins = None  # only pages that came from here may listen
    return app


def _profiles(settings: Settings) -> dict[str, Profile]:
    try:
        return load_profiles(settings.profiles_dir)
    except ProfileError:
        return {}  # the pages show what the journal has; `hengliang check` names the mistakes


def run_web(settings: Settings, data_dir: Path, clock: Clock, stop: threading.Event) -> None:
    """Serve the pages until ``stop`` is set.

    Raises:
        WebError: the address cannot be used.
    """
    listener = _listen(settings.web)
    profiles = _profiles(settings)
    files = DataFiles(data_dir)
    with open_records(records_of(settings, files)) as engine:
        recorded = RecordedCertificates(engine)
        poller = Poller(settings, data_dir, clock, recorded, channel_plans(settings, profiles))
        # how long somebody was away from the screen is the wall's time, however fast the site's runs
        accounts, sign_ins = Accounts(engine, clock), SignIns(engine, SystemClock())
        desk = Desk(settings, files, clock, poller, profiles, engine, accounts, sign_ins, recorded)
        thread = threading.Thread(target=poller.run, args=(stop,), name="live")
        thread.start()
        try:
            config = uvicorn.Config(
                build_app(desk), log_level="warning", ws="wsproto", timeout_graceful_shutdown=2
            )
            _Server(config, stop).run(sockets=[listener])
        finally:
            stop.set()
            thread.join()
            listener.close()


def _listen(address: WebSettings) -> socket.socket:
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        sentence = (
            f"The pages cannot be served at {address.host}:{address.port}: {error.strerror or error}. "
            "End the program that uses this address, or give another one in site.toml, [web] host and port."
        )
        raise WebError(sentence) from error


class _Server(uvicorn.Server):
    """Ends when ``stop`` is set, too."""

    def __init__(self, config: uvicorn.Config, stop: threading.Event) -> None:
        super().__init__(config)
        self._stop = stop

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second: whether to end."""
        return await super().on_tick(counter) or self._stop.is_set()
