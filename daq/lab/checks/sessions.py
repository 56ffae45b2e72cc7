"""From the results of a check session to checks: which plan, which point, which reference.

A result that is an error, such as ``E = I - W``, is one check of the point nearest to its reference. Portions
of one point are repeated determinations, and their mean is the check.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from calibration.coverage import coverage_factor
from calibration.rounding import decimal_of
from calibration.uncertain import Uncertain, linear
from daq.errors import CheckError
from daq.i18n import N_
from daq.lab.checks.plans import CheckPlan, CheckPoint, plans_of
from daq.lab.checks.records import NewCheck, checks_of_session
from daq.lab.nonconforming.causes import Answer, FollowUp, do_checks
from daq.lab.results.computing import compute_results
from daq.lab.results.given import Given, StandardValue
from daq.lab.results.outcome import Outcome
from daq.lab.sessions.evidence import Capture
from daq.security.audit import Actor

NEAREST = Decimal("0.1")
"""A reference belongs to a point from whose nominal value it is not further than this part of it, or than ten
times the MPE."""


def do_session(
    connection: Connection, by: Actor, given: Given, follow_up: FollowUp, now_ns: int
) -> tuple[Answer, ...]:
    """Write down the checks that a check session was, one answer for each plan that it serves.

    Without a plan for this instrument and method nothing is written, and nothing twice: a session that is
    signed again adds what was measured again.

    Raises:
        NotPermittedError: ``by`` is neither technician nor metrologist.
        ResultBlockedError: a datum of the session cannot be used.
        CheckError: its results do not fit the plan.
    """
    used = sorted({capture.instrument for capture in given.captures if not capture.struck})
    plans = [
        version.plan
        for name in used
        for version in plans_of(connection, name, now_ns)
        if version.plan.method == given.method.name
    ]
    if not plans:
        return ()
    outcomes = compute_results(given)
    known = {(check.plan, check.point, check.t_ns) for check in checks_of_session(connection, given.session)}
    answers = []
    for plan in plans:
        new = checks_from(plan, given, outcomes)
        unknown = [check for check in new if (check.plan, check.point, check.t_ns) not in known]
        if unknown:
            answers.append(do_checks(connection, by, unknown, follow_up, now_ns))
    return tuple(answers)


def checks_from(plan: CheckPlan, given: Given, outcomes: Sequence[Outcome]) -> tuple[NewCheck, ...]:
    """The checks of one plan that the results of a session are.

    Raises:
        CheckError: no such result, one without uncertainty, in another unit or of another instrument, or a
            reference that is far from every point of the plan.
    """
    by_point: dict[str, list[_Measured]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.formula == plan.formula:
            measured = _measured(plan, given, outcome)
            by_point[_point(plan, measured).id].append(measured)
    if not by_point:
        raise CheckError(
            N_("{session} has no result {formula}, which the plan {plan} takes for the error."),
            session=given.session,
            formula=plan.formula,
            plan=plan.name,
        )
    return tuple(_check(plan, point, several, given.session) for point, several in by_point.items())


@dataclass(frozen=True, slots=True)
class _Measured:
    """One determination of the error."""

    outcome: Outcome
    error: Uncertain
    reference: Decimal
    standard: StandardValue | None
    """None where the reference is no weight or material: a constant, or what another instrument said."""
    own: tuple[Capture, ...]
    """Captures of the instrument under check."""
    others: tuple[Capture, ...]
    """Captures of other instruments: the reference thermometer."""

    @property
    def indication(self) -> Decimal:
        return self.reference + self.outcome.value


def _measured(plan: CheckPlan, given: Given, outcome: Outcome) -> _Measured:
    facts = {"session": given.session, "formula": plan.formula, "plan": plan.name}
    if outcome.u is None:
        raise CheckError(
            N_("{session}: {formula} has no uncertainty, and the plan {plan} judges by it."), **facts
        )
    if outcome.unit != plan.unit:
        raise CheckError(
            N_("{session}: {formula} is in {found}, and the plan {plan} in {unit}."),
            found=outcome.unit,
            unit=plan.unit,
            **facts,
        )
    by_id = {capture.id: capture for capture in given.captures}
    behind = [by_id[i] for i in outcome.sensitivities if i in by_id]
    own = tuple(capture for capture in behind if capture.instrument == plan.equipment)
    others = tuple(capture for capture in behind if capture.instrument != plan.equipment)
    if not own:
        raise CheckError(
            N_("{session}: no reading of {equipment} stands behind {formula}."),
            equipment=plan.equipment,
            **facts,
        )
    standard = _standard(given, outcome)
    if standard is not None:
        reference = standard.value
    else:
        indications = [
            one.value
            for one in outcome.inputs
            if one.capture in {c.id for c in own} and one.unit == plan.unit
        ]
        mean = Decimal(0) if not indications else decimal_of(sum(indications) / len(indications))
        reference = mean - outcome.value
    return _Measured(outcome, outcome.uncertain, reference, standard, own, others)


def _standard(given: Given, outcome: Outcome) -> StandardValue | None:
    for by_portion in given.standards.values():
        found = by_portion.get(outcome.portion, by_portion.get(0))
        if found is not None and found.unit == outcome.unit:
            return found
    return None


def _point(plan: CheckPlan, measured: _Measured) -> CheckPoint:
    nearest = min(plan.points, key=lambda point: abs(point.nominal - measured.reference))
    apart = abs(nearest.nominal - measured.reference)
    if apart > max(NEAREST * abs(nearest.nominal), 10 * nearest.mpe):
        raise CheckError(
            N_("The reference {found} {unit} is none of the points of {plan}: {points}."),
            found=f"{measured.reference:f}",
            unit=plan.unit,
            plan=plan.name,
            points=", ".join(point.id for point in plan.points),
        )
    return nearest


def _check(plan: CheckPlan, point: str, several: Sequence[_Measured], session: str) -> NewCheck:
    first = several[0]
    error = linear(
        sum(one.error.value for one in several) / len(several),
        [(1 / len(several), one.error) for one in several],
    )
    k = coverage_factor(first.outcome.level, error.dof)
    reference = sum(one.reference for one in several) / len(several)
    indication = sum(one.indication for one in several) / len(several)
    return NewCheck(
        plan=plan.name,
        point=point,
        t_ns=max(capture.t_ns for one in several for capture in one.own),
        indication=Decimal(indication),
        reference=Decimal(reference),
        U=k * error.u,
        k=k,
        u_reference=min(_u_reference(first), error.u),
        standard=_standard_name(plan, point, first),
        standard_certificate=_standard_certificate(first),
        instrument_certificate=first.own[-1].certificate,
        session=session,
    )


def _standard_name(plan: CheckPlan, point: str, measured: _Measured) -> str:
    if measured.standard is not None:
        return measured.standard.name
    return measured.others[0].instrument if measured.others else plan.point(point).standard


def _standard_certificate(measured: _Measured) -> str:
    if measured.standard is not None:
        return measured.standard.certificate
    return measured.others[0].certificate if measured.others else ""


def _u_reference(measured: _Measured) -> float:
    """What the reference's certificate contributes to u of the error."""
    if measured.standard is not None:
        return measured.standard.u
    return measured.outcome.certificates.get(_standard_certificate(measured), 0.0)
