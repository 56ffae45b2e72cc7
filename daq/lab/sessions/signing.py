"""The end of a session: signed by who did it, reviewed by another, returned, amended, cancelled."""

import hashlib
from dataclasses import asdict

from sqlalchemy import select

from daq.errors import BenchError, NotPermittedError, TwoPersonError
from daq.i18n import N_
from daq.lab.checks.sessions import do_session
from daq.lab.nonconforming.causes import FollowUp
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.events import Act, Stage
from daq.lab.sessions.given import given_of
from daq.lab.sessions.records import (
    BENCH_ROLES,
    LONGEST_COMMENT,
    Loaded,
    Work,
    at_work,
    demand_stage,
    sound_text,
)
from daq.lab.sessions.remarks import refuse, remark
from daq.lab.sessions.state import SessionState
from daq.lab.tracing.impact_suspect import what_stood_on
from daq.records.bench_tables import reports
from daq.security.audit import Actor, as_text
from daq.security.people import Role
from daq.security.signatures import Signature

PERFORMED, REVIEWED = "performed", "reviewed"
"""What the two signatures under a session mean."""
REVIEWERS = (Role.TECHNICIAN, Role.METROLOGIST, Role.QUALITY_MANAGER)


def sign_session(bench: Bench, session: str, signature: Signature) -> SessionState:
    """Whoever did the work signs it, with a signature that means ``performed``.

    A check of an instrument that has a plan is written down with it; one that failed suspends the instrument.

    Raises:
        NotPermittedError: the signature means something else, or the person has done nothing in the session.
        StepRefusedError: the session is a trial by a draft.
        BenchError: it is not finished.
        CheckError: the results of a check do not fit the instrument's plan.
    """
    _demand_meaning(signature, PERFORMED, BENCH_ROLES)
    with at_work(bench, signature.actor, session, signature.role) as work:
        state = work.state
        demand_stage(state, Stage.FINISHED)
        if state.draft:
            raise refuse([remark("draft-method")])
        if signature.person not in state.hands:
            raise NotPermittedError(
                N_("{account} has done nothing in {session}: it is signed by somebody who has."),
                account=signature.person,
                session=session,
            )
        _sign(work, Act.SIGNED, signature, "")
        if state.header.purpose == "check":
            _write_checks(bench, work)
        return work.state


def review_session(bench: Bench, session: str, signature: Signature, comments: str = "") -> SessionState:
    """A second person has compared results and raw data, and signs ``reviewed``.

    Raises:
        TwoPersonError: the person took part in the work.
        NotPermittedError: the signature means something else.
        BenchError: the session is not signed.
    """
    _demand_meaning(signature, REVIEWED, REVIEWERS)
    with at_work(bench, signature.actor, session, signature.role) as work:
        demand_stage(work.state, Stage.SIGNED)
        _demand_another(work.state, signature.person)
        _sign(work, Act.REVIEWED, signature, sound_text(comments, LONGEST_COMMENT) if comments else "")
        return work.state


def return_session(bench: Bench, actor: Actor, session: str, comments: str) -> SessionState:
    """A second person gives the session back, and says what has to be done.

    Raises:
        TwoPersonError: the person took part in the work.
        BenchError: the session is not signed, or the comments are missing.
    """
    with at_work(bench, actor, session, *REVIEWERS) as work:
        demand_stage(work.state, Stage.SIGNED)
        _demand_another(work.state, actor.account)
        work.add(Act.RETURNED, {"comments": sound_text(comments, LONGEST_COMMENT)})
        return work.state


def amend_session(bench: Bench, actor: Actor, session: str, reason: str) -> SessionState:
    """Open a reviewed session again: results and report get a new version beside the present one.

    Raises:
        NotPermittedError: the person is neither metrologist nor quality manager.
        BenchError: the session is not reviewed, or the reason is missing.
    """
    with at_work(bench, actor, session, Role.METROLOGIST, Role.QUALITY_MANAGER) as work:
        demand_stage(work.state, Stage.REVIEWED)
        work.add(Act.AMENDED, {"reason": sound_text(reason)})
        return work.state


def cancel_session(bench: Bench, actor: Actor, session: str, reason: str) -> SessionState:
    """Give a session up; it stays in the record.

    Raises:
        BenchError: it is signed already, a report of it was issued, or the reason is missing.
    """
    with at_work(bench, actor, session, *BENCH_ROLES, Role.QUALITY_MANAGER) as work:
        demand_stage(work.state, Stage.RUNNING, Stage.FINISHED)
        issued = work.connection.execute(select(reports.c.number).where(reports.c.session == session))
        number = issued.scalars().first()
        if number is not None:
            raise BenchError(
                N_(
                    "Report {number} of {session} was issued: finish the session, and issue the report that "
                    "replaces it."
                ),
                number=number,
                session=session,
            )
        work.add(Act.CANCELLED, {"reason": sound_text(reason)})
        return work.state


def evidence_digest(loaded: Loaded) -> str:
    """SHA-256 of all events and captures of a session: what a signature is under."""
    kept = [
        {**asdict(one), "quality": int(one.quality), "frame": one.frame.hex()} for _, one in loaded.captures
    ]
    events = [event.as_json() for event in loaded.events]
    return hashlib.sha256(as_text({"events": events, "captures": kept}).encode()).hexdigest()


def _write_checks(bench: Bench, work: Work) -> None:
    given = given_of(work.connection, bench.certificates, work.loaded, work.now_ns)
    follow_up = FollowUp(what_stood_on, bench.zone)
    do_session(work.connection, work.actor, given, follow_up, work.now_ns)


def _sign(work: Work, act: Act, signature: Signature, comments: str) -> None:
    body = {
        "role": signature.role.value,
        "meaning": signature.meaning,
        "digest": evidence_digest(work.loaded),
        "comments": comments,
    }
    work.add(act, body)


def _demand_meaning(signature: Signature, meaning: str, roles: tuple[Role, ...]) -> None:
    if signature.meaning != meaning:
        raise NotPermittedError(
            N_("The signature means {found}; this needs one that means {expected}."),
            found=signature.meaning,
            expected=meaning,
        )
    if signature.role not in roles:
        raise NotPermittedError(
            N_("A {role} does not sign this; it takes one of {roles}."),
            role=signature.role.value,
            roles=", ".join(role.value for role in roles),
        )


def _demand_another(state: SessionState, account: str) -> None:
    signer = state.signed.account if state.signed else ""
    if account == signer or account in state.hands:
        raise TwoPersonError(
            N_("{account} took part in {session}; another person must review it."),
            account=account,
            session=state.header.id,
        )
