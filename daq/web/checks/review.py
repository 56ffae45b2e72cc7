"""What a review of an instrument's interval needs, in sentences: line, En, budget, advice."""

from collections.abc import Iterable

from calibration.drift.drift_watch import Finding
from calibration.drift.intervals import Advice, Change
from daq.i18n import N_
from daq.i18n.figures import symbol, typeset
from daq.lab.checks.control import ControlChart
from daq.lab.checks.drift import forecast_of
from daq.lab.checks.review import POLICY, CertifiedPair, Review
from daq.web.digits import expanded, figure
from daq.web.words import Words

YEAR_DAYS = 365.25
ADVICE = {
    Change.KEEP: N_("{method}: keep {days} days"),
    Change.LENGTHEN: N_("{method}: lengthen to {days} days"),
    Change.SHORTEN: N_("{method}: shorten to {days} days"),
}
METHODS = {
    "method 1": N_("staircase"),
    "method 2": N_("control chart of calibrations"),
    "method 3": N_("time in use"),
    "method 4": N_("checks in service"),
}
"""Of ILAC-G24 / OIML D 10, by what their source is called."""


def review_sentences(chart: ControlChart, found: Review, words: Words) -> list[str]:
    """One sentence for each part that has its evidence, or why it has none."""
    say = words.say
    lines = [*_line(chart, found, words), *_component(chart, found, words)]
    if found.advice:
        bounds = POLICY.bounds
        lines.append(
            say(
                "Interval now {days} days; ILAC-G24 / OIML D 10 advises, within {shortest} to {longest}:",
                days=found.interval_days,
                shortest=f"{bounds.shortest:.0f}",
                longest=f"{bounds.longest:.0f}",
            )
        )
        lines += advice_sentences(found.advice, words)
        finding = chart.assessment.finding if chart.assessment else None
        longer = any(one.change is Change.LENGTHEN for one in found.advice)
        if longer and finding in (Finding.MOVED, Finding.DRIFTING):
            lines.append(say("▲ The control chart speaks against a longer interval."))
    return [*lines, *(words.error(one) for one in found.refusals)]


def advice_sentences(advice: Iterable[Advice], words: Words) -> list[str]:
    """What each method makes of the interval."""
    lines = []
    for one in advice:
        name = next((text for part, text in METHODS.items() if part in one.source.text), one.source.text)
        days = f"{one.interval:.0f}"
        lines.append("→ " + words.say(ADVICE[one.change], method=words.say(name), days=days))
    return lines


def _line(chart: ControlChart, found: Review, words: Words) -> list[str]:
    drift, say = found.drift, words.say
    if drift is None:
        return [say("No line yet: it takes three certificates or checks since the last adjustment.")]
    line, unit = drift.line, symbol(chart.plan.unit)
    tested = N_("significant at {level}") if line.significant else N_("not significant at {level}")
    lines = [
        say(
            "Line through certificates ({certificates}) and checks ({checks}): "
            "{slope} ± {U} {unit} a year, {tested}.",
            certificates=found.certificates,
            checks=found.checks,
            slope=figure(line.slope * YEAR_DAYS),
            U=expanded(2 * line.u_slope * YEAR_DAYS),
            unit=unit,
            tested=say(tested, level=f"{line.level:.0%}"),
        )
    ]
    dates = drift.forecast
    if dates is not None and dates.expected_ns is not None and forecast_of(chart) is None:
        lines.append(say("This line meets the MPE about {date}.", date=words.date(dates.expected_ns)))
    return lines


def _component(chart: ControlChart, found: Review, words: Words) -> list[str]:
    if found.component is None:
        return []
    return [
        words.say(
            "Offered to the uncertainty budget: drift since calibration, u = {u} {unit} over {days} days.",
            u=expanded(found.component.u),
            unit=symbol(chart.plan.unit),
            days=found.interval_days,
        )
    ]


def pair_row(pair: CertifiedPair, chart: ControlChart) -> tuple[str, ...]:
    """Two certificates in a row with En."""
    change, unit = pair.change, symbol(chart.plan.unit)
    return (
        f"{pair.earlier.number} → {pair.later.number}",
        f"{pair.earlier.calibrated_on.isoformat()} → {pair.later.calibrated_on.isoformat()}",
        f"{figure(change.change)} ± {expanded(change.U)} {unit}",
        f"{'✓' if change.score.satisfactory else '✗'} {typeset(f'{change.score.value:.2f}')}",
    )
