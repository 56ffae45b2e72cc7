"""The write API of InfluxDB 2, which VictoriaMetrics speaks too: what a server may answer and what it means.

The client's synchronous mode only: its background batching drops points after five attempts. The client
itself never repeats a request; what to do is decided by whoever holds the cursor.
"""

import enum
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.client.flux_csv_parser import FluxCsvParserException, FluxQueryException
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write.point import Point
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError, ReadTimeoutError

from daq.errors import StreamError
from daq.i18n import N_
from daq.settings import TimeSeriesSettings
from daq.stream.points import DataPoint
from daq.stream.trouble import Trouble

WRITE_TIMEOUT_S = 8.0
"""Shorter than the patience of who ends the service; a batch that takes longer is halved."""
QUERY_TIMEOUT_S = 60.0
LONGEST_RETRY_AFTER_S = 3600.0

_ACCEPTED = 204
_REFUSED = {400, 413, 422}
_WORDS = 300
_QUERY_ERRORS = (
    HTTPError,
    InfluxDBError,
    FluxQueryException,
    FluxCsvParserException,
    UnicodeDecodeError,
)
_STARTED = re.compile(r"^process_start_time_seconds\s+(\S+)", re.MULTILINE)


class Verdict(enum.StrEnum):
    """What happened to a batch."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """At least one of its points is at fault."""
    KEEP = "keep"
    """No point is at fault: send it again later."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer to one batch."""

    verdict: Verdict
    words: str = ""
    """The server's own words where it refuses; where the batch is kept, a sentence of what to do."""
    trouble: Trouble | None = None
    retry_after_s: float = 0.0


class Writer(Protocol):
    """A time-series database as the stream sees it."""

    @property
    def target(self) -> str:
        """Where the points go; another target has its own cursor."""
        ...

    def send(self, points: Sequence[DataPoint]) -> Answer:
        """Send one batch and wait for the answer; never raises for what a server or network may do."""
        ...

    def started_s(self) -> float | None:
        """When the server started, by its own clock; None if it does not tell.

        Raises:
            StreamError: it cannot be asked now.
        """
        ...


class InfluxWriter:
    """Sends points to one bucket; a context manager."""

    def __init__(self, settings: TimeSeriesSettings, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        self._settings = settings
        self._timeout_s = timeout_s
        self._url = settings.url.rstrip("/")
        self._token = ""
        self._client: InfluxDBClient | None = None

    @property
    def target(self) -> str:
        """URL, organisation and bucket."""
        return f"{self._url} {self._settings.org} {self._settings.bucket}"

    def __enter__(self) -> "InfluxWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            close_client(self._client)
            self._client = None

    def send(self, points: Sequence[DataPoint]) -> Answer:
        """Send ``points`` in one request."""
        try:
            client = self._connected()
            with client.write_api(write_options=SYNCHRONOUS) as api:
                api.write(self._settings.bucket, self._settings.org, [_line(point) for point in points])
            status = client.api_client.last_response.status
        except StreamError as error:
            return Answer(Verdict.KEEP, str(error), Trouble.TOKEN)
        except ApiException as error:
            return self._judged(error)
        except ReadTimeoutError:
            return self._keep(
                Trouble.TOO_SLOW, f"gave no answer within {self._timeout_s:g} s; smaller batches are tried"
            )
        except HTTPError as error:
            return self._keep(
                Trouble.UNREACHABLE,
                f"cannot be reached ({_reason(error)}); start it, or correct timeseries.url",
            )
        except UnicodeDecodeError:
            return self._keep(
                Trouble.UNEXPECTED, "answers in another encoding than UTF-8; check timeseries.url"
            )
        if status == _ACCEPTED:
            return Answer(Verdict.ACCEPTED)
        # a log-in page says 200 to everything
        return self._keep(
            Trouble.UNEXPECTED,
            f"answers {status}, not the write API's 204; check timeseries.url and what is between",
        )

    def started_s(self) -> float | None:
        """``process_start_time_seconds`` of the server's ``/metrics``."""
        try:
            api: Any = self._connected().api_client
            text = api.call_api(
                "/metrics",
                "GET",
                header_params={"Accept": "text/plain"},
                response_type="str",
                auth_settings=[],
                _return_http_data_only=True,
            )
        except ApiException as error:
            if error.status and error.status < 500:
                return None
            raise StreamError(
                N_("{url} does not say when it started: {reason}"), url=self._url, reason=error.status
            ) from error
        except (HTTPError, UnicodeDecodeError) as error:
            raise StreamError(
                N_("{url} does not say when it started: {reason}"), url=self._url, reason=_reason(error)
            ) from error
        found = _STARTED.search(str(text))
        return float(found[1]) if found else None

    def _connected(self) -> InfluxDBClient:
        # the token is read again for every batch: a corrected file is enough, no restart
        token = read_token(self._settings)
        if self._client is not None and token != self._token:
            self.close()
        if self._client is None:
            self._client = open_client(self._settings, token, self._timeout_s)
            self._token = token
        return self._client

    def _judged(self, error: ApiException) -> Answer:
        status, words = error.status, _words(error)
        if status in _REFUSED:
            return Answer(Verdict.REFUSED, words)
        if status in {401, 403}:
            return self._keep(
                Trouble.TOKEN,
                f"refuses the token ({status}: {words}); put a valid one into timeseries.token_file",
            )
        if status == 404:
            return self._keep(
                Trouble.NOT_FOUND,
                f"does not know the bucket or the path ({words}); check timeseries.url, org, bucket",
            )
        if status == 429 or (status is not None and status >= 500):
            return self._keep(Trouble.BUSY, f"has no time now ({status}: {words})", _retry_after_s(error))
        if not status:
            return self._keep(Trouble.UNREACHABLE, f"cannot be reached by TLS ({_words(error)})")
        return self._keep(Trouble.UNEXPECTED, f"answers {status} ({words}); check timeseries.url")

    def _keep(self, trouble: Trouble, predicate: str, retry_after_s: float = 0.0) -> Answer:
        return Answer(Verdict.KEEP, f"{self._url} {predicate}.", trouble, retry_after_s)


class FluxReader:
    """Asks an InfluxDB 2 in Flux."""

    def __init__(self, settings: TimeSeriesSettings) -> None:
        self._settings = settings

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The records of an answer, one dict a record.

        Raises:
            StreamError: the server cannot be reached, or refuses the query.
        """
        client = open_client(self._settings, read_token(self._settings), QUERY_TIMEOUT_S)
        try:
            tables = client.query_api().query(query, org=self._settings.org)
            return [dict(record.values) for table in tables for record in table.records]
        except ApiException as error:
            raise StreamError(
                N_("{url} refuses to count ({status}: {words})"),
                url=self._settings.url,
                status=error.status,
                words=_words(error),
            ) from error
        except _QUERY_ERRORS as error:
            raise StreamError(
                N_("{url} cannot be asked: {reason}"), url=self._settings.url, reason=_reason(error)
            ) from error
        finally:
            close_client(client)


def read_token(settings: TimeSeriesSettings) -> str:
    """The token in the settings' file; empty where no file is named.

    Raises:
        StreamError: the file cannot be read, or is empty.
    """
    if settings.token_file is None:
        return ""
    return _text_of(settings.token_file)


def open_client(settings: TimeSeriesSettings, token: str, timeout_s: float) -> InfluxDBClient:
    """A client that never repeats a request and never follows to another address."""
    return InfluxDBClient(
        url=settings.url.rstrip("/"),
        token=token,
        org=settings.org,
        timeout=round(timeout_s * 1000),
        enable_gzip=True,
        retries=False,
    )


def close_client(client: InfluxDBClient) -> None:
    """Close a client's connections at once: its own ``close`` leaves them to the garbage collector."""
    untyped: Any = client
    untyped.api_client.rest_client.pool_manager.clear()
    untyped.close()


def _text_of(token_file: Path) -> str:
    try:
        token = token_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StreamError(
            N_("The token file {file} cannot be read ({error}); correct it."),
            file=token_file,
            error=error,
        ) from error
    if not token:
        raise StreamError(
            N_("The token file {file} is empty; put the token of the time-series database into it."),
            file=token_file,
        )
    return token


def _line(point: DataPoint) -> str:
    """Line protocol; the client library escapes names, tags and text."""
    line = Point.from_dict(
        {"measurement": point.measurement, "tags": point.tags, "fields": point.fields, "time": point.t_ns}
    )
    return str(line.to_line_protocol())


def _words(error: ApiException) -> str:
    """What the server said, on one line."""
    body = error.body or error.reason or ""
    try:
        message = json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        message = body
    return " ".join(str(message).split())[:_WORDS]


def _reason(error: Exception) -> str:
    """What lies behind an error of the network, in the system's words."""
    behind = error.__cause__ or error.__context__ or error
    text = getattr(behind, "strerror", None) or str(behind)
    return " ".join(text.split())[:_WORDS]


def _retry_after_s(error: ApiException) -> float:
    """Seconds; 0 where the header is absent or is not a number of seconds."""
    try:
        return min(LONGEST_RETRY_AFTER_S, max(0.0, float(error.headers["Retry-After"])))
    except (KeyError, TypeError, ValueError):
        return 0.0
