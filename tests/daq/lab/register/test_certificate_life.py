"""A certificate's way from its document to in force, and out of it again; two people, and nobody else."""

import hashlib
import tomllib
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from daq.errors import (
    BlobError,
    CertificateStepError,
    NotPermittedError,
    RegisterError,
    TwoPersonError,
)
from daq.lab.certificates.documents import native_document
from daq.lab.certificates.draft import Said
from daq.lab.certificates.life import (
    InForce,
    check,
    enter,
    put_in_force,
    resume,
    return_to_draft,
    revoke,
    save_draft,
    suspend,
)
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import EquipmentChange, change_equipment, find_equipment
from daq.records.certificate_versions import State, find_version
from daq.records.database import reading
from daq.records.register_tables import certificate_steps
from daq.records.schema import audit
from daq.security.people import Role
from tests.calibration.native_files import BALANCE
from tests.daq.lab.register.laboratory import DAY_NS, START_NS, certificate_text, changed, scan


def states(version):
    return [step.state for step in version.steps]


def test_two_people_put_a_certificate_in_force(on_both):
    laboratory = on_both
    draft = laboratory.draft()
    assert (draft.record, draft.state, draft.number) == ("1.1", State.DRAFT, "LX-2026-0417")
    assert (draft.equipment, draft.channel) == ("B-01", "mass")
    entered = laboratory.enter(draft)
    laboratory.clock.pass_time(60)
    checked = laboratory.check(entered)
    assert checked.periods() == ()
    version = laboratory.put_in_force(checked)
    assert states(version) == [State.DRAFT, State.ENTERED, State.CHECKED, State.IN_FORCE]
    assert (version.entered_by, version.checked_by) == ("wang.fang", "li.jun")
    assert [step.role for step in version.steps] == ["", "metrologist", "quality-manager", "quality-manager"]
    now_ns = laboratory.clock.now_ns()
    assert not version.counts_at(now_ns - 1)
    assert version.counts_at(now_ns)
    assert version.content.due.last_day.isoformat() == "2027-03-04"
    assert not version.counts_at(version.content.due.until_ns)


def test_the_document_is_kept_byte_for_byte(laboratory):
    version = laboratory.draft()
    assert version.document_sha256 == hashlib.sha256(BALANCE.encode()).hexdigest()
    assert laboratory.register.blobs.get(version.document_sha256) == BALANCE.encode()


def test_every_step_has_its_entry_in_the_trail(on_both):
    laboratory = on_both
    laboratory.in_force()
    with reading(laboratory.engine) as connection:
        rows = connection.execute(
            select(audit.c.action, audit.c.record, audit.c.account).order_by(audit.c.seq)
        )
        said = [tuple(row) for row in rows]
    assert ("draft", "certificate/1.1", "wang.fang") in said
    for step, (state, account) in enumerate(
        [("draft", "wang.fang"), ("entered", "wang.fang"), ("checked", "li.jun"), ("in-force", "li.jun")], 1
    ):
        assert (f"{state} 1.1", f"certificate-step/{step}", account) in said


def test_nobody_checks_what_the_same_person_entered(laboratory):
    entered = laboratory.entered()
    with pytest.raises(TwoPersonError, match=r"wang\.fang entered this"):
        check(laboratory.register, laboratory.signature("wang.fang", State.CHECKED), entered.record, "x")


def test_nobody_checks_what_the_same_person_wrote(laboratory):
    draft = laboratory.draft()
    enter(laboratory.register, laboratory.signature("zhou.min", State.ENTERED), draft.record)
    with pytest.raises(TwoPersonError):
        check(laboratory.register, laboratory.signature("wang.fang", State.CHECKED), draft.record, "x")
    assert laboratory.check(draft).state is State.CHECKED


def test_who_entered_it_does_not_put_it_in_force(laboratory):
    checked = laboratory.check(laboratory.entered())
    signature = laboratory.signature("wang.fang", State.IN_FORCE)
    with pytest.raises(TwoPersonError):
        put_in_force(laboratory.register, signature, checked.record, InForce(laboratory.clock.now_ns()))


@pytest.mark.parametrize("account", ["chen.yu", "admin", "inspector"])
def test_other_roles_do_nothing_here(laboratory, account):
    entered = laboratory.entered()
    role = Role.METROLOGIST
    document = native_document(certificate_text("B").encode(), "b.toml")
    with pytest.raises(NotPermittedError):
        save_draft(laboratory.register, laboratory.actor(account), document, Said())
    with pytest.raises(NotPermittedError):
        check(laboratory.register, laboratory.signature(account, State.CHECKED, role), entered.record, "x")
    with pytest.raises(NotPermittedError):
        return_to_draft(laboratory.register, laboratory.actor(account), entered.record, "x")


def test_only_a_quality_manager_suspends_and_revokes(laboratory):
    version = laboratory.in_force()
    when = InForce(laboratory.clock.now_ns(), "dropped")
    with pytest.raises(NotPermittedError, match="quality-manager"):
        suspend(laboratory.register, laboratory.signature("zhou.min", State.SUSPENDED), version.record, when)
    with pytest.raises(NotPermittedError, match="quality-manager"):
        revoke(laboratory.register, laboratory.signature("zhou.min", State.REVOKED), version.record, "x")


def test_a_signature_for_one_thing_is_none_for_another(laboratory):
    entered = laboratory.entered()
    with pytest.raises(NotPermittedError, match="something else"):
        check(laboratory.register, laboratory.signature("li.jun", State.ENTERED), entered.record, "x")


def test_returned_with_a_comment_and_corrected(laboratory):
    entered = laboratory.entered()
    with pytest.raises(CertificateStepError, match="reason"):
        return_to_draft(laboratory.register, laboratory.actor("li.jun"), entered.record, " ")
    returned = return_to_draft(
        laboratory.register, laboratory.actor("li.jun"), entered.record, "point 2: 0.08,\nnot 0.80"
    )
    assert (returned.state, returned.steps[-1].reason) == (State.RETURNED, "point 2: 0.08, not 0.80")
    second = laboratory.draft(BALANCE, Said(reason="point 2"), of=returned.id)
    assert second.record == "1.2"
    assert laboratory.check(laboratory.enter(second)).state is State.CHECKED
    with pytest.raises(CertificateStepError, match="newest version"):
        laboratory.enter(returned)


def test_while_it_waits_for_its_check_nobody_changes_it(laboratory):
    entered = laboratory.entered()
    with pytest.raises(CertificateStepError, match="return it first"):
        laboratory.draft(BALANCE, Said(reason="x"), of=entered.id)


def test_the_same_document_is_one_certificate(laboratory):
    laboratory.in_force()
    with pytest.raises(CertificateStepError, match=r"certificate 1\.1 already"):
        laboratory.draft()


def test_a_new_certificate_ends_the_one_before(on_both):
    laboratory = on_both
    first = laboratory.in_force(from_ns=START_NS)
    laboratory.clock.pass_time(40 * 86400)
    changes = {"calibrated_on = 2026-03-02": "calibrated_on = 2026-04-10", "2026-03-05": "2026-04-14"}
    second = laboratory.in_force(certificate_text("LX-2026-0500", changes))
    first = version_now(laboratory, first)
    assert first.state is State.SUPERSEDED
    assert first.periods() == ((START_NS, second.begins_ns),)
    assert second.counts_at(second.begins_ns)


def version_now(laboratory, version):
    with reading(laboratory.engine) as connection:
        return find_version(connection, version.record)


def test_an_older_certificate_is_seen_and_does_not_end_the_newer_one(laboratory):
    laboratory.clock.pass_time(10 * 86400)
    newer = laboratory.in_force(from_ns=START_NS + 10 * DAY_NS)
    changes = {"calibrated_on = 2026-03-02": "calibrated_on = 2026-02-01"}
    older = laboratory.entered(certificate_text("LX-2025-0001", changes))
    with pytest.raises(CertificateStepError, match=r"calibrated on 2026-02-01, before 1\.1"):
        laboratory.check(older, comment="")
    older = laboratory.put_in_force(laboratory.check(older, "found in the cupboard"), START_NS)
    assert older.periods() == ((START_NS, START_NS + 10 * DAY_NS),)
    assert version_now(laboratory, newer).counts_at(laboratory.clock.now_ns())


def test_a_correction_counts_from_the_same_moment(laboratory):
    first = laboratory.in_force(from_ns=START_NS)
    laboratory.clock.pass_time(5 * 86400)
    text = BALANCE.replace("U = 0.20", "U = 0.22")
    second = laboratory.in_force(text, from_ns=START_NS, of=first.id)
    assert second.record == "1.2"
    assert version_now(laboratory, first).periods() == ()
    assert second.counts_at(START_NS)


def test_suspended_and_resumed(on_both):
    laboratory = on_both
    version = laboratory.in_force(from_ns=START_NS)
    laboratory.clock.pass_time(3600)
    since_ns = laboratory.clock.now_ns()
    laboratory.clock.pass_time(60)
    signature = laboratory.signature("li.jun", State.SUSPENDED)
    for wrong_ns in (START_NS - 1, laboratory.clock.now_ns() + 1):
        with pytest.raises(CertificateStepError, match="since it is in force"):
            suspend(laboratory.register, signature, version.record, InForce(wrong_ns, "dropped"))
    suspended = suspend(laboratory.register, signature, version.record, InForce(since_ns, "dropped"))
    assert suspended.periods() == ((START_NS, since_ns),)
    laboratory.clock.pass_time(3600)
    resumed = resume(
        laboratory.register, laboratory.signature("li.jun", State.IN_FORCE), version.record, "checked"
    )
    assert resumed.periods() == (
        (START_NS, since_ns),
        (laboratory.clock.now_ns(), version.content.due.until_ns),
    )


def test_what_was_superseded_while_suspended_is_not_resumed(laboratory):
    version = laboratory.in_force(from_ns=START_NS)
    now = InForce(laboratory.clock.now_ns(), "dropped")
    suspend(laboratory.register, laboratory.signature("li.jun", State.SUSPENDED), version.record, now)
    laboratory.in_force(certificate_text("LX-2026-0500"))
    with pytest.raises(CertificateStepError, match="superseded"):
        resume(laboratory.register, laboratory.signature("li.jun", State.IN_FORCE), version.record, "x")


def test_what_a_later_one_supersedes_is_resumed_until_then(laboratory):
    version = laboratory.in_force(from_ns=START_NS)
    laboratory.clock.pass_time(3600)
    later_ns = laboratory.clock.now_ns() + 7 * DAY_NS
    laboratory.in_force(certificate_text("LX-2026-0500"), from_ns=later_ns)
    now = InForce(laboratory.clock.now_ns(), "dropped")
    suspend(laboratory.register, laboratory.signature("li.jun", State.SUSPENDED), version.record, now)
    laboratory.clock.pass_time(3600)
    sign = laboratory.signature("li.jun", State.IN_FORCE)
    resumed = resume(laboratory.register, sign, version.record, "checked: it is well")
    assert resumed.periods()[-1] == (laboratory.clock.now_ns(), later_ns)


def test_revoked_counts_for_no_time_and_brings_nothing_back(on_both):
    laboratory = on_both
    first = laboratory.in_force(from_ns=START_NS)
    laboratory.clock.pass_time(86400)
    second = laboratory.in_force(certificate_text("LX-2026-0500"))
    ended_ns = second.begins_ns
    revoked = revoke(
        laboratory.register, laboratory.signature("li.jun", State.REVOKED), second.record, "wrong unit"
    )
    assert revoked.periods() == ()
    assert version_now(laboratory, first).periods() == ((START_NS, ended_ns),)
    with pytest.raises(CertificateStepError, match="cannot become 'revoked'"):
        revoke(laboratory.register, laboratory.signature("li.jun", State.REVOKED), second.record, "x")


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(-4, "from 2026-03-02 to 2027-03-04"), (365, "from 2026-03-02 to 2027-03-04"), (-2, "enter the reason")],
)
def test_the_moment_lies_between_calibration_and_end(laboratory, days, sentence):
    checked = laboratory.check(laboratory.entered())
    when = InForce(START_NS + days * DAY_NS)
    with pytest.raises(CertificateStepError, match=sentence):
        put_in_force(
            laboratory.register, laboratory.signature("li.jun", State.IN_FORCE), checked.record, when
        )


def test_a_step_is_not_skipped(laboratory):
    draft = laboratory.draft()
    with pytest.raises(CertificateStepError, match="'draft' and cannot become 'checked'"):
        laboratory.check(draft)
    with pytest.raises(CertificateStepError, match="'draft' and cannot become 'in force'"):
        laboratory.put_in_force(draft)
    entered = laboratory.enter(draft)
    with pytest.raises(CertificateStepError, match="'entered' and cannot become 'in force'"):
        laboratory.put_in_force(entered)
    with pytest.raises(RegisterError, match="no certificate 7"):
        laboratory.enter(changed(draft, id=7))


def test_a_document_that_was_altered_is_not_signed(laboratory, tmp_path):
    draft = laboratory.draft()
    sha256 = draft.document_sha256
    path = tmp_path / "blobs" / sha256[:2] / sha256[2:]
    path.write_bytes(BALANCE.replace("0.08", "0.80").encode())
    with pytest.raises(BlobError, match="was altered"):
        laboratory.enter(draft)
    path.unlink()
    with pytest.raises(BlobError, match="is missing"):
        laboratory.enter(draft)


def test_what_is_missing_is_said_at_once(laboratory):
    tables = tomllib.loads(BALANCE, parse_float=Decimal)
    del tables["certificate"]["laboratory"], tables["in_use"]["repeatability_dof"]
    tables["certificate"]["calibrated_on"] = date(2026, 3, 6)
    tables["equipment"]["serial_number"] = "B999"
    draft = save_draft(laboratory.register, laboratory.actor("wang.fang"), scan(), Said(tables=tables))
    with pytest.raises(CertificateStepError) as refused:
        laboratory.enter(draft)
    for words in (
        "certificate.laboratory: is missing",
        "in_use.repeatability_dof: is missing",
        "calibrated on 2026-03-06, which lies ahead",
        "needs the laboratory's due date",
        "serial number B999, but B-01 is registered with B123456789",
        "not settled: page 1: it has no text",
    ):
        assert words in str(refused.value)


def test_equipment_must_be_registered_and_not_retired(laboratory):
    draft = laboratory.draft(certificate_text("LX-1", {'name = "B-01"': 'name = "B-09"'}))
    with pytest.raises(CertificateStepError, match="'B-09' is not in the register"):
        laboratory.enter(draft)
    with reading(laboratory.engine) as connection:
        about = find_equipment(connection, "B-01").about
    retired = EquipmentChange("B-01", 1, changed(about, state=EquipmentState.RETIRED), "worn")
    draft = laboratory.draft()
    change_equipment(laboratory.engine, laboratory.clock, laboratory.actor("wang.fang"), retired)
    with pytest.raises(CertificateStepError, match="B-01 is retired"):
        laboratory.enter(draft)


def test_the_database_itself_refuses_to_change_a_version(laboratory):
    laboratory.in_force()
    with pytest.raises(Exception, match="never changed"), laboratory.engine.begin() as connection:
        connection.execute(certificate_steps.update().values(from_ns=0))
