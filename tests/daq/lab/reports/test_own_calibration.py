"""In-house calibrations as DCC: written of reviewed checks, read back by our own importer."""

import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree

from calibration.certificates.dcc.importer import read_dcc
from daq.errors import BenchError, PaperError
from daq.lab.certificates.own_calibration import dcc_of_session
from daq.lab.equipment.records import EquipmentChange, change_equipment, find_equipment
from daq.lab.sessions import signing
from daq.lab.sessions.results import finish_session, kept_results
from daq.lab.sessions.signing import review_session
from daq.records.database import reading
from tests.daq.lab.reports.conftest import CHECK, REVIEWED
from tests.daq.lab.reports.office import office_of, sign
from tests.daq.lab.sessions.bench import CHEN, WANG, walk


def checked(bench, method, *, signed=True):
    session = bench.start(method)
    walk(bench, session)
    finish_session(bench.bench, CHEN, session)
    if signed:
        sign(bench, session)
    return session


def written(bench, office, session):
    register = bench.laboratory.register
    xml = dcc_of_session(office, register, session)
    return xml, read_dcc(xml, "own.xml", register.today())


@pytest.fixture
def plates(bench):
    """A certificate names what it is of by its serial number."""
    with reading(bench.engine) as connection:
        old = find_equipment(connection, "T-01")
    about = replace(old.about, serial_number="T1", maker="Example", model="P-100")
    change_equipment(bench.engine, bench.clock, WANG, EquipmentChange("T-01", old.version, about, "plate"))


def test_a_comparison_of_thermometers_becomes_a_certificate(bench, office, plates):
    session = checked(bench, "thermometer-comparison")
    xml, found = written(bench, office, session)
    assert found.format == "DCC 3.3.0"
    assert found.administrative.number == session
    (proposal,) = found.proposals
    (point,) = proposal.points
    with reading(bench.engine) as connection:
        (kept,) = kept_results(connection, session)
    error = point.indication - point.reference
    assert abs(error - Decimal(kept.body["value"])) < Decimal(kept.body["U"]) / 50
    assert point.expanded == Decimal(kept.body["reported_U"])
    assert found.administrative.items[0].serial_number == "T1"
    (link,) = found.links
    document = bench.laboratory.register.blobs
    assert link.number == "LX-T-02-temperature"
    assert hashlib.sha256(document.get(link.sha256)).hexdigest() == link.sha256
    assert b"In-house calibration" in xml
    assert etree.fromstring(xml).get("schemaVersion") == "3.3.0"


def test_it_satisfies_the_schema_of_ptb(bench, office, plates, shared):
    schemas = shared("certificates/schemas")
    certificates = office.settings.certificates.model_copy(update={"schema_dir": schemas})
    settings = office.settings.model_copy(update={"certificates": certificates})
    session = checked(bench, "thermometer-comparison")
    assert dcc_of_session(replace(office, settings=settings), bench.laboratory.register, session)


def test_a_check_with_weights_has_the_weight_as_its_standard(bench, office):
    review_session(bench.bench, CHECK, bench.signature("wang.fang", signing.REVIEWED))
    _, found = written(bench, office, CHECK)
    assert [link.number for link in found.links] == ["LX-W-01-"]
    assert found.proposals[0].points[0].reference.quantize(Decimal("0.0001")) == Decimal("200.0001")


def test_what_is_no_calibration_gives_no_certificate(bench, office):
    register = bench.laboratory.register
    with pytest.raises(BenchError, match="not reviewed by a second person"):
        dcc_of_session(office, register, CHECK)
    with pytest.raises(PaperError, match="gives no errors of indication"):
        dcc_of_session(office, register, REVIEWED)
    with pytest.raises(PaperError, match="is simulated: a certificate of it would claim"):
        dcc_of_session(office_of(bench, simulated=True), register, REVIEWED)
