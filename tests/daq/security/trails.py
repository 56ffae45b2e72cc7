"""Trails to look at and to tamper with."""

from sqlalchemy import Engine

from daq.records.database import changing
from daq.security.audit import Actor, Change, append

START_NS = 1_795_392_000_000_000_000
SECOND_NS = 1_000_000_000
PEOPLE = ("li.wei", "wu.fang", "zhao.min")


def change(number: int) -> Change:
    """A change with everything in it that an entry can hold."""
    old = None if number % 4 == 0 else {"version": number, "名": "黄连"}
    return Change("change", f"certificate/{number % 2}", old, {"version": number + 1}, f"理由 {number}")


def write_trail(engine: Engine, entries: int, first: int = 0) -> None:
    for number in range(first, first + entries):
        actor = Actor(PEOPLE[number % 3], f"web 192.0.2.{number}")
        with changing(engine) as connection:
            append(connection, actor, change(number), START_NS + number * SECOND_NS)


def allow_tampering(engine: Engine) -> None:
    """What somebody with the database's own tools does first."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_keeps_values")
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_keeps_rows")
        else:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_append_only ON audit")
