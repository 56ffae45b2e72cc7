"""Tables whose rows are never changed and never deleted: the database itself refuses."""

from alembic import op

_STATEMENTS = {
    "sqlite": (
        "CREATE TRIGGER {table}_keeps_values BEFORE UPDATE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table}: rows are added, never changed'); END",
        "CREATE TRIGGER {table}_keeps_rows BEFORE DELETE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table}: rows are added, never deleted'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '{table}: rows are added, never changed'; END $$",
        "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ),
}


def append_only(*tables: str) -> None:
    """Forbid to change or delete rows of these tables; for the step that makes them."""
    for table in tables:
        for statement in _STATEMENTS[op.get_context().dialect.name]:
            op.execute(statement.format(table=table))
