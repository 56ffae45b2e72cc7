"""Documents into drafts: a new certificate, or a new version of one, with its links to the standards."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from daq.errors import CertificateStepError
from daq.i18n import N_
from daq.lab.certificates.draft import Document, Said, content_from_document
from daq.lab.certificates.imported_json import MEDIA_TYPE
from daq.lab.certificates.register import Register, StoredDocument, note_document, one_line
from daq.lab.certificates.steps import ENTERERS, NextStep, take_step
from daq.records.certificate_content import Content, content_text
from daq.records.certificate_versions import State, Version, find_version, record_of, versions
from daq.records.database import changing
from daq.records.register_tables import certificates
from daq.security.audit import Actor
from daq.security.kept_rows import NewRow, keep
from daq.security.kept_tables import CERTIFICATE_LINKS, CERTIFICATES
from daq.security.people import demand_role


def save_draft(
    register: Register, actor: Actor, document: Document, said: Said, certificate_id: int | None = None
) -> Version:
    """Keep a document with what a person says about it: a new certificate, or a new version of one.

    Raises:
        NotPermittedError: the person is neither metrologist nor quality manager.
        RegisterError: a cell or result that there is not, the document is another certificate already, or
            the version before is being checked.
        CertificateError: units that do not convert.
        BlobError: the document cannot be kept.
    """
    content = content_from_document(register, document, said)
    stored = [
        StoredDocument(register.blobs.put(data), name, media_type, len(data))
        for data, name, media_type in (
            (document.data, document.name, document.media_type),
            (document.found, f"{document.name} (import)", MEDIA_TYPE),
        )
    ]
    with changing(register.engine) as connection:
        demand_role(connection, actor.account, *ENTERERS)
        now_ns = register.clock.now_ns()
        for one in stored:
            note_document(connection, actor, one, now_ns)
        before = _newest(connection, certificate_id) if certificate_id is not None else None
        values = _row(content, stored[0].sha256, said, before)
        _demand_free(connection, values, before)
        values |= {
            "t_ns": now_ns,
            "account": actor.account,
            "id": before.id if before else _next_id(connection),
        }
        row = keep(connection, actor, NewRow(CERTIFICATES, values, "draft", one_line(said.reason)), now_ns)
        record = record_of(int(str(row["id"])), int(str(row["version"])))
        _write_links(connection, actor, find_version(connection, record), document, now_ns)
        return take_step(register, connection, actor, NextStep(record, State.DRAFT))


def _row(content: Content, sha256: str, said: Said, before: Version | None) -> dict[str, object]:
    return {
        "version": before.version + 1 if before else 1,
        "number": one_line(str(content.said("certificate", "number") or "")),
        "equipment": str(content.said("equipment", "name") or ""),
        "channel": str(content.said("equipment", "channel") or said.channel),
        "document_sha256": sha256,
        "content": content_text(content),
        "reason": one_line(said.reason),
    }


def _newest(connection: Connection, certificate_id: int) -> Version:
    """The version that a new one corrects."""
    found = versions(connection, certificates.c.id == certificate_id)
    if not found:
        raise CertificateStepError(
            N_("There is no certificate {record} in the records."), record=certificate_id
        )
    if found[-1].state in (State.ENTERED, State.CHECKED):
        raise CertificateStepError(
            N_("{record} waits to be checked: return it first, then correct it."), record=found[-1].record
        )
    return found[-1]


def _next_id(connection: Connection) -> int:
    return (connection.execute(select(func.max(certificates.c.id))).scalar() or 0) + 1


def _demand_free(connection: Connection, values: dict[str, object], before: Version | None) -> None:
    """The same document for the same channel is one certificate, however often it is uploaded."""
    column = certificates.c
    same = (
        (column.document_sha256 == values["document_sha256"])
        & (column.equipment == values["equipment"])
        & (column.channel == values["channel"])
    )
    for other in versions(connection, same):
        if other.state is not State.REVOKED and (before is None or other.id != before.id):
            raise CertificateStepError(
                N_(
                    "This document is certificate {record} already; make a new version of that to correct it."
                ),
                record=other.record,
            )
    if before is None or before.begins_ns is None:
        return
    if (before.equipment, before.channel) != (values["equipment"], values["channel"]):
        raise CertificateStepError(
            N_("{record} was in force for {equipment} {channel}: revoke it, then enter it anew."),
            record=before.record,
            equipment=before.equipment,
            channel=before.channel,
        )


def _write_links(
    connection: Connection, actor: Actor, version: Version, document: Document, now_ns: int
) -> None:
    """An edge to each standard's certificate, and to its version here if these records have it."""
    hashes = {link.number: link.sha256 for link in document.imported.links if link.number}
    for position, number in enumerate(_standards(version.content)):
        sha256 = hashes.get(number, "")
        upstream = _upstream(connection, number, sha256)
        values: dict[str, object] = {
            "certificate_id": version.id,
            "version": version.version,
            "position": position,
            "number": number,
            "sha256": sha256,
            "upstream_id": upstream.id if upstream else None,
            "upstream_version": upstream.version if upstream else None,
        }
        keep(connection, actor, NewRow(CERTIFICATE_LINKS, values, f"link {version.record}"), now_ns)


def _standards(content: Content) -> Iterable[str]:
    tables = content.native.get("standard", [])
    found = (
        [one.get("certificate") for one in tables if isinstance(one, dict)]
        if isinstance(tables, list)
        else []
    )
    return dict.fromkeys(one_line(number) for number in found if isinstance(number, str) and number.strip())


def _upstream(connection: Connection, number: str, sha256: str) -> Version | None:
    """The standard's certificate: by the hash of its document if that is stated, otherwise by its number."""
    column = certificates.c
    wanted = column.document_sha256 == sha256 if sha256 else column.number == number
    known = [one for one in versions(connection, wanted) if one.state is not State.REVOKED]
    in_force = [one for one in known if one.begins_ns is not None]
    return max(in_force or known, key=lambda one: (one.begins_ns or 0, one.id, one.version), default=None)
