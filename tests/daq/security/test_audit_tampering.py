"""Whatever somebody does to the trail with the database's own tools, verify names the first row."""

from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from daq.errors import JournalDamagedError
from daq.records.database import reading, records_url
from daq.records.migrations import open_records
from daq.records.schema import audit, audit_head
from daq.security.audit import AuditRow, link_of
from daq.security.audit_verification import export_head, verify
from tests.daq.security.trails import START_NS, allow_tampering, write_trail

ROWS = 12
TEXTS = ("account", "origin", "action", "record", "old", "new", "reason", "sha256")

numbers = st.integers(1, ROWS)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5)
on_both = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def tampered(trail):
    """Replaces the whole trail by other rows and verifies it."""
    allow_tampering(trail)
    with reading(trail) as connection:
        original = [AuditRow(*row) for row in connection.execute(select(audit).order_by(audit.c.seq))]

    def put(rows, heads=None):
        with trail.begin() as connection:
            connection.execute(audit.delete())
            if rows:
                connection.execute(audit.insert(), [asdict(row) for row in rows])
        return verify(trail, heads)

    put.original = original
    put.engine = trail
    assert put(original).ok
    return put


def rechained(rows):
    """The digests that an attacker who knows the program gives to rows."""
    previous, chained = "00" * 32, []
    for number, row in enumerate(rows, start=1):
        row = replace(row, seq=number)
        row = replace(row, sha256=link_of(previous, row))
        previous = row.sha256
        chained.append(row)
    return chained


@on_both
@given(number=numbers, column=st.sampled_from(TEXTS), text=texts)
def test_an_altered_text(tampered, number, column, text):
    rows = list(tampered.original)
    if getattr(rows[number - 1], column) == text:
        return
    rows[number - 1] = replace(rows[number - 1], **{column: text})
    found = tampered(rows)
    assert (found.ok, found.first_bad, found.rows) == (False, number, number - 1)
    assert f"Entry {number} " in found.sentence


@on_both
@given(number=numbers, t_ns=st.integers(-(2**63), 2**63 - 1))
def test_an_altered_time(tampered, number, t_ns):
    rows = list(tampered.original)
    if rows[number - 1].t_ns == t_ns:
        return
    rows[number - 1] = replace(rows[number - 1], t_ns=t_ns)
    assert tampered(rows).first_bad == number


@on_both
@given(number=numbers, column=st.sampled_from(["old", "new"]))
def test_a_value_taken_away_or_made_empty(tampered, number, column):
    for value in (None, ""):
        rows = list(tampered.original)
        if getattr(rows[number - 1], column) != value:
            rows[number - 1] = replace(rows[number - 1], **{column: value})
            assert tampered(rows).first_bad == number


@on_both
@given(number=numbers, text=st.integers(1, 5))
def test_text_moved_from_one_column_to_the_next(tampered, number, text):
    rows = list(tampered.original)
    row = rows[number - 1]
    rows[number - 1] = replace(row, account=row.account[:-text], origin=row.account[-text:] + row.origin)
    assert tampered(rows).first_bad == number


@on_both
@given(gone=st.sets(numbers, min_size=1))
def test_deleted_rows(tampered, gone):
    found = tampered([row for row in tampered.original if row.seq not in gone])
    assert not found.ok
    assert found.first_bad == min(gone)


@on_both
@given(gone=st.sets(numbers, min_size=1, max_size=ROWS - 1))
def test_deleted_rows_with_the_others_moved_up(tampered, gone):
    kept = [row for row in tampered.original if row.seq not in gone]
    found = tampered([replace(row, seq=number) for number, row in enumerate(kept, start=1)])
    assert not found.ok
    assert found.first_bad == min(gone)


@on_both
@given(seq=st.integers(-3, 2 * ROWS).filter(lambda seq: not 1 <= seq <= ROWS), copied=numbers)
def test_a_row_inserted_before_or_behind(tampered, seq, copied):
    found = tampered([*tampered.original, replace(tampered.original[copied - 1], seq=seq)])
    assert not found.ok
    assert found.first_bad == (seq if seq < 1 else ROWS + 1)


@on_both
@given(at=numbers, copied=numbers, honest=st.booleans())
def test_a_row_inserted_between(tampered, at, copied, honest):
    rows = list(tampered.original)
    previous = rows[at - 2].sha256 if at > 1 else "00" * 32
    inserted = replace(rows[copied - 1], seq=at, reason="inserted")
    if honest:
        inserted = replace(inserted, sha256=link_of(previous, inserted))
    moved = [replace(row, seq=row.seq + 1) for row in rows[at - 1 :]]
    found = tampered([*rows[: at - 1], inserted, *moved])
    assert not found.ok
    assert found.first_bad == (at + 1 if honest else at)


@on_both
@given(order=st.permutations(range(ROWS)))
def test_reordered_rows(tampered, order):
    if list(order) == sorted(order):
        return
    rows = [replace(tampered.original[old], seq=new) for new, old in enumerate(order, start=1)]
    found = tampered(rows)
    assert not found.ok
    assert found.first_bad == next(new for new, old in enumerate(order, start=1) if old != new - 1)


@on_both
@given(number=numbers, reason=texts)
def test_a_row_altered_together_with_its_digest(tampered, number, reason):
    rows = list(tampered.original)
    if rows[number - 1].reason == reason:
        return
    altered = replace(rows[number - 1], reason=reason)
    previous = rows[number - 2].sha256 if number > 1 else "00" * 32
    rows[number - 1] = replace(altered, sha256=link_of(previous, altered))
    found = tampered(rows)
    assert not found.ok
    assert found.first_bad == min(number + 1, ROWS)


@on_both
@given(number=numbers, reason=texts)
def test_a_trail_rewritten_to_its_end_does_not_give_the_head(tampered, number, reason):
    rows = list(tampered.original)
    if rows[number - 1].reason == reason:
        return
    rows[number - 1] = replace(rows[number - 1], reason=reason)
    found = tampered(rechained(rows))
    assert (found.ok, found.first_bad) == (False, ROWS)


@pytest.mark.parametrize("kept", [0, 5, ROWS - 1])
def test_a_trail_rewritten_with_its_head_does_not_give_the_exported_one(tampered, tmp_path, kept):
    heads = tmp_path / "audit-heads.jsonl"
    export_head(tampered.engine, heads, START_NS)
    rows = rechained(tampered.original[:kept])
    with tampered.engine.begin() as connection:
        connection.execute(
            audit_head.update().values(seq=kept, sha256=rows[-1].sha256 if rows else "00" * 32)
        )
    assert tampered(rows).ok  # the database alone cannot know
    found = tampered(rows, heads)
    assert (found.ok, found.first_bad) == (False, kept + 1)
    assert "exported head" in found.sentence
    write_trail(tampered.engine, ROWS - kept, first=100)
    found = verify(tampered.engine, heads)
    assert not found.ok
    assert "was rewritten" in found.sentence


def test_heads_exported_on_the_way_agree(engine, tmp_path):
    heads = tmp_path / "audit-heads.jsonl"
    export_head(engine, heads, START_NS)
    for _ in range(3):
        write_trail(engine, 2)
        export_head(engine, heads, START_NS)
        export_head(engine, heads, START_NS)
    found = verify(engine, heads)
    assert found.ok
    assert "All 6 entries" in found.sentence
    assert "7 exported heads agree" in found.sentence


def test_an_altered_file_of_heads(trail, tmp_path):
    heads = tmp_path / "audit-heads.jsonl"
    export_head(trail, heads, START_NS)
    heads.write_text(heads.read_text().replace('"seq": 12', '"seq": 11'))
    assert "was rewritten" in verify(trail, heads).sentence
    heads.write_text("nonsense\n")
    with pytest.raises(JournalDamagedError, match="line 1"):
        verify(trail, heads)


def test_a_deleted_or_altered_head(trail):
    with trail.begin() as connection:
        connection.execute(audit_head.update().values(sha256="11" * 32))
    assert verify(trail).first_bad == ROWS
    with trail.begin() as connection:
        connection.execute(audit_head.update().values(seq=5))
    found = verify(trail)
    assert found.first_bad == 6
    assert "behind its end" in found.sentence
    with trail.begin() as connection:
        connection.execute(audit_head.delete())
    found = verify(trail)
    assert (found.ok, found.first_bad) == (False, None)


def test_bytes_that_are_not_text(tmp_path):
    """Only SQLite keeps them; the row is named all the same."""
    with open_records(records_url(tmp_path)) as engine:
        write_trail(engine, 3)
        allow_tampering(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE audit SET reason = CAST(x'ff' AS TEXT) WHERE seq = 2")
        assert verify(engine).first_bad == 2


def test_an_empty_trail(engine):
    found = verify(engine)
    assert (found.ok, found.rows, found.first_bad) == (True, 0, None)
