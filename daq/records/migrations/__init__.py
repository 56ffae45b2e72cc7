"""Brings the records database to this version, step by step; all steps or none."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect

from daq.errors import RecordsVersionError
from daq.i18n import N_
from daq.records.database import changing, make_engine

VERSION_TABLE = "records_version"
"""An own name: another program of the same PostgreSQL database may use Alembic too."""


@contextmanager
def open_records(url: str) -> Iterator[Engine]:
    """The records database at ``url``, made or brought to this version, until the context ends.

    Raises:
        RecordsVersionError: it was made by a later version, or by another program.
        RecordsError: it cannot be used.
    """
    engine = make_engine(url)
    try:
        upgrade(engine)
        yield engine
    finally:
        engine.dispose()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to ``revision``: all in one transaction, one process at a time.

    Raises:
        RecordsVersionError: it was made by a later version, or by another program.
        RecordsError: it cannot be used.
    """
    config = Config()
    config.set_main_option("script_location", "daq.records:migrations")
    with changing(engine) as connection:
        _demand_own(connection, ScriptDirectory.from_config(config))
        config.attributes.update(connection=connection, version_table=VERSION_TABLE)
        command.upgrade(config, revision)


def _demand_own(connection: Connection, steps: ScriptDirectory) -> None:
    tables = set(inspect(connection).get_table_names())
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    current = context.get_current_revision() if VERSION_TABLE in tables else None
    if current is None and tables and connection.dialect.name == "sqlite":
        raise RecordsVersionError(
            N_("{database} is another program's database; choose another data directory."),
            database=connection.engine.url.database,
        )
    try:
        steps.get_revisions(current or ())
    except CommandError as error:
        raise RecordsVersionError(
            N_(
                "The records database is of version {current}, this program knows versions up to "
                "{known}; use the program that wrote it, or a later one."
            ),
            current=current,
            known=steps.get_current_head(),
        ) from error
