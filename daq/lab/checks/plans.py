"""Plans of intermediate checks (期间核查): what is checked with what, how often, and what must be met.

A plan is data in the records. A changed plan is a new version; checks name the version they were made under.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, select

from calibration.charts.control_charts import LEAST_CHECKS
from calibration.errors import CalibrationError
from calibration.influences import rounding
from calibration.limits import Limits
from calibration.units import unit_of
from daq.errors import CheckError
from daq.i18n import N_
from daq.lab.checks.chart_designs import ChartChoice, ChartKind, Demand, design_of
from daq.lab.equipment.records import find_equipment
from daq.lab.methods.results import DECISION_RULES
from daq.records.checks_tables import check_plans
from daq.security.audit import Actor, Json, as_text
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import CHECK_PLANS
from daq.security.people import Role, demand_role

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPoint:
    """One point of the range that is checked: a load, a temperature."""

    id: str
    """As on the chart: ``200 g``."""
    nominal: Decimal
    """In the unit of the plan."""
    standard: str
    """Check standard (核查标准), by its name in the register of equipment."""
    mpe: Decimal
    """Maximum permissible error in service, in the unit of the plan."""
    resolution: Decimal
    """Step of the indication, in the unit of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPlan:
    """How one channel of one instrument is checked.

    Raises:
        CheckError: a key that cannot be so; the sentence names it.
    """

    name: str
    """``B-02-daily``; never given to another instrument."""
    title_zh: str
    title_en: str
    equipment: str
    channel: str
    unit: str
    method: str
    """Name of the written method that leads through it; empty for a check without one."""
    formula: str
    """Result of the method that is the error; empty without a method."""
    points: tuple[CheckPoint, ...]
    every_days: int
    """It falls due so many calendar days after the last one, and is overdue when that day is over."""
    timezone: str
    """Of the laboratory, whose days count."""
    overdue: Literal["block", "warn"]
    """What an overdue check does to results of samples; a failed one always blocks them."""
    acceptance: str
    """Decision rule by its name in methods: how MPE and U decide."""
    net: bool
    """Whether an indication is rounded twice: at zero, or tare, and under the load."""
    charts: tuple[ChartChoice, ...]
    phase_one: int
    """Number of checks that make the control limits."""
    checks_per_false_alarm: float
    """What charts with limits of their own are made for."""
    is_active: bool = True
    """False ends the plan: nothing falls due any more, and its past stays."""

    def __post_init__(self) -> None:
        for key, text in (("name", self.name), ("equipment", self.equipment), ("channel", self.channel)):
            if not _NAME.fullmatch(text):
                raise CheckError(
                    N_("{key} is '{text}': it takes letters, digits, '.', '_' and '-'."), key=key, text=text
                )
        _demand(bool(self.title_zh and self.title_en), N_("A plan needs its title in Chinese and English."))
        texts = (self.title_zh, self.title_en, *(point.id for point in self.points))
        _demand(
            all(text.isprintable() and text == text.strip() and text for text in texts),
            N_("Titles and names of points are one line, without blanks around it."),
        )
        _demand(bool(self.points), N_("A plan needs one point at least."))
        _demand(
            len({point.id for point in self.points}) == len(self.points),
            N_("Two points of a plan have one name; give each its own."),
        )
        _demand(self.every_days >= 1, N_("A check falls due after 1 day or more."))
        _demand(
            self.phase_one >= LEAST_CHECKS,
            N_("Control limits need {least} checks at least."),
            least=LEAST_CHECKS,
        )
        _demand(
            self.acceptance in DECISION_RULES,
            N_("'{found}' is no decision rule; the rules are {rules}."),
            found=self.acceptance,
            rules=", ".join(DECISION_RULES),
        )
        _demand(
            bool(self.method) == bool(self.formula),
            N_("The method of a check and its result are given together, or neither."),
        )
        for point in self.points:
            _demand(
                point.mpe > 0,
                N_("{point}: the maximum permissible error must be greater than 0."),
                point=point.id,
            )

    @property
    def zone(self) -> ZoneInfo:
        """Whose days count."""
        return ZoneInfo(self.timezone)

    @property
    def demand(self) -> Demand:
        """What is wanted of its charts."""
        return Demand(self.checks_per_false_alarm, self.phase_one)

    @property
    def cusum(self) -> ChartChoice | None:
        """Its CUSUM, which also tells a drift from a step; None if it has none."""
        return next((chart for chart in self.charts if chart.kind is ChartKind.CUSUM), None)

    def point(self, id_: str) -> CheckPoint:
        """The point of that name.

        Raises:
            CheckError: there is none.
        """
        for point in self.points:
            if point.id == id_:
                return point
        raise CheckError(
            N_("The plan {plan} has no point {point}; its points are {points}."),
            plan=self.name,
            point=id_,
            points=", ".join(point.id for point in self.points),
        )

    def limits(self, point: CheckPoint) -> Limits:
        """What the error must meet."""
        return Limits(-point.mpe, point.mpe, self.unit, f"{self.name} {point.id}")

    def rounding_u(self, point: CheckPoint) -> float:
        """Standard uncertainty of the rounding of one error, d/sqrt(12), or d/sqrt(6) for a net value."""
        one = rounding(float(point.resolution), "rounding").u
        return one * 2**0.5 if self.net else one

    def as_json(self) -> Json:
        """The whole plan, decimals as text."""
        found: Json = _PLAN.dump_python(self, mode="json")
        return found


_PLAN = TypeAdapter(CheckPlan)


def _demand_usable(plan: CheckPlan) -> None:
    """Unit, rounding, time zone and charts are such that nothing fails when the first check comes."""
    try:
        unit_of(plan.unit)
        for point in plan.points:
            plan.rounding_u(point)
        for chart in plan.charts:
            design_of(chart, plan.demand, len(plan.points))
    except CalibrationError as error:
        raise CheckError(f"{plan.name}: {error}") from error
    try:
        ZoneInfo(plan.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CheckError(
            N_("'{found}' is no time zone; write one such as Asia/Shanghai."), found=plan.timezone
        ) from error


def _demand(met: bool, sentence: str, **facts: object) -> None:
    if not met:
        raise CheckError(sentence, **facts)


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A plan as it was written at one time."""

    plan: CheckPlan
    version: int
    t_ns: int
    account: str
    reason: str


def save_plan(connection: Connection, by: Actor, plan: CheckPlan, reason: str, now_ns: int) -> PlanVersion:
    """Write a plan, or a new version of it, in the transaction of ``changing``.

    Args:
        connection: of ``changing``.
        by: a metrologist.
        plan: the whole of it.
        reason: why it is so, or what has changed.
        now_ns: UTC.

    Raises:
        NotPermittedError: ``by`` is no metrologist.
        EquipmentError: the instrument is not in the register.
        CheckError: no reason, nothing changed, the name is another instrument's plan, or a unit, time zone or
            chart that cannot be used.
    """
    demand_role(connection, by.account, Role.METROLOGIST)
    _demand(bool(reason.strip()), N_("A plan needs its reason."))
    _demand_usable(plan)
    find_equipment(connection, plan.equipment)
    old = find_plan(connection, plan.name)
    if old is not None:
        same = (old.plan.equipment, old.plan.channel, old.plan.unit)
        _demand(
            same == (plan.equipment, plan.channel, plan.unit),
            N_("{plan} is the plan of {equipment} {channel} in {unit}; give another one its own plan."),
            plan=plan.name,
            equipment=same[0],
            channel=same[1],
            unit=same[2],
        )
        _demand(old.plan != plan, N_("Nothing of {name} was changed."), name=plan.name)
    version = PlanVersion(plan, 1 if old is None else old.version + 1, now_ns, by.account, reason.strip())
    row = {
        "name": plan.name,
        "version": version.version,
        "t_ns": now_ns,
        "account": by.account,
        "equipment": plan.equipment,
        "reason": version.reason,
        "body": as_text(plan.as_json()),
    }
    action = "plan checks" if old is None else "change the plan of checks"
    before = None if old is None else old.plan.as_json()
    keep(connection, by, NewRow(CHECK_PLANS, row, action, version.reason, before), now_ns)
    return version


def find_plan(connection: Connection, name: str) -> PlanVersion | None:
    """The newest version of a plan; None if there is no such plan."""
    statement = select(check_plans).where(check_plans.c.name == name)
    row = connection.execute(statement.order_by(check_plans.c.version.desc()).limit(1)).first()
    return None if row is None else _version(row)


def plan_named(connection: Connection, name: str) -> PlanVersion:
    """The newest version of a plan.

    Raises:
        CheckError: there is no such plan.
    """
    found = find_plan(connection, name)
    if found is None:
        raise CheckError(
            N_("There is no plan of checks {plan}; choose one of the list, or make it."), plan=name
        )
    return found


def plans(connection: Connection) -> dict[str, PlanVersion]:
    """The newest version of every plan by name, the ended ones too."""
    return _newest(connection.execute(select(check_plans).order_by(*_IN_ORDER)))


def plans_of(connection: Connection, equipment: str, at_ns: int) -> tuple[PlanVersion, ...]:
    """The active plans of an instrument as they were at a time."""
    column = check_plans.c
    asked = select(check_plans).where(column.equipment == equipment, column.t_ns <= at_ns)
    found = _newest(connection.execute(asked.order_by(*_IN_ORDER))).values()
    return tuple(version for version in found if version.plan.is_active)


_IN_ORDER = (check_plans.c.name, check_plans.c.version)


def _newest(rows: Iterable[Row[tuple[object, ...]]]) -> dict[str, PlanVersion]:
    newest = {row.name: row for row in rows}
    return {name: _version(row) for name, row in newest.items()}


def _version(row: Row[tuple[object, ...]]) -> PlanVersion:
    return PlanVersion(_PLAN.validate_json(row.body), row.version, row.t_ns, row.account, row.reason)
