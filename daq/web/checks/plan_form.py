"""The fields in which a plan of checks is written, with what its charts cost shown while they are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from nicegui import run, ui

from calibration.errors import CalibrationError
from daq.errors import CheckError
from daq.i18n import N_
from daq.lab.checks.chart_designs import (
    RULES_BY_NAME,
    WESTGARD_BY_NAME,
    ChartChoice,
    ChartKind,
    Demand,
    Price,
    price_of,
    price_together,
)
from daq.lab.checks.plans import CheckPlan, CheckPoint
from daq.web.checks.words import CHARTS, DECISION_RULES, RULES
from daq.web.frame import box
from daq.web.visit import Visit

POINT = (
    ("id", N_("Point")),
    ("nominal", N_("Nominal value")),
    ("standard", N_("Check standard")),
    ("mpe", N_("MPE in service")),
    ("resolution", N_("Resolution d")),
)
TEXTS = (
    ("name", N_("Name of the plan")),
    ("title_zh", N_("Name in Chinese")),
    ("title_en", N_("Name in English")),
    ("unit", N_("Unit")),
    ("method", N_("Method, if one leads through it")),
    ("formula", N_("Its result that is the error")),
)
NUMBERS = (
    ("every_days", N_("Every so many days"), 1),
    ("phase_one", N_("Checks that make the limits"), 30),
    ("checks_per_false_alarm", N_("Checks per false alarm wanted"), 370),
)
FIXED = ("name", "unit")
"""These stay as long as the plan does, with its instrument."""


@dataclass(frozen=True, slots=True)
class Known:
    """What can be chosen."""

    channels: Sequence[tuple[str, str]]
    """(instrument, channel) that have certificates."""
    standards: Sequence[str]
    """Equipment that is offered as check standard; a weight of a set is ``W-01/200 g``."""


class CheckPlanForm:
    """All of a plan, to be written or changed."""

    def __init__(self, here: Visit, known: Known, about: CheckPlan | None = None) -> None:
        """Build the fields, with what is there already."""
        self._here = here
        self._known = known
        self._about = about
        given: dict[str, Any] = dict(about.as_json()) if about is not None else {}  # type: ignore[arg-type]
        with box("panel wide-form"):
            self._what(given)
        with box("panel"):
            ui.label(here.words.say("Points")).classes("caption")
            self._points = box("points")
            self._rows: list[dict[str, Any]] = []
            for point in given.get("points") or [{}]:
                self._add_point(point)
            ui.button(here.words.say("One more point"), on_click=lambda: self._add_point({})).props(
                "flat no-caps"
            )
        with box("panel"):
            self._charts(about)

    def _what(self, given: dict[str, Any]) -> None:
        say = self._here.words.say
        pairs = {f"{name}/{channel}": f"{name} {channel}" for name, channel in self._known.channels}
        chosen = f"{given['equipment']}/{given['channel']}" if given else None
        if chosen is not None:
            pairs.setdefault(chosen, chosen.replace("/", " "))
        self._channel = ui.select(pairs, label=say("Equipment"), value=chosen)
        self._fields: dict[str, Any] = {
            key: ui.input(say(label), value=given.get(key, "")) for key, label in TEXTS
        }
        for key, label, usual in NUMBERS:
            self._fields[key] = ui.number(say(label), value=given.get(key, usual), min=1, precision=0)
        overdue = {
            "block": say("no results of samples until it is done"),
            "warn": say("only told"),
        }
        self._fields["overdue"] = ui.select(
            overdue, label=say("When it is overdue"), value=given.get("overdue", "block")
        )
        self._fields["acceptance"] = ui.select(
            {name: say(text) for name, text in DECISION_RULES.items()},
            label=say("Decision rule"),
            value=given.get("acceptance", "simple-acceptance"),
        )
        for field in (self._channel, *self._fields.values()):
            field.props("outlined dense")
        self._net = ui.checkbox(say("Net: rounded at zero and under the load"), value=given.get("net", False))
        if given:
            for field in (self._channel, *(self._fields[key] for key in FIXED)):
                field.disable()

    def _add_point(self, given: dict[str, Any]) -> None:
        say = self._here.words.say
        row: dict[str, Any] = {}
        with self._points, box("wide-form point-form"):
            for key, label in POINT:
                value = str(given.get(key, ""))
                names = list(self._known.standards) if key == "standard" else None
                row[key] = ui.input(say(label), value=value, autocomplete=names)
                row[key].props("outlined dense")
        self._rows.append(row)

    def _charts(self, about: CheckPlan | None) -> None:
        say = self._here.words.say
        given = {one.kind: one for one in about.charts} if about is not None else {}
        first = {ChartKind.INDIVIDUALS, ChartKind.CUSUM} if about is None else set(given)
        self._given = given
        ui.label(say("Control charts")).classes("caption")
        self._kinds: dict[ChartKind, ui.checkbox] = {}
        self._rules: dict[ChartKind, ui.select] = {}
        known = {ChartKind.RUNS: RULES_BY_NAME, ChartKind.WESTGARD: WESTGARD_BY_NAME}
        for kind in ChartKind:
            if kind in known:
                names = {
                    name: f"{name}: {say(RULES[name])}" if name in RULES else name for name in known[kind]
                }
                chosen = list(given[kind].rules) if kind in given else []
                label = say(CHARTS[kind])
                self._rules[kind] = ui.select(names, label=label, value=chosen, multiple=True)
                self._rules[kind].props("outlined dense use-chips").on_value_change(self._show_price)
            else:
                self._kinds[kind] = ui.checkbox(say(CHARTS[kind]), value=kind in first)
                self._kinds[kind].on_value_change(self._show_price)
        for key in ("phase_one", "checks_per_false_alarm"):
            self._fields[key].on_value_change(self._show_price)
        self._price = box("prices")
        ui.timer(0.1, self._show_price, once=True)

    def choices(self) -> tuple[ChartChoice, ...]:
        """The charts that are ticked; what a chart had besides its rules it keeps."""
        found = []
        for kind, tick in self._kinds.items():
            if tick.value:
                found.append(self._given.get(kind, ChartChoice(kind)))
        for kind, select in self._rules.items():
            if select.value:
                rules = tuple(select.value)
                old = self._given.get(kind)
                found.append(ChartChoice(kind, rules) if old is None else replace(old, rules=rules))
        return tuple(found)

    async def _show_price(self) -> None:
        """What the chosen charts cost, each and together."""
        say = self._here.words.say
        lines: list[str] = []
        try:
            demand = Demand(
                float(self._fields["checks_per_false_alarm"].value or 0),
                int(self._fields["phase_one"].value or 0),
            )
            choices, levels = self.choices(), len(self._rows)
            prices = await run.io_bound(lambda: [price_of(one, demand, levels) for one in choices])
            lines = self._priced(choices, prices or [])
        except (CalibrationError, CheckError) as error:
            lines = [self._here.words.error(error)]
        self._price.clear()
        with self._price:
            for line in lines or [say("No control chart: only the MPE decides.")]:
                ui.label(line)

    def _priced(self, choices: Sequence[ChartChoice], prices: Sequence[Price]) -> list[str]:
        say = self._here.words.say
        lines = [
            say(
                "{chart}: one false alarm in {count} checks on average",
                chart=say(CHARTS[choice.kind]),
                count=f"{price.checks_per_false_alarm:.0f}",
            )
            for choice, price in zip(choices, prices, strict=True)
        ]
        if len(prices) > 1:
            count = f"{price_together(tuple(prices)):.0f}"
            lines.append(
                say("All together: one false alarm in {count} checks on average, at least", count=count)
            )
        return lines

    def plan(self, *, is_active: bool = True) -> CheckPlan:
        """What is filled in.

        Raises:
            CheckError: a number that is none, or what a plan cannot be.
            CalibrationError: a chart that cannot be.
        """
        instrument, _, channel = str(self._channel.value or "").partition("/")
        values = {key: field.value for key, field in self._fields.items()}
        texts: dict[str, Any] = {key: str(values[key] or "").strip() for key, _ in TEXTS}
        whole: dict[str, Any] = {key: int(values[key] or 0) for key in ("every_days", "phase_one")}
        return CheckPlan(
            **texts,
            **whole,
            equipment=instrument,
            channel=channel,
            points=tuple(self._point(row) for row in self._rows if str(row["id"].value or "").strip()),
            timezone=self._here.settings.site.timezone if self._about is None else self._about.timezone,
            overdue=values["overdue"],
            acceptance=values["acceptance"],
            net=bool(self._net.value),
            charts=self.choices(),
            checks_per_false_alarm=float(values["checks_per_false_alarm"] or 0),
            is_active=is_active,
        )

    def _point(self, row: dict[str, Any]) -> CheckPoint:
        texts = {key: str(field.value or "").strip() for key, field in row.items()}
        numbers = {key: _decimal(texts["id"], texts[key]) for key in ("nominal", "mpe", "resolution")}
        return CheckPoint(id=texts["id"], standard=texts["standard"], **numbers)


def _decimal(point: str, text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise CheckError(
            N_("{point}: '{text}' is no number; write one such as 0.10."), point=point, text=text
        )
    return found
