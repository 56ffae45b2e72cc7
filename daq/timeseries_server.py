"""A local VictoriaMetrics, where its program is installed: for the demo and for the tests."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from daq.errors import StreamError
from daq.i18n import N_
from drivers.clock import Clock

PROGRAMS = ("victoria-metrics", "victoria-metrics-prod")
"""The names in Debian's package and in the maker's archive."""

_START_S = 10.0
_END_S = 10.0
_LOOK_S = 0.02
_ATTEMPTS = 3
_FLAGS = (
    "-retentionPeriod=100y",  # the default of one month drops older readings without a word
    "-dedup.minScrapeInterval=1ms",  # a point that is sent twice counts once
    "-search.latencyOffset=0s",  # a query sees the newest reading
    "-memory.allowedBytes=256MB",  # of the default, 60 % of the machine, the laboratory needs nothing
)


def find_victoria_metrics() -> str | None:
    """Path of the installed program; None if there is none."""
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


class LocalVictoriaMetrics:
    """One server on 127.0.0.1 that keeps its data in ``folder``; a context manager."""

    def __init__(self, program: str, folder: Path, clock: Clock, port: int = 0) -> None:
        """Args: ``port`` 0 takes a free one, and the same one again the next time, as far as it is free."""
        self._program = program
        self._folder = folder
        self._clock = clock
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers once it is started."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            StreamError: it ends or stays silent; the sentence names its log.
        """
        for port in self._ports():
            self._port = port
            if self._answers_after_start():
                self._port_file.write_text(f"{port}\n")
                return
            self.stop()  # the port may have been taken in the meantime
        raise StreamError(N_("VictoriaMetrics does not start; see {file}."), file=self._log)

    def _ports(self) -> Iterator[int]:
        """The port that is wished, or the one of last time and then free ones."""
        if self._port:
            yield self._port
            return
        last = self._port_file.read_text().strip() if self._port_file.exists() else ""
        if last.isdigit():
            yield int(last)
        for _ in range(_ATTEMPTS):
            yield _free_port()

    @property
    def _port_file(self) -> Path:
        return self._folder / "port"

    def stop(self) -> None:
        """Ask it to write what it holds and end; kill it if it does not within ten seconds."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _answers(self) -> bool:
        """Whether this server answers, and not another one that has the port."""
        try:
            flags = httpx.get(f"{self.url}/flags", timeout=1.0, trust_env=False)
        except httpx.TransportError:
            return False
        return flags.status_code == httpx.codes.OK and f'"{self._data}"' in flags.text

    def _answers_after_start(self) -> bool:
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            process = self._process = subprocess.Popen(
                [
                    self._program,
                    f"-storageDataPath={self._data}",
                    f"-httpListenAddr=127.0.0.1:{self._port}",
                    *_FLAGS,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches whoever owns it, which ends it last
            )
        deadline_s = self._clock.monotonic_s() + _START_S
        while process.poll() is None and self._clock.monotonic_s() < deadline_s:
            if self._answers():
                return True
            self._clock.sleep(_LOOK_S)
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
