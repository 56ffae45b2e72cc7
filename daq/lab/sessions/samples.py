"""Samples: what was received, from whom, in which condition; a change is a new version."""

import json
from dataclasses import asdict, dataclass, fields

from sqlalchemy import Connection, Engine, Row, func, select

from daq.errors import BenchError, NoSuchRecordError
from daq.i18n import N_
from daq.records.bench_tables import samples as table
from daq.records.database import changing
from daq.security.audit import Actor, Json, as_text
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import SAMPLES
from daq.security.people import Role, demand_role
from drivers.clock import Clock

RECEIVERS = (Role.TECHNICIAN, Role.METROLOGIST, Role.QUALITY_MANAGER)
LONGEST = 500
LONGEST_NUMBER = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAbout:
    """What is written about a sample; all but its condition is what the client said."""

    product_zh: str
    product_en: str = ""
    lot: str = ""
    client: str = ""
    client_address: str = ""
    origin: str = ""
    """Place where it was grown."""
    amount: str = ""
    condition: str = ""
    """How it arrived: packing intact, dry, no mould …."""
    sampled_by: str = ""
    received_on: str = ""
    """Day, ``2026-11-20``."""
    note: str = ""

    def as_json(self) -> dict[str, Json]:
        """As the records keep it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sample:
    """One version of a sample."""

    number: str
    version: int
    t_ns: int
    account: str
    about: SampleAbout


def receive_sample(engine: Engine, clock: Clock, actor: Actor, number: str, about: SampleAbout) -> Sample:
    """Write down a sample that arrived, or what is to be corrected about one.

    Raises:
        NotPermittedError: the person only administers or inspects.
        BenchError: the number or a text cannot be so, or nothing changed.
    """
    with changing(engine) as connection:
        return _write(connection, actor, Sample(number, 0, clock.now_ns(), actor.account, about))


def receive_new_sample(engine: Engine, clock: Clock, actor: Actor, number: str, about: SampleAbout) -> Sample:
    """Write down a sample that arrived; its number must be free: two samples are never mixed up by it.

    Raises:
        NotPermittedError: the person only administers or inspects.
        BenchError: there is a sample of this number, or the number or a text cannot be so.
    """
    with changing(engine) as connection:
        if _newest(connection, number) is not None:
            raise BenchError(
                N_("There is a sample {sample} already. Open it to correct it, or take another number."),
                sample=number,
            )
        return _write(connection, actor, Sample(number, 0, clock.now_ns(), actor.account, about))


def _write(connection: Connection, actor: Actor, new: Sample) -> Sample:
    """Keep it as the next version of its number."""
    _demand_sound(new.number, new.about)
    demand_role(connection, actor.account, *RECEIVERS)
    old = _newest(connection, new.number)
    if old is not None and old.about == new.about:
        raise BenchError(N_("Nothing of {sample} was changed."), sample=new.number)
    row = {
        "number": new.number,
        "version": old.version + 1 if old else 1,
        "t_ns": new.t_ns,
        "account": new.account,
        "body": as_text(new.about.as_json()),
    }
    action = "change sample" if old else "receive sample"
    before = old.about.as_json() if old else None
    keep(connection, actor, NewRow(SAMPLES, row, action, old=before), new.t_ns)
    return find_sample(connection, new.number)


def find_sample(connection: Connection, number: str) -> Sample:
    """The newest version of a sample.

    Raises:
        NoSuchRecordError: there is none of that number.
    """
    found = _newest(connection, number)
    if found is None:
        raise NoSuchRecordError(N_("There is no sample {sample}; receive it first."), sample=number)
    return found


def samples(connection: Connection) -> tuple[Sample, ...]:
    """All samples as they are now, the newest number last."""
    newest = select(table.c.number, func.max(table.c.version)).group_by(table.c.number).subquery()
    rows = connection.execute(
        select(table)
        .join(newest, (table.c.number == newest.c[0]) & (table.c.version == newest.c[1]))
        .order_by(table.c.number)
    )
    return tuple(_sample(row) for row in rows)


def sample_history(connection: Connection, number: str) -> tuple[Sample, ...]:
    """All versions of a sample, the oldest first."""
    rows = connection.execute(select(table).where(table.c.number == number).order_by(table.c.version))
    return tuple(_sample(row) for row in rows)


def sample_number(scanned: str) -> str:
    """The number in what a scanner or a camera read: the text itself, or the last part of an address.

    A label of this laboratory carries the number, or an address that ends with it.
    """
    text = scanned.strip()
    return text.rstrip("/").rpartition("/")[2] if "://" in text else text


def _newest(connection: Connection, number: str) -> Sample | None:
    history = sample_history(connection, number)
    return history[-1] if history else None


def _demand_sound(number: str, about: SampleAbout) -> None:
    sound = number == number.strip() and number.isprintable() and "/" not in number
    if not number or len(number) > LONGEST_NUMBER or not sound:
        raise BenchError(
            N_("{number} cannot be a sample's number: up to {longest} characters, without '/'."),
            number=repr(number),
            longest=LONGEST_NUMBER,
        )
    if not about.product_zh:
        raise BenchError(N_("A sample needs its product."))
    for field in fields(SampleAbout):
        text = getattr(about, field.name)
        if len(text) > LONGEST or not text.isprintable():
            raise BenchError(
                N_("{key}: one line of at most {longest} characters."), key=field.name, longest=LONGEST
            )


def _sample(row: Row[tuple[object, ...]]) -> Sample:
    return Sample(row.number, row.version, row.t_ns, row.account, SampleAbout(**json.loads(row.body)))
