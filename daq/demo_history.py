"""Ninety days of checks in the demo's past: a balance that drifts, a thermometer that steps and is adjusted.

Everything is written as people of a laboratory would have written it, each at its time, so that charts,
forecast, nonconforming work and its decisions are there in the first minute. The same days give the same
numbers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from sqlalchemy import Connection

from calibration.rounding import round_to_interval
from daq.demo_register import METROLOGIST, ORIGIN, TECHNICIAN
from daq.lab.certificates.register import NS_PER_S, Register
from daq.lab.checks.chart_designs import ChartChoice, ChartKind
from daq.lab.checks.plans import CheckPlan, CheckPoint, find_plan, save_plan
from daq.lab.checks.records import NewCheck, record_checks
from daq.lab.equipment.records import write_log
from daq.lab.nonconforming.causes import FollowUp, do_checks
from daq.lab.nonconforming.course import RESUMED, resume
from daq.lab.nonconforming.records import Nonconformity
from daq.records.certificate_versions import versions
from daq.records.database import changing, reading
from daq.records.register_tables import certificates
from daq.security.audit import Actor
from daq.security.people import Role
from daq.security.signatures import Signature

SEED = 20_260_716
DAYS = 90
DRIFT_FROM, DRIFT_G_PER_DAY = 45, 0.0011
"""The balance drifts from this day on, out of tolerance in about a month and a half."""
STEP_ON, STEP_DEGC = 81, 0.62
"""On this day the thermometer is found out of tolerance; it is adjusted the day after."""
_REASON = "仿真 simulated laboratory"

BALANCE = CheckPlan(
    name="B-02-daily",
    title_zh="精密天平日常核查",
    title_en="Daily check of the precision balance",
    equipment="B-02",
    channel="mass",
    unit="g",
    method="balance-daily-check",
    formula="E",
    points=(
        CheckPoint(
            id="200 g",
            nominal=Decimal(200),
            standard="W-01/200 g",
            mpe=Decimal("0.10"),
            resolution=Decimal("0.01"),
        ),
        CheckPoint(
            id="10 g",
            nominal=Decimal(10),
            standard="W-01/10 g",
            mpe=Decimal("0.10"),
            resolution=Decimal("0.01"),
        ),
    ),
    every_days=1,
    timezone="Asia/Shanghai",
    overdue="warn",
    acceptance="simple-acceptance",
    net=True,
    charts=(ChartChoice(ChartKind.INDIVIDUALS), ChartChoice(ChartKind.CUSUM)),
    phase_one=30,
    checks_per_false_alarm=500.0,
)
THERMOMETER = CheckPlan(
    name="O-01-daily",
    title_zh="烘箱铂电阻核查",
    title_en="Check of the Pt100 in the oven",
    equipment="O-01",
    channel="temperature-1",
    unit="degC",
    method="thermometer-comparison",
    formula="E",
    points=(
        CheckPoint(
            id="105 °C",
            nominal=Decimal(105),
            standard="T-REF",
            mpe=Decimal("0.5"),
            resolution=Decimal("0.1"),
        ),
    ),
    every_days=1,
    timezone="Asia/Shanghai",
    overdue="warn",
    acceptance="simple-acceptance",
    net=False,
    charts=(
        ChartChoice(ChartKind.EWMA),
        ChartChoice(ChartKind.RUNS, ("Western Electric 1", "Western Electric 2")),
        ChartChoice(ChartKind.CUSUM),
    ),
    phase_one=30,
    checks_per_false_alarm=500.0,
)


@dataclass(frozen=True, slots=True)
class _Past:
    """The demo's calendar of checks: each morning at half past eight, the last one yesterday."""

    register: Register

    def at_ns(self, day: int, minutes: int = 0) -> int:
        """A morning of the past, ``DAYS`` after its beginning being today."""
        morning = self.register.today() - timedelta(days=DAYS - day)
        begin = datetime(morning.year, morning.month, morning.day, 8, 30, tzinfo=self.register.zone)
        return int((begin + timedelta(minutes=minutes)).timestamp()) * NS_PER_S


def fill_checks(register: Register, follow_up: FollowUp, work: Callable[[], None] = lambda: None) -> None:
    """Give the demo its past of checks, once; what it has stays.

    Args:
        register: of the demo, with people and equipment.
        follow_up: lists what stood on the thermometer when it failed.
        work: what was done in the laboratory on the day before that; it is done when that day has come.
    """
    past = _Past(register)
    with reading(register.engine) as connection:
        if find_plan(connection, BALANCE.name) is not None:
            return
    days = _Days(past, follow_up)
    with changing(register.engine) as connection:
        for plan in (BALANCE, THERMOMETER):
            save_plan(connection, Actor(METROLOGIST, ORIGIN), plan, _REASON, past.at_ns(-1))
        days.write(connection, range(STEP_ON))
    work()
    with changing(register.engine) as connection:
        days.write(connection, range(STEP_ON, DAYS))


class _Days:
    """The checks of every day, each day once and in order."""

    def __init__(self, past: _Past, follow_up: FollowUp) -> None:
        self._past = past
        self._follow_up = follow_up
        with reading(past.register.engine) as connection:
            records = {name: _record(connection, name, past.at_ns(0)) for name in ("B-02", "W-01", "O-01")}
        self._balance = _balance(past, records)
        self._certificate = records["O-01"]
        self._thermometer = _comparisons(past, self._certificate)

    def write(self, connection: Connection, days: range) -> None:
        """A check that fails has its consequences, and what is left of the day is one of putting right."""
        past, by = self._past, Actor(TECHNICIAN, ORIGIN)
        for day in days:
            record_checks(connection, by, next(self._balance), past.at_ns(day, 20))
            check = next(self._thermometer)
            answer = do_checks(connection, by, [check], self._follow_up, past.at_ns(day, 20))
            if answer.nonconformity is not None:
                _put_right(connection, (past, day), self._certificate, answer.nonconformity)


def _balance(past: _Past, records: Mapping[str, str]) -> Iterator[tuple[NewCheck, ...]]:
    generator = np.random.default_rng(SEED)
    weights = (
        ("200 g", Decimal("199.999962"), 0.00005),
        ("10 g", Decimal("10.000011"), 0.00001),
    )
    for day in range(DAYS):
        drift = max(0, day - DRIFT_FROM) * DRIFT_G_PER_DAY
        checks = []
        for minutes, (point, reference, u) in enumerate(weights):
            error = drift * float(reference) / 200 + generator.normal(0.004, 0.006)
            shown = round_to_interval(Decimal(str(float(reference) + error)), Decimal("0.01"))
            checks.append(
                NewCheck(
                    plan=BALANCE.name,
                    point=point,
                    t_ns=past.at_ns(day, 5 * minutes),
                    indication=shown,
                    reference=reference,
                    U=0.016,
                    k=2.0,
                    u_reference=u,
                    standard=f"W-01/{point}",
                    standard_certificate=records["W-01"],
                    instrument_certificate=records["B-02"],
                    note=_REASON,
                )
            )
        yield tuple(checks)


def _comparisons(past: _Past, certificate: str) -> Iterator[NewCheck]:
    generator = np.random.default_rng(SEED + 1)
    for day in range(DAYS):
        step = STEP_DEGC if day == STEP_ON else 0.0
        reference = round_to_interval(Decimal(str(105 + generator.normal(0, 0.2))), Decimal("0.01"))
        error = step + generator.normal(0.05, 0.06)
        shown = round_to_interval(Decimal(str(float(reference) + error)), Decimal("0.1"))
        yield NewCheck(
            plan=THERMOMETER.name,
            point="105 °C",
            t_ns=past.at_ns(day, 2),
            indication=shown,
            reference=reference,
            U=0.12,
            k=2.0,
            u_reference=0.03,
            standard="T-REF",
            standard_certificate="",
            instrument_certificate=certificate,
            note=_REASON,
        )


def _put_right(
    connection: Connection, when: tuple[_Past, int], certificate: str, case: Nonconformity
) -> None:
    """The sensor is put back in its place; a check shows it good again, and a metrologist signs for that."""
    past, day = when
    entry = (THERMOMETER.equipment, "adjustment", "重新安装感温元件 sensor seated again")
    write_log(connection, Actor(METROLOGIST, ORIGIN), entry, past.at_ns(day, 180))
    good = NewCheck(
        plan=THERMOMETER.name,
        point="105 °C",
        t_ns=past.at_ns(day, 240),
        indication=Decimal("105.1"),
        reference=Decimal("105.04"),
        U=0.12,
        k=2.0,
        u_reference=0.03,
        standard="T-REF",
        standard_certificate="",
        instrument_certificate=certificate,
        note=_REASON,
    )
    record_checks(connection, Actor(TECHNICIAN, ORIGIN), [good], past.at_ns(day, 250))
    # nobody was there to type a password: the past of a demo is made up, and marked so
    signature = Signature(METROLOGIST, Role.METROLOGIST, RESUMED, past.at_ns(day, 260), ORIGIN)
    resume(connection, signature, case.number, "调整后核查合格 passed after adjustment")


def _record(connection: Connection, equipment: str, at_ns: int) -> str:
    """Of the certificate in force then; empty without one."""
    found = [
        version
        for version in versions(connection, certificates.c.equipment == equipment)
        if version.counts_at(at_ns)
    ]
    return found[-1].record if found else ""
