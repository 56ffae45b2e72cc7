"""One reading, one point (design §6), and what of it comes back from a real server."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from calibration.certificates.model import Certificate
from calibration.certificates.native import read_native
from calibration.correction import State
from daq.journal import ChannelDefinition, Journal, JournalChannel, JournalReader, ReadingRow
from daq.lab.meaning import Meant, meaning
from daq.records.certificates import RecordedCertificates
from daq.records.database import records_url
from daq.records.migrations import open_records
from daq.stream.influx import InfluxWriter, Verdict
from daq.stream.points import DataPoint, Series, data_points
from daq.timeseries_server import LocalVictoriaMetrics
from drivers.reading import Channel, Quality, Reading
from tests.daq.entered import put_text_in_force, register_of
from tests.daq.stream.conftest import CLOCK, Site, running, wait_until_sent

CERTIFICATE = """
format = "hengliang-certificate-1"

[certificate]
number = "{number}"
kind = "calibration"
laboratory = "示例计量院"
calibrated_on = {day}
in_force_from = {day}T00:00:00Z
valid_until = {end}T00:00:00Z
level = 0.9545
entered_by = "a"
checked_by = "b"

[equipment]
name = "B-01"
serial_number = "B1"
channel = "mass"
quantity = "mass"
unit = "g"

[in_use]
resolution = 0.001
repeatability = 0.001
repeatability_dof = 9

[curve]
kind = "polynomial"
unit = "g"
gives = "correction"
coefficients = [{correction}]
covariance = [[1.0e-6]]
range = [0, 200]
"""


def certificate(number: str, correction: float) -> str:
    today = datetime.now(UTC).date()
    return CERTIFICATE.format(
        number=number, day=today - timedelta(days=30), end=today + timedelta(days=30), correction=correction
    )


def certificates_of(number: str, correction: float) -> list[Certificate]:
    return [read_native(certificate(number, correction).encode(), "b-01.toml")]


def channel(name: str = "mass", unit: str = "g", quantity: str = "mass") -> JournalChannel:
    return JournalChannel(1, "B-01", name, quantity, unit, "mt-sics", "B1", "")


def row(raw: float = 100.0, quality: Quality = Quality.GOOD) -> ReadingRow:
    return ReadingRow(7, 1, 1_790_000_000_123_456_789, raw, str(raw), quality, b"S S 100.000 g\r\n")


def test_a_reading_without_a_certificate_is_raw_only() -> None:
    (point,) = data_points("lab", channel(), meaning(channel(), [row(quality=Quality.UNSTABLE)], ()))
    assert point == DataPoint(
        seq=7,
        t_ns=1_790_000_000_123_456_789,
        series=Series("mass", "B-01", "mass", "g"),
        tags={"site": "lab", "instrument": "B-01", "channel": "mass", "unit": "g"},
        fields={"raw": 100.0, "seq": 7, "quality": 1},
    )
    assert point.measurement == "mass"


def test_a_certificate_in_force_adds_value_uncertainty_and_its_number() -> None:
    certificates = certificates_of("仿2026-0001", correction=-0.5)
    now = ReadingRow(7, 1, CLOCK.now_ns(), 100.0, "100.000", Quality.GOOD, b"")
    (point,) = data_points("lab", channel(), meaning(channel(), [now], certificates))
    assert set(point.fields) == {"raw", "value", "u", "U", "k", "certificate", "seq", "quality"}
    assert point.fields["value"] == pytest.approx(99.5)
    assert point.fields["U"] == pytest.approx(float(point.fields["k"]) * float(point.fields["u"]))
    assert point.fields["certificate"] == "仿2026-0001"


def test_what_a_certificate_says_nothing_about_stays_raw() -> None:
    certificates = certificates_of("仿2026-0001", correction=-0.5)
    out_of_range = ReadingRow(7, 1, CLOCK.now_ns(), 250.0, "250.000", Quality.GOOD, b"")
    too_old = ReadingRow(8, 1, CLOCK.now_ns() - 40 * 86_400 * 10**9, 100.0, "100.000", Quality.GOOD, b"")
    for point in data_points("lab", channel(), meaning(channel(), [out_of_range, too_old], certificates)):
        assert set(point.fields) == {"raw", "seq", "quality"}


def test_a_value_in_another_unit_does_not_enter_the_series() -> None:
    (one,) = certificates_of("仿2026-0001", correction=-0.5)
    ohm = channel("r", "ohm", "resistance")
    meant = Meant(row(), 25.0, 0.01, 0.02, 2.0, State.CORRECTED, one)
    (point,) = data_points("lab", ohm, [meant])
    assert set(point.fields) == {"raw", "seq", "quality"}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_never_sent(number: float) -> None:
    meant = Meant(row(raw=number), number, number, number, number, State.NO_CERTIFICATE, None)
    (point,) = data_points("lab", channel(), [meant])
    assert point.fields == {"seq": 7, "quality": 0}


@pytest.mark.peer
@pytest.mark.parametrize(
    "name",
    ["天平 一", "a b,c=d", '5" pan', "a\\b", "=,= ,", "温度,湿度=1 2", "%RH #1", "{x='y'}"],
)
def test_tag_values_survive(
    name: str, site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    point = DataPoint(
        seq=9,
        t_ns=CLOCK.now_ns() - 10**9,
        series=Series("mass", name, name, name),
        tags={"site": site.name, "instrument": name, "channel": name, "unit": name},
        fields={"raw": -1.25e-7, "seq": 9, "quality": 257, "certificate": 'a "b" \\ c,d=e 编号'},
    )
    assert writer.send([point]).verdict is Verdict.ACCEPTED
    found = exported(victoria.url, site.name)
    assert {line["metric"]["__name__"] for line in found} == {
        "mass_raw",
        "mass_seq",
        "mass_quality",
        "mass_certificate",
    }
    for line in found:
        assert line["metric"] == {"__name__": line["metric"]["__name__"], **point.tags}
        assert line["timestamps"] == [point.t_ns // 1_000_000]
    values = {line["metric"]["__name__"]: line["values"] for line in found}
    # a text is kept as the number 0: docs/stream.md
    assert values == {"mass_raw": [-1.25e-7], "mass_seq": [9], "mass_quality": [257], "mass_certificate": [0]}


def exported(url: str, site: str) -> list[dict]:
    httpx.get(f"{url}/internal/force_flush", trust_env=False)
    query = {"match[]": f'{{site="{site}"}}', "start": 0, "end": CLOCK.now_ns() / 1e9 + 86400}
    response = httpx.get(f"{url}/api/v1/export", params=query, trust_env=False)
    return [json.loads(line) for line in response.text.splitlines()]


def last_value(url: str, site: str, metric: str) -> list[float]:
    lines = [line for line in exported(url, site) if line["metric"]["__name__"] == metric]
    return [value for line in lines for value in line["values"]]


@pytest.mark.peer
def test_a_certificate_put_in_force_counts_from_the_next_reading_on(
    site: Site, victoria: LocalVictoriaMetrics, writer: InfluxWriter
) -> None:
    definition = ChannelDefinition("B-01", Channel("mass", "mass", "g"), "mt-sics", "B1")

    def weigh(journal: Journal) -> None:
        reading = Reading("B-01", "mass", "100.000", "g", CLOCK.now_ns(), Quality.GOOD, b"")
        (seq,) = journal.append([reading]).wait(20)
        wait_until_sent(service, seq)

    service = site.service(writer)
    with ExitStack() as stack:
        engine = stack.enter_context(open_records(records_url(site.folder)))
        service.certificates = RecordedCertificates(engine)
        register = register_of(engine, site.folder, CLOCK)
        journal = stack.enter_context(Journal.open(site.journal_path, CLOCK))
        stack.enter_context(running(service))
        journal.define_channel(definition)
        weigh(journal)
        put_text_in_force(register, certificate("仿2026-0001", correction=-0.5))
        weigh(journal)
        put_text_in_force(register, certificate("仿2026-0002", correction=+0.25))
        weigh(journal)
    assert last_value(victoria.url, site.name, "mass_raw") == [100.0, 100.0, 100.0]
    assert last_value(victoria.url, site.name, "mass_value") == pytest.approx([99.5, 100.25])
    with JournalReader.open(site.journal_path) as reader:
        assert len(reader.latest(1, 10)) == 3


def test_the_series_names_its_channel_for_people() -> None:
    assert str(Series.of(channel())) == "B-01 mass (mass, g)"
