"""The register of equipment at the console."""

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
from daq.commands.people import RecordsOption, identified
from daq.commands.register import ByOption, open_counter
from daq.commands.speech import say, word
from daq.commands.words import words
from daq.errors import EquipmentError
from daq.i18n import N_
from daq.lab.equipment.description import description_from
from daq.lab.equipment.records import (
    LOG_KINDS,
    Equipment,
    EquipmentChange,
    add_equipment,
    change_equipment,
    equipment,
    equipment_history,
    equipment_log_of,
    find_equipment,
    log_equipment,
)
from daq.lab.equipment.validity import validity
from daq.records.database import reading
from daq.security.audit import Json
from daq.web.equipment.validity_words import shown
from daq.web.equipment.words import KINDS, STATES
from daq.web.equipment.words import LOG_KINDS as WORDS_OF_LOG

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The register of equipment.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Short name, as on the label.")]
SetOption = Annotated[
    list[str],
    typer.Option("--set", metavar="KEY=VALUE", help="title_zh, title_en, kind, serial_number, state, room …"),
]
_FLAGS = {"true": True, "false": False}


@app.command()
def add(
    name: NameArgument,
    values: SetOption,
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Register a piece of equipment, or a standard without a wire."""
    with clear_errors(), open_counter(site, data, records) as counter:
        about = description_from(_values(values))
        actor = identified(counter.accounts, by)
        register = counter.register
        _show(add_equipment(register.engine, register.clock, actor, name, about))


@app.command()
def change(
    name: NameArgument,
    values: SetOption,
    by: ByOption,
    reason: Annotated[str, typer.Option("--reason", prompt="Reason", help="Stands in the register.")],
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Write a new version: another state, room, firmware …."""
    with clear_errors(), open_counter(site, data, records) as counter:
        register = counter.register
        with reading(register.engine) as connection:
            old = find_equipment(connection, name)
        about = description_from(old.about.as_json() | _values(values))
        actor = identified(counter.accounts, by)
        wanted = EquipmentChange(name, old.version, about, reason)
        _show(change_equipment(register.engine, register.clock, actor, wanted))


@app.command("log")
def write(
    name: NameArgument,
    kind: Annotated[str, typer.Option("--kind", help=", ".join(LOG_KINDS))],
    text: Annotated[str, typer.Option("--text", prompt="What happened", help="What happened.")],
    by: ByOption,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Write into the history: maintenance, an adjustment …."""
    with clear_errors(), open_counter(site, data, records) as counter:
        register = counter.register
        actor = identified(counter.accounts, by)
        entry = log_equipment(register.engine, register.clock, actor, (name, kind, text))
        say_rows([(name, word(entry.kind, WORDS_OF_LOG), entry.text)])


@app.command("list")
def list_equipment(
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show everything in the register, retired equipment too."""
    with clear_errors(), open_counter(site, data, records) as counter, reading(counter.register.engine) as c:
        found = equipment(c).values()
    if as_json:
        say_json([_facts(one) for one in found])
        return
    _show(*found)
    if not found:
        typer.echo(say("no equipment yet; the first: hengliang equipment add NAME --set kind=balance …"))


@app.command()
def show(
    name: NameArgument,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one piece of equipment: its versions, its history, and whether it may be used now."""
    with clear_errors(), open_counter(site, data, records) as counter, reading(counter.register.engine) as c:
        find_equipment(c, name)
        history, log = equipment_history(c, name), equipment_log_of(c, name)
        found = validity(c, name, counter.register.clock.now_ns())
    if as_json:
        reasons = [{"code": one.code, "met": one.met, "facts": dict(one.facts)} for one in found.reasons]
        entries = [
            {"t_ns": one.t_ns, "account": one.account, "kind": one.kind, "text": one.text} for one in log
        ]
        say_json(_facts(history[-1]) | {"valid": found.is_valid, "reasons": reasons, "log": entries})
        return
    _show(history[-1])
    at_site = words(counter.settings.site.timezone)
    for reason in shown(found, at_site):
        typer.echo(f"  { {True: '✓', False: '✗', None: '–'}[reason.met] } {reason.text}")
    rows = [
        (one.t_ns, say("version {number}", number=one.version), one.account, one.reason) for one in history
    ]
    rows += [(one.t_ns, word(one.kind, WORDS_OF_LOG), one.account, one.text) for one in log]
    say_rows((f"  {at_site.time(t_ns)}", *what) for t_ns, *what in rows)


def _values(values: list[str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for one in values:
        key, equals, value = one.partition("=")
        if not equals:
            raise EquipmentError(N_("{text}: write it as KEY=VALUE."), text=repr(one))
        if key == "accessories":
            found[key] = [part.strip() for part in value.split(";") if part.strip()]
        elif key == "needs_certificate":
            if value not in _FLAGS:
                raise EquipmentError(N_("needs_certificate is true or false."))
            found[key] = _FLAGS[value]
        else:
            found[key] = value
    return found


def _show(*found: Equipment) -> None:
    say_rows(
        (
            one.name,
            f"{one.title_zh} {one.title_en}",
            word(one.kind, KINDS),
            one.serial_number or "-",
            word(one.state.value, STATES),
        )
        for one in found
    )


def _facts(one: Equipment) -> dict[str, Json]:
    return {"name": one.name, "version": one.version, "t_ns": one.t_ns, **one.about.as_json()}
