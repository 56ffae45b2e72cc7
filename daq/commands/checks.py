"""Intermediate checks at the console: the plans, what is due, the control charts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from daq.commands.console import DEFAULT_DATA, DataOption, JsonOption, clear_errors, say_json, say_rows
from daq.commands.people import RecordsOption
from daq.commands.speech import say, speech, word
from daq.lab.checks.chart_json import chart_as_json
from daq.lab.checks.control import ControlChart, control_charts
from daq.lab.checks.dates import check_dates
from daq.lab.checks.drift import forecast_of
from daq.lab.checks.plans import CheckPlan, plan_named, plans
from daq.records.database import reading, records_url
from daq.records.migrations import open_records
from daq.web.checks.words import CHANGES, CHARTS, FINDINGS, STANDINGS, TRUSTS
from daq.wiring import DataFiles

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Intermediate checks: plans, what is due, control charts.",
)

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
    say_rows(_plan_row(one.plan) for one in found.values())
    if not found:
        typer.echo(say("no plan of checks yet"))


@app.command()
def due(data: DataOption = DEFAULT_DATA, records: RecordsOption = None, as_json: JsonOption = False) -> None:
    """Show when each check falls due, the most urgent first."""
    with clear_errors(), _records(data, records) as connection:
        found = check_dates(connection, DataFiles(data).clock().now_ns())
    if as_json:
        say_json([{"standing": one.standing.value, "met": one.is_met, **one.facts} for one in found])
        return
    say_rows(
        (
            str(one.due),
            one.plan.name,
            f"{one.plan.equipment} {one.point}",
            word(one.standing.value, STANDINGS),
        )
        for one in found
    )
    if not found:
        typer.echo(say("no plan of checks yet"))


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


def _plan_row(plan: CheckPlan) -> tuple[str, ...]:
    points = ", ".join(point.id for point in plan.points)
    state = say("every {days} d", days=plan.every_days) if plan.is_active else say("has ended")
    title = speech().either(plan.title_zh, plan.title_en)
    return plan.name, f"{plan.equipment} {plan.channel}", points, state, title


def _told(chart: ControlChart) -> Iterator[str]:
    unit = chart.plan.unit
    yield say(
        "{point}: {number} checks, MPE {mpe}",
        point=f"{chart.plan.equipment} {chart.point.id}",
        number=len(chart.checks),
        mpe=f"{chart.point.mpe} {unit}",
    )
    for one in chart.baselines:
        limits = one.limits
        drawn = word(one.trial.trust.value, TRUSTS, count=len(one.counted))
        if limits is not None:
            drawn = say(
                "centre {centre}, sigma {sigma}",
                centre=f"{limits.centre:.4g} {unit}",
                sigma=f"{limits.sigma:.2g} {unit}",
            )
        because = ", ".join(word(change.value, CHANGES) for change in one.changes)
        yield "  " + say(
            "baseline of checks {first} to {last} ({because}): {drawn}",
            first=one.first + 1,
            last=one.last + 1,
            because=because,
            drawn=drawn,
        )
    for alarm in chart.alarms_now:
        name = alarm.rule or word(alarm.chart.value, CHARTS)
        yield "  " + say("at the last check: {name} alarms", name=name)
    if chart.assessment is not None:
        yield f"  {word(chart.assessment.finding.value, FINDINGS)}"
    dates = forecast_of(chart)
    if dates is not None:
        action, expected = (_day(t_ns, chart) for t_ns in (dates.action_ns, dates.expected_ns))
        yield "  " + say(
            "act before {action}; the MPE is met about {expected}", action=action, expected=expected
        )


def _day(t_ns: int | None, chart: ControlChart) -> str:
    if t_ns is None:
        return say("a day a hundred years off")
    return datetime.fromtimestamp(t_ns // 1_000_000_000, chart.plan.zone).date().isoformat()
