"""Whether an instrument can say what a role needs: seen when it is chosen, not in the middle of a session."""

from daq.errors import JournalMissingError
from daq.journal import JournalReader
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.instruments import Use
from daq.lab.sessions.readings import Asked, find_channel


def demand_channels(bench: Bench, use: Use, now_ns: int) -> None:
    """Refuse an instrument that has no channel for what is measured with it, or several and none was named.

    One that was never heard yet is let through: it may be connected before it is needed.

    Raises:
        StepRefusedError: says which channels it has.
    """
    if not use.quantities:
        return
    try:
        with JournalReader.open(bench.journal) as reader:
            heard = any(one.instrument == use.name for one in reader.channels().values())
            for quantity in sorted(use.quantities) if heard else ():
                find_channel(reader, Asked(use.demand.role, use.instrument, quantity, now_ns))
    except JournalMissingError:
        return
