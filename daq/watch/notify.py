"""From the outbox to people: every message is tried until it is taken, and every try is recorded.

A message counts as delivered when the other side said yes. A process that dies between that and its record
says it once more: at least once, at most one duplicate a restart.
"""

from typing import Protocol

import structlog
from sqlalchemy import Engine

from daq.errors import NotifyError
from daq.records.database import changing, reading
from daq.records.messages import LONGEST_WAIT_NS, Message, MessageTry, drop_needless, due_messages, record_try
from daq.settings import NotifyEntry
from daq.watch.wording import Text
from drivers.clock import Clock

FIRST_BACK_OFF_S = 5.0
MOODS = {"raised": "warning", "escalated": "alarm", "cleared": "well", "digest": "warning"}
"""How a kind of message looks, where the service behind a target knows looks."""
DELIVERED = "delivered"

log = structlog.get_logger()


class Sender(Protocol):
    """Whoever takes messages."""

    def send(self, text: Text, mood: str) -> None:
        """Hand over one message.

        Raises:
            NotifyError: it was not taken.
        """
        ...


class AppriseSender:
    """One ``[[notify]]``; its file is read again for every message, so a corrected one is enough."""

    def __init__(self, target: NotifyEntry) -> None:
        self._target = target

    def send(self, text: Text, mood: str) -> None:
        """Hand over one message.

        Raises:
            NotifyError: the file has no URL, or the other side did not take it.
        """
        from daq.watch.apprise_delivery import deliver  # here: only who sends has to load it

        deliver(url_of(self._target), text.subject, text.body, mood)


def url_of(target: NotifyEntry) -> str:
    """The URL of a target, from its file.

    Raises:
        NotifyError: the file cannot be read, or does not hold one line.
    """
    file = target.url_file
    try:
        url = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise NotifyError(f"{file} cannot be read ({why}); it holds the URL of {target.name}.") from error
    if len(url.splitlines()) != 1:
        raise NotifyError(f"{file} must hold one line, the URL of {target.name}.")
    return url


class Courier:
    """Delivers the messages to one target; ``step`` again and again."""

    def __init__(self, records: Engine, site: str, name: str, sender: Sender, clock: Clock) -> None:
        self._records = records
        self._site = site
        self._name = name
        self._sender = sender
        self._clock = clock
        self._unrecorded: list[tuple[Message, MessageTry]] = []
        """Tries whose record could not be written yet: nothing is sent before it is."""

    def step(self) -> bool:
        """Try what is due; returns False: nothing more is to be done at once.

        Raises:
            RecordsError: the records cannot be used now.
        """
        self._record()
        for message in self._due():
            tried = self._try(message)
            self._unrecorded.append((message, tried))
            self._record()
            if not tried.delivered:
                break  # the others would hardly fare better; they are due at the next step
        return False

    def _due(self) -> list[Message]:
        now_ns = self._clock.now_ns()
        with reading(self._records) as connection:
            due = due_messages(connection, self._site, self._name, now_ns)
        if not due:
            return []
        with changing(self._records) as connection:
            drop_needless(connection, self._site, now_ns)
            return due_messages(connection, self._site, self._name, now_ns)

    def _try(self, message: Message) -> MessageTry:
        try:
            self._sender.send(Text(message.subject, message.body), MOODS.get(message.kind, "info"))
        except NotifyError as error:
            log.warning("message not delivered", target=self._name, message=message.id, why=str(error))
            return MessageTry(self._clock.now_ns(), False, str(error))
        except Exception as error:
            # the edge of a library that talks to a hundred services
            log.exception("message not delivered", target=self._name, message=message.id)
            return MessageTry(self._clock.now_ns(), False, f"It failed with {type(error).__name__}.")
        return MessageTry(self._clock.now_ns(), True, DELIVERED)

    def _record(self) -> None:
        while self._unrecorded:
            message, tried = self._unrecorded[0]
            due_ns = tried.t_ns + round(back_off_s(message.tries) * 1e9)
            with changing(self._records) as connection:
                record_try(connection, message, tried, due_ns)
            self._unrecorded.pop(0)


def back_off_s(failures: int) -> float:
    """Seconds until a message is tried again after so many tries and one more that failed."""
    return min(LONGEST_WAIT_NS / 1e9, FIRST_BACK_OFF_S * 2.0 ** min(failures, 20))
