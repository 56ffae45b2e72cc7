"""Intermediate checks at the console: the plans, what is due, the control charts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from daq.commands.console import DEFAULT_DATA, DataOption, JsonOption, clear_errors, say_json
from daq.commands.people import RecordsOption
from daq.lab.checks.chart_json import chart_as_json
from daq.lab.checks.control import ControlChart, control_charts
from daq.lab.checks.dates import CheckDate, check_dates
from daq.lab.checks.drift import forecast_of
from daq.lab.checks.plans import plan_named, plans
from daq.records.database import reading, records_url
from daq.records.migrations import open_records
from daq.wiring import DataFiles

app = typer.Typer(no_args_is_help=True, help="Intermediate checks: plans, what is due, control charts.")

PlanArgument = Annotated[str, typer.Argument(help="Name of the plan, as `hengliang checks list` shows it.")]


@app.command("list")
def list_plans(
    data: DataOption = DEFAULT_DATA, records: RecordsOption = None, as_json: JsonOption = False
) -> None:
    """Show every plan, the ended ones too."""
    with clear_errors(), _records(data, records) as connection:
        found = plans(connection)
    if as_json:
        say_json([{"version": one.version, **_object(one.plan.as_json())} for one in found.values()])
        return
    for one in found.values():
        plan = one.plan
        points = ", ".join(point.id for point in plan.points)
        state = f"every {plan.every_days} d" if plan.is_active else "ended"
        typer.echo(f"{plan.name}  {plan.equipment} {plan.channel}  {points}  {state}  {plan.title_en}")
    if not found:
        typer.echo("no plan of checks yet")


@app.command()
def due(data: DataOption = DEFAULT_DATA, records: RecordsOption = None, as_json: JsonOption = False) -> None:
    """Show when each check falls due, the most urgent first."""
    with clear_errors(), _records(data, records) as connection:
        found = check_dates(connection, DataFiles(data).clock().now_ns())
    if as_json:
        say_json([{"standing": one.standing.value, "met": one.is_met, **one.facts} for one in found])
        return
    for one in found:
        typer.echo(_line(one))
    if not found:
        typer.echo("no plan of checks yet")


@app.command()
def chart(
    plan: PlanArgument,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the control charts of a plan: limits, alarms and, where it drifts, the date."""
    with clear_errors(), _records(data, records) as connection:
        charts = control_charts(connection, plan_named(connection, plan).plan)
    if as_json:
        say_json([chart_as_json(one) for one in charts.values()])
        return
    for one in charts.values():
        typer.echo("\n".join(_told(one)))


@contextmanager
def _records(data: Path, records: str | None) -> Iterator[Connection]:
    with open_records(records or records_url(data)) as engine, reading(engine) as connection:
        yield connection


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _line(one: CheckDate) -> str:
    return f"{one.due}  {one.plan.name}  {one.plan.equipment} {one.point}  {one.standing.value}"


def _told(chart: ControlChart) -> Iterator[str]:
    unit = chart.plan.unit
    yield f"{chart.plan.equipment} {chart.point.id}: {len(chart.checks)} checks, MPE {chart.point.mpe} {unit}"
    for one in chart.baselines:
        limits = one.limits
        drawn = one.trial.trust.value
        if limits is not None:
            drawn = f"centre {limits.centre:.4g} {unit}, sigma {limits.sigma:.2g} {unit}"
        because = ", ".join(change.value for change in one.changes)
        yield f"  baseline of checks {one.first + 1} to {one.last + 1} ({because}): {drawn}"
    for alarm in chart.alarms_now:
        yield f"  at the last check: {alarm.rule or alarm.chart.value} alarms"
    if chart.assessment is not None:
        yield f"  {chart.assessment.finding.value}"
    dates = forecast_of(chart)
    if dates is not None:
        action, expected = (_day(t_ns, chart) for t_ns in (dates.action_ns, dates.expected_ns))
        yield f"  act before {action}; the MPE is met about {expected}"


def _day(t_ns: int | None, chart: ControlChart) -> str:
    if t_ns is None:
        return "a day a hundred years off"
    return datetime.fromtimestamp(t_ns // 1_000_000_000, chart.plan.zone).date().isoformat()
