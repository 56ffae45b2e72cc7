"""Each reason by itself, and all of them together; two people may allow what is not valid, once."""

import pytest
from sqlalchemy import insert

from calibration.certificates.native import read_native
from daq.errors import EquipmentError, NotPermittedError, TwoPersonError
from daq.lab.certificates.life import InForce, revoke, suspend
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import EquipmentChange, add_equipment, change_equipment
from daq.lab.equipment.validity import OverrideRequest, find_override, grant_override, range_reason, validity
from daq.records.certificate_versions import State
from daq.records.checks_tables import nonconformities
from daq.records.database import changing, reading
from daq.security.people import Role
from daq.security.verification import verify_records
from tests.calibration.native_files import BALANCE
from tests.daq.lab.register.laboratory import (
    BALANCE_ABOUT,
    DAY_NS,
    START_NS,
    certificate_text,
    changed,
)


def reasons(laboratory, name="B-01", at_ns=None):
    with reading(laboratory.engine) as connection:
        found = validity(connection, name, laboratory.clock.now_ns() if at_ns is None else at_ns)
    return found, {one.code: one for one in found.reasons}


def unmet(laboratory, at_ns=None):
    return [one.code for one in reasons(laboratory, at_ns=at_ns)[0].unmet]


def set_state(laboratory, state, seen):
    laboratory.clock.pass_time(60)
    wanted = EquipmentChange("B-01", seen, changed(BALANCE_ABOUT, state=state), f"now {state.value}")
    change_equipment(laboratory.engine, laboratory.clock, laboratory.actor("wang.fang"), wanted)


def test_a_balance_with_a_certificate_in_force_is_valid(on_both):
    assert unmet(on_both) == ["certificate"]
    on_both.in_force(from_ns=START_NS)
    found, by_code = reasons(on_both)
    assert found.is_valid
    assert by_code["certificate"].facts["record"] == "1.1"
    assert by_code["certificate"].facts["last_day"] == "2027-03-04"
    assert (by_code["check-not-planned"].met, by_code["no-nonconformity"].met) == (None, True)


def test_the_certificate_must_be_in_date(laboratory):
    version = laboratory.in_force(from_ns=START_NS)
    until_ns = version.content.due.until_ns
    assert unmet(laboratory, until_ns - 1) == []
    assert unmet(laboratory, until_ns) == ["certificate"]
    assert unmet(laboratory, START_NS - DAY_NS) == ["registered"]


def test_suspended_and_revoked_certificates_do_not_count(laboratory):
    version = laboratory.in_force(from_ns=START_NS)
    laboratory.clock.pass_time(60)
    now = InForce(laboratory.clock.now_ns(), "dropped")
    suspend(laboratory.register, laboratory.signature("li.jun", State.SUSPENDED), version.record, now)
    assert unmet(laboratory) == ["certificate"]
    assert unmet(laboratory, START_NS) == []
    revoke(laboratory.register, laboratory.signature("li.jun", State.REVOKED), version.record, "wrong")
    found, by_code = reasons(laboratory, at_ns=START_NS)
    assert not found.is_valid
    assert by_code["certificate"].facts["state"] == "revoked"


def test_every_channel_that_had_a_certificate_needs_one(laboratory):
    laboratory.in_force(from_ns=START_NS)
    other = certificate_text("LX-2", {'channel = "mass"': 'channel = "mass-2"', "2027-03-05": "2026-04-05"})
    laboratory.in_force(other, START_NS)
    assert unmet(laboratory) == []
    later_ns = START_NS + 60 * DAY_NS
    found, _ = reasons(laboratory, at_ns=later_ns)
    assert [
        (one.code, one.met, one.facts["channel"]) for one in found.reasons if one.code == "certificate"
    ] == [
        ("certificate", True, "mass"),
        ("certificate", False, "mass-2"),
    ]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (EquipmentState.AWAY, "not-away"),
        (EquipmentState.SUSPENDED, "not-suspended"),
        (EquipmentState.UNDER_REPAIR, "in-use"),
        (EquipmentState.RETIRED, "in-use"),
    ],
)
def test_the_state_is_a_reason_of_its_own(laboratory, state, code):
    laboratory.in_force(from_ns=START_NS)
    set_state(laboratory, state, 1)
    since_ns = laboratory.clock.now_ns()
    assert unmet(laboratory) == [code]
    _, by_code = reasons(laboratory)
    assert (by_code[code].facts["since_ns"], by_code[code].facts["reason"]) == (
        since_ns,
        f"now {state.value}",
    )
    assert unmet(laboratory, START_NS) == []
    set_state(laboratory, EquipmentState.IN_USE, 2)
    assert unmet(laboratory) == []


def test_what_needs_no_certificate_is_not_asked_for_one(laboratory):
    about = changed(BALANCE_ABOUT, kind="oven", needs_certificate=False)
    add_equipment(laboratory.engine, laboratory.clock, laboratory.actor("wang.fang"), "O-01", about)
    found, by_code = reasons(laboratory, "O-01")
    assert found.is_valid
    assert by_code["certificate"].met is None


def test_what_is_not_registered_is_not_valid(laboratory):
    found, _ = reasons(laboratory, "B-09")
    assert [(one.code, one.met) for one in found.reasons] == [("registered", False)]


def test_open_nonconforming_work_is_a_reason(laboratory):
    laboratory.in_force(from_ns=START_NS)
    row = {"number": "NC-2026-001", "account": "li.jun", "equipment": "B-01", "body": "{}"}
    for version, state in ((1, "open"), (2, "closed")):
        laboratory.clock.pass_time(60)
        with changing(laboratory.engine) as connection:
            now = {"version": version, "state": state, "t_ns": laboratory.clock.now_ns()}
            connection.execute(insert(nonconformities), row | now)
        assert unmet(laboratory) == (["no-nonconformity"] if state == "open" else [])


def test_outside_of_the_range_of_the_certificate():
    certificate = read_native(BALANCE.encode(), "b")
    assert range_reason(certificate, 200.0).met
    assert range_reason(certificate, 0.0).met
    over = range_reason(certificate, 200.01)
    assert (over.met, over.facts["high"], over.facts["unit"]) == (False, "200", "g")
    assert range_reason(None, 1.0).met is None


def override(laboratory, first, second, reason="the only balance, checked before"):
    request = OverrideRequest("B-01", "S-2026-0001", reason)
    return grant_override(laboratory.engine, laboratory.clock, request, (first, second))


def test_two_people_may_allow_it_for_one_session(on_both):
    first = on_both.signature("chen.yu", "override")
    second = on_both.signature("li.jun", "override")
    granted = override(on_both, first, second)
    with reading(on_both.engine) as connection:
        assert find_override(connection, "B-01", "S-2026-0001") == granted
        assert find_override(connection, "B-01", "S-2026-0002") is None
    assert verify_records(on_both.engine).ok
    assert unmet(on_both) == ["certificate"]


@pytest.mark.parametrize(
    ("first", "second", "meaning", "error"),
    [
        ("li.jun", "li.jun", "override", TwoPersonError),
        ("chen.yu", "wang.fang", "override", NotPermittedError),
        ("chen.yu", "li.jun", "checked", NotPermittedError),
    ],
)
def test_who_may_not_allow_it(laboratory, first, second, meaning, error):
    with pytest.raises(error):
        override(laboratory, laboratory.signature(first, "override"), laboratory.signature(second, meaning))


def test_a_role_that_was_lost_allows_nothing(laboratory):
    first = laboratory.signature("chen.yu", "override")
    second = laboratory.signature("wang.fang", "override", Role.QUALITY_MANAGER)
    with pytest.raises(NotPermittedError):
        override(laboratory, first, second)


def test_it_needs_a_reason(laboratory):
    first, second = (laboratory.signature(one, "override") for one in ("chen.yu", "li.jun"))
    with pytest.raises(EquipmentError, match="a session and a reason"):
        override(laboratory, first, second, " ")
