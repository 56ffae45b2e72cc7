"""The evidence of a session in one ZIP, for an inspector: papers, data, documents, bytes, audit trail.

``sha256sum -c SHA256SUMS`` compares every file in it with the digest that it had when the ZIP was made.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Connection, or_, select

from daq.errors import BlobError, PaperError
from daq.i18n import LANGUAGES
from daq.lab.certificates.register import NS_PER_S
from daq.lab.papers.codes import json_of
from daq.lab.papers.raw_sheet import render_raw_sheet
from daq.lab.papers.tables import as_csv, as_xlsx
from daq.lab.reports.dossier import Dossier, Office, gather
from daq.lab.reports.dossier_instruments import certificates_behind
from daq.lab.reports.issuing import IssuedReport, issued_reports
from daq.lab.reports.raw_record import raw_record
from daq.lab.sessions.json import result_json, session_json
from daq.lab.sessions.results import result_versions
from daq.lab.sessions.tables import session_tables
from daq.records import schema
from daq.records.certificate_versions import Version
from daq.records.database import reading
from daq.records.register_tables import documents
from daq.security.audit import AuditRow, as_text

SUMS = "SHA256SUMS"
MISSING = "MISSING.txt"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_AT_ONCE = 400

_README = """\
{session}
  sha256sum -c SHA256SUMS

reports/        检测报告各版本：中英文 PDF 及其内容 JSON
                every version of the report: PDF in both languages, content as JSON
raw-record-*    原始记录，打包时生成
                the raw record, made when this was packed
session.json    检测过程、全部采集、结果的各版本；另有 xlsx 与 csv
                the session, all captures, all versions of the results; also as xlsx and csv
method.toml     所用方法文件，其 SHA-256 即方法版本
                the method; its SHA-256 is its version
frames/         仪器发出的原始字节，按采集编号命名
                bytes as the instruments sent them, by number of the capture
certificates/   所依据的证书（直至上级标准）：原文件与录入内容
                certificates behind the results, up the chain: documents and content
pictures/       检测中附上的图片
                pictures that were attached
audit.jsonl     与本次检测有关的审计记录
                entries of the audit trail on this session
MISSING.txt     缺失文件及原因；没有缺失则无此文件
                what is missing and why; only there if something is
"""


@dataclass(slots=True)
class _Package:
    """Files on their way into the ZIP."""

    files: dict[str, bytes] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def add(self, name: str, data: bytes) -> None:
        self.files[name] = data

    def add_json(self, name: str, value: object) -> None:
        self.add(name, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode())

    def add_document(self, name: str, office: Office, sha256: str) -> None:
        """The bytes of a document; what is gone or altered is told instead."""
        try:
            self.add(name, office.blobs.get(sha256))
        except BlobError as error:
            self.missing.append(f"{name}: {error}")


def evidence_zip(office: Office, session: str) -> bytes:
    """The package as of now; the session may be at any stage.

    Raises:
        NoSuchRecordError: there is no such session.
    """
    package = _Package()
    with reading(office.bench.engine) as connection:
        dossier = gather(connection, office, session)
        reports = issued_reports(connection, session)
        behind = certificates_behind(connection, dossier)
        package.add("README.txt", _README.format(session=session).encode("utf-8-sig"))
        for report in reports:
            _report(package, office, report)
        _raw_record(package, connection, office, session)
        _data(package, connection, dossier)
        for version in behind:
            _certificate(package, connection, office, version)
        rows = _audit(connection, dossier, reports, behind)
        package.add("audit.jsonl", "".join(f"{as_text(asdict(row))}\n" for row in rows).encode())
    for picture in dossier.state.pictures:
        suffix = _NOT_IN_NAMES.sub("-", picture.media_type.rpartition("/")[2])
        package.add_document(f"pictures/{picture.sha256}.{suffix}", office, picture.sha256)
    return _zipped(package, office)


def _report(package: _Package, office: Office, report: IssuedReport) -> None:
    name = f"reports/{_safe(report.number)}-v{report.version}"
    package.add(f"{name}.json", as_text(json_of(report.content)).encode())
    for language in LANGUAGES:
        package.add_document(f"{name}-{language}.pdf", office, report.documents[language])


def _raw_record(package: _Package, connection: Connection, office: Office, session: str) -> None:
    try:
        sheet = raw_record(connection, office, session)
        for language in LANGUAGES:
            pdf = render_raw_sheet(sheet, language, office.settings.site.timezone)
            package.add(f"raw-record-{language}.pdf", pdf)
    except PaperError as error:
        package.missing.append(f"raw-record: {error}")


def _data(package: _Package, connection: Connection, dossier: Dossier) -> None:
    session = dossier.state.header.id
    results = [result_json(one) for one in result_versions(connection, session)]
    events = [event.as_json() for event in dossier.state.events]
    package.add_json("session.json", {**session_json(dossier.state), "results": results, "events": events})
    tables = session_tables(connection, dossier.office, session)
    package.add("session.xlsx", as_xlsx(tables.values()))
    for name, table in tables.items():
        package.add(f"{name}.csv", as_csv(table))
    package.add("method.toml", dossier.loaded.method.document)
    for one in dossier.state.captures:
        package.add(f"frames/{one.id}.bin", one.frame)


def _certificate(package: _Package, connection: Connection, office: Office, version: Version) -> None:
    row = connection.execute(select(documents).where(documents.c.sha256 == version.document_sha256)).first()
    named = f"-{_safe(row.name)}" if row is not None else ""
    name = f"certificates/{version.record}-{_safe(version.equipment)}-{_safe(version.number)}"
    package.add_document(f"{name}{named}", office, version.document_sha256)
    about = {
        "record": version.record,
        "number": version.number,
        "equipment": version.equipment,
        "channel": version.channel,
        "document_sha256": version.document_sha256,
        "steps": [{**asdict(step), "state": step.state.value} for step in version.steps],
        "standards": [asdict(link) for link in version.links],
        "content": asdict(version.content),
    }
    text = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    package.add(f"{name}.json", text.encode())


def _audit(
    connection: Connection, dossier: Dossier, reports: Iterable[IssuedReport], behind: Iterable[Version]
) -> Iterator[AuditRow]:
    """Every entry on the session and on what belongs to it alone, in the order of the trail."""
    header, state = dossier.state.header, dossier.state
    results = {one.id for one in result_versions(connection, header.id)}
    begins = [f"session-event/{header.id}.", f"method/{header.method}.{header.method_version}"]
    begins += [f"sample/{header.sample}."] if header.sample else []
    kinds = ("result", "result-capture", "result-certificate")
    begins += [f"{kind}/{number}." for kind in kinds for number in sorted(results)]
    names = [f"session/{header.id}", *(f"capture/{one.id}" for one in state.captures)]
    names += [f"report/{one.number}.{one.version}" for one in reports]
    names += [f"certificate/{one.record}" for one in behind]
    column = schema.audit.c.record
    found: dict[int, AuditRow] = {}
    for first in range(0, max(len(begins), len(names)), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        asked = [column.startswith(one, autoescape=True) for one in begins[some]]
        statement = select(schema.audit).where(or_(column.in_(names[some]), *asked))
        found |= {row.seq: AuditRow(*row) for row in connection.execute(statement)}
    for seq in sorted(found):
        yield found[seq]


def _zipped(package: _Package, office: Office) -> bytes:
    if package.missing:
        package.add(MISSING, "".join(f"{line}\n" for line in package.missing).encode())
    sums = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(package.files.items()))
    package.add(SUMS, "".join(sums).encode())
    now = datetime.fromtimestamp(office.bench.clock.now_ns() // NS_PER_S, office.bench.zone)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in package.files.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return data.getvalue()


def _safe(name: str) -> str:
    """A name that every system takes."""
    return _NOT_IN_NAMES.sub("-", name).strip(". ") or "-"
