"""Commands for one instrument, without any site: profiles, read, decode, simulate."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from daq.commands.console import JsonOption, clear_errors, complain, say_json, say_rows, utc_text
from daq.commands.speech import say, speech
from drivers.clock import SystemClock
from drivers.errors import ProfileError
from drivers.instrument import Instrument, InstrumentSettings
from drivers.links import make_link
from drivers.profiles import Profile, load_profiles, named
from drivers.reading import Decoded, Outcome, Reading
from drivers.registry import make_dialect

ProfileOption = Annotated[str, typer.Option("--profile", "-p", help="A name from `hengliang profiles`.")]
UnitIdOption = Annotated[
    int | None, typer.Option("--unit-id", min=0, max=255, help="Modbus unit; default: the profile's own.")
]
ProfilesDirOption = Annotated[
    Path | None, typer.Option("--profiles", help="A folder with further profiles (TOML).")
]


def profiles(folder: ProfilesDirOption = None, as_json: JsonOption = False) -> None:
    """List the instruments that can be attached by name."""
    with clear_errors():
        found = load_profiles(folder)
    if as_json:
        say_json([_described(profile) for profile in found.values()])
        return
    rows = (
        (
            profile.name,
            profile.kind,
            profile.dialect,
            profile.evidence,
            speech().either(profile.title_zh, profile.title_en),
        )
        for profile in found.values()
    )
    say_rows(rows, (say("profile"), say("kind"), say("dialect"), say("evidence"), say("instrument")))


def _described(profile: Profile) -> dict[str, object]:
    return {
        "name": profile.name,
        "title": {"zh_CN": profile.title_zh, "en": profile.title_en},
        "maker": profile.maker,
        "models": list(profile.models),
        "kind": profile.kind,
        "dialect": profile.dialect,
        "evidence": profile.evidence,
        "sources": list(profile.sources),
        "channels": [
            {"name": channel.name, "quantity": channel.quantity, "unit": channel.unit}
            for channel in profile.channels
        ],
    }


def read(
    url: Annotated[
        str, typer.Argument(help="/dev/…, serial:/dev/…?baudrate=…, tcp://host:port, modbus://host:port …")
    ],
    profile: ProfileOption,
    unit_id: UnitIdOption = None,
    count: Annotated[int, typer.Option(min=1, help="How often to ask.")] = 1,
    folder: ProfilesDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Talk to one instrument with no configuration and show what it says."""
    with clear_errors():
        known = named(load_profiles(folder), profile)
        clock = SystemClock()
        link = make_link(url, known, clock)
        settings = InstrumentSettings(name=known.name, unit_id=known.unit_id if unit_id is None else unit_id)
        instrument = Instrument(settings, known, link, clock)
        refused = False
        try:
            identity = instrument.connect()
            if not as_json and (identity.model or identity.serial_number):
                number = identity.serial_number or say("not told")
                complain(say("{model} serial number {number}", model=identity.model, number=number).strip())
            for _ in range(count):
                poll = instrument.poll()
                for reading in poll.readings:
                    _show(reading, as_json)
                for event in poll.events:
                    complain(f"{event.kind.value}: {event.channel} {event.text}".replace(":  ", ": "))
                refused = refused or not poll.readings
        finally:
            link.close()
    if refused:
        raise typer.Exit(1)


def _show(reading: Reading, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "channel": reading.channel,
                "value": reading.text,
                "unit": reading.unit,
                "quality": reading.quality.words,
                "t": utc_text(reading.t_ns),
                "frame": reading.frame.hex(),
            }
        )
        return
    value = f"{reading.text:>14} {reading.unit:<6}"
    typer.echo(f"{utc_text(reading.t_ns)}  {reading.channel:<12} {value} {reading.quality.words}")


def decode(
    profile: ProfileOption,
    frame_hex: Annotated[
        str, typer.Option("--hex", help="One frame as hexadecimal digits; spaces are allowed.")
    ],
    unit_id: UnitIdOption = None,
    folder: ProfilesDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what one frame means, without a wire; exit code 0 only if it carries readings."""
    with clear_errors():
        known = named(load_profiles(folder), profile)
        try:
            frame = bytes.fromhex(frame_hex)
        except ValueError as error:
            msg = f"--hex: {error}; hexadecimal digits two by two are expected, such as 53 20 49 0d 0a"
            raise ProfileError(msg) from error
        dialect = make_dialect(known, known.unit_id if unit_id is None else unit_id)
    decoded = dialect.decode(frame)
    if as_json:
        say_json(_as_json(decoded))
    else:
        _say(decoded)
    if decoded.outcome is not Outcome.OK:
        raise typer.Exit(1)


def _as_json(decoded: Decoded) -> dict[str, object]:
    return {
        "readings": [
            {
                "channel": each.channel,
                "value": each.text,
                "unit": each.unit or None,
                "stable": each.quality.stable,
            }
            for each in decoded.indications
        ],
        "outcome": decoded.outcome.value,
        "refusals": [
            {"channel": each.channel, "outcome": each.outcome.value, "detail": each.detail}
            for each in decoded.refusals
        ],
    }


def _say(decoded: Decoded) -> None:
    for each in decoded.indications:
        typer.echo(f"{each.channel:<12} {each.text:>14} {each.unit:<6} {each.quality.words}")
    for refusal in decoded.refusals:
        typer.echo(f"{refusal.channel} {refusal.outcome.value}: {refusal.detail}".strip())
    if not decoded.indications and not decoded.refusals:
        typer.echo(decoded.outcome.value)


def simulate(
    profile: ProfileOption,
    listen: Annotated[str, typer.Option(help="tcp://127.0.0.1:PORT, pty:PATH, or rtu+tcp://127.0.0.1:PORT")],
    folder: ProfilesDirOption = None,
) -> None:
    """Be a simulated instrument on a real wire until Ctrl-C."""
    from drivers.sims.twins import (
        client_url,
        framing_for,
        make_twin,
    )  # only here and in the demo: sims are never part of a service
    from drivers.sims.wire import SimServer

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with clear_errors():
        known = named(load_profiles(folder), profile)
        client_url(known, listen)  # refuses a wire that the instrument does not speak on
        with SimServer(make_twin(known, framing=framing_for(listen)), listen) as server:
            url = client_url(known, server.url)
            command = f"hengliang read {url} --profile {profile}"
            typer.echo(
                say("SIMULATED {profile}: {command}   (Ctrl-C ends it)", profile=profile, command=command)
            )
            stop.wait()
