"""A balance, its plan of checks, and the people who do them."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from daq.lab.checks.chart_designs import ChartChoice, ChartKind
from daq.lab.checks.plans import CheckPlan, CheckPoint, save_plan
from daq.lab.checks.records import NewCheck, record_checks
from daq.lab.equipment.description import Description
from daq.records import schema
from daq.records.database import changing
from daq.security.audit import Actor, Change, append, as_text
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import EQUIPMENT
from daq.security.people import Role, find
from daq.security.signatures import Signature

ZONE = ZoneInfo("Asia/Shanghai")
DAY_NS = 86_400 * 10**9
START_NS = int(datetime(2026, 3, 2, 9, 0, tzinfo=ZONE).timestamp()) * 10**9
"""A Monday at nine."""

TECHNICIAN = Actor("wu.fang", "web 192.0.2.7")
METROLOGIST = Actor("li.wei", "web 192.0.2.8")
MANAGER = Actor("zhao.min", "web 192.0.2.9")
ROLES = {
    "li.wei": (Role.ADMINISTRATOR, Role.METROLOGIST),
    "wu.fang": (Role.TECHNICIAN,),
    "zhao.min": (Role.QUALITY_MANAGER,),
    "chen.jie": (Role.QUALITY_MANAGER, Role.METROLOGIST),
}

PLAN = CheckPlan(
    name="B-02-daily",
    title_zh="天平日常核查",
    title_en="Daily check of the balance",
    equipment="B-02",
    channel="mass",
    unit="g",
    method="balance-daily-check",
    formula="E",
    points=(
        CheckPoint(
            id="200 g",
            nominal=Decimal(200),
            standard="W-200",
            mpe=Decimal("0.10"),
            resolution=Decimal("0.01"),
        ),
    ),
    every_days=1,
    timezone="Asia/Shanghai",
    overdue="block",
    acceptance="simple-acceptance",
    net=True,
    charts=(ChartChoice(ChartKind.INDIVIDUALS), ChartChoice(ChartKind.CUSUM)),
    phase_one=30,
    checks_per_false_alarm=370.0,
)
SMALL = CheckPoint(
    id="10 g", nominal=Decimal(10), standard="W-10", mpe=Decimal("0.05"), resolution=Decimal("0.01")
)
TWO_POINTS = replace(PLAN, name="B-02-two", points=(*PLAN.points, SMALL))


def register(connection, *names):
    """Balances in the register."""
    for name in names:
        about = Description(title_zh="天平", title_en="Balance", kind="balance")
        row = {
            "name": name,
            "version": 1,
            "t_ns": 1,
            "account": "li.wei",
            "reason": "",
            "body": as_text(about.as_json()),
        }
        keep(connection, METROLOGIST, NewRow(EQUIPMENT, row, "add"), 1)


def populate(engine):
    """Two balances, and people, each with an entry in the trail; nobody needs a password here."""
    with changing(engine) as connection:
        for account, roles in ROLES.items():
            row = {
                "account": account,
                "name": f"人 {account}",
                "password_hash": "-",
                "password_by": account,
                "created_ns": 1,
            }
            connection.execute(schema.people.insert(), row)
            held = [{"account": account, "role": role.value} for role in roles]
            connection.execute(schema.person_roles.insert(), held)
            person = find(connection, account)
            append(connection, METROLOGIST, Change("add", person.record, None, person.as_json()), 1)
        register(connection, "B-01", "B-02")


def signature(account, role, t_ns, meaning="decided"):
    return Signature(account, role, meaning, t_ns, "web 192.0.2.7")


def at_day(day, hour=0):
    return START_NS + day * DAY_NS + hour * 3600 * 10**9


def a_check(t_ns=START_NS, indication="200.01", **other):
    values = {
        "plan": "B-02-daily",
        "point": "200 g",
        "t_ns": t_ns,
        "indication": Decimal(indication),
        "reference": Decimal("200.0003"),
        "U": 0.012,
        "k": 2.0,
        "u_reference": 0.0003,
        "standard": "W-200",
        "standard_certificate": "7.1",
        "instrument_certificate": "17.2",
    }
    return NewCheck(**(values | other))


def plan_checks(engine, plan=PLAN, now_ns=START_NS - DAY_NS):
    with changing(engine) as connection:
        return save_plan(connection, METROLOGIST, plan, "as the quality manual says", now_ns)


def do_checks(engine, *new, now_ns=START_NS + 10_000 * DAY_NS):
    with changing(engine) as connection:
        return record_checks(connection, TECHNICIAN, new, now_ns)
