"""Chains of certificates in the records: of a certificate, of a result; all links between certificates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from daq.errors import NoSuchRecordError
from daq.i18n import N_
from daq.lab.tracing.chain import Chain, LinkState, Use, chain_of
from daq.records.bench_tables import captures, result_captures, result_certificates, results
from daq.records.certificate_versions import Version, find_version, parse_record, record_of, versions
from daq.records.register_tables import certificate_links, certificates


class RecordedVersions:
    """Versions of certificates as one transaction sees them, each read once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._versions: dict[str, Version | None] = {}

    def version(self, record: str) -> Version | None:
        """The version ``17.2``."""
        if record not in self._versions:
            certificate_id, number = parse_record(record)
            where = (certificates.c.id == certificate_id) & (certificates.c.version == number)
            found = versions(self._connection, where)
            self._versions[record] = found[0] if found else None
        return self._versions[record]

    def of_document(self, sha256: str) -> tuple[Version, ...]:
        """Versions that were entered from the document with this hash."""
        return self._kept(versions(self._connection, certificates.c.document_sha256 == sha256))

    def of_number(self, number: str) -> tuple[Version, ...]:
        """Versions of certificates with this number."""
        return self._kept(versions(self._connection, certificates.c.number == number))

    def _kept(self, found: tuple[Version, ...]) -> tuple[Version, ...]:
        self._versions.update({one.record: one for one in found})
        return found


def chain_of_certificate(connection: Connection, record: str, at_ns: int) -> Chain:
    """What an instrument stands on by one version of its certificate, if it is used at a time.

    Raises:
        RegisterError: there is no such version.
    """
    version = find_version(connection, record)
    return chain_of(RecordedVersions(connection), [Use(version.equipment, record, at_ns)])


def chain_of_result(connection: Connection, result_id: int, version: int) -> Chain:
    """What a result stands on: every certificate of its readings and standards, at the time of their use.

    Raises:
        NoSuchRecordError: there is no such result.
    """
    return chain_of(RecordedVersions(connection), uses_of_result(connection, result_id, version))


def uses_of_result(connection: Connection, result_id: int, version: int) -> tuple[Use, ...]:
    """Instruments and standards of a result with the certificates that were relied on, by the last time.

    Raises:
        NoSuchRecordError: there is no such result.
    """
    result = connection.execute(
        select(results.c.t_ns).where(results.c.id == result_id, results.c.version == version)
    ).first()
    if result is None:
        raise NoSuchRecordError(N_("There is no result {record}."), record=f"{result_id}.{version}")
    read = (
        select(
            captures.c.instrument, captures.c.certificate_id, captures.c.certificate_version, captures.c.t_ns
        )
        .join(result_captures, result_captures.c.capture_id == captures.c.id)
        .where(result_captures.c.result_id == result_id, result_captures.c.version == version)
        .order_by(captures.c.t_ns)
    )
    standards = set(_certificates_of(connection, result_id, version))
    uses: dict[tuple[str, str], Use] = {}
    for instrument, certificate_id, number, t_ns in connection.execute(read):
        record = "" if certificate_id is None else record_of(certificate_id, number)
        if record in standards:  # an indication that a check took uncorrected stands on no certificate
            uses[instrument, record] = Use(instrument, record, t_ns)
    for record in standards - {use.record for use in uses.values()}:  # its value was taken, nothing was read
        uses["", record] = Use(find_version(connection, record).equipment, record, result.t_ns)
    return tuple(uses[key] for key in sorted(uses))


def _certificates_of(connection: Connection, result_id: int, version: int) -> list[str]:
    column = result_certificates.c
    found = connection.execute(
        select(column.certificate_id, column.certificate_version).where(
            column.result_id == result_id, column.version == version
        )
    )
    return [record_of(*row) for row in found]


def links(connection: Connection) -> tuple[tuple[str, str, LinkState], ...]:
    """Every step between two certificates of these records: (below, above, how well it is known).

    A link that was written before the certificate above came here is found by its hash or number now.
    """
    return tuple(_links(connection))


def _links(connection: Connection) -> Iterator[tuple[str, str, LinkState]]:
    known = connection.execute(
        select(
            certificates.c.id, certificates.c.version, certificates.c.number, certificates.c.document_sha256
        )
    ).all()
    hashes = {record_of(row.id, row.version): row.document_sha256 for row in known}
    by_hash = _by((row.document_sha256, record_of(row.id, row.version)) for row in known)
    by_number = _by((row.number, record_of(row.id, row.version)) for row in known)
    for link in connection.execute(select(certificate_links)):
        lower = record_of(link.certificate_id, link.version)
        stated = record_of(link.upstream_id, link.upstream_version) if link.upstream_id is not None else ""
        if link.sha256:
            same = by_hash.get(link.sha256, [])
            others = [stated] if stated else by_number.get(link.number, [])
            for upper in same or others:
                matched = hashes.get(upper) == link.sha256
                yield lower, upper, LinkState.MATCHED if matched else LinkState.BROKEN
        else:
            for upper in [stated] if stated else by_number.get(link.number, []):
                yield lower, upper, LinkState.BY_NUMBER


def _by(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for key, record in pairs:
        found[key].append(record)
    return found
