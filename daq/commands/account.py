"""Accounts at the console: the first administrator, further people, roles and passwords."""

from typing import Annotated

import typer

from daq.commands.console import (
    DEFAULT_DATA,
    DataOption,
    JsonOption,
    ask_secret,
    clear_errors,
    say_json,
    say_rows,
)
from daq.commands.people import ReasonOption, RecordsOption, identified, open_accounts, origin
from daq.commands.speech import say, word
from daq.lab.role_words import ROLES
from daq.security.accounts import Credentials
from daq.security.passwords import ADVISED, demand_good_password
from daq.security.people import NewPerson, Person, Role, account_of

app = typer.Typer(no_args_is_help=True, add_completion=False, help="People: accounts, roles, passwords.")

AccountArgument = Annotated[str, typer.Argument(help="Account name.")]
RoleOption = Annotated[list[Role], typer.Option("--role", help="May be given several times.")]
ByOption = Annotated[
    str, typer.Option("--by", prompt="Your account (administrator)", help="Account of the administrator.")
]


@app.command()
def add(
    account: AccountArgument,
    role: RoleOption,
    name: Annotated[str, typer.Option("--name", prompt="Name as on reports", help="As on reports.")],
    by: Annotated[str | None, typer.Option("--by", help="Account of the administrator.")] = None,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Make an account; the first one is an administrator's, and needs nobody else."""
    with clear_errors(), open_accounts(data, records) as accounts:
        new = NewPerson(account_of(account), name, frozenset(role))
        if not accounts.people():
            typer.echo(say("There is no account yet in these records: this is the first administrator."))
            person = accounts.add_first_administrator(new, _new_password(new.account, name), origin())
        else:
            administrator = identified(accounts, by or typer.prompt(say("Your account (administrator)")))
            person = accounts.add(administrator, new, _new_password(new.account, name))
        _show(person)
        if person.must_change_password:
            typer.echo(_advice(person.account))


@app.command("list")
def list_accounts(
    data: DataOption = DEFAULT_DATA, records: RecordsOption = None, as_json: JsonOption = False
) -> None:
    """Show all accounts, the deactivated ones too."""
    with clear_errors(), open_accounts(data, records) as accounts:
        people = accounts.people()
    if as_json:
        say_json(
            [
                {
                    "account": person.account,
                    "name": person.name,
                    "roles": [role.value for role in sorted(person.roles)],
                    "active": person.is_active,
                    "must_change_password": person.must_change_password,
                }
                for person in people
            ]
        )
        return
    _show(*people)
    if not people:
        typer.echo(say("no account yet; the first: hengliang account add NAME --role administrator"))


@app.command()
def roles(
    account: AccountArgument,
    role: RoleOption,
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Give a person these roles instead of the present ones."""
    with clear_errors(), open_accounts(data, records) as accounts:
        actor = identified(accounts, by)
        _show(accounts.set_roles(actor, account_of(account), role, reason))


@app.command()
def password(
    account: AccountArgument,
    by: Annotated[
        str | None, typer.Option("--by", help="Administrator who resets a forgotten one; else: your own.")
    ] = None,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Change the own password, or reset somebody's with --by."""
    with clear_errors(), open_accounts(data, records) as accounts:
        if by is None:
            present = ask_secret(say("Present password"))
            credentials = Credentials(account, present, origin())
            accounts.sign_in(credentials)
            person = accounts.person(account_of(account))
            accounts.change_password(credentials, _new_password(person.account, person.name))
            typer.echo(say("The password of {account} is changed.", account=person.account))
            return
        actor = identified(accounts, by)
        person = accounts.person(account_of(account))
        reason = typer.prompt(say("Reason (for the audit trail)"))
        new = _new_password(person.account, person.name)
        accounts.reset_password(actor, person.account, new, reason)
        typer.echo(say("Reset. {advice}", advice=_advice(person.account)))


@app.command()
def deactivate(
    account: AccountArgument,
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Let a person in no more; all that the person did and signed stays."""
    with clear_errors(), open_accounts(data, records) as accounts:
        actor = identified(accounts, by)
        _show(accounts.deactivate(actor, account_of(account), reason))


@app.command()
def reactivate(
    account: AccountArgument,
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
) -> None:
    """Let a deactivated person in again, with roles and password of before."""
    with clear_errors(), open_accounts(data, records) as accounts:
        actor = identified(accounts, by)
        _show(accounts.reactivate(actor, account_of(account), reason))


def _new_password(*names: str) -> str:
    question = say("New password ({number} characters or more are good)", number=ADVISED)
    typed = ask_secret(question, again=say("New password once more"))
    demand_good_password(typed, *names)
    return typed


def _advice(account: str) -> str:
    return say("Before signing anything: hengliang account password {account}", account=account)


def _show(*people: Person) -> None:
    say_rows(
        (
            person.account,
            person.name,
            ", ".join(word(role.value, ROLES) for role in sorted(person.roles)),
            say("active") if person.is_active else say("deactivated"),
        )
        for person in people
    )
