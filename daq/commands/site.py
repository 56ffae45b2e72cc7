"""Commands for a site: check it, and run its services."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from daq.commands.console import (
    DEFAULT_DATA,
    DEFAULT_SITE,
    DataOption,
    SiteOption,
    clear_errors,
    complain,
)
from daq.commands.speech import count, say, sentence, speech
from daq.errors import SettingsError
from daq.logs import configure_logs
from daq.settings import Settings, load_settings
from daq.supervisor import Service, Supervisor
from daq.wiring import DataFiles, check_site, demand_sound, run_acquire
from drivers.clock import SystemClock

SERVICES = ("acquire", "stream", "watch", "web")


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def check(
    site: SiteOption = DEFAULT_SITE,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", envvar="HENGLIANG_DATA", help="Look at the certificates in these records too."
        ),
    ] = None,
) -> None:
    """Report every mistake of a site's configuration and profiles, and certificates that do not fit it."""
    # here, so that no other service has to load it
    from daq.watch_wiring import check_places, check_records, check_rules

    with clear_errors():
        try:
            settings = load_settings(site)
            of_records = check_records(settings, DataFiles(data)) if data is not None else ()
            of_site = (*check_site(site, settings), *check_places(site, settings))
            mistakes = (*of_site, *check_rules(site, settings), *of_records)
        except SettingsError as error:
            mistakes = error.mistakes
    for mistake in mistakes:
        complain(sentence(mistake))
    if mistakes:
        complain(count("{number} mistake", "{number} mistakes", len(mistakes)))
        raise typer.Exit(1)
    typer.echo(
        say(
            "{file}: {site}: {number} instruments, no mistake",
            file=site,
            site=f"{settings.site.name_zh} · {settings.site.name_en}",
            number=len(settings.instruments),
        )
    )


def serve(
    name: str, site: Path, data: Path, body: Callable[[Settings, DataFiles, threading.Event], None]
) -> None:
    """Run one service of a sound site until it is asked to end."""
    configure_logs(name)
    stop = stop_on_signals()
    with clear_errors():
        settings = load_settings(site)
        demand_sound(site, settings)
        body(settings, DataFiles(data), stop)


def acquire(site: SiteOption = DEFAULT_SITE, data: DataOption = DEFAULT_DATA) -> None:
    """Service: read the instruments and keep the journal."""
    serve("acquire", site, data, run_acquire)


def watch(site: SiteOption = DEFAULT_SITE, data: DataOption = DEFAULT_DATA) -> None:
    """Service: the regular duties."""
    from daq.watch_wiring import run_watch  # here, so that no other service has to load it

    serve("watch", site, data, run_watch)


def web(site: SiteOption = DEFAULT_SITE, data: DataOption = DEFAULT_DATA) -> None:
    """Service: the pages."""
    from daq.web.app import run_web  # here, so that no other command has to load the web server

    serve(
        "web", site, data, lambda settings, files, stop: run_web(settings, files.folder, files.clock(), stop)
    )


def run(site: SiteOption = DEFAULT_SITE, data: DataOption = DEFAULT_DATA) -> None:
    """Run all services of a site on this PC until Ctrl-C; one that dies is started again."""
    configure_logs("run")
    stop = stop_on_signals()
    with clear_errors():
        settings = load_settings(site)
        demand_sound(site, settings)
        arguments = ("--site", str(site), "--data", str(data))
        names = [name for name in SERVICES if name != "stream" or settings.timeseries is not None]
        typer.echo(
            say(
                "{site}: {url} — Ctrl-C ends it",
                site=speech().either(settings.site.name_zh, settings.site.name_en),
                url=f"http://{settings.web.host}:{settings.web.port}",
            )
        )
        with Supervisor([Service(name, arguments) for name in names], SystemClock()) as supervisor:
            supervisor.run(stop.is_set)
