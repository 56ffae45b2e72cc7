"""What the strip says of the time-series database."""

from daq.stream.cursor import StreamState, StreamStatus
from daq.web.facts import Fact, FactKind
from daq.web.trend import NS_PER_S

SILENT_S = 30.0
"""The service writes its status every few seconds; one that has not for so long does not run."""
BEHIND_S = 60.0


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
    elif status.state is StreamState.STOPPED or now_ns - status.updated_ns > SILENT_S * NS_PER_S:
        facts.append(Fact(FactKind.STREAM_SILENT, detail=status.sentence))
    elif status.lag_s > BEHIND_S:
        facts.append(Fact(FactKind.STREAM_BEHIND, number=status.lag_rows, detail=status.sentence))
    if status.rejected:
        facts.append(Fact(FactKind.STREAM_REJECTED, number=status.rejected))
    return facts
