"""A laboratory with people, a register and certificates, as the tests of several rooms need it."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from calibration.certificates.imported import Administrative, Finding, Imported, Severity
from daq.lab.certificates.documents import native_document
from daq.lab.certificates.draft import Document, Said
from daq.lab.certificates.life import InForce, check, enter, put_in_force, save_draft
from daq.lab.certificates.register import Register
from daq.lab.equipment.description import Description
from daq.lab.equipment.records import add_equipment
from daq.records.blobs import BlobStore
from daq.records.certificate_versions import State, Version
from daq.records.database import changing
from daq.security.audit import Actor
from daq.security.people import Role
from daq.security.signatures import Signature
from tests.calibration.native_files import BALANCE
from tests.clocks import HandClock
from tests.daq.entered import SHANGHAI, insert_person

START_NS = 1_772_690_400_000_000_000
"""2026-03-05 14:00 in Shanghai."""
DAY_NS = 86_400_000_000_000

STAFF = {
    "wang.fang": {Role.METROLOGIST},
    "zhou.min": {Role.METROLOGIST},
    "li.jun": {Role.QUALITY_MANAGER, Role.METROLOGIST},
    "chen.yu": {Role.TECHNICIAN},
    "admin": {Role.ADMINISTRATOR},
    "inspector": {Role.INSPECTOR},
}
BALANCE_ABOUT = Description(
    title_zh="电子天平", title_en="Balance", kind="balance", serial_number="B123456789", room="101"
)


@dataclass(frozen=True)
class Laboratory:
    """A register, and who works with it."""

    register: Register

    @property
    def engine(self) -> Engine:
        return self.register.engine

    @property
    def clock(self) -> HandClock:
        return self.register.clock

    def actor(self, account: str) -> Actor:
        return Actor(account, "console of tests")

    def signature(self, account: str, meaning: State | str, role: Role | None = None) -> Signature:
        first = Role.QUALITY_MANAGER if Role.QUALITY_MANAGER in STAFF[account] else sorted(STAFF[account])[0]
        return Signature(account, role or first, str(meaning), self.clock.now_ns(), "console of tests")

    def draft(self, data: bytes | str = BALANCE, said: Said | None = None, of: int | None = None) -> Version:
        data = data.encode() if isinstance(data, str) else data
        document = native_document(data, "certificate.toml")
        return save_draft(self.register, self.actor("wang.fang"), document, said or Said(), of)

    def entered(
        self, data: bytes | str = BALANCE, said: Said | None = None, of: int | None = None
    ) -> Version:
        return self.enter(self.draft(data, said, of))

    def enter(self, version: Version) -> Version:
        return enter(self.register, self.signature("wang.fang", State.ENTERED), version.record)

    def check(self, version: Version, comment: str = "compared with the paper") -> Version:
        return check(self.register, self.signature("li.jun", State.CHECKED), version.record, comment)

    def put_in_force(self, version: Version, from_ns: int | None = None) -> Version:
        when = InForce(self.clock.now_ns() if from_ns is None else from_ns, "came back from calibration")
        return put_in_force(self.register, self.signature("li.jun", State.IN_FORCE), version.record, when)

    def in_force(
        self, data: bytes | str = BALANCE, from_ns: int | None = None, of: int | None = None
    ) -> Version:
        return self.put_in_force(self.check(self.entered(data, of=of)), from_ns)


def certificate_text(number: str, changes: dict[str, str] | None = None) -> str:
    """The balance's certificate under another number, with other words changed too."""
    text = BALANCE.replace("LX-2026-0417", number)
    for old, new in (changes or {}).items():
        if old not in text:
            raise ValueError(old)
        text = text.replace(old, new)
    return text


def scan(data: bytes = b"%PDF-1.7 a picture") -> Document:
    """A paper without text: everything on it must be keyed in."""
    finding = Finding(Severity.ERROR, "page 1", "it has no text")
    imported = Imported(
        file_sha256=hashlib.sha256(data).hexdigest(),
        format="PDF",
        administrative=Administrative(number="", laboratory=""),
        findings=(finding,),
    )
    return Document("scan.pdf", data, "application/pdf", imported)


def make_laboratory(engine: Engine, folder: Path) -> Laboratory:
    """People without passwords, and the balance B-01 in the register."""
    clock = HandClock(START_NS)
    with changing(engine) as connection:
        for account, roles in STAFF.items():
            insert_person(connection, account, roles, START_NS)
    add_equipment(engine, clock, Actor("wang.fang", "console"), "B-01", BALANCE_ABOUT)
    return Laboratory(Register(engine, clock, BlobStore(folder), SHANGHAI))


def changed(about: Description, **values: object) -> Description:
    return replace(about, **values)
