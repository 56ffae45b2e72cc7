"""The curve of a certificate before anybody checks it: picture, test, change since the one before, advice."""

from collections.abc import Iterator
from decimal import Decimal

from nicegui import ui

from daq.i18n.figures import symbol, typeset, with_unit
from daq.lab.certificates.as_found import Found
from daq.lab.certificates.interval import IntervalLook
from daq.lab.certificates.look import Look, PointChange
from daq.lab.checks.review import POLICY
from daq.records.certificate_content import Form
from daq.records.certificate_versions import Version
from daq.web.certificates.loading import Loaded
from daq.web.certificates.picture import height_px, look_options
from daq.web.checks.review import advice_sentences
from daq.web.digits import expanded, figure
from daq.web.forms import table
from daq.web.frame import box
from daq.web.visit import Visit

YEAR_DAYS = 365.25


def fit_panel(here: Visit, loaded: Loaded) -> None:
    """Nothing for certificates without a curve."""
    fit, words = loaded.fit, here.words
    if fit.look is None and not fit.refusals:
        return
    with box("panel"):
        ui.label(words.say("Curve and uncertainty")).classes("caption")
        for sentence in fit.refusals:
            ui.label(words.sentence(sentence)).classes("detail")
        if fit.look is None:
            return
        _picture(here, fit.look)
        for line in _test(here, fit.look):
            ui.label(line)
        _points(here, loaded, fit.look)
        if fit.advice is not None:
            _advice(here, loaded.version, fit.advice)


def _picture(here: Visit, look: Look) -> None:
    chart = ui.echart(look_options(look, here.words, here.theme))
    chart.style(f"width:100%;height:{height_px(look)}px")
    chart.props(f'role=img aria-label="{here.words.say("Curve and uncertainty")}"')


def _test(here: Visit, look: Look) -> Iterator[str]:
    say = here.words.say
    if look.fit is not None:
        facts = {"found": f"{look.fit.chi_square:.3g}", "limit": f"{look.fit.limit:.3g}", "dof": look.fit.dof}
        if look.fit.accepted:
            yield "✓ " + say(
                "The points agree with the curve: χ² = {found} ≤ {limit} ({dof} d.o.f.).", **facts
            )
        elif not look.notes:  # otherwise these say so, and what was done about it
            yield "▲ " + say(
                "The points scatter more than their U allows: χ² = {found} > {limit} ({dof} d.o.f.).", **facts
            )
    elif look.points:
        yield say("As many coefficients as points: whether the curve fits cannot be tested.")
    yield from (f"▲ {here.words.sentence(note)}" for note in look.notes)


def _points(here: Visit, loaded: Loaded, look: Look) -> None:
    """Points with their residuals, and what has changed since the certificate before."""
    say = here.words.say
    changes = {one.indication: one for one in look.changes}
    before = loaded.fit.previous
    if before is not None and not look.changes:
        ui.label(
            say("The certificate before it, {record}, does not reach these points.", record=before.record)
        )
    headings = [f"{say('Indication')} / {symbol(look.unit)}"]
    if look.points:
        unit = symbol(look.value_unit)
        headings += [f"{say('Correction') if look.unit == look.value_unit else say('Value')} / {unit}"]
        headings += [f"U (k=2) / {unit}", f"{say('Residual')} / {unit}"]
    if changes and before is not None:
        since = say("Change since {record}", record=before.record)
        headings += [since, "En", say("Drift a year")]
    indications = [one.indication for one in look.points] or list(changes)
    by_point = {one.indication: one for one in look.points}
    rows = []
    for x in indications:
        row = [_number(x, 7)]
        if x in by_point:
            point = by_point[x]
            mark = "" if point.is_within else "▲ "
            row += [figure(point.value), expanded(point.U), mark + figure(point.residual, 2)]
        if changes and before is not None:
            row += _change(changes.get(x), loaded.version, before)
        rows.append(row)
    if rows:
        table(headings, rows, "")


def _number(value: float, digits: int) -> str:
    return typeset(f"{value:.{digits}g}") if value else "0"


def _change(change: PointChange | None, version: Version, before: Version) -> list[str]:
    if change is None:
        return ["—", "—", "—"]
    mark = "✓" if change.satisfactory else "✗"
    days = (
        version.content.said("certificate", "calibrated_on")
        - before.content.said("certificate", "calibrated_on")
    ).days
    drift = figure(change.change / days * YEAR_DAYS, 2) if days else "—"
    return [f"{figure(change.change)} ± {expanded(change.U)}", f"{mark} {typeset(f'{change.En:.2f}')}", drift]


def _advice(here: Visit, version: Version, advice: IntervalLook) -> None:
    """What ILAC-G24 makes of the errors before any adjustment; the laboratory decides."""
    words, due = here.words, version.content.due
    ui.label(words.say("Advice on the interval")).classes("caption")
    months = due.months if due is not None and due.months else 0
    worst = with_unit(
        figure(advice.worst.indication, 6), str(version.content.said("equipment", "unit") or "")
    )
    ui.label(
        words.say(
            "Largest error before any adjustment: {part} % of the MPE, at {point}. Interval now {months} "
            "months; ILAC-G24 / OIML D 10 advises, within {shortest} to {longest} days:",
            part=f"{advice.part_of_mpe * 100:.0f}",
            point=worst,
            months=months,
            shortest=f"{POLICY.bounds.shortest:.0f}",
            longest=f"{POLICY.bounds.longest:.0f}",
        )
    )
    for line in advice_sentences(advice.advice, words):
        ui.label(line)


def values_panel(here: Visit, loaded: Loaded) -> None:
    """Values of weights and other standards, as they will count: nominal value and deviation put together."""
    content, say = loaded.version.content, here.words.say
    if content.form is not Form.MEASURES:
        return
    unit = symbol(str(content.said("equipment", "unit") or ""))
    rows = [
        tuple(_text(one.get(key)) for key in ("name", "value", "U", "k"))
        for one in content.native.get("value", ())
    ]
    with box("panel"):
        ui.label(say("Values")).classes("caption")
        table((say("Nominal"), f"{say('Value')} / {unit}", f"U / {unit}", "k"), rows, say("None."))


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return typeset(f"{value:f}")
    return "—" if value is None else str(value)


def as_found_panel(here: Visit, loaded: Loaded) -> None:
    """Errors before any adjustment against what is permitted; what was beyond leads to nonconforming work."""
    found, words = loaded.found, here.words
    if found is None or not (found.was_adjusted or any(point.mpe for point in found.points)):
        return
    with box("panel"):
        ui.label(words.say("Before any adjustment")).classes("caption")
        ui.label(_judgement(found, here)).classes("refusal" if found.beyond else "")
        unit = symbol(found.unit)
        headings = (
            f"{words.say('Reference value')} / {unit}",
            f"{words.say('Error')} / {unit}",
            f"U / {unit}",
            f"{words.say('MPE in service')} / {unit}",
            "",
        )
        rows = [
            (
                typeset(f"{point.nominal.normalize():f}"),
                typeset(f"{point.error.normalize():f}"),
                expanded(float(point.U)),
                typeset(f"{point.mpe.normalize():f}") if point.mpe is not None else "—",
                _mark(point.mpe is not None, is_beyond=point.is_beyond, here=here),
            )
            for point in found.points
        ]
        table(headings, rows, "")


def _mark(is_judged: bool, *, is_beyond: bool, here: Visit) -> str:
    if not is_judged:
        return ""
    return f"✗ {here.words.say('beyond')}" if is_beyond else f"✓ {here.words.say('within')}"


def _judgement(found: Found, here: Visit) -> str:
    say = here.words.say
    if found.beyond:
        return say("✗ It was beyond its maximum permissible error: work that stood on it is nonconforming.")
    if found.needs_mpe:
        return say("Its maximum permissible error is asked when the certificate is put in force.")
    return say("✓ It was within its maximum permissible error.")
