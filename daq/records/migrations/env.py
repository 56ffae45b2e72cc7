"""What Alembic runs: the steps, over the connection and inside the transaction of ``upgrade``."""

from alembic import context

from daq.records.all_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=context.config.attributes["version_table"],
)
context.run_migrations()
