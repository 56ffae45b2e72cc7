"""InfluxDB 2, played by a stand-in.

InfluxDB 2 itself is in no Debian package and cannot run in these tests. What plays it here is a small HTTP
server that answers as the API documentation says (docs.influxdata.com/influxdb/v2: "/api/v2/query",
"Annotated CSV", "/health"): it proves what is asked and how an answer is understood, not that InfluxDB does.
"""

import gzip
import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from daq.errors import StreamError
from daq.stream.counts import FluxShelf, open_shelf
from daq.stream.influx import InfluxWriter
from daq.stream.points import Series
from daq.stream.reconcile import Reconciler
from daq.stream.trouble import Trouble
from tests.daq.stream.conftest import QuickLook, Site, running, settings_for, wait_until_sent
from tests.daq.stream.test_stream_influx import POINT

HOUR_NS = 3_600_000_000_000
LINE = re.compile(
    r"(?P<measurement>\w+),channel=(?P<channel>[^ ,]+),instrument=(?P<instrument>[^ ,]+),"
    r"site=(?P<site>[^ ,]+),unit=(?P<unit>[^ ,]+) .*?seq=(?P<seq>\d+)i.* (?P<t_ns>\d+)$"
)
COLUMNS = "#datatype,string,long,dateTime:RFC3339,long,string,string,string,string,string"
GROUPS = "#group,false,false,false,false,true,true,true,true,true"
HEADER = ",result,table,_time,_value,_measurement,channel,instrument,site,unit"


class InfluxStandIn:
    """Keeps the points by series and time; knows the two questions of ``FluxShelf``."""

    def __init__(self) -> None:
        self.points: dict[tuple[str, ...], dict[int, int]] = defaultdict(dict)
        self.questions: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def write(self, lines: list[str]) -> None:
        for line in lines:
            found = LINE.match(line)
            assert found, line
            key = tuple(found[name] for name in ("measurement", "channel", "instrument", "site", "unit"))
            self.points[key][int(found["t_ns"])] = int(found["seq"])

    def query(self, flux: str) -> str:
        self.questions.append(flux)
        begin, end = (int(text) for text in re.findall(r"time\(v: (\d+)\)", flux))
        wanted = dict(re.findall(r'r\.(\w+) == "([^"]*)"', flux))
        limit = re.search(r"r\._value <= (\d+)", flux)
        lines = [COLUMNS, GROUPS, "#default,_result,,,,,,,,", HEADER]
        for table, (key, points) in enumerate(self.points.items()):
            tags = dict(zip(("_measurement", "channel", "instrument", "site", "unit"), key, strict=True))
            if any(tags.get(name, value) != value for name, value in wanted.items()):
                continue
            rows = [
                (t_ns, seq)
                for t_ns, seq in sorted(points.items())
                if begin <= t_ns < end and (limit is None or seq <= int(limit[1]))
            ]
            if "aggregateWindow(every: 1h, fn: count" in flux:
                rows = sorted(Counter(t_ns // HOUR_NS * HOUR_NS for t_ns, _ in rows).items())
            for t_ns, value in rows:
                time = datetime.fromtimestamp(t_ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")
                lines.append(f",,{table},{time}.{t_ns % 10**9:09d}Z,{value},{','.join(key)}")
        return "\r\n".join([*lines, "", ""])


def _handler(influx: InfluxStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/health":
                self._answer(200, '{"name":"influxdb","message":"ready for queries","status":"pass"}')
            else:
                self._answer(200, "process_start_time_seconds 1.79e+09\n")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            query = parse_qs(urlsplit(self.path).query)
            if self.headers.get("Authorization") != "Token secret":
                self._answer(401, '{"code":"unauthorized","message":"unauthorized access"}')
            elif query.get("org") != ["lab"]:
                self._answer(404, '{"code":"not found","message":"organization name not found"}')
            elif self.path.startswith("/api/v2/write"):
                assert query["bucket"] == ["hengliang"]
                assert query["precision"] == ["ns"]
                influx.write(body.decode().splitlines())
                self._answer(204, "")
            else:
                asked = json.loads(body)
                assert set(asked["dialect"]["annotations"]) == {"datatype", "group", "default"}
                self._answer(200, influx.query(asked["query"]))

        def _answer(self, status: int, text: str) -> None:
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            if status != 204:
                self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture
def influx() -> Iterator[InfluxStandIn]:
    stand_in = InfluxStandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("secret")
    return path


def test_a_site_streams_and_reconciles_with_influxdb(
    site: Site, influx: InfluxStandIn, token_file: Path
) -> None:
    settings = settings_for(influx.url, token_file=token_file)
    with InfluxWriter(settings) as writer:
        service = site.service(writer)
        with site.journal() as journal, running(service):
            site.append(journal, 400)
            wait_until_sent(service, 1200)
            shelf = open_shelf(settings, site.name)
            assert isinstance(shelf, FluxShelf)
            reconciler = Reconciler(site.journal_path, site.stream_path, service.target, shelf, QuickLook())
            found = reconciler.run()
    assert found.ok, found.sentence
    assert found.journal_rows == found.server_rows >= 1197
    lost = influx.points["mass", "mass", "B-01", site.name, "g"]
    lost_seqs = sorted(lost.pop(t_ns) for t_ns in list(lost)[100:103])
    again = reconciler.run()
    assert (again.missing, again.differences[0].first_missing_seq) == (3, lost_seqs[0])


def test_the_questions_in_flux(influx: InfluxStandIn, token_file: Path) -> None:
    shelf = FluxShelf(settings_for(influx.url, token_file=token_file), "lab")
    influx.points["mass", "a", "B-01", "lab", "g"] = {3 * HOUR_NS + 1: 5, 3 * HOUR_NS + 2: 6, 4 * HOUR_NS: 7}
    influx.points["mass", "a", "B-01", "other", "g"] = {3 * HOUR_NS + 1: 5}
    series = Series("mass", "B-01", "a", "g")
    assert shelf.counts(0, 24 * HOUR_NS, 6) == {(series, 3 * HOUR_NS): 2}
    assert shelf.seqs(series, 3 * HOUR_NS, 5 * HOUR_NS) == [5, 6, 7]
    counts, seqs = influx.questions
    assert counts == (
        'from(bucket: "hengliang") |> range(start: time(v: 0), stop: time(v: 86400000000000))'
        ' |> filter(fn: (r) => r._field == "seq" and r.site == "lab")'
        " |> filter(fn: (r) => r._value <= 6)"
        ' |> aggregateWindow(every: 1h, fn: count, timeSrc: "_start", createEmpty: false)'
    )
    assert ' and r.instrument == "B-01" and r.channel == "a" and r.unit == "g")' in seqs


def test_text_in_flux_is_quoted(influx: InfluxStandIn, token_file: Path) -> None:
    shelf = FluxShelf(settings_for(influx.url, token_file=token_file), 'la"b\\${x}')
    assert shelf.counts(0, HOUR_NS, 1) == {}
    assert r'r.site == "la\"b\\\${x}")' in influx.questions[0]


def test_a_wrong_token_stops_the_stream_and_the_count(
    site: Site, influx: InfluxStandIn, token_file: Path
) -> None:
    token_file.write_text("wrong")
    settings = settings_for(influx.url, token_file=token_file)
    with InfluxWriter(settings) as writer:
        assert writer.send([POINT]).trouble is Trouble.TOKEN
    with pytest.raises(StreamError, match=r"refuses to count \(401: unauthorized access\)"):
        FluxShelf(settings, "lab").counts(0, HOUR_NS, 1)


def test_an_error_inside_an_answer_is_an_error(
    influx: InfluxStandIn, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # documented: an error after the first rows comes as a table with the columns error and reference
    answer = "#datatype,string,string\r\n,error,reference\r\n,Failed,897\r\n"
    monkeypatch.setattr(influx, "query", lambda flux: answer)
    with pytest.raises(StreamError, match="Failed"):
        FluxShelf(settings_for(influx.url, token_file=token_file), "lab").counts(0, HOUR_NS, 1)
