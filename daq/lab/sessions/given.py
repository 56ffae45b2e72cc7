"""What a session hands to the computation of its results: evidence, certificates, standards, plates."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from calibration.certificates.measures import MeasuredValue, MeasuresCertificate
from calibration.certificates.model import Certificate, in_force, precedence
from calibration.influences import Repeatability
from calibration.mpe import JJG_1036, VerifiedBalance
from calibration.units import convert_difference
from daq.lab.equipment.records import Equipment, equipment
from daq.lab.results.computing import compute_results
from daq.lab.results.given import Given, Override, Plate, StandardValue
from daq.lab.results.outcome import Outcome
from daq.lab.sessions.bench import Certificates
from daq.lab.sessions.course import Override as SessionOverride
from daq.lab.sessions.events import Act, Stage
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.objections import INSTRUMENT
from daq.lab.sessions.records import Loaded, load
from daq.lab.sessions.state import SessionState
from daq.records.bench_tables import sessions

SIGNED = (Stage.SIGNED, Stage.REVIEWED)
"""Stages whose results another session may take."""


def given_of(connection: Connection, certificates: Certificates, loaded: Loaded, now_ns: int) -> Given:
    """Everything that the results of a session are computed from.

    Args:
        connection: to the records.
        certificates: those that count.
        loaded: the session.
        now_ns: UTC; certificates of standards count as of this moment.
    """
    state = loaded.state(now_ns)
    header, procedure = loaded.header, loaded.method.procedure
    by_channel = certificates.load()
    known = equipment(connection)
    given = Given(
        method=loaded.method,
        captures=tuple(_captures(state)),
        entries=state.standing_entries,
        certificates=_by_record(state, by_channel),
        session=header.id,
        product_limit=state.limit or None,
        standards=_standards(state, certificates.measures(), now_ns),
        instruments=_plates(state, known, by_channel),
        earlier={
            one.name: outcome
            for one in procedure.inputs
            if (outcome := _earlier(connection, certificates, (header.sample, one.methods), now_ns))
        },
        overrides=tuple(_override(one) for one in state.overrides),
        ended_loops=frozenset(_ended_loops(state)),
        approved=not state.draft,
    )
    return given.under(_tried(state), _all(by_channel))


def replaced_certificates(given: Given, certificates: Certificates) -> dict[str, str]:
    """Record of the version that counts now, by that of the capture, where they are not the same."""
    found: dict[str, str] = {}
    by_channel = certificates.load()
    for capture in given.captures:
        several = by_channel.get((capture.instrument, capture.channel), ())
        counting = in_force(several, capture.t_ns)
        used = given.instead.get(capture.certificate, capture.certificate)
        if capture.certificate and counting is not None and counting.record != used:
            found[capture.certificate] = counting.record
    return found


def records_of(certificates: Certificates) -> dict[str, Certificate]:
    """All certificates that count at some time, by record."""
    return _all(certificates.load())


def _captures(state: SessionState) -> Iterator[Capture]:
    """All captures; those of an abandoned portion do not count any more than struck ones."""
    counting = {0, *state.portions}
    for one in state.captures:
        abandoned = one.portion not in counting and not one.struck
        yield replace(one, struck=f"portion {one.portion} abandoned") if abandoned else one


def _all(by_channel: Mapping[tuple[str, str], tuple[Certificate, ...]]) -> dict[str, Certificate]:
    return {one.record: one for several in by_channel.values() for one in several if one.record}


def _by_record(
    state: SessionState, by_channel: Mapping[tuple[str, str], tuple[Certificate, ...]]
) -> dict[str, Certificate]:
    """The versions that captures name; of one with several periods in force that of the capture."""
    found: dict[str, Certificate] = {}
    for capture in state.captures:
        several = [
            one
            for one in by_channel.get((capture.instrument, capture.channel), ())
            if one.record == capture.certificate
        ]
        if capture.certificate and several:
            chosen = in_force(several, capture.t_ns) or max(several, key=precedence)
            found.setdefault(capture.certificate, chosen)
    return found


def _standards(
    state: SessionState, measures: Mapping[str, tuple[MeasuresCertificate, ...]], now_ns: int
) -> dict[str, dict[int, StandardValue]]:
    """Values of weights in roles; the instrument names set and piece: ``W-01/100 g``."""
    found: dict[str, dict[int, StandardValue]] = {}
    for (role, portion), instrument in state.roles.items():
        name, _, piece = instrument.partition("/")
        counting = [one for one in measures.get(name, ()) if one.is_in_force(now_ns)]
        if not counting:
            continue
        certificate = max(counting, key=lambda one: (one.in_force_from_ns, one.calibrated_on, one.number))
        value = _piece(certificate, piece)
        if value is not None:
            found.setdefault(role, {})[portion] = StandardValue(
                name=instrument,
                value=value.value,
                u=value.u,
                unit=certificate.unit,
                certificate=certificate.record,
            )
    return found


def _piece(certificate: MeasuresCertificate, piece: str) -> MeasuredValue | None:
    if not piece and len(certificate.values) == 1:
        return certificate.values[0]
    return next((one for one in certificate.values if one.name == piece), None)


def _plates(
    state: SessionState,
    known: Mapping[str, Equipment],
    by_channel: Mapping[tuple[str, str], tuple[Certificate, ...]],
) -> dict[str, dict[int, Plate]]:
    found: dict[str, dict[int, Plate]] = {}
    for (role, portion), instrument in state.roles.items():
        name = instrument.partition("/")[0]
        if name in known and known[name].unit:
            own = [one for (whose, _), several in by_channel.items() if whose == name for one in several]
            found.setdefault(role, {})[portion] = _plate(known[name], own)
    return found


def _plate(about: Equipment, certificates: list[Certificate]) -> Plate:
    verified = None
    if about.accuracy_class and about.e is not None and about.maximum is not None:
        verified = VerifiedBalance(about.accuracy_class, about.e, about.maximum, about.unit, JJG_1036)
    of_unit = [one for one in certificates if one.unit == about.unit and one.repeatability]
    repeatability = None
    if of_unit:
        last = max(of_unit, key=precedence)
        s = convert_difference(last.repeatability, last.unit, about.unit)
        repeatability = Repeatability(s, last.repeatability_dof)
    return Plate(
        name=about.name,
        unit=about.unit,
        resolution=about.d,
        verified=verified,
        repeatability=repeatability,
    )


def _earlier(
    connection: Connection, certificates: Certificates, of: tuple[str | None, tuple[str, ...]], now_ns: int
) -> Outcome | None:
    """The last signed result of the same sample by one of the methods, computed from its own session."""
    sample, methods = of
    if sample is None or not methods:
        return None
    chosen = connection.execute(
        select(sessions.c.id)
        .where((sessions.c.sample == sample) & sessions.c.method.in_(methods))
        .order_by(sessions.c.t_ns.desc())
    ).scalars()
    for session in list(chosen):
        loaded = load(connection, session)
        if loaded.state(now_ns).stage in SIGNED:
            return compute_results(given_of(connection, certificates, loaded, now_ns))[0]
    return None


def _override(one: SessionOverride) -> Override:
    """An instrument goes by its name, everything else by what it was about."""
    subject = one.subject.rpartition("/")[2] if one.code == INSTRUMENT else one.subject
    (first, _), (second, _) = one.people
    return Override(subject=subject, reason=one.reason, accounts=(first, second))


def _ended_loops(state: SessionState) -> Iterator[tuple[str, int]]:
    for one in state.overrides:
        if one.code == "mass-never-constant":
            step, _, portion = one.subject.rpartition("/")
            yield step, int(portion)


def _tried(state: SessionState) -> dict[str, str]:
    """Which certificate versions take the place of others since the last recalculation."""
    for event in reversed(state.events):
        if event.act is Act.RECALCULATED:
            instead = event.body["instead"]
            return {old: str(new) for old, new in instead.items()} if isinstance(instead, Mapping) else {}
        if event.act is Act.FINISHED:
            return {}
    return {}
