"""What a time-series database holds of a site: the field ``seq`` by series and hour."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import httpx

from daq.errors import StreamError
from daq.i18n import N_
from daq.journal.times import utc_text
from daq.settings import TimeSeriesSettings
from daq.stream.influx import QUERY_TIMEOUT_S, FluxReader, read_token
from daq.stream.points import Series

HOUR_NS = 3_600_000_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS_NS = 1_000_000
_SEQ = "_seq"
_Exported = tuple[Series, list[int], list[int]]
"""A series, with the ``seq`` and the time in ms of each point."""


class Shelf(Protocol):
    """A server that says which rows of the journal it holds."""

    def counts(self, from_ns: int, to_ns: int, up_to_seq: int) -> Mapping[tuple[Series, int], int]:
        """Points with ``from_ns <= t < to_ns`` and ``seq <= up_to_seq``, by series and begin of the hour."""
        ...

    def seqs(self, series: Series, from_ns: int, to_ns: int) -> list[int]:
        """The ``seq`` of each point of a series with ``from_ns <= t < to_ns``; a double one comes twice."""
        ...


class VictoriaShelf:
    """VictoriaMetrics, by its export API: the raw points, without the interpolation of its queries."""

    def __init__(self, settings: TimeSeriesSettings, site: str) -> None:
        self._settings = settings
        self._site = site

    def counts(self, from_ns: int, to_ns: int, up_to_seq: int) -> Mapping[tuple[Series, int], int]:
        """See ``Shelf``."""
        found: Counter[tuple[Series, int]] = Counter()
        selector = f'{{__name__=~".+{_SEQ}",site={_quoted(self._site)}}}'
        for series, seqs, times_ms in self._exported(selector, from_ns, to_ns):
            for seq, t_ms in zip(seqs, times_ms, strict=True):
                if seq <= up_to_seq:
                    found[series, t_ms * _MS_NS // HOUR_NS * HOUR_NS] += 1
        return found

    def seqs(self, series: Series, from_ns: int, to_ns: int) -> list[int]:
        """See ``Shelf``."""
        labels = {
            "__name__": series.quantity + _SEQ,
            "site": self._site,
            "instrument": series.instrument,
            "channel": series.channel,
            "unit": series.unit,
        }
        selector = ",".join(f"{name}={_quoted(value)}" for name, value in labels.items())
        return [seq for _, seqs, _ in self._exported(f"{{{selector}}}", from_ns, to_ns) for seq in seqs]

    def _exported(self, selector: str, from_ns: int, to_ns: int) -> Iterator[_Exported]:
        with _http(self._settings) as http:
            # points that were accepted a moment ago are not yet visible; a server that does not let us ask
            # for it is asked again by who compares
            http.get("/internal/force_flush")
            # without an end the server cuts at the last full second
            query = {
                "match[]": selector,
                "start": utc_text(from_ns),
                "end": utc_text(to_ns - _MS_NS),
                "max_rows_per_line": "10000",
            }
            with http.stream("GET", "/api/v1/export", params=query) as response:
                if response.status_code != httpx.codes.OK:
                    words = " ".join(response.read().decode("utf-8", "replace").split())[:300]
                    raise StreamError(
                        N_("{url} refuses to export ({status}: {words})"),
                        url=self._settings.url,
                        status=response.status_code,
                        words=words,
                    )
                for line in response.iter_lines():
                    yield _exported_line(self._settings.url, line)


class FluxShelf:
    """InfluxDB 2, by queries in Flux."""

    def __init__(self, settings: TimeSeriesSettings, site: str) -> None:
        self._settings = settings
        self._site = site
        self._flux = FluxReader(settings)

    def counts(self, from_ns: int, to_ns: int, up_to_seq: int) -> Mapping[tuple[Series, int], int]:
        """See ``Shelf``."""
        rows = self._flux.rows(
            f"{self._source(from_ns, to_ns)}"
            f" |> filter(fn: (r) => r._value <= {up_to_seq})"
            ' |> aggregateWindow(every: 1h, fn: count, timeSrc: "_start", createEmpty: false)'
        )
        found: Counter[tuple[Series, int]] = Counter()
        for row in rows:
            found[_series(row), _hour_ns(row["_time"])] += int(row["_value"])
        return found

    def seqs(self, series: Series, from_ns: int, to_ns: int) -> list[int]:
        """See ``Shelf``."""
        rows = self._flux.rows(
            f"{self._source(from_ns, to_ns)}"
            f" |> filter(fn: (r) => r._measurement == {_flux_text(series.quantity)}"
            f" and r.instrument == {_flux_text(series.instrument)}"
            f" and r.channel == {_flux_text(series.channel)} and r.unit == {_flux_text(series.unit)})"
            ' |> keep(columns: ["_time", "_value"])'
        )
        return [int(row["_value"]) for row in rows]

    def _source(self, from_ns: int, to_ns: int) -> str:
        return (
            f"from(bucket: {_flux_text(self._settings.bucket)})"
            f" |> range(start: time(v: {from_ns}), stop: time(v: {to_ns}))"
            f' |> filter(fn: (r) => r._field == "seq" and r.site == {_flux_text(self._site)})'
        )


def open_shelf(settings: TimeSeriesSettings, site: str) -> Shelf:
    """The way to count on the server that answers at the URL.

    Raises:
        StreamError: it cannot be reached, or is neither VictoriaMetrics nor InfluxDB 2.
    """
    with _http(settings) as http:
        health = http.get("/health")
    if health.status_code == httpx.codes.OK and health.text.strip() == "OK":
        return VictoriaShelf(settings, site)
    if '"influxdb"' in health.text:
        return FluxShelf(settings, site)
    raise StreamError(
        N_(
            "{url} is neither VictoriaMetrics nor InfluxDB 2 (/health answers {status}): its "
            "points cannot be counted."
        ),
        url=settings.url,
        status=health.status_code,
    )


@contextmanager
def _http(settings: TimeSeriesSettings) -> Iterator[httpx.Client]:
    token = read_token(settings)
    headers = {"Authorization": f"Token {token}"} if token else {}
    url = settings.url.rstrip("/")
    try:
        # trust_env: a proxy of the environment is not on the way of the points either
        with httpx.Client(base_url=url, headers=headers, timeout=QUERY_TIMEOUT_S, trust_env=False) as client:
            yield client
    except httpx.HTTPError as error:
        raise StreamError(
            N_("{url} cannot be asked: {error}; start it, or correct timeseries.url."), url=url, error=error
        ) from error


def _exported_line(url: str, line: str) -> _Exported:
    try:
        exported = json.loads(line)
        metric = exported["metric"]
        series = Series(
            metric["__name__"].removesuffix(_SEQ), metric["instrument"], metric["channel"], metric["unit"]
        )
        return series, [int(value) for value in exported["values"]], exported["timestamps"]
    except (ValueError, KeyError, TypeError) as error:
        raise StreamError(
            N_("{url} exports a line that is not understood: {line}"), url=url, line=line[:200]
        ) from error


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _series(row: Mapping[str, Any]) -> Series:
    return Series(row["_measurement"], row["instrument"], row["channel"], row["unit"])


def _hour_ns(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(hours=1) * HOUR_NS


def _flux_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    return f'"{escaped}"'
