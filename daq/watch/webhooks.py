"""Pushes what happened at the bench to a LIMS: signed, in order, retried for ever, from a durable cursor.

The feed (``daq.lab.feed``, ``GET /api/v1/events``) is the truth; this only saves the LIMS from asking. A
batch may come twice, never with a gap: the LIMS goes by ``seq``.
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import httpx
import structlog
from sqlalchemy import Engine, select

from daq.errors import SettingsError
from daq.lab.feed import FeedEvent, events_after
from daq.records.bench_tables import webhook_cursors
from daq.records.database import changing, reading
from daq.settings import WebhookEntry
from drivers.clock import Clock

log = structlog.get_logger()

BATCH = 100
LOOK_S = 2.0
"""How often it looks for something new."""
TIMEOUT_S = 10.0
FIRST_BACK_OFF_S = 1.0
LONGEST_BACK_OFF_S = 300.0
LEAST_KEY_BYTES = 16
SIGNATURE_HEADER = "X-Hengliang-Signature"
TIME_HEADER = "X-Hengliang-Time"


@dataclass(frozen=True, slots=True)
class Hook:
    """Where to push, and the key that both sides know."""

    url: str
    key: bytes = field(repr=False)


def load_hooks(entries: Sequence[WebhookEntry]) -> tuple[Hook, ...]:
    """The webhooks of a site with their keys.

    Raises:
        SettingsError: a key file cannot be read, or its key is too short; all of them at once.
    """
    hooks, mistakes = [], []
    for number, entry in enumerate(entries, 1):
        try:
            key = entry.key_file.read_bytes().strip()
        except OSError as error:
            mistakes.append(f"webhook[{number}].key_file: {entry.key_file} cannot be read: {error.strerror}")
            continue
        if len(key) < LEAST_KEY_BYTES:
            mistakes.append(
                f"webhook[{number}].key_file: {entry.key_file} holds {len(key)} bytes; a key has at least "
                f"{LEAST_KEY_BYTES}, such as `openssl rand -hex 32` writes"
            )
        hooks.append(Hook(entry.url, key))
    if mistakes:
        raise SettingsError(tuple(mistakes))
    return tuple(hooks)


def signature_of(key: bytes, t_ns: int, body: bytes) -> str:
    """``sha256=`` and the HMAC-SHA256 over time, a point and the body: neither can be changed or moved."""
    return "sha256=" + hmac.new(key, f"{t_ns}.".encode() + body, hashlib.sha256).hexdigest()


@contextmanager
def sending(engine: Engine, hooks: Sequence[Hook], clock: Clock) -> Iterator[None]:
    """Push to every hook until the context ends; one that fails does not delay the others."""
    ended = threading.Event()
    with ExitStack() as stack:
        for hook in hooks:
            sender = Sender(engine, hook, clock)
            stack.callback(sender.close)
            thread = threading.Thread(target=_run, args=(sender, ended), name=f"webhook {hook.url}")
            thread.start()
            stack.callback(thread.join)
        stack.callback(ended.set)
        yield


class Sender:
    """Pushes to one LIMS; everything that it knows stands in the records."""

    def __init__(self, engine: Engine, hook: Hook, clock: Clock) -> None:
        self._engine = engine
        self._hook = hook
        self._clock = clock
        self._back_off_s = 0.0
        self._client = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def step(self) -> float:
        """Send what is new, if anything; returns the seconds until it is to be asked again.

        Raises:
            RecordsError: the records cannot be used.
        """
        with reading(self._engine) as connection:
            mine = webhook_cursors.c.url == self._hook.url
            row = connection.execute(select(webhook_cursors).where(mine)).first()
            events = events_after(connection, row.seq if row else 0, BATCH)
        if not events:
            return LOOK_S
        trouble = self._send(events)
        if trouble:
            if row is None or row.trouble != trouble:
                log.warning("webhook not delivered", url=self._hook.url, trouble=trouble)
                self._keep(row.seq if row else 0, trouble)
            self._back_off_s = min(LONGEST_BACK_OFF_S, 2 * self._back_off_s or FIRST_BACK_OFF_S)
            return self._back_off_s
        self._back_off_s = 0.0
        self._keep(events[-1].seq, "")
        return 0.0

    def _send(self, events: Sequence[FeedEvent]) -> str:
        """Why they were not taken; empty if they were."""
        body = json.dumps({"events": [one.as_json() for one in events]}, ensure_ascii=False).encode()
        now_ns = self._clock.now_ns()
        headers = {
            "Content-Type": "application/json",
            TIME_HEADER: str(now_ns),
            SIGNATURE_HEADER: signature_of(self._hook.key, now_ns, body),
        }
        try:
            answer = self._client.post(self._hook.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"{type(error).__name__}: {error}"[:200]
        return "" if answer.is_success else f"answered {answer.status_code}"

    def _keep(self, seq: int, trouble: str) -> None:
        values = {"seq": seq, "t_ns": self._clock.now_ns(), "trouble": trouble}
        mine = webhook_cursors.c.url == self._hook.url
        with changing(self._engine) as connection:
            if not connection.execute(webhook_cursors.update().where(mine).values(**values)).rowcount:
                connection.execute(webhook_cursors.insert(), values | {"url": self._hook.url})


def _run(sender: Sender, ended: threading.Event) -> None:
    pause_s = 0.0
    while not ended.wait(pause_s):
        try:
            pause_s = sender.step()
        except Exception as error:  # noqa: BLE001 the edge of the thread: it pushes on when the cause is gone
            log.warning("webhook waits", reason=str(error))
            pause_s = LOOK_S
