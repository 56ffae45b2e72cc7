"""A calibration that found an instrument beyond its limits: nothing that stood on it stays unlooked at."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from calibration.certificates.imported import Stage
from daq.errors import CertificateStepError
from daq.lab.certificates.as_found import as_found_of, foreseen, mpe_in_service
from daq.lab.certificates.cell_corrections import CellCorrection
from daq.lab.certificates.life import InForce, enter, put_in_force, save_draft
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import EquipmentChange, change_equipment, find_equipment
from daq.lab.nonconforming.course import resume
from daq.lab.nonconforming.records import nonconformities
from daq.records.certificate_versions import State, find_version
from daq.records.database import changing, reading
from daq.security.people import Role
from tests.daq.lab.register.laboratory import START_NS
from tests.daq.lab.register.test_certificate_drafts import document, point, proposal, said, save

PLATE = {"unit": "g", "e": Decimal("0.001"), "maximum": Decimal(220), "accuracy_class": "I"}
"""In service 2 mg at 100 g and at 200 g (OIML R 76-1:2006, 3.5.1 and 3.5.2)."""


def off(error_mg, stage=Stage.AS_FOUND):
    """The proposal with an error at 100 g."""
    wrong = point("100.00000", f"{100 + Decimal(error_mg) / 1000}", error_mg)
    whole = proposal(stage)
    return replace(whole, points=(whole.points[0], wrong, whole.points[2]))


def describe(laboratory, **changes):
    with reading(laboratory.engine) as connection:
        known = find_equipment(connection, "B-01")
    change = EquipmentChange("B-01", known.version, replace(known.about, **changes), "its type plate")
    change_equipment(laboratory.engine, laboratory.clock, laboratory.actor("wang.fang"), change)


def checked(laboratory, *proposals, **changes):
    return laboratory.check(laboratory.enter(save(laboratory, document(*proposals), said(**changes))))


def in_force(laboratory, version, mpe=None, from_ns=START_NS):
    when = InForce(from_ns, "came back", mpe)
    return put_in_force(
        laboratory.register, laboratory.signature("li.jun", State.IN_FORCE), version.record, when
    )


def state_of(laboratory):
    with reading(laboratory.engine) as connection:
        return find_equipment(connection, "B-01").state, nonconformities(connection)


def test_a_balance_that_was_beyond_is_suspended_and_what_stood_on_it_is_asked_for(laboratory):
    describe(laboratory, **PLATE)
    version = checked(laboratory, off("3.1"), proposal(Stage.AS_LEFT))
    with reading(laboratory.engine) as connection:
        found = as_found_of(laboratory.register, connection, version)
        ahead = foreseen(laboratory.register, connection, version, found)
    assert [point.mpe for point in found.points] == [Decimal("0.001"), Decimal("0.002"), Decimal("0.002")]
    assert [point.error for point in found.beyond] == [Decimal("0.0031")]
    assert (ahead.suspect.from_ns, ahead.known, ahead.affected) == (0, None, ())
    assert in_force(laboratory, version).state is State.IN_FORCE
    state, (opened,) = state_of(laboratory)
    assert state is EquipmentState.SUSPENDED
    cause = opened.content.cause
    assert (cause.kind, cause.record) == ("calibration", f"certificate/{version.record}")
    (told,) = cause.found
    assert (told.point, told.error, told.mpe, told.unit) == ("100 g", "0.0031", "0.002", "g")


def test_what_was_within_its_limits_begins_nothing(laboratory):
    describe(laboratory, **PLATE)
    in_force(laboratory, checked(laboratory, off("1.9"), proposal(Stage.AS_LEFT)))
    assert state_of(laboratory) == (EquipmentState.IN_USE, ())


def test_an_instrument_that_was_not_adjusted_is_as_it_was_found(laboratory):
    describe(laboratory, **PLATE)
    in_force(laboratory, checked(laboratory, off("-2.5", Stage.UNADJUSTED)))
    state, (opened,) = state_of(laboratory)
    assert (state, opened.content.cause.found[0].error) == (EquipmentState.SUSPENDED, "-0.0025")


def test_where_nobody_knows_what_is_permitted_it_is_asked(laboratory):
    version = checked(laboratory, off("3.1"), proposal(Stage.AS_LEFT))
    with pytest.raises(CertificateStepError, match="say the maximum permissible error of B-01 in service"):
        in_force(laboratory, version)
    with reading(laboratory.engine) as connection:
        assert find_version(connection, version.record).state is State.CHECKED
    assert state_of(laboratory) == (EquipmentState.IN_USE, ())
    in_force(laboratory, version, mpe=Decimal("0.003"))
    assert state_of(laboratory)[0] is EquipmentState.SUSPENDED


def test_without_an_adjustment_nobody_is_asked_for_limits_of_other_instruments(laboratory):
    describe(laboratory, kind="thermometer")
    in_force(laboratory, checked(laboratory, off("3.1", Stage.UNADJUSTED)))
    assert state_of(laboratory) == (EquipmentState.IN_USE, ())


def test_what_is_suspect_reaches_back_to_the_calibration_before(laboratory):
    """Not to the day of the new one, from which its own version counts."""
    describe(laboratory, **PLATE)
    old = laboratory.in_force(from_ns=START_NS)
    laboratory.clock.pass_time(100 * 86_400)
    one = document(off("3.1"), proposal(Stage.AS_LEFT))
    day = date(2026, 6, 11)
    admin = replace(one.imported.administrative, received_on=None, ended_on=day, issued_on=day)
    later = replace(one, imported=replace(one.imported, administrative=admin))
    version = laboratory.check(laboratory.enter(save(laboratory, later, said())))
    in_force(laboratory, version, from_ns=laboratory.register.start_of(day))
    _, (opened,) = state_of(laboratory)
    suspect = opened.content.cause.suspect
    assert (suspect.from_ns, suspect.until_ns) == (old.begins_ns, laboratory.clock.now_ns())


def test_the_calibration_after_the_adjustment_shows_that_it_is_good_again(laboratory):
    describe(laboratory, **PLATE)
    version = in_force(laboratory, checked(laboratory, off("3.1"), proposal(Stage.AS_LEFT)))
    _, (opened,) = state_of(laboratory)
    laboratory.clock.pass_time(1)
    with changing(laboratory.engine) as connection:
        signature = laboratory.signature("li.jun", "resumed", Role.QUALITY_MANAGER)
        found = resume(connection, signature, opened.number, "adjusted and calibrated")
    assert found.content.resumed_on == f"certificate/{version.record}"
    assert state_of(laboratory)[0] is EquipmentState.IN_USE


def test_results_before_an_adjustment_that_cannot_be_judged_are_named_and_corrected(laboratory):
    whole = off("3.1")
    blank = replace(whole, points=(*whole.points[:2], replace(whole.points[2], expanded=None)))
    draft = save(laboratory, document(blank, proposal(Stage.AS_LEFT)), said())
    with pytest.raises(CertificateStepError, match=r"results before the adjustment: LX-7.pdf: point\[3\].U"):
        enter(laboratory.register, laboratory.signature("wang.fang", State.ENTERED), draft.record)
    cell = CellCorrection("proposals[0].points[2].expanded", "0.15", "from the second page")
    actor, again = laboratory.actor("wang.fang"), said(corrections=(cell,))
    laboratory.enter(
        save_draft(laboratory.register, actor, document(blank, proposal(Stage.AS_LEFT)), again, draft.id)
    )


def test_limits_of_a_balance_are_those_of_its_plate(laboratory):
    describe(laboratory, **PLATE)
    with reading(laboratory.engine) as connection:
        known = find_equipment(connection, "B-01")
    assert mpe_in_service(known, Decimal("49.999"), "g") == Decimal("0.001")
    assert mpe_in_service(known, Decimal(100_000), "mg") == Decimal(2)
    assert mpe_in_service(known, Decimal(221), "g") is None
    assert mpe_in_service(known, Decimal(20), "degC") is None
    assert mpe_in_service(None, Decimal(20), "g") is None
