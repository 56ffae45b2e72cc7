"""The instruments and standards of a session: by which certificates, valid or not, traceable to where."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from daq.errors import PaperError
from daq.i18n import N_
from daq.lab.equipment.records import equipment_at, find_equipment
from daq.lab.equipment.validity import validity
from daq.lab.papers.content import InstrumentUsed
from daq.lab.reports.dossier import Dossier
from daq.lab.results.words import title_of
from daq.lab.tracing.chain import NodeKind, Use, chain_of
from daq.lab.tracing.records import RecordedVersions
from daq.records.certificate_versions import State, Version


@dataclass(slots=True)
class _Used:
    """One instrument with one certificate, and when."""

    equipment: str
    record: str
    shown: str
    """As it is written, with the piece of a set: ``W-01/200 g``."""
    times_ns: list[int] = field(default_factory=list)


def instruments_of(connection: Connection, dossier: Dossier) -> tuple[InstrumentUsed, ...]:
    """Every instrument and standard that counts, in the order of its use; one line for each certificate."""
    versions = RecordedVersions(connection)
    return tuple(_instrument(connection, dossier, versions, one) for one in _uses(dossier, versions))


def certificates_behind(connection: Connection, dossier: Dossier) -> tuple[Version, ...]:
    """The certificate versions that captures and results stand on, and those above them, each once."""
    versions = RecordedVersions(connection)
    uses = [
        Use(one.equipment, one.record, max(one.times_ns)) for one in _uses(dossier, versions) if one.record
    ]
    chain = chain_of(versions, uses)
    found = (versions.version(node.record) for node in chain.nodes if node.kind is NodeKind.CERTIFICATE)
    return tuple(one for one in found if one is not None)


def demand_not_revoked(connection: Connection, dossier: Dossier) -> None:
    """A revoked certificate counts for no time: what stands on it has to be computed again.

    Raises:
        PaperError: a result stands on such a certificate.
    """
    versions = RecordedVersions(connection)
    for record in sorted({record for one in dossier.results for record in one.body["certificates"]}):
        version = versions.version(record)
        if version is not None and version.state is State.REVOKED:
            raise PaperError(
                N_("Certificate {number} ({record}) was revoked: compute {session} again, then issue."),
                number=version.number,
                record=record,
                session=dossier.state.header.id,
            )


def _uses(dossier: Dossier, versions: RecordedVersions) -> list[_Used]:
    found: dict[tuple[str, str], _Used] = {}
    counting = _certificate_of_captures(dossier)
    for one in dossier.state.standing_captures:
        record = counting.get(one.id, one.certificate)
        used = found.setdefault((one.instrument, record), _Used(one.instrument, record, one.instrument))
        used.times_ns.append(one.t_ns)
    for used in _standards(dossier, versions, {name for name, _ in found}):
        found.setdefault((used.equipment, used.record), used)
    return list(found.values())


def _standards(dossier: Dossier, versions: RecordedVersions, read: set[str]) -> Iterator[_Used]:
    """What was used without being read: weights with the certificates of the results, burettes."""
    records = {record for one in dossier.results for record in one.body["certificates"]}
    state = dossier.state
    span_ns = [state.header.t_ns, dossier.ended_ns]
    for (_, portion), shown in state.roles.items():
        name = shown.partition("/")[0]
        if name in read or portion not in (0, *state.portions):
            continue
        own = [record for record in sorted(records) if _equipment(versions, record) == name]
        for record in own or [""]:
            yield _Used(name, record, shown, list(span_ns))


def _equipment(versions: RecordedVersions, record: str) -> str:
    version = versions.version(record)
    return version.equipment if version is not None else ""


def _certificate_of_captures(dossier: Dossier) -> dict[int, str]:
    """Under which certificate versions the results took their readings: others, once recalculated."""
    return {
        value["capture"]: value["certificate"]
        for one in dossier.results
        for value in one.body["inputs"]
        if value["capture"] is not None and value["certificate"]
    }


def _instrument(
    connection: Connection, dossier: Dossier, versions: RecordedVersions, used: _Used
) -> InstrumentUsed:
    first_ns, last_ns = min(used.times_ns), max(used.times_ns)
    about = equipment_at(connection, used.equipment, first_ns) or find_equipment(connection, used.equipment)
    version = versions.version(used.record) if used.record else None
    was_valid = all(
        validity(connection, used.equipment, t_ns).is_valid for t_ns in dict.fromkeys((first_ns, last_ns))
    )
    line = InstrumentUsed(
        name=used.shown,
        title=title_of(about),
        model=about.model,
        serial_number=about.serial_number,
        needs_certificate=about.needs_certificate,
        was_valid=was_valid,
    )
    return line if version is None else _certified(line, versions, version, last_ns)


def _certified(
    line: InstrumentUsed, versions: RecordedVersions, version: Version, last_ns: int
) -> InstrumentUsed:
    chain = chain_of(versions, [Use(version.equipment, version.record, last_ns)])
    above = [edge for edge in chain.faults if chain.node(edge.below).kind is not NodeKind.INSTRUMENT]
    due = version.content.due
    return replace(
        line,
        certificate=version.number,
        laboratory=str(version.content.said("certificate", "laboratory") or ""),
        valid_until=due.last_day if due is not None else None,
        stands_on=tuple(dict.fromkeys(link.number for link in version.links if link.number)),
        chain_holds=not above,
    )
