"""Alerts at the console: what needs a person, one in detail, acknowledging and shelving."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from daq.commands.console import (
    DEFAULT_DATA,
    DEFAULT_SITE,
    DataOption,
    JsonOption,
    SiteOption,
    clear_errors,
    say_json,
    say_rows,
)
from daq.commands.people import ReasonOption, identified
from daq.commands.register import ByOption
from daq.commands.speech import say, speech, word
from daq.lab.alert_json import AlertJson
from daq.lab.alert_words import DELIVERIES, SEVERITIES, STATES, TURNS, AlertWords
from daq.lab.alerts import (
    AlertDesk,
    AlertDetail,
    Listed,
    active_alerts,
    alert_detail,
    past_alerts,
)
from daq.lab.alerts import (
    acknowledge as acknowledge_alert,
)
from daq.lab.alerts import (
    shelve as shelve_alert,
)
from daq.lab.alerts import (
    unshelve as unshelve_alert,
)
from daq.records.migrations import open_records
from daq.security.accounts import Accounts
from daq.settings import Settings, load_settings
from daq.wiring import DataFiles, records_of

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Alerts: what needs a person.")

AlertArgument = Annotated[int, typer.Argument(help="Number of the alert.")]


@app.command("list")
def list_alerts(
    everything: Annotated[bool, typer.Option("--all", help="Cleared and folded ones too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many of --all.")] = 100,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Show the alerts that need a person, the most urgent first."""
    with clear_errors(), _opened(site, data) as (settings, desk):
        engine, name = desk.engine, settings.site.id
        listed = past_alerts(engine, name, limit=limit) if everything else active_alerts(engine, name)
        if as_json:
            say_json([AlertJson(settings).listed(each) for each in listed])
            return
        words = _words(settings)
        say_rows(_row(each, words) for each in listed)
        if not listed:
            typer.echo(say("no alert") if everything else say("no alert needs a person"))


@app.command()
def show(
    alert: AlertArgument,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Show one alert with all that happened, and every try to tell of it."""
    with clear_errors(), _opened(site, data) as (settings, desk):
        detail = alert_detail(desk.engine, settings.site.id, alert)
        if as_json:
            say_json(AlertJson(settings).detail(detail))
            return
        words = _words(settings)
        say_rows([_row(Listed(detail.alert, detail.shelved_until_ns, len(detail.dependants)), words)])
        for line in _lines(detail, words):
            typer.echo(line)


@app.command()
def acknowledge(
    alert: AlertArgument,
    comment: Annotated[str, typer.Option("--comment", prompt="What is done about it", help="What is done.")],
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Say that an alert was seen, and what is done about it."""
    with clear_errors(), _opened(site, data) as (_, desk):
        actor = identified(Accounts(desk.engine, desk.clock), by)
        acknowledge_alert(desk, actor, alert, comment)
        typer.echo(say("Alert {number} is acknowledged.", number=alert))


@app.command()
def shelve(
    alert: AlertArgument,
    hours: Annotated[float, typer.Option("--hours", help="For how long.")],
    reason: ReasonOption,
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Tell nobody of an alert's cause for a time."""
    with clear_errors(), _opened(site, data) as (_, desk):
        actor = identified(Accounts(desk.engine, desk.clock), by)
        shelve_alert(desk, actor, alert, hours, reason)
        typer.echo(
            say("The cause of alert {number} is shelved for {hours} h.", number=alert, hours=f"{hours:g}")
        )


@app.command()
def unshelve(
    alert: AlertArgument,
    reason: ReasonOption,
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Let people be told of an alert's cause again."""
    with clear_errors(), _opened(site, data) as (_, desk):
        actor = identified(Accounts(desk.engine, desk.clock), by)
        unshelve_alert(desk, actor, alert, reason)
        typer.echo(say("The cause of alert {number} is no longer shelved.", number=alert))


@contextmanager
def _opened(site: Path, data: Path) -> Iterator[tuple[Settings, AlertDesk]]:
    settings, files = load_settings(site), DataFiles(data)
    with open_records(records_of(settings, files)) as engine:
        yield settings, AlertDesk(engine, files.clock(), settings.site.id)


def _words(settings: Settings) -> AlertWords:
    return AlertWords(speech(settings.site.timezone), settings)


def _row(listed: Listed, words: AlertWords) -> tuple[str, ...]:
    alert = listed.alert
    state = word(alert.state, STATES)
    if listed.shelved_until_ns is not None:
        state = say("{state}, shelved", state=state)
    source = "/".join(part for part in (alert.instrument, alert.channel) if part)
    what = " · ".join(part for part in (words.title(alert), source, words.what(alert)) if part)
    return str(alert.id), word(alert.severity, SEVERITIES), state, words.speech.time(alert.since_ns), what


def _lines(detail: AlertDetail, words: AlertWords) -> Iterator[str]:
    time = words.speech.time
    yield say("to do: {action}", action=words.action(detail.alert))
    happened = [(event.t_ns, word(event.kind, TURNS)) for event in detail.events]
    happened += [
        (
            act.t_ns,
            say(
                "{what} by {account}: {comment}",
                what=word(act.kind, TURNS),
                account=act.account,
                comment=act.comment,
            ),
        )
        for act in detail.acts
    ]
    for t_ns, what in sorted(happened):
        yield f"  {time(t_ns)}  {what}"
    for sent in detail.messages:
        message = sent.message
        yield "  " + say(
            "message {number} to {target}: {kind}, {state}",
            number=message.id,
            target=message.target,
            kind=word(message.kind, TURNS),
            state=word(message.state, DELIVERIES),
        )
        for tried in sent.tries:
            yield f"    {time(tried.t_ns)}  {tried.words}"
    for dependant in detail.dependants:
        yield "  " + say("folded under it: {number}  {key}", number=dependant.id, key=dependant.key)
