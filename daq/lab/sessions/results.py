"""Results of sessions: computed, kept in versions beside each other, computed again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from calibration.rounding import plain
from daq.lab.results.change import Change, Statement, compare_all
from daq.lab.results.computing import compute_results
from daq.lab.results.outcome import Outcome
from daq.lab.results.verdict import side_by_side
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.events import Act, Stage
from daq.lab.sessions.given import given_of, records_of, replaced_certificates
from daq.lab.sessions.objections import Objection, settle
from daq.lab.sessions.records import Work, at_work, demand_stage, sound_text
from daq.lab.sessions.remarks import refuse, remark
from daq.lab.sessions.state import SessionState
from daq.records.bench_tables import results as table
from daq.security.audit import Actor, Json, as_text
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import RESULT_CAPTURES, RESULT_CERTIFICATES, RESULTS
from daq.security.people import Role

PARALLELS = "parallels-apart"
WHOLE = "session/0"
"""Subject of what concerns all determinations together."""


@dataclass(frozen=True, slots=True)
class KeptResult:
    """One version of a result as the records have it."""

    id: int
    version: int
    session: str
    t_ns: int
    account: str
    body: Mapping[str, Any]
    """What ``Outcome.as_json`` gave."""


@dataclass(frozen=True, slots=True)
class Recalculated:
    """What became of the results."""

    state: SessionState
    changes: tuple[Change, ...]

    @property
    def verdict_changed(self) -> bool:
        """Whether any verdict is another one now."""
        return any(one.verdict_changed for one in self.changes)


def finish_session(bench: Bench, actor: Actor, session: str) -> SessionState:
    """Compute and keep the results; every step of every portion is done.

    Raises:
        StepRefusedError: steps are open, determinations are missing or too far apart: every reason.
        ResultBlockedError: a datum is missing or cannot be used: every reason.
    """
    with at_work(bench, actor, session) as work:
        demand_stage(work.state, Stage.RUNNING)
        _demand_whole(work)
        outcomes = compute_results(given_of(work.connection, bench.certificates, work.loaded, work.now_ns))
        remarks = settle(work.state, _apart(outcomes))
        kept = _keep_all(work, outcomes)
        work.add(Act.FINISHED, {"results": kept, "remarks": [one.as_json() for one in remarks]})
        return work.state


def recalculate(bench: Bench, actor: Actor, session: str, reason: str) -> Recalculated:
    """Compute again with the certificates that count now for the times of the captures.

    The new versions stand beside the old ones; what was signed before has to be signed again.

    Raises:
        NotPermittedError: the person is neither metrologist nor quality manager.
        ResultBlockedError: a reading has no certificate any more: every reason.
    """
    with at_work(bench, actor, session, Role.METROLOGIST, Role.QUALITY_MANAGER) as work:
        demand_stage(work.state, Stage.FINISHED, Stage.SIGNED, Stage.REVIEWED)
        before = kept_results(work.connection, session)
        given = given_of(work.connection, bench.certificates, work.loaded, work.now_ns)
        instead = {**given.instead, **replaced_certificates(given, bench.certificates)}
        outcomes = compute_results(given.under(instead, records_of(bench.certificates)))
        old = [Statement.from_json(one.body) for one in before]
        changes = compare_all(old, [Statement.of(one) for one in outcomes])
        body: dict[str, Json] = {
            "results": _keep_all(work, outcomes),
            "reason": sound_text(reason),
            "instead": instead,
            "changes": [change_json(one) for one in changes],
        }
        work.add(Act.RECALCULATED, body)
        return Recalculated(work.state, changes)


def kept_results(connection: Connection, session: str) -> tuple[KeptResult, ...]:
    """The newest version of each result of a session; none before it was finished."""
    versions: dict[int, KeptResult] = {}
    for one in result_versions(connection, session):
        versions[one.id] = one
    return tuple(versions.values())


def result_versions(connection: Connection, session: str) -> tuple[KeptResult, ...]:
    """All versions of all results of a session, the oldest first."""
    rows = connection.execute(
        select(table).where(table.c.session == session).order_by(table.c.id, table.c.version)
    )
    return tuple(
        KeptResult(row.id, row.version, row.session, row.t_ns, row.account, json.loads(row.body))
        for row in rows
    )


def _demand_whole(work: Work) -> None:
    state, procedure = work.state, work.method.procedure
    found = [
        remark("steps-open", portion=one.portion, step=one.place.step)
        for one in state.positions
        if one.place is not None
    ]
    found += [one.waits for one in state.positions if one.waits is not None]
    minimum = procedure.determinations.minimum
    if len(state.portions) < minimum:
        found.append(remark("portions-few", found=len(state.portions), minimum=minimum))
    for one in procedure.instruments:
        portions = state.portions if one.scope == "portion" else (0,)
        if any(state.instrument(one.role, portion) is None for portion in portions):
            found.append(remark("instrument-missing", role=one.role))
    if found:
        raise refuse(found)


def _apart(outcomes: Sequence[Outcome]) -> list[Objection]:
    statistics = outcomes[0].parallels
    if statistics is None or statistics.met:
        return []
    unit = statistics.unit
    spread, limit = (plain(one) for one in side_by_side(statistics.difference, statistics.limit))
    words = remark(PARALLELS, spread=f"{spread} {unit}", limit=f"{limit} {unit}")
    return [Objection(words, statistics.outside, PARALLELS, WHOLE)]


def _keep_all(work: Work, outcomes: Sequence[Outcome]) -> list[Json]:
    """The new versions, as events name them."""
    known = {
        (one.body["formula"], one.body["portion"]): one
        for one in kept_results(work.connection, work.loaded.header.id)
    }
    next_id = (work.connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
    kept: list[Json] = []
    for outcome in outcomes:
        before = known.get((outcome.formula, outcome.portion))
        number, version = (next_id, 1) if before is None else (before.id, before.version + 1)
        next_id += before is None
        digest = _keep(work, outcome, number, version)
        about: dict[str, Json] = {"formula": outcome.formula, "portion": outcome.portion, "sha256": digest}
        kept.append({"id": number, "version": version, **about})
    return kept


def _keep(work: Work, outcome: Outcome, number: int, version: int) -> str:
    """Keep one version; returns the SHA-256 of what it says, so that signatures are under it too."""
    text = as_text(outcome.as_json())
    row = {
        "id": number,
        "version": version,
        "session": outcome.session,
        "formula": outcome.formula,
        "t_ns": work.now_ns,
        "account": work.actor.account,
        "unit": outcome.unit,
        "value": float(outcome.value),
        "u": outcome.u,
        "k": outcome.k,
        "expanded_u": outcome.U,
        "verdict": outcome.verdict,
        "body": text,
    }
    keep(work.connection, work.actor, NewRow(RESULTS, row, "result"), work.now_ns)
    key = {"result_id": number, "version": version}
    for capture, sensitivity in sorted(outcome.sensitivities.items()):
        behind = key | {"capture_id": capture, "sensitivity": sensitivity}
        keep(work.connection, work.actor, NewRow(RESULT_CAPTURES, behind, "result"), work.now_ns)
    for record in sorted(outcome.certificates):
        certificate, _, of_version = record.partition(".")
        named = key | {"certificate_id": int(certificate), "certificate_version": int(of_version)}
        keep(work.connection, work.actor, NewRow(RESULT_CERTIFICATES, named, "result"), work.now_ns)
    return hashlib.sha256(text.encode()).hexdigest()


def change_json(one: Change) -> dict[str, Json]:
    """What became of one result, as the event keeps it."""
    return {
        "formula": one.new.formula,
        "portion": one.new.portion,
        "verdict_changed": one.verdict_changed,
        "sentence": one.sentence.as_json(),
    }
