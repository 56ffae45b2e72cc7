"""What a person says about a document, and what a certificate of each kind must have before it is entered."""

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from calibration.certificates.dcc.importer import read_dcc
from calibration.certificates.imported import (
    Administrative,
    Conformity,
    Finding,
    Imported,
    Item,
    Link,
    Proposal,
    ProposedPoint,
    Relation,
    Severity,
    Shape,
    Stage,
    Words,
)
from calibration.certificates.kind import Kind
from calibration.certificates.pdf.located import ImportedPdf, Located
from calibration.certificates.pdf.text import place_on
from calibration.sentences import Sentence
from daq.errors import CertificateStepError, RegisterError
from daq.lab.certificates.cell_corrections import CellCorrection
from daq.lab.certificates.draft import Document, DueRule, Said, months_after, unanswered
from daq.lab.certificates.imported_json import imported_from
from daq.lab.certificates.life import save_draft
from daq.lab.certificates.rules import cautions, shortcomings
from daq.lab.equipment.description import Description
from daq.lab.equipment.records import EquipmentChange, add_equipment, change_equipment
from daq.records.certificate_content import CountedFrom, Form, Settled
from daq.records.certificates import RecordedCertificates
from daq.records.database import reading
from tests.calibration.native_files import BALANCE
from tests.daq.entered import SHANGHAI
from tests.daq.lab.register.laboratory import BALANCE_ABOUT, START_NS, scan

IN_USE = {"resolution": Decimal("0.0001"), "repeatability": Decimal("0.00008"), "repeatability_dof": 9}
CURVE = {"kind": "polynomial", "degree": 1}
LEVEL = {"level": Decimal("0.9545")}
DUE = DueRule(CountedFrom.CALIBRATED, 12)


def point(reference, indication, error):
    numbers = {"reference": reference, "indication": indication, "error": error, "expanded": "0.15", "k": "2"}
    return ProposedPoint(**{key: Decimal(text) for key, text in numbers.items()})


def proposal(stage=Stage.UNADJUSTED, offset="0.08"):
    return Proposal(
        name=Words((("en", "errors"),)),
        place="table 1",
        shape=Shape.ERRORS,
        quantity="mass",
        unit="g",
        reference_unit="g",
        error_unit="mg",
        uncertainty_unit="mg",
        stage=stage,
        points=(
            point("0.0", "0.0", "0.0"),
            point("100.00002", "100.0001", offset),
            point("200.00005", "200.0003", "0.25"),
        ),
    )


def document(*proposals, kind=Kind.CALIBRATION, **changes):
    admin = Administrative(
        number="LX-7",
        laboratory="County Institute of Metrology",
        kind=kind,
        items=(Item(Words(), serial_number="B123456789"),),
        received_on=date(2026, 2, 26),
        ended_on=date(2026, 3, 2),
        issued_on=date(2026, 3, 3),
        due_on=date(2027, 3, 1),
    )
    data = b"%PDF-1.7 LX-7"
    imported = Imported(
        file_sha256="0" * 64,
        format="PDF",
        administrative=admin,
        proposals=proposals or (proposal(),),
        links=(Link(Relation.STANDARD, "M-2025-118", "table 2", sha256="ab" * 32),),
        **changes,
    )
    return Document("LX-7.pdf", data, "application/pdf", imported)


def said(**changes):
    tables = {"certificate": LEVEL, "in_use": IN_USE, "curve": CURVE}
    return Said(**{"equipment": "B-01", "channel": "mass", "tables": tables, "due": DUE, **changes})


def save(laboratory, one, what):
    return save_draft(laboratory.register, laboratory.actor("wang.fang"), one, what)


def test_a_proposal_with_what_a_person_says(laboratory):
    version = laboratory.enter(save(laboratory, document(), said()))
    assert (version.content.form, version.content.format) == (Form.CURVE, "PDF")
    assert version.content.due.last_day == date(2027, 3, 1)
    assert version.links[0].number == "M-2025-118"
    assert version.links[0].sha256 == "ab" * 32


def test_everything_the_importer_found_is_kept(laboratory):
    one = document()
    version = save(laboratory, one, said())
    kept = laboratory.register.blobs.get(version.content.import_sha256)
    assert imported_from(kept) == one.imported


@pytest.mark.parametrize(
    ("counted_from", "day", "last_day"),
    [
        (CountedFrom.CALIBRATED, None, date(2027, 3, 1)),
        (CountedFrom.RECEIVED, None, date(2027, 2, 25)),
        (CountedFrom.ISSUED, None, date(2027, 3, 2)),
        (CountedFrom.PUT_IN_USE, date(2026, 3, 10), date(2027, 3, 9)),
    ],
)
def test_the_laboratory_counts_from_a_named_day(laboratory, counted_from, day, last_day):
    version = save(laboratory, document(), said(due=DueRule(counted_from, 12, day)))
    due = version.content.due
    assert (due.last_day, due.counted_from, due.months) == (last_day, counted_from, 12)
    assert due.until_ns == laboratory.register.start_of(last_day) + 86_400 * 10**9
    assert version.content.stated_due == date(2027, 3, 1)


def test_days_end_at_midnight_of_the_laboratory(laboratory):
    register = laboratory.register
    assert register.zone == SHANGHAI
    assert register.start_of(date(2026, 3, 5)) == START_NS - 14 * 3600 * 10**9
    assert register.day_of(register.end_of(date(2026, 3, 5)) - 1) == date(2026, 3, 5)


def test_months_of_different_lengths():
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert months_after(date(2026, 3, 2), 12) == date(2027, 3, 2)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (DueRule(CountedFrom.PUT_IN_USE, 12), "put-in-use, which is not known"),
        (DueRule(CountedFrom.CALIBRATED, 0), "1 to 120 months"),
        (DueRule(CountedFrom.CALIBRATED, 121), "1 to 120 months"),
    ],
)
def test_an_interval_that_cannot_be(laboratory, rule, sentence):
    with pytest.raises(RegisterError, match=sentence):
        save(laboratory, document(), said(due=rule))


def test_a_verification_needs_its_verdict_and_ends_when_it_says(laboratory):
    one = document(kind=Kind.VERIFICATION)
    bare = save(laboratory, one, said())
    with pytest.raises(CertificateStepError, match="enter the verdict"):
        laboratory.enter(bare)
    version = laboratory.enter(
        save_draft(laboratory.register, laboratory.actor("wang.fang"), one, said(verdict="合格"), bare.id)
    )
    due = version.content.due
    assert (version.content.verdict, due.last_day, due.counted_from) == ("合格", date(2027, 3, 1), None)


def test_a_verification_without_numbers_is_in_force_and_corrects_nothing(laboratory):
    imported = document(kind=Kind.VERIFICATION).imported
    verdict = Conformity("合格", "page 1")
    one = Document(
        "v.pdf",
        b"%PDF-v",
        "application/pdf",
        Imported(
            file_sha256="0" * 64, format="PDF", administrative=imported.administrative, conformity=(verdict,)
        ),
    )
    version = laboratory.enter(save(laboratory, one, said(tables={})))
    assert version.content.form is Form.VERDICT
    version = laboratory.put_in_force(laboratory.check(version))
    assert version.counts_at(laboratory.clock.now_ns())
    recorded = RecordedCertificates(laboratory.engine)
    assert (recorded.load(), recorded.findings) == ({}, ())


def test_a_calibration_without_uncertainty_is_not_entered(laboratory):
    bare = ProposedPoint(reference=Decimal("100"), indication=Decimal("100.0001"))
    one = document(Proposal(**{**fields_of(proposal()), "points": (bare, bare)}))
    with pytest.raises(CertificateStepError, match=r"point\[1\]\.U: is missing"):
        laboratory.enter(save(laboratory, one, said()))


def fields_of(one):
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def test_a_corrected_cell_is_used_and_what_the_document_said_is_kept(laboratory):
    """A lost minus: the stated error contradicts indication and reference until a person corrects it."""
    one = document(proposal(offset="-0.08"))
    with pytest.raises(CertificateStepError, match="sign is that of the correction"):
        laboratory.enter(save(laboratory, one, said()))
    cell = CellCorrection("proposals[0].points[1].error", "0.08", "the minus is a speck on the paper")
    version = laboratory.enter(
        save_draft(
            laboratory.register,
            laboratory.actor("wang.fang"),
            one,
            said(corrections=(cell,), reason="speck"),
            1,
        )
    )
    (kept,) = version.content.corrections
    assert (kept.document, kept.person, kept.reason) == ("-0.08", "0.08", "the minus is a speck on the paper")
    kept_import = imported_from(laboratory.register.blobs.get(version.content.import_sha256))
    assert kept_import.proposals[0].points[1].error == Decimal("-0.08")


def test_a_date_that_was_misread_is_corrected(laboratory):
    cell = CellCorrection("administrative.ended_on", "2026-03-03", "3 was read as 2")
    version = save(laboratory, document(), said(corrections=(cell,)))
    assert version.content.said("certificate", "calibrated_on") == date(2026, 3, 3)
    assert version.content.corrections[0].document == "2026-03-02"


def test_a_finding_that_stands_in_the_way_is_settled_with_a_reason(laboratory):
    tables = tomllib.loads(BALANCE, parse_float=Decimal)
    one = said(tables=tables)
    draft = save(laboratory, scan(), one)
    with pytest.raises(CertificateStepError, match="not settled: page 1: it has no text"):
        laboratory.enter(draft)
    settled = Settled("page 1: it has no text", "keyed in by hand, every number read twice")
    draft = save_draft(
        laboratory.register,
        laboratory.actor("wang.fang"),
        scan(),
        said(tables=tables, settled=(settled,), reason="keyed in"),
        draft.id,
    )
    version = laboratory.enter(draft)
    assert version.content.settled == (settled,)


def test_of_several_results_one_must_be_chosen(laboratory):
    with pytest.raises(RegisterError, match="several results"):
        save(laboratory, document(proposal(), proposal()), said())
    version = save(laboratory, document(proposal(), proposal()), said(proposal=1))
    assert version.content.proposal == 1
    with pytest.raises(RegisterError, match="no result 2"):
        save(laboratory, document(proposal(), proposal()), said(proposal=2))


def test_as_found_and_as_left_of_one_document_belong_together(laboratory):
    one = document(proposal(Stage.AS_FOUND, "0.08"), proposal(Stage.AS_LEFT))
    version = save(laboratory, one, said())
    assert (version.content.stage, version.content.proposal, version.content.as_found) == ("as-left", 1, 0)


def test_two_channels_of_one_document_have_errors_of_their_own(laboratory):
    """A thermo-hygrometer's certificate: the error of its temperature is not that of its humidity."""
    one = document(proposal(), proposal())
    for index, channel in enumerate(("mass", "mass-2")):
        draft = save(laboratory, one, said(proposal=index, channel=channel))
        laboratory.put_in_force(laboratory.check(laboratory.enter(draft)))
    found = RecordedCertificates(laboratory.engine).load()
    one, two = found["B-01", "mass"][0], found["B-01", "mass-2"][0]
    assert one.file_sha256 == two.file_sha256
    assert one.curve.key != two.curve.key


def test_weights_have_values_and_no_curve(laboratory):
    about = Description(title_zh="砝码", title_en="Weights", kind="standard-weight", serial_number="M-118")
    add_equipment(laboratory.engine, laboratory.clock, laboratory.actor("wang.fang"), "W-01", about)
    values = tuple(
        ProposedPoint(nominal=name, value=Decimal(value), expanded=Decimal("0.05"), k=Decimal(2))
        for name, value in (("100 g", "100.00002"), ("200 g", "200.00005"))
    )
    weights = Proposal(
        name=Words(),
        place="table 1",
        shape=Shape.MATERIAL_MEASURE,
        quantity="mass",
        unit="g",
        uncertainty_unit="mg",
        points=values,
    )
    one = document(weights)
    cell = CellCorrection("administrative.items[0].serial_number", "M-118", "of the set")
    what = said(equipment="W-01", channel="", tables={"certificate": LEVEL}, corrections=(cell,))
    version = laboratory.put_in_force(laboratory.check(laboratory.enter(save(laboratory, one, what))))
    assert (version.content.form, version.channel) == (Form.MEASURES, "")
    recorded = RecordedCertificates(laboratory.engine)
    assert recorded.load() == {}
    (certificate,) = recorded.measures()["W-01"]
    found = [(one.name, one.value, one.expanded, one.k) for one in certificate.values]
    assert found[0] == ("100 g", Decimal("100.00002"), Decimal("0.00005"), Decimal(2))
    assert certificate.values[1].u == pytest.approx(0.000025)
    assert (certificate.record, certificate.checked_by) == ("1.1", "li.jun")


def test_a_digital_certificate_of_the_ptb_becomes_a_draft(laboratory, shared):
    """The Good Practice file of a Pt100: R0, A and B as stated, with their covariance."""
    path = shared("certificates/samples")
    (file,) = path.rglob("dcc_gp_temperatur_resistance_v12.xml")
    data = file.read_bytes()
    imported = read_dcc(data, file.name, date(2026, 11, 23))
    one = Document(file.name, data, "application/xml", imported)
    (usable,) = (i for i, each in enumerate(imported.proposals) if each.shape is Shape.COEFFICIENTS)
    version = save(laboratory, one, Said(equipment="B-01", channel="R1", proposal=usable))
    assert version.content.native["curve"]["kind"] == "callendar-van-dusen"
    assert version.document_sha256 == imported.file_sha256


@pytest.mark.parametrize(
    ("target", "text", "sentence"),
    [
        ("proposals[0].points[9].error", "1", "no cell"),
        ("proposals[0].points[1]", "1", "no cell"),
        ("proposals.points[1].error", "1", "no cell"),
        ("proposals[0].nothing", "1", "no cell"),
        ("file_sha256", "00", "no cell"),
        ("__class__", "x", "no cell"),
        ("administrative.__class__", "x", "no cell"),
        ("proposals[0].points[1].error", "0,08", "is no number"),
        ("proposals[0].points[1].error", "NaN", "is no number"),
        ("administrative.ended_on", "2 March", "is no date"),
        ("administrative.kind", "guess", "cannot stand there"),
        ("proposals[0].name", "x", "no cell"),
    ],
)
def test_a_correction_that_cannot_be(laboratory, target, text, sentence):
    with pytest.raises(RegisterError, match=sentence):
        save(laboratory, document(), said(corrections=(CellCorrection(target, text, "x"),)))


def test_a_correction_needs_its_reason_and_is_made_once(laboratory):
    one = CellCorrection("administrative.number", "LX-8", " ")
    with pytest.raises(RegisterError, match="needs its reason"):
        save(laboratory, document(), said(corrections=(one,)))
    one = CellCorrection("administrative.number", "LX-8", "read wrong")
    with pytest.raises(RegisterError, match="corrected twice"):
        save(laboratory, document(), said(corrections=(one, one)))


def test_a_draft_without_its_day_beside_a_certificate_in_force_is_looked_at(laboratory):
    """Somebody has not keyed the day in yet; that says so, and nothing is compared with it."""
    laboratory.in_force()
    version = save(laboratory, scan(), said(due=None))
    with reading(laboratory.engine) as connection:
        found = cautions(laboratory.register, connection, version)
        missing = shortcomings(laboratory.register, connection, version)
    assert "older" not in {one.code for one in found}
    assert any("certificate.calibrated_on: is missing" in sentence for sentence in missing)


def test_a_table_that_no_curve_is_made_of_becomes_no_draft(laboratory):
    many = replace(proposal(), points=(point("0.0", "0.0", "0.0"),) * 1001)
    with pytest.raises(RegisterError, match="has 1001 points; a curve is made of at most 1000"):
        save(laboratory, document(many), said())


def test_a_finding_about_a_printed_cell_is_answered_by_correcting_the_cell():
    box = (240.0, 276.0, 330.0, 294.0)
    here, there = place_on(1, box), place_on(1, (0.0, 0.0, 9.0, 9.0))
    findings = tuple(
        Finding(Severity.ERROR, place, Sentence("found another sign")) for place in (here, there)
    )
    target = "proposals[0].points[1].error"
    imported = ImportedPdf(
        file_sha256="0" * 64,
        format="PDF",
        administrative=Administrative(number="LX-7", laboratory="County Institute"),
        findings=(*findings, Finding(Severity.NOTE, here, Sentence("looked at"))),
        located=(Located(target, "-0.08", 1, box),),
    )
    assert tuple(unanswered(imported, ())) == findings
    assert tuple(unanswered(imported, ["proposals[0].points[1].k"])) == findings
    assert tuple(unanswered(imported, [target])) == findings[1:]


def codes(laboratory, version):
    with reading(laboratory.engine) as connection:
        return [
            (one.code, one.facts.get("record")) for one in cautions(laboratory.register, connection, version)
        ]


def test_the_same_number_on_another_document_is_told_once(laboratory):
    first = save(laboratory, document(), said())
    save_draft(laboratory.register, laboratory.actor("wang.fang"), document(), said(), first.id)
    second = save(laboratory, replace(document(), data=b"%PDF-1.7 a copy"), said())
    told = [one for one in codes(laboratory, second) if one[0] == "other-document"]
    assert told == [("other-document", f"{first.id}.2")]


def test_documents_without_a_number_are_not_the_same_one(laboratory):
    save(laboratory, scan(), said(due=None))
    second = save(laboratory, scan(b"%PDF-1.7 another picture"), said(due=None))
    assert "other-document" not in dict(codes(laboratory, second))


@pytest.mark.parametrize(
    ("maximum", "is_told"), [("199", False), ("200", False), ("120", True), ("0.12", True)]
)
def test_points_beyond_the_maximum_of_the_instrument_are_looked_at(laboratory, maximum, is_told):
    unit = "kg" if maximum == "0.12" else "g"
    about = replace(BALANCE_ABOUT, maximum=Decimal(maximum), unit=unit)
    change = EquipmentChange("B-01", 1, about, "as on its plate")
    change_equipment(laboratory.engine, laboratory.clock, laboratory.actor("wang.fang"), change)
    version = save(laboratory, document(), said())
    assert ("beyond-maximum" in dict(codes(laboratory, version))) is is_told


def test_a_verification_counts_by_its_verdict_where_its_errors_have_no_uncertainty(laboratory):
    bare = tuple(replace(one, expanded=None, k=None) for one in proposal().points)
    one = document(replace(proposal(), points=bare), kind=Kind.VERIFICATION)
    with_errors = save(laboratory, one, said(due=None, verdict="合格"))
    with reading(laboratory.engine) as connection:
        assert shortcomings(laboratory.register, connection, with_errors)
    what = said(due=None, verdict="合格", without_results=True, tables={})
    alone = save_draft(laboratory.register, laboratory.actor("wang.fang"), one, what, with_errors.id)
    assert (alone.content.form, alone.content.proposal) == (Form.VERDICT, None)
    assert laboratory.enter(alone).entered_by == "wang.fang"
