"""In-house calibrations as DCC 3.3.0: PTB's schema, and our own importer, read back what was meant."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from calibration.certificates.dcc.exporter import write_dcc
from calibration.certificates.dcc.importer import read_dcc
from calibration.certificates.dcc.in_house import (
    AmbientCondition,
    CalibratedItem,
    CalibratedPoint,
    CalibratedQuantity,
    ConformityStatement,
    InHouseCalibration,
    OwnLaboratory,
    ResponsiblePerson,
    StandardUsed,
)
from calibration.certificates.imported import Identification, Particular, Relation, Severity, Shape, Words
from calibration.conformity import Decision
from calibration.errors import CertificateError

TODAY = datetime.date(2026, 11, 23)


def words(zh, en):
    return Words((("zh", zh), ("en", en)))


def point(reference, indication, expanded, **changes):
    content = {
        "reference": Decimal(reference),
        "indication": Decimal(indication),
        "expanded": Decimal(expanded),
        "k": Decimal("2.00"),
        "probability": Decimal("0.9545"),
        "standard": 0,
        "decision": Decision.PASS,
        "tolerance": (Decimal("-0.0005"), Decimal("0.0005")),
    }
    return CalibratedPoint(**{**content, **changes})


BALANCE = InHouseCalibration(
    number="HL-CAL-2026-0007",
    replaces="HL-CAL-2026-0006",
    laboratory=OwnLaboratory(
        name=words("石柱县检验检测中心", "Shizhu county laboratory"),
        country="CN",
        city="Chongqing",
        street="1 Nanbin Street",
        phone="023-0000 0000",
    ),
    item=CalibratedItem(
        name=words("电子天平", "Electronic balance"),
        manufacturer="METTLER TOLEDO",
        model="XPE204",
        serial_number="B329041175",
        identifications=(
            Identification("calibrationLaboratory", "B-01", words("管理编号", "inventory number")),
        ),
    ),
    begun_on=datetime.date(2026, 11, 20),
    ended_on=datetime.date(2026, 11, 20),
    issued_on=datetime.date(2026, 11, 21),
    due_on=datetime.date(2027, 11, 19),
    method=words("电子天平校准", "Calibration of electronic balances"),
    documents=("JJF 1847-2020",),
    standards=(
        StandardUsed(
            name=words("E2 等级砝码", "Weights of class E2"),
            identification="W-01",
            laboratory="重庆市计量质量检测研究院",
            certificate="2026-W-0042",
            sha256="ab" * 32,
        ),
        StandardUsed(
            name=words("F1 等级砝码", "Weights of class F1"),
            identification="W-02",
            laboratory="重庆市计量质量检测研究院",
            certificate="2026-W-0043",
        ),
    ),
    conditions=(
        AmbientCondition(
            quantity="temperature",
            name=words("环境温度", "Ambient temperature"),
            lowest=Decimal("21.8"),
            highest=Decimal("22.4"),
            unit="degC",
        ),
        AmbientCondition(
            quantity="humidity",
            name=words("环境相对湿度", "Ambient relative humidity"),
            lowest=Decimal(49),
            highest=Decimal(52),
            unit="%RH",
        ),
    ),
    results=(
        CalibratedQuantity(
            name=words("示值误差", "Errors of indication"),
            quantity="mass",
            unit="g",
            points=(
                point("0.00000", "0.0000", "0.00010"),
                point("49.99998", "50.0001", "0.00021"),
                point("199.99990", "199.9996", "0.00040", standard=1),
            ),
        ),
    ),
    conformity=ConformityStatement(
        decision=Decision.PASS,
        specification="JJG 1036-2022",
        decision_rule=words("简单接受", "simple acceptance (ILAC-G8:09/2019, 4.2.1)"),
    ),
    statements=(words("样品状态完好", "The item was in good order"),),
    persons=(
        ResponsiblePerson(name="王芳", role="calibrated", main_signer=False),
        ResponsiblePerson(name="陈静", role="approved", main_signer=True),
    ),
    software_release="0.1.0",
)


@pytest.fixture(scope="module")
def imported():
    return read_dcc(write_dcc(BALANCE, TODAY), "b.xml", TODAY)


def test_every_number_comes_back(imported):
    (proposal,) = imported.proposals
    assert (proposal.shape, proposal.quantity, proposal.unit) == (Shape.ERRORS, "mass", "g")
    for found, meant in zip(proposal.points, BALANCE.results[0].points, strict=True):
        assert (found.reference, found.indication) == (meant.reference, meant.indication)
        assert found.error == meant.indication - meant.reference
        assert (found.expanded, found.k, found.probability) == (meant.expanded, meant.k, meant.probability)
        assert str(found.reference) == str(meant.reference)
        assert (found.conformity, found.tolerance) == ("pass", meant.tolerance)
    assert [p.standard.split(" (")[0] for p in proposal.points] == [
        "Weights of class E2",
        "Weights of class E2",
        "Weights of class F1",
    ]


def test_who_calibrated_what_when(imported):
    about = imported.administrative
    assert (about.number, about.laboratory, about.customer) == (
        "HL-CAL-2026-0007",
        "石柱县检验检测中心",
        "石柱县检验检测中心",
    )
    assert (about.begun_on, about.ended_on) == (BALANCE.begun_on, BALANCE.ended_on)
    assert (about.issued_on, about.due_on) == (BALANCE.issued_on, BALANCE.due_on)
    assert about.signers == ("王芳", "陈静")
    (item,) = about.items
    assert (item.serial_number, item.model, item.manufacturer) == ("B329041175", "XPE204", "METTLER TOLEDO")
    assert [entry.value for entry in item.identifications] == ["B329041175", "B-01"]


def test_traceability_and_conformity_come_back(imported):
    standards = [link for link in imported.links if link.relation is Relation.STANDARD]
    assert [(link.number, link.sha256) for link in standards] == [
        ("2026-W-0042", "ab" * 32),
        ("2026-W-0043", ""),
    ]
    assert [link.number for link in imported.links if link.relation is Relation.REPLACED] == [
        "HL-CAL-2026-0006"
    ]
    whole = [each for each in imported.conformity if each.norm]
    assert [(each.verdict, each.norm) for each in whole] == [("pass", "JJG 1036-2022")]
    assert "simple acceptance" in str(whole[0].text)
    ambient = [one for one in imported.stated if one.particular is Particular.AMBIENT]
    assert [one.value for one in ambient] == [Decimal("21.8"), Decimal("22.4"), Decimal(49), Decimal(52)]


def test_nothing_is_found_wrong_with_it(imported):
    graver = [
        str(f) for f in imported.findings if f.severity is not Severity.NOTE and "replaces" not in f.sentence
    ]
    assert graver == []


def test_it_is_by_the_schema_of_ptb(shared):
    schemas = shared("certificates/schemas")
    data = write_dcc(BALANCE, TODAY, schemas)
    found = read_dcc(data, "b.xml", TODAY, schemas)
    assert not [f for f in found.findings if "schema" in f.sentence]
    schema = etree.XMLSchema(etree.parse(str(schemas / "dcc/v3.3.0/dcc.xsd")))
    schema.assertValid(etree.fromstring(data))


def test_it_says_that_it_is_in_house():
    text = write_dcc(BALANCE, TODAY).decode()
    assert "In-house calibration by the laboratory of its own instrument" in text
    assert "内部校准" in text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"number": "2026-W-0042"}, "which is another certificate's; it needs a new one"),
        ({"number": "HL-CAL-2026-0006"}, "which is another certificate's"),
        ({"number": " "}, "its number is missing"),
        ({"persons": ()}, "nobody answers for it"),
        ({"standards": ()}, "no standard was used"),
        ({"results": ()}, "it has no results"),
        ({"method": Words()}, "the name of the method is missing"),
        ({"issued_on": datetime.date(2026, 11, 19)}, "lies after the date of issue"),
        ({"issued_on": datetime.date(2026, 12, 1)}, "lies in the future"),
        ({"software_release": "1\x00"}, "XML"),
    ],
)
def test_what_cannot_stand_in_a_certificate_is_refused(change, sentence):
    with pytest.raises(CertificateError, match=sentence):
        write_dcc(replace(BALANCE, **change), TODAY)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"expanded": Decimal(0)}, "must be greater than 0"),
        ({"k": Decimal("0.9")}, "must be at least 1"),
        ({"probability": Decimal(1)}, "lies between 0 and 1"),
        ({"standard": 2}, "there are 2"),
        ({"indication": Decimal("NaN")}, "not finite"),
    ],
)
def test_a_point_that_cannot_be_is_refused(change, sentence):
    bad = replace(BALANCE.results[0].points[1], **change)
    results = (replace(BALANCE.results[0], points=(bad,)),)
    with pytest.raises(CertificateError, match=f"point 1: .*{sentence}"):
        write_dcc(replace(BALANCE, results=results), TODAY)


def test_a_unit_that_d_si_has_not_is_refused():
    results = (replace(BALANCE.results[0], unit="tl"),)
    with pytest.raises(CertificateError, match="unit 'tl' has no spelling in D-SI"):
        write_dcc(replace(BALANCE, results=results), TODAY)


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ("temperature", "degC"),
        ("humidity", "%RH"),
        ("moisture", "%M"),
        ("resistance", "ohm"),
        ("pressure", "hPa"),
    ],
)
def test_every_quantity_comes_back_with_its_unit(quantity, unit):
    result = replace(BALANCE.results[0], quantity=quantity, unit=unit, name=words("结果", "Results"))
    (proposal,) = read_dcc(write_dcc(replace(BALANCE, results=(result,)), TODAY), "b.xml", TODAY).proposals
    assert (proposal.quantity, proposal.unit) == (quantity, unit)


NUMBERS = st.decimals(min_value=-10_000, max_value=10_000, places=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.decimals("0.000001", 10, places=6)), min_size=1, max_size=12))
def test_any_numbers_come_back(rows):
    points = tuple(point(a, b, u, decision=None, tolerance=None) for a, b, u in rows)
    calibration = replace(BALANCE, results=(replace(BALANCE.results[0], points=points),))
    (proposal,) = read_dcc(write_dcc(calibration, TODAY), "b.xml", TODAY).proposals
    assert [(p.reference, p.indication, p.expanded) for p in proposal.points] == rows
