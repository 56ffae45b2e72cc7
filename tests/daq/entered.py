"""Certificates that two people have entered and checked, for tests that only need them in force."""

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from daq.lab.certificates.documents import native_document
from daq.lab.certificates.draft import Said
from daq.lab.certificates.life import InForce, check, enter, put_in_force, save_draft
from daq.lab.certificates.register import Register
from daq.lab.equipment.description import Description
from daq.lab.equipment.records import add_equipment, equipment
from daq.records.blobs import BlobStore
from daq.records.certificate_versions import State, Version
from daq.records.database import changing, reading
from daq.records.schema import people, person_roles
from daq.security.audit import Actor, Change, append
from daq.security.people import Role, everybody, find
from daq.security.signatures import Signature
from drivers.clock import Clock

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENTERER = Actor("entering", "tests")
CHECKER = Actor("checking", "tests")


def register_of(engine: Engine, folder: Path, clock: Clock) -> Register:
    return Register(engine, clock, BlobStore(folder / "blobs"), SHANGHAI)


def put_text_in_force(register: Register, text: str) -> Version:
    """A native file in force from the moment that it says; its equipment is registered if it is not yet."""
    _demand_people(register)
    said = tomllib.loads(text)["equipment"]
    with reading(register.engine) as connection:
        there = said["name"] in equipment(connection)
    if not there:
        about = Description(
            title_zh="设备", title_en="Equipment", kind="balance", serial_number=said["serial_number"]
        )
        add_equipment(register.engine, register.clock, ENTERER, said["name"], about)
    document = native_document(text.encode(), f"{said['name']}.toml")
    record = save_draft(register, ENTERER, document, Said()).record
    enter(register, _signature(register, ENTERER, State.ENTERED), record)
    version = check(register, _signature(register, CHECKER, State.CHECKED), record, "a test")
    when = InForce(version.content.stated_from_ns, "a test")
    return put_in_force(register, _signature(register, CHECKER, State.IN_FORCE), record, when)


def _signature(register: Register, actor: Actor, state: State) -> Signature:
    return Signature(actor.account, Role.METROLOGIST, state.value, register.clock.now_ns(), actor.origin)


def _demand_people(register: Register) -> None:
    with changing(register.engine) as connection:
        for account in sorted({ENTERER.account, CHECKER.account} - everybody(connection).keys()):
            insert_person(connection, account, {Role.METROLOGIST}, register.clock.now_ns())


def insert_person(connection: Connection, account: str, roles: set[Role], t_ns: int) -> None:
    """Somebody without a password, whom the audit trail knows."""
    row = {"account": account, "name": account, "password_hash": "-", "password_by": account}
    connection.execute(people.insert(), row | {"created_ns": t_ns})
    connection.execute(person_roles.insert(), [{"account": account, "role": role.value} for role in roles])
    person = find(connection, account)
    append(connection, Actor(account, "tests"), Change("add", person.record, None, person.as_json()), t_ns)
