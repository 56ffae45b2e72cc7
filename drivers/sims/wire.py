"""A twin on a real wire: one thread listens, cuts requests, asks the twin, and spoils what the plan says."""

import threading
from collections import deque
from types import TracebackType
from typing import Self

from drivers.clock import Clock, SystemClock
from drivers.errors import LinkError
from drivers.sims.endpoints import make_endpoint, parse_listen
from drivers.sims.faults import (
    Cut,
    Dead,
    Fault,
    FaultPlan,
    Faults,
    Garbage,
    HalfLine,
    Late,
    Replaced,
    WrongReply,
    garbled,
)
from drivers.sims.twin import Twin

TICK_S = 0.05
"""How often a sim looks at its clock: for streams, late replies and cuts."""

MAX_REQUEST = 4096
"""More bytes than this without a request are nothing, and are forgotten."""

EVERYONE = -1


class SimServer:
    """Serves one twin at one address until it is stopped; the twin's time begins at ``start``."""

    def __init__(
        self, twin: Twin, listen_url: str, faults: FaultPlan = (), clock: Clock | None = None
    ) -> None:
        self.twin = twin
        self._endpoint = make_endpoint(parse_listen(listen_url))
        self._faults = Faults(faults)
        self._clock: Clock = clock or SystemClock()
        self._start_s = 0.0
        self._buffers: dict[int, bytes] = {}
        self._outbox: deque[tuple[float, int, bytes]] = deque()
        self._busy_until_s = 0.0
        self._cut_until_s = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address, with the port that was really taken."""
        return self._endpoint.url

    def arm(self, plan: FaultPlan) -> None:
        """From the next request on follow this plan; replies are counted anew."""
        self._faults = Faults(plan)

    def start(self) -> None:
        """Listen and serve.

        Raises:
            LinkError: the port is in use, or the path cannot be made.
        """
        self._endpoint.open()
        self._start_s = self._clock.monotonic_s()
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name=f"sim {self.url}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, hang up; twice is harmless."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _now_s(self) -> float:
        return self._clock.monotonic_s() - self._start_s

    def _run(self) -> None:
        is_cut = False
        while not self._stop.is_set():
            now_s = self._now_s()
            wanted = now_s < self._cut_until_s or self._faults.cut_at(now_s)
            if wanted != is_cut:
                is_cut = self._hang_up() if wanted else self._come_back()
            if is_cut:
                self._stop.wait(TICK_S)
                continue
            for peer, data in self._endpoint.receive(self._pause_s(now_s)):
                self._take(peer, data)
            self._send_due()
        self._endpoint.close()

    def _pause_s(self, now_s: float) -> float:
        if not self._outbox:
            return TICK_S
        return min(max(self._outbox[0][0] - now_s, 0.0), TICK_S)

    def _hang_up(self) -> bool:
        self._endpoint.close()
        self._buffers.clear()
        self._outbox.clear()
        return True

    def _come_back(self) -> bool:
        try:
            self._endpoint.open()
        except LinkError:
            return True  # somebody has taken the port: stay away until it is free
        return False

    def _take(self, peer: int, data: bytes) -> None:
        if not data:
            self._buffers.pop(peer, None)
            return
        buffer = self._buffers.get(peer, b"") + data
        while length := self.twin.cut(buffer):
            request, buffer = buffer[:length], buffer[length:]
            self._serve(peer, request)
        self._buffers[peer] = buffer if len(buffer) <= MAX_REQUEST else b""

    def _serve(self, peer: int, request: bytes) -> None:
        now_s = self._now_s()
        fault = self._faults.next_fault(request, now_s)
        if isinstance(fault, Cut):
            self._cut_until_s = now_s + fault.back_after_s
            return
        reply = self._spoiled(fault, request, now_s)
        # One instrument answers in order: what was asked while it thought waits its turn.
        due_s = max(now_s, self._busy_until_s)
        if isinstance(fault, Late):
            due_s += fault.delay_s
            self._busy_until_s = due_s
        if reply:
            self._outbox.append((due_s, peer, reply))

    def _spoiled(self, fault: Fault | None, request: bytes, now_s: float) -> bytes:
        match fault:
            case Dead():
                return b""
            case Replaced(frame):
                return frame
            case WrongReply(other):
                return self.twin.answer(other, now_s)
        reply = self.twin.answer(request, now_s)
        match fault:
            case HalfLine():
                return reply[: len(reply) // 2]
            case Garbage():
                return garbled(reply)
        return reply

    def _send_due(self) -> None:
        now_s = self._now_s()
        unasked = self.twin.spontaneous(now_s)
        if unasked:
            self._outbox.append((max(now_s, self._busy_until_s), EVERYONE, unasked))
        while self._outbox and self._outbox[0][0] <= now_s:
            _, peer, reply = self._outbox.popleft()
            self._endpoint.send(peer, reply)
