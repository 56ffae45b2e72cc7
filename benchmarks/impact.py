"""10^5 results of 6 x 10^5 captures under another version of their certificate, from SQLite, in seconds.

The records are filled with copies of one computed result whose weighings, values and verdicts are drawn anew;
what is measured is one question of a quality manager: the selection, the figures, the verdicts, the reports.
"""

import dataclasses
import datetime
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Table

from calibration.certificates.native import parse_native
from daq.lab.methods.loading import Method, load_methods
from daq.lab.results.computing import compute_results
from daq.lab.results.given import Given
from daq.lab.results.outcome import Outcome
from daq.lab.sessions.evidence import Capture
from daq.lab.tracing.impact import impact_of_certificate
from daq.lab.tracing.impact_figures import curve_of
from daq.records import bench_tables as bench
from daq.records import register_tables as register
from daq.records.certificate_content import LIFE_KEYS, Content, CountedFrom, Due, Form, content_text
from daq.records.database import changing, reading, records_url
from daq.records.migrations import open_records
from drivers.reading import Quality

LIMIT_S = 5.0
METHOD = "coptis-moisture-chp-0832-2"
START_NS = 1_770_000_000_000_000_000
DAY_NS = 86_400 * 10**9
AT_ONCE = 20_000

CERTIFICATE = """
format = "hengliang-certificate-1"

[certificate]
number = "benchmark"
kind = "calibration"
laboratory = "made up"
calibrated_on = 2026-01-01
level = 0.9545

[equipment]
name = "B-01"
serial_number = "1"
channel = "mass"
quantity = "mass"
unit = "g"

[in_use]
resolution = 0.0001
repeatability = 0.00008
repeatability_dof = 9

[curve]
kind = "polynomial"
unit = "mg"
gives = "error"
coefficients = [0.1, -0.0012, {bend}]
covariance = [[1.6e-3, 0, 0], [0, 8.1e-7, 0], [0, 0, 1e-10]]
range = [-1, 220]
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """What was measured."""

    results: int
    captures: int
    seconds: float
    """Median."""
    verdicts_changed: int

    @property
    def holds(self) -> bool:
        return self.seconds <= LIMIT_S


def run(results: int = 100_000, rounds: int = 3) -> Result:
    """Fill the records once, then ask several times."""
    with tempfile.TemporaryDirectory() as folder, open_records(records_url(Path(folder))) as engine:
        with changing(engine) as connection:
            _fill(connection, results)
        seconds = []
        for _ in range(rounds):
            start = time.perf_counter()
            with reading(engine) as connection:
                found = impact_of_certificate(connection, "1.1", other="1.2")
            seconds.append(time.perf_counter() - start)
    captures = sum(one.count for one in found.captures)
    changed = int(found.results.verdict_changed.sum())
    return Result(len(found.results), captures, statistics.median(seconds), changed)


def table(result: Result) -> str:
    """The result as text."""
    return (
        f"impact of a certificate: {result.results:,} results, {result.captures:,} captures in "
        f"{result.seconds:.2f} s ({result.verdicts_changed:,} verdicts change), at most {LIMIT_S:g} s: "
        f"{'holds' if result.holds else 'DOES NOT HOLD'}"
    )


def _fill(connection: Connection, count: int) -> None:
    _certificates(connection)
    method = load_methods()[METHOD]
    connection.execute(
        bench.methods.insert(),
        {
            "name": method.name,
            "version": method.version,
            "document": method.document,
            "t_ns": 0,
            "account": "a",
        },
    )
    given = _given(connection, method)
    (outcome,) = compute_results(given)
    for first in range(1, count + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count + 1))
        for target, rows in _rows(given, outcome, numbers).items():
            connection.execute(target.insert(), rows)


def _certificates(connection: Connection) -> None:
    document = {"sha256": "1" * 64, "name": "", "media_type": "", "size": 0, "t_ns": 0, "account": "a"}
    connection.execute(register.documents.insert(), document)
    for version, bend in ((1, "0.0"), (2, "0.05")):
        native = parse_native(CERTIFICATE.replace("{bend}", bend).encode(), "benchmark")
        native["certificate"] = {k: v for k, v in native["certificate"].items() if k not in LIFE_KEYS}
        until_ns = START_NS + 3650 * DAY_NS
        due = Due(datetime.date(2036, 1, 1), until_ns, CountedFrom.CALIBRATED, None, 120)
        content = Content(form=Form.CURVE, native=native, file_name="benchmark", due=due)
        row = {"id": 1, "version": version, "number": "benchmark", "equipment": "B-01", "channel": "mass"}
        row |= {
            "document_sha256": "1" * 64,
            "content": content_text(content),
            "reason": "",
            "t_ns": 0,
            "account": "a",
        }
        connection.execute(register.certificates.insert(), row)
        step = {"certificate_id": 1, "version": version, "t_ns": 0, "account": "a", "role": "", "reason": ""}
        connection.execute(
            register.certificate_steps.insert(), step | {"state": "in-force", "from_ns": START_NS - DAY_NS}
        )


def _given(connection: Connection, method: Method) -> Given:
    """One session of loss on drying: two dishes, the second drying confirms the first."""
    certificate = dataclasses.replace(
        curve_of(connection, "1.1"), in_force_from_ns=0, valid_until_ns=START_NS + 3650 * DAY_NS
    )
    captures = []
    for portion in (1, 2):
        for step, into, text in (
            ("dish", "m3", "20.1234"),
            ("dish-and-sample", "m1", "23.1234"),
            ("first-dry-mass", "m2", "22.7020"),
            ("dry-mass-again", "m2", "22.7019"),
        ):
            captures.append(_capture(len(captures) + 1, (step, portion, into), text))
    return Given(
        method=method,
        captures=tuple(captures),
        certificates={"1.1": certificate},
        session="S-0",
        product_limit="drug-chp-2025",
        approved=True,
    )


def _capture(number: int, place: tuple[str, int, str], text: str) -> Capture:
    step, portion, into = place
    return Capture(
        id=number,
        session="S-0",
        step=step,
        portion=portion,
        into=into,
        turn=1,
        instrument="B-01",
        channel="mass",
        channel_id=1,
        seq=number,
        t_ns=START_NS + number,
        raw=float(text),
        raw_text=text,
        unit="g",
        quality=Quality.GOOD,
        frame=b"S S     " + text.encode() + b" g\r\n",
        value=float(text),
        u=0.0001,
        value_unit="g",
        certificate="1.1",
    )


def _rows(given: Given, outcome: Outcome, numbers: range) -> dict[Table, list[dict[str, object]]]:
    """Rows of sessions with their captures and one result each."""
    rng = np.random.default_rng(numbers[0])
    body = outcome.as_json()
    counting = [one for one in given.captures if one.id in outcome.sensitivities]
    found: dict[Table, list[dict[str, object]]] = {
        target: []
        for target in (
            bench.sessions,
            bench.session_events,
            bench.captures,
            bench.results,
            bench.result_captures,
            bench.result_certificates,
        )
    }
    when = {"t_ns": START_NS, "account": "a"}
    about = {"method": given.method.name, "method_version": given.method.version, "sample": None}
    for number in numbers:
        session, moved = f"S-{number}", float(rng.uniform(0, 80))
        found[bench.sessions].append({"id": session, "purpose": "sample", **about, **when})
        found[bench.session_events].append({"session": session, "n": 1, "kind": "", "body": "", **when})
        key = {"result_id": number, "version": 1}
        for place, one in enumerate(counting):
            capture_id = (number - 1) * len(counting) + place + 1
            found[bench.captures].append(_capture_row(one, session, capture_id, moved))
            found[bench.result_captures].append(
                {**key, "capture_id": capture_id, "sensitivity": outcome.sensitivities[one.id]}
            )
        value = float(outcome.value) + float(rng.normal(0, 0.1))
        body |= {"session": session, "value": f"{value:.9f}"}
        found[bench.results].append(_result_row(number, outcome, value, body) | when)
        found[bench.result_certificates].append({**key, "certificate_id": 1, "certificate_version": 1})
    return found


def _capture_row(one: Capture, session: str, capture_id: int, moved: float) -> dict[str, object]:
    row = {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
    row |= {
        "id": capture_id,
        "session": session,
        "n": 1,
        "raw": one.raw + moved,
        "into_input": row.pop("into"),
    }
    row |= {"quality": 0, "certificate_id": 1, "certificate_version": 1}
    del row["certificate"], row["struck"]
    return row


def _result_row(number: int, outcome: Outcome, value: float, body: object) -> dict[str, object]:
    return {
        "id": number,
        "version": 1,
        "session": f"S-{number}",
        "formula": outcome.formula,
        "unit": outcome.unit,
        "value": value,
        "u": outcome.u,
        "k": outcome.k,
        "expanded_u": outcome.U,
        "verdict": "pass" if value < 14.05 else "fail",
        "body": json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    }


if __name__ == "__main__":
    print(table(run()))
