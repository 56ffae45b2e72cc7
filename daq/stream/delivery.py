"""One batch to the server: accepted, kept whole, or accepted without the points that are at fault."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from daq.stream.influx import Answer, Verdict, Writer
from daq.stream.points import DataPoint
from daq.stream.trouble import Trouble

PROBES = 20


@dataclass(frozen=True, slots=True)
class Refused:
    """One point that the server refuses, and its words."""

    point: DataPoint
    words: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a batch."""

    kept: Answer | None
    """Why the whole batch must be sent again; None when it is done with."""
    refused: tuple[Refused, ...] = ()


class DeliveryStoppedError(Exception):
    """Asked to stop between two requests; the batch is sent again next time."""


def deliver(writer: Writer, points: Sequence[DataPoint], stopping: Callable[[], bool]) -> Delivery:
    """Send ``points``; if the server refuses the batch, find the points at fault and send all others.

    A refusal is the fault of a point only if the server takes another one in the same attempt: where it takes
    none, the request is at fault (wrong path, wrong bucket), and everything is kept. Points that are sent
    more than once change nothing: they have the same series and time.

    Raises:
        DeliveryStoppedError: ``stopping`` said so between two requests.
    """
    whole = writer.send(points)
    if whole.verdict is Verdict.ACCEPTED:
        return Delivery(None)
    if whole.verdict is Verdict.KEEP:
        return Delivery(whole)
    kept = _takes_none(writer, points, stopping)
    return Delivery(kept) if kept else _bisected(writer, points, stopping)


def _takes_none(writer: Writer, points: Sequence[DataPoint], stopping: Callable[[], bool]) -> Answer | None:
    """None as soon as the server takes one of some points that are spread over the batch."""
    step = max(1, len(points) // PROBES)
    words = ""
    for point in points[::step]:
        answer = _send(writer, [point], stopping)
        if answer.verdict is Verdict.ACCEPTED:
            return None
        if answer.verdict is Verdict.KEEP:
            return answer
        words = answer.words
    sentence = f"{writer.target}: every point is refused ({words}); check timeseries.url, org and bucket."
    return Answer(Verdict.KEEP, sentence, Trouble.REFUSES_ALL)


def _bisected(writer: Writer, points: Sequence[DataPoint], stopping: Callable[[], bool]) -> Delivery:
    refused: list[Refused] = []
    middle = len(points) // 2
    parts = [points[middle:], points[:middle]]
    while parts:
        part = parts.pop()
        if not part:
            continue
        answer = _send(writer, part, stopping)
        if answer.verdict is Verdict.KEEP:
            return Delivery(answer)
        if answer.verdict is Verdict.ACCEPTED:
            continue
        if len(part) == 1:
            refused.append(Refused(part[0], answer.words))
        else:
            middle = len(part) // 2
            parts += [part[middle:], part[:middle]]
    return Delivery(None, tuple(refused))


def _send(writer: Writer, points: Sequence[DataPoint], stopping: Callable[[], bool]) -> Answer:
    if stopping():
        raise DeliveryStoppedError
    return writer.send(points)
