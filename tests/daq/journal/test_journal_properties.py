"""Any mix of readings, events, new channels, closings and power cuts leaves exactly what was acknowledged."""

import itertools
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from daq.journal import ChannelDefinition, EventRow, Journal, JournalReader, ReadingRow, verify
from drivers.reading import Channel, Event, EventKind, Quality, Reading

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
frames = st.binary(max_size=40)
times_ns = st.integers(1_700_000_000_000_000_000, 1_700_000_000_050_000_000)
decimals = st.decimals(-(10**9), 10**9, places=4).map(str)
definitions = st.builds(
    ChannelDefinition,
    st.sampled_from(["B-01", "天平 2"]),
    st.builds(Channel, st.just("mass"), st.just("mass"), st.sampled_from(["g", "kg"])),
    st.just("mettler-ms"),
    st.sampled_from(["B1", "B2"]),
    st.sampled_from(["4.10", "5"]),
)
kinds = st.sampled_from([kind for kind in EventKind if kind is not EventKind.CHANNEL_DEFINED])
events = st.builds(Event, kinds, words, times_ns, words, words, frames)


class StillClock:
    """Nothing here depends on the journal's own time."""

    def now_ns(self) -> int:
        return 1_700_000_000_000_000_000

    def monotonic_s(self) -> float:
        return 0.0

    def sleep(self, duration_s: float) -> None:
        pass


class JournalMachine(RuleBasedStateMachine):
    """The model is the list of acknowledged items with their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.copies = itertools.count()
        self.path = self.root / "first" / "journal.db"
        self.written: dict[int, Reading | Event] = {}
        self.open()

    def open(self) -> None:
        self.journal = Journal.open(self.path, StillClock())
        self.defined: list[ChannelDefinition] = []

    def teardown(self) -> None:
        self.journal.close()
        shutil.rmtree(self.root)

    @rule(definition=definitions)
    def define(self, definition):
        self.journal.define_channel(definition)
        self.defined.append(definition)

    @precondition(lambda self: self.defined)
    @rule(data=st.data(), pick=st.lists(st.booleans(), max_size=8))
    def append(self, data, pick):
        items = [self.draw_reading(data) if is_reading else data.draw(events) for is_reading in pick]
        seqs = self.journal.append(items).wait(20)
        assert list(seqs) == sorted(set(seqs))
        assert not set(seqs) & set(self.written)
        self.written |= dict(zip(seqs, items, strict=True))

    def draw_reading(self, data):
        definition = data.draw(st.sampled_from(self.defined))
        quality = Quality(data.draw(st.integers(0, 511)))
        channel = definition.channel
        return Reading(
            definition.instrument,
            channel.name,
            data.draw(decimals),
            channel.unit,
            data.draw(times_ns),
            quality,
            data.draw(frames),
        )

    @rule()
    def close_and_open(self):
        self.journal.close()
        self.open()

    @rule()
    def cut_the_power(self):
        """The files as they stand now are all that is left."""
        image = self.root / f"image {next(self.copies)}"
        shutil.copytree(self.path.parent, image)
        self.journal.close()
        self.path = image / self.path.name
        self.open()

    @invariant()
    def everything_acknowledged_is_there_as_it_was(self):
        with JournalReader.open(self.path) as reader:
            rows = {row.seq: row for row in reader.read_since(0, 100_000)}
            channels = reader.channels()
        assert list(rows) == list(range(1, len(rows) + 1))
        for seq, item in self.written.items():
            row = rows[seq]
            if isinstance(item, Event):
                expected = EventRow(
                    seq, item.t_ns, item.kind, item.instrument, item.channel, item.text, item.frame
                )
                assert row == expected
            else:
                channel = channels[row.channel_id]
                assert (channel.instrument, channel.unit) == (item.instrument, item.unit)
                assert replace(row, t_ns=item.t_ns) == ReadingRow(
                    seq, row.channel_id, item.t_ns, item.value, item.text, item.quality, item.frame
                )
                assert row.t_ns >= item.t_ns
        found = verify(self.path)
        assert found.ok, found.sentence
        assert found.rows == len(rows)


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
