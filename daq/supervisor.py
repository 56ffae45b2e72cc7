"""Several services on one PC: started together, restarted one by one when they die, ended together."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Self

import structlog

from drivers.clock import Clock

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
SOUND_AFTER_S = 60.0
PATIENCE_S = 10.0
STEP_S = 0.2

log = structlog.get_logger()


@dataclass(slots=True)
class Service:
    """One service and the process that runs it now."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    next_start_s: float = 0.0
    restarts: int = field(default=0)


class Supervisor:
    """Runs ``python -m daq NAME …`` for every service; one that dies is started again after a pause.

    A context manager: leaving it ends the services in the order of the list.
    """

    def __init__(
        self, services: Sequence[Service], clock: Clock, output: IO[bytes] | int | None = None
    ) -> None:
        self.services = list(services)
        self._clock = clock
        self._output = output

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self.services:
            self.retire(self.services[0])

    def run(self, until: Callable[[], bool]) -> None:
        """Keep every service running until ``until`` says so."""
        while not until():
            self.step()
            self._clock.sleep(STEP_S)

    def step(self) -> None:
        """Start what is due; notice what has died."""
        now_s = self._clock.monotonic_s()
        for service in self.services:
            if service.process is None:
                if now_s >= service.next_start_s:
                    self._start(service, now_s)
            elif service.process.poll() is not None:
                self._died(service, now_s)

    def _start(self, service: Service, now_s: float) -> None:
        command = [sys.executable, "-m", "daq", service.name, *service.arguments]
        service.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            env=service_environment(),
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the services in order
        )
        service.started_s = now_s

    def _died(self, service: Service, now_s: float) -> None:
        code = service.process.returncode if service.process else None
        if now_s - service.started_s > SOUND_AFTER_S:
            service.pause_s = FIRST_PAUSE_S
        log.warning(
            "service ended, starting it again", service=service.name, code=code, pause_s=service.pause_s
        )
        service.process = None
        service.restarts += 1
        service.next_start_s = now_s + service.pause_s
        service.pause_s = min(LONGEST_PAUSE_S, 2 * service.pause_s)

    def retire(self, service: Service) -> None:
        """End one service for good; kill it if it does not end within ten seconds."""
        self.services.remove(service)
        process, service.process = service.process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            log.warning("service does not end, killing it", service=service.name)
            process.kill()
            process.wait()


def service_environment() -> dict[str, str]:
    """The environment of a service: linear algebra in one thread, so that links keep their processor."""
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
