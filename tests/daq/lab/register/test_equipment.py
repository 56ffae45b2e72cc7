"""The register of equipment: versions with their reasons, who may write them, and a history."""

from decimal import Decimal

import pytest

from daq.errors import EquipmentError, NotPermittedError
from daq.lab.equipment.description import Description, EquipmentState, description_from
from daq.lab.equipment.records import (
    EquipmentChange,
    add_equipment,
    change_equipment,
    equipment,
    equipment_at,
    equipment_history,
    equipment_log_of,
    log_equipment,
)
from daq.records.database import reading
from daq.security.audit import AuditQuery, read
from tests.daq.lab.register.laboratory import BALANCE_ABOUT, START_NS, changed

FULL = Description(
    title_zh="分析天平",
    title_en="Analytical balance",
    kind="balance",
    maker="示例",
    model="XS205DU",
    serial_number="B1",
    firmware="3.10",
    room="天平室 101",
    accessories=("防风罩 draft shield", "打印机 printer"),
    unit="g",
    d=Decimal("0.0001"),
    e=Decimal("0.001"),
    maximum=Decimal("220"),
    accuracy_class="I",
    note="左侧 left",
)


def add(laboratory, name, about, by="wang.fang"):
    return add_equipment(laboratory.engine, laboratory.clock, laboratory.actor(by), name, about)


def change(laboratory, name, seen, about, reason="x", by="wang.fang"):
    wanted = EquipmentChange(name, seen, about, reason)
    return change_equipment(laboratory.engine, laboratory.clock, laboratory.actor(by), wanted)


def test_everything_about_it_is_kept(on_both):
    one = add(on_both, "B-02", FULL)
    assert one.about == FULL
    with reading(on_both.engine) as connection:
        found = equipment(connection)
    assert list(found) == ["B-01", "B-02"]
    assert found["B-02"] == one
    assert str(found["B-02"].d) == "0.0001"


def test_a_change_is_a_new_version_with_its_reason(on_both):
    on_both.clock.pass_time(60)
    away = changed(BALANCE_ABOUT, state=EquipmentState.AWAY)
    two = change(on_both, "B-01", 1, away, "for calibration")
    assert (two.version, two.state, two.reason, two.account) == (2, "away", "for calibration", "wang.fang")
    with reading(on_both.engine) as connection:
        history = equipment_history(connection, "B-01")
        assert [one.state for one in history] == ["in-use", "away"]
        assert equipment_at(connection, "B-01", START_NS).version == 1
        assert equipment_at(connection, "B-01", START_NS - 1) is None
        (entry,) = read(connection, AuditQuery(record="equipment/B-01.2"), 10)
    assert entry.reason == "for calibration"
    assert '"state":"in-use"' in entry.old
    assert "away" in entry.new


def test_nobody_overwrites_what_somebody_else_just_wrote(laboratory):
    change(laboratory, "B-01", 1, changed(BALANCE_ABOUT, room="102"))
    with pytest.raises(EquipmentError, match=r"changed by wang\.fang meanwhile"):
        change(laboratory, "B-01", 1, changed(BALANCE_ABOUT, room="103"), by="li.jun")


def test_a_change_needs_a_reason_and_a_change(laboratory):
    with pytest.raises(EquipmentError, match="needs its reason"):
        change(laboratory, "B-01", 1, changed(BALANCE_ABOUT, room="102"), " ")
    with pytest.raises(EquipmentError, match="Nothing of B-01 was changed"):
        change(laboratory, "B-01", 1, BALANCE_ABOUT)
    with pytest.raises(EquipmentError, match="no equipment B-09"):
        change(laboratory, "B-09", 1, BALANCE_ABOUT)


@pytest.mark.parametrize("account", ["chen.yu", "admin", "inspector"])
def test_who_may_not_write_the_register(laboratory, account):
    with pytest.raises(NotPermittedError):
        add(laboratory, "B-02", FULL, by=account)
    with pytest.raises(NotPermittedError):
        change(laboratory, "B-01", 1, changed(BALANCE_ABOUT, room="102"), by=account)


def test_a_short_name_is_given_once(laboratory):
    with pytest.raises(EquipmentError, match="B-01 is in the register already"):
        add(laboratory, "b-01", FULL)


@pytest.mark.parametrize("name", ["", "B 01", "天平", "-1", "B" * 42, "B/1"])
def test_a_short_name_fits_on_a_label(laboratory, name):
    with pytest.raises(EquipmentError, match="cannot be a short name"):
        add(laboratory, name, FULL)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "clock"}, "'clock' is no kind of equipment"),
        ({"title_en": ""}, "name in Chinese and in English"),
        ({"room": "a\nb"}, "room: one line"),
        ({"note": " x"}, "note: one line"),
        ({"accuracy_class": "IV"}, "'IV' is no accuracy class"),
        ({"e": None}, "verification interval e"),
        ({"d": Decimal(0)}, "greater than 0"),
        ({"maximum": Decimal("NaN")}, "greater than 0"),
        ({"unit": ""}, "need their unit"),
        ({"unit": "stone"}, "stone"),
        ({"accessories": ("x",) * 51}, "More than 50"),
    ],
)
def test_a_description_that_cannot_be(laboratory, values, sentence):
    with pytest.raises(EquipmentError, match=sentence):
        add(laboratory, "B-02", changed(FULL, **values))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"kind": "balance"}, "title_en, title_zh is missing"),
        ({**FULL.as_json(), "colour": "grey"}, "colour: unknown"),
        ({**FULL.as_json(), "d": "a bit"}, "d: 'a bit' is no number"),
        ({**FULL.as_json(), "state": "lost"}, "'lost' is no state"),
    ],
)
def test_a_form_that_says_something_else(body, sentence):
    with pytest.raises(EquipmentError, match=sentence):
        description_from(body)


def test_a_description_survives_json():
    assert description_from(FULL.as_json()) == FULL


def test_a_standard_weight_takes_the_role_of_a_weight():
    weights = changed(FULL, kind="standard-weight")
    assert weights.is_standard
    assert weights.fits("weight")
    assert not weights.fits("balance")


def test_the_history_tells_maintenance_and_adjustment(on_both):
    for kind, text in (("maintenance", "cleaned"), ("adjustment", "internal weight")):
        on_both.clock.pass_time(60)
        log_equipment(on_both.engine, on_both.clock, on_both.actor("chen.yu"), ("B-01", kind, text))
    with reading(on_both.engine) as connection:
        found = equipment_log_of(connection, "B-01")
    assert [(one.kind, one.text, one.account) for one in found] == [
        ("maintenance", "cleaned", "chen.yu"),
        ("adjustment", "internal weight", "chen.yu"),
    ]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (("B-01", "calibration", "x"), "no kind of entry"),
        (("B-01", "override", "{}"), "no kind of entry"),
        (("B-01", "note", " "), "needs a text"),
        (("B-09", "note", "x"), "no equipment B-09"),
    ],
)
def test_an_entry_that_cannot_be(laboratory, entry, sentence):
    with pytest.raises(EquipmentError, match=sentence):
        log_equipment(laboratory.engine, laboratory.clock, laboratory.actor("chen.yu"), entry)


def test_an_inspector_writes_nothing(laboratory):
    with pytest.raises(NotPermittedError):
        log_equipment(
            laboratory.engine, laboratory.clock, laboratory.actor("inspector"), ("B-01", "note", "x")
        )
