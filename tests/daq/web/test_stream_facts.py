"""What the strip says of the stream to the time-series database."""

import pytest

from daq.stream.cursor import StreamState, StreamStatus
from daq.stream.trouble import Trouble
from daq.web.live.facts import FactKind
from daq.web.live.stream_facts import stream_facts
from daq.web.live.views import TROUBLES

NOW_NS = 1_795_406_400_000_000_000
S = 1_000_000_000


def status(state=StreamState.STREAMING, trouble=None, lag_s=0.0, age_s=1.0, rejected=0):
    since = NOW_NS - 3600 * S
    updated = NOW_NS - round(age_s * S)
    return StreamStatus("t", state, trouble, "a sentence", since, 90, 100, lag_s, updated, rejected)


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        (None, [FactKind.STREAM_SILENT]),
        (status(), []),
        (status(lag_s=59), []),
        (status(lag_s=61), [FactKind.STREAM_BEHIND]),
        (status(age_s=31), [FactKind.STREAM_SILENT]),
        (status(state=StreamState.WAITING), []),
        (status(state=StreamState.STOPPED), [FactKind.STREAM_SILENT]),
        (status(state=StreamState.TROUBLE, trouble=Trouble.UNREACHABLE), [FactKind.STREAM_TROUBLE]),
        (status(rejected=3), [FactKind.STREAM_REJECTED]),
        (status(lag_s=61, rejected=3), [FactKind.STREAM_BEHIND, FactKind.STREAM_REJECTED]),
    ],
)
def test_facts(given, kinds):
    assert [fact.kind for fact in stream_facts(given, NOW_NS)] == kinds


def test_trouble_tells_why_and_how_much_waits():
    (fact,) = stream_facts(status(state=StreamState.TROUBLE, trouble=Trouble.TOKEN), NOW_NS)
    assert (fact.code, fact.number, fact.detail) == ("token", 10, "a sentence")


def test_every_trouble_has_words():
    assert set(TROUBLES) == set(Trouble)
