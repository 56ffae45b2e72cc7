"""The console command ``hengliang``."""

import typer

from daq.commands import account, bench, demo, instruments, record, site

app = typer.Typer(
    name="hengliang",
    help="Hengliang 衡量: readings of laboratory instruments, durable, calibrated, with uncertainty.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = (
    demo.demo,
    instruments.profiles,
    instruments.read,
    instruments.decode,
    instruments.simulate,
    site.check,
    site.run,
    site.acquire,
    site.watch,
    site.web,
    record.stream,
    record.verify,
    record.reconcile,
)
app.add_typer(account.app, name="account")
app.add_typer(bench.app, name="bench")
for command in COMMANDS:
    app.command()(command)
