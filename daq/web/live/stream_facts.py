"""What the strip says of the time-series database."""

from daq.stream.cursor import StreamState, StreamStatus
from daq.web.live.facts import Fact, FactKind


def stream_facts(status: StreamStatus | None, now_ns: int) -> list[Fact]:
    """What of the stream needs a person; nothing while it keeps up."""
    if status is None:
        return [Fact(FactKind.STREAM_SILENT)]
    facts = []
    if status.state is StreamState.TROUBLE:
        reason = status.trouble.value if status.trouble else ""
        facts.append(
            Fact(FactKind.STREAM_TROUBLE, number=status.lag_rows, code=reason, detail=status.sentence)
        )
    elif not status.runs(now_ns):
        facts.append(Fact(FactKind.STREAM_SILENT, detail=status.sentence))
    elif status.is_behind:
        facts.append(Fact(FactKind.STREAM_BEHIND, number=status.lag_rows, detail=status.sentence))
    if status.rejected:
        facts.append(Fact(FactKind.STREAM_REJECTED, number=status.rejected))
    return facts
