"""The demo's people, equipment, certificates and methods: two simulated people sign for them, as in life."""

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from argon2 import PasswordHasher

from daq.lab.certificates.documents import native_document
from daq.lab.certificates.draft import Said
from daq.lab.certificates.life import InForce, check, enter, put_in_force, save_draft
from daq.lab.certificates.register import Register
from daq.lab.equipment.description import Description
from daq.lab.equipment.records import add_equipment, equipment
from daq.lab.methods.records import MethodState, approve_method, enter_method, import_folder
from daq.records.certificate_versions import State, Version, versions
from daq.records.database import reading
from daq.records.register_tables import certificates
from daq.security.accounts import Accounts, Credentials
from daq.security.audit import Actor
from daq.security.passwords import PasswordKeeper
from daq.security.people import NewPerson, Role
from daq.security.signatures import Signature
from drivers.sims.laboratory import LaboratoryInstrument

ORIGIN = "demo"
REASON = "simulated laboratory"
ADMINISTRATOR = "admin.demo"
METROLOGIST = "wang.fang"
QUALITY_MANAGER = "li.jun"
TECHNICIAN = "chen.yu"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person of the demo."""

    account: str
    name: str
    role: Role
    password: str = "coptis by the river"  # noqa: S105 - the demo prints it, so it protects nothing


PEOPLE = (
    DemoPerson(ADMINISTRATOR, "管理员(仿真)", Role.ADMINISTRATOR),
    DemoPerson(METROLOGIST, "王芳", Role.METROLOGIST),
    DemoPerson(QUALITY_MANAGER, "李军", Role.QUALITY_MANAGER),
    DemoPerson(TECHNICIAN, "陈宇", Role.TECHNICIAN),
    DemoPerson("inspector", "评审员(仿真)", Role.INSPECTOR),
)

_BALANCE = Description(title_zh="", title_en="", kind="balance", unit="g")
_KINDS: Mapping[str, Description] = {
    "B-01": replace(
        _BALANCE, d=Decimal("0.0001"), e=Decimal("0.001"), maximum=Decimal(220), accuracy_class="I"
    ),
    "B-02": replace(
        _BALANCE, d=Decimal("0.01"), e=Decimal("0.1"), maximum=Decimal(2200), accuracy_class="II"
    ),
    "M-01": Description(title_zh="", title_en="", kind="moisture-analyser", unit="%M", d=Decimal("0.01")),
    "H-01": Description(title_zh="", title_en="", kind="thermo-hygrometer", unit="degC", d=Decimal("0.1")),
    "O-01": Description(
        title_zh="",
        title_en="",
        kind="oven",
        note="仿真:通道 2(水浴)仅监视 simulated: channel 2 (bath) is monitored only",
    ),
}
WEIGHTS = Description(
    title_zh="E2等级砝码组",
    title_en="Set of weights, class E2",
    kind="standard-weight",
    maker="示例(仿真) Example (simulated)",
    serial_number="E2-0118",
    room="天平室 Balance room",
)
FURNACE = Description(
    title_zh="马弗炉",
    title_en="Muffle furnace",
    kind="furnace",
    maker="示例(仿真) Example (simulated)",
    room="烘箱室 Oven room",
    needs_certificate=False,
    note="仿真:无通信接口,面板读数 simulated: no interface, read at its panel",
)
WITHOUT_WIRE = {"W-01": WEIGHTS, "F-01": FURNACE}
APPROVED = (
    "balance-daily-check",
    "coptis-moisture-chp-0832-2",
    "coptis-total-ash-chp-2302",
    "direct-drying-gb-5009-3-1",
    "water-shield-dried-solids",
)
"""Methods of the demo's samples; the others stay drafts."""
ENTERED_ONLY = ("coptis-extractives-chp-2201",)


def sign_as(accounts: Accounts, account: str, meaning: str) -> Signature:
    """The signature of a person of the demo, given with the password that everybody knows."""
    person = next(one for one in PEOPLE if one.account == account)
    return accounts.sign(Credentials(account, person.password, ORIGIN), person.role, meaning)


def fill_records(
    register: Register, documents: Path, instruments: Sequence[LaboratoryInstrument]
) -> Accounts:
    """Let the demo's records have people, equipment, certificates in force and methods; what they have stays.

    Args:
        register: of the demo.
        documents: folder with the demo's certificate files.
        instruments: of the simulated laboratory.

    Returns:
        The accounts of the demo's people.
    """
    accounts = _people(register)
    _equipment(register, instruments)

    @functools.cache
    def signed(account: str, meaning: str) -> Signature:
        """One signature of each kind is enough for a whole pile of papers."""
        return sign_as(accounts, account, meaning)

    for path in sorted(documents.glob("*.toml")):
        version = _draft(register, path)
        if version.state is State.DRAFT:
            version = enter(register, signed(METROLOGIST, State.ENTERED), version.record)
        if version.state is State.ENTERED:
            version = check(register, signed(QUALITY_MANAGER, State.CHECKED), version.record, REASON)
        if version.state is State.CHECKED:
            when = InForce(version.content.stated_from_ns or register.clock.now_ns(), REASON)
            put_in_force(register, signed(QUALITY_MANAGER, State.IN_FORCE), version.record, when)
    _methods(register, signed)
    return accounts


def _methods(register: Register, signed: Callable[[str, str], Signature]) -> None:
    """Every method that comes with the program; those of the demo's samples are approved."""
    engine = register.engine
    for one in import_folder(engine, register.clock, Actor(METROLOGIST, ORIGIN), None):
        which = (one.method.name, one.method.version)
        if one.method.name in (*APPROVED, *ENTERED_ONLY) and one.state is MethodState.IMPORTED:
            one = enter_method(engine, signed(METROLOGIST, MethodState.ENTERED), *which, REASON)
        if one.method.name in APPROVED and one.state is MethodState.ENTERED:
            approve_method(engine, signed(QUALITY_MANAGER, MethodState.APPROVED), *which, REASON)


def _people(register: Register) -> Accounts:
    keeper = PasswordKeeper(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts = Accounts(register.engine, register.clock, keeper)
    there = {person.account for person in accounts.people()}
    for person in PEOPLE:
        new = NewPerson(person.account, person.name, frozenset({person.role}))
        if person.account in there:
            continue
        if person.account == ADMINISTRATOR:
            accounts.add_first_administrator(new, person.password, ORIGIN)
            continue
        given = f"given to {person.account}"
        accounts.add(Actor(ADMINISTRATOR, ORIGIN), new, given)
        accounts.change_password(Credentials(person.account, given, ORIGIN), person.password)
    return accounts


def _equipment(register: Register, instruments: Sequence[LaboratoryInstrument]) -> None:
    with reading(register.engine) as connection:
        there = equipment(connection)
    wanted = dict(WITHOUT_WIRE)
    for one in instruments:
        wanted[one.name] = replace(
            _KINDS[one.name],
            title_zh=one.title_zh,
            title_en=one.title_en,
            room=f"{one.room_zh} {one.room_en}",
            maker="仿真 simulated",
            model=one.profile,
            serial_number=one.serial_number,
        )
    for name, about in wanted.items():
        if name not in there:
            add_equipment(register.engine, register.clock, Actor(METROLOGIST, ORIGIN), name, about)


def _draft(register: Register, path: Path) -> Version:
    data = path.read_bytes()
    with reading(register.engine) as connection:
        sha256 = hashlib.sha256(data).hexdigest()
        known = versions(connection, certificates.c.document_sha256 == sha256)
    if known:
        return known[-1]
    return save_draft(register, Actor(METROLOGIST, ORIGIN), native_document(data, path.name), Said())
