"""Somebody with the database's own tools: whatever is altered, ``hengliang verify`` names it."""

import hashlib

import pytest

from daq.lab.certificates.life import InForce, suspend
from daq.lab.equipment.records import log_equipment
from daq.records.certificate_versions import State
from daq.security.verification import verify_records
from tests.daq.lab.register.laboratory import certificate_text

TABLES = ("documents", "equipment", "equipment_log", "certificates", "certificate_steps", "certificate_links")


@pytest.fixture
def filled(on_both):
    """One certificate in force, one suspended, one entered, and a history."""
    laboratory = on_both
    laboratory.in_force()
    standard = '\n[[standard]]\ncertificate = "LX-2026-0417"\n'
    second = laboratory.in_force(certificate_text("LX-2") + standard)
    dropped = InForce(laboratory.clock.now_ns(), "dropped")
    suspend(laboratory.register, laboratory.signature("li.jun", State.SUSPENDED), second.record, dropped)
    laboratory.entered(certificate_text("LX-3"))
    entry = ("B-01", "adjustment", "internal weight")
    log_equipment(laboratory.engine, laboratory.clock, laboratory.actor("chen.yu"), entry)
    assert verify(laboratory).ok, verify(laboratory).sentence
    return laboratory


def verify(laboratory):
    return verify_records(laboratory.engine, None, laboratory.register.blobs)


def take_triggers_away(laboratory):
    with laboratory.engine.begin() as connection:
        for table in TABLES:
            if laboratory.engine.dialect.name == "sqlite":
                connection.exec_driver_sql(f"DROP TRIGGER {table}_keeps_values")
                connection.exec_driver_sql(f"DROP TRIGGER {table}_keeps_rows")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER {table}_append_only ON {table}")


def run(laboratory, statement):
    with laboratory.engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount > 0


ALTERATIONS = (
    ("UPDATE certificates SET content = replace(content, '0.20', '0.02') WHERE id = 1", "certificate/1.1"),
    ("UPDATE certificates SET number = 'LX-9' WHERE id = 2", "certificate/2.1"),
    ("UPDATE certificate_steps SET from_ns = from_ns - 1 WHERE id = 4", "certificate-step/4"),
    ("UPDATE certificate_steps SET account = 'zhou.min' WHERE id = 3", "certificate-step/3"),
    ("UPDATE certificate_steps SET state = 'in-force' WHERE state = 'suspended'", "certificate-step/10"),
    ("UPDATE certificate_links SET number = 'M-1'", "certificate-link/2.1.0"),
    ("UPDATE documents SET name = 'another.toml' WHERE name = 'certificate.toml'", "document/"),
    ("UPDATE equipment SET body = replace(body, 'B123', 'B124')", "equipment/B-01.1"),
    ("UPDATE equipment_log SET text = 'nothing'", "equipment-log/1 was changed"),
    ("DELETE FROM equipment_log", "equipment-log/1 was deleted"),
    ("DELETE FROM certificate_steps WHERE id = 10", "certificate-step/10 was deleted"),
)


def test_every_altered_row_is_named(filled):
    take_triggers_away(filled)
    for statement, named in ALTERATIONS:
        before = set(verify(filled).findings)
        run(filled, statement)
        new = set(verify(filled).findings) - before
        assert any(sentence.startswith(named) for sentence in new), (statement, new)


def test_a_step_that_nobody_signed_is_named(filled):
    """The row fits, its entry is missing: put in force past the two people."""
    with filled.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO certificate_steps"
            " (certificate_id, version, t_ns, account, role, state, from_ns, reason)"
            " VALUES (3, 1, 1, 'li.jun', 'quality-manager', 'in-force', 1, '')"
        )
    (sentence,) = verify(filled).findings
    assert sentence.startswith("certificate-step/")
    assert "past the audit trail" in sentence


def test_an_altered_document_is_named(filled, tmp_path):
    sha256 = hashlib.sha256(certificate_text("LX-3").encode()).hexdigest()
    path = tmp_path / "blobs" / sha256[:2] / sha256[2:]
    path.write_bytes(path.read_bytes().replace(b"U = 0.20", b"U = 0.02"))
    (sentence,) = verify(filled).findings
    assert "certificate.toml" in sentence
    assert path.name in sentence
    path.unlink()
    (sentence,) = verify(filled).findings
    assert "is missing" in sentence


def test_the_database_itself_refuses(filled):
    for table in TABLES:
        column = "number" if table == "certificate_links" else "account"
        for statement in (f"UPDATE {table} SET {column} = ''", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="rows are added, never"), filled.engine.begin() as connection:
                connection.exec_driver_sql(statement)
