"""Certificates, sessions and results put into the records as they are, without the life behind them."""

import dataclasses
import datetime

from calibration.certificates.native import parse_native
from daq.lab.results.computing import compute_results
from daq.records.bench_tables import (
    captures,
    methods,
    reports,
    result_captures,
    result_certificates,
    results,
    session_events,
    sessions,
)
from daq.records.certificate_content import LIFE_KEYS, Content, CountedFrom, Due, Form, content_text
from daq.records.certificate_versions import find_version, parse_record
from daq.records.certificates import built
from daq.records.register_tables import certificate_links, certificate_steps, certificates, documents
from daq.security.audit import as_text
from tests.daq.lab.results.bench import NOW_NS

YEAR_NS = 365 * 86_400 * 10**9
START_NS = NOW_NS - 300 * 86_400 * 10**9


class Records:
    """Writes rows in one transaction of the test."""

    def __init__(self, connection):
        self.connection = connection

    def certificate(self, record, text, *, links=(), equipment=None, channel="mass", sha256=None):
        """A version in force for a year around now; ``text`` is a native file. Returns what it gives."""
        certificate_id, version = parse_record(record)
        native = parse_native(text.encode(), "test")
        native["certificate"] = {k: v for k, v in native["certificate"].items() if k not in LIFE_KEYS}
        until = datetime.datetime.fromtimestamp((START_NS + YEAR_NS) / 1e9, datetime.UTC).date()
        content = Content(
            form=Form.CURVE if "curve" in native else Form.MEASURES,
            native=native,
            file_name="test",
            due=Due(until, START_NS + YEAR_NS, CountedFrom.CALIBRATED, None, 12),
        )
        sha256 = sha256 or f"{certificate_id:064d}"
        self.document(sha256)
        self.insert(
            certificates,
            id=certificate_id,
            version=version,
            number=native["certificate"]["number"],
            equipment=equipment or native["equipment"]["name"],
            channel=channel,
            document_sha256=sha256,
            content=content_text(content),
            reason="",
        )
        for state in ("entered", "checked", "in-force"):
            self.insert(
                certificate_steps,
                certificate_id=certificate_id,
                version=version,
                role="metrologist",
                state=state,
                from_ns=START_NS if state == "in-force" else None,
                reason="",
            )
        for position, (number, digest) in enumerate(links):
            self.insert(
                certificate_links,
                certificate_id=certificate_id,
                version=version,
                position=position,
                number=number,
                sha256=digest,
                upstream_id=None,
                upstream_version=None,
            )
        found = built(find_version(self.connection, record))
        return dataclasses.replace(found, in_force_from_ns=START_NS, valid_until_ns=START_NS + YEAR_NS)

    def document(self, sha256):
        if not self.connection.execute(documents.select().where(documents.c.sha256 == sha256)).first():
            self.insert(documents, sha256=sha256, name="", media_type="", size=0)

    def insert(self, table, **values):
        if "t_ns" in table.c:
            values.setdefault("t_ns", NOW_NS)
        if "account" in table.c:
            values.setdefault("account", "wang.fang")
        return self.connection.execute(table.insert(), values)

    def session(self, session, *, sample="HL-1"):
        """The session's row and captures, with their numbers as the records give them."""
        method = session.method
        known = methods.select().where(methods.c.version == method.version, methods.c.name == method.name)
        if not self.connection.execute(known).first():
            self.insert(methods, name=method.name, version=method.version, document=method.document)
        self.insert(
            sessions,
            id=session.name,
            method=method.name,
            method_version=method.version,
            sample=sample,
            purpose=method.procedure.purpose,
        )
        self.insert(session_events, session=session.name, n=1, kind="started", body="{}")
        session.captures = [self.capture(one) for one in session.captures]

    def capture(self, one):
        certificate_id, version = parse_record(one.certificate) if one.certificate else (None, None)
        found = self.insert(
            captures,
            session=one.session,
            n=1,
            step=one.step,
            portion=one.portion,
            into_input=one.into,
            turn=one.turn,
            instrument=one.instrument,
            channel=one.channel or "mass",
            channel_id=1,
            seq=one.seq,
            t_ns=one.t_ns,
            raw=one.raw,
            raw_text=one.raw_text,
            unit=one.unit,
            quality=int(one.quality),
            frame=one.frame,
            value_unit=one.value_unit,
            certificate_id=certificate_id,
            certificate_version=version,
        )
        return dataclasses.replace(one, id=found.inserted_primary_key[0])

    def results(self, given, *, first, version=1):
        """Compute and keep the results of a session; the first one gets this number."""
        outcomes = compute_results(given)
        for number, outcome in enumerate(outcomes, first):
            self.result(number, version, outcome)
        return outcomes

    def result(self, number, version, outcome):
        self.insert(
            results,
            id=number,
            version=version,
            session=outcome.session,
            formula=outcome.formula,
            unit=outcome.unit,
            value=float(outcome.value),
            u=outcome.u,
            k=outcome.k,
            expanded_u=outcome.U,
            verdict=outcome.verdict,
            body=as_text(outcome.as_json()),
        )
        for capture, sensitivity in outcome.sensitivities.items():
            self.insert(
                result_captures,
                result_id=number,
                version=version,
                capture_id=capture,
                sensitivity=sensitivity,
            )
        for record in outcome.certificates:
            certificate_id, of_version = parse_record(record)
            self.insert(
                result_certificates,
                result_id=number,
                version=version,
                certificate_id=certificate_id,
                certificate_version=of_version,
            )

    def report(self, number, session, version=1):
        self.document("f" * 64)
        self.insert(
            reports,
            number=number,
            version=version,
            session=session,
            document_sha256="f" * 64,
            check_code="X",
            body="{}",
        )
