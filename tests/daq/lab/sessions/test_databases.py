"""The same on SQLite and on PostgreSQL, also when two ask at once."""

from concurrent.futures import ThreadPoolExecutor

from daq.errors import HengliangError
from daq.lab.feed import events_after
from daq.lab.sessions.captures import Press, capture
from daq.lab.sessions.events import Stage
from daq.lab.sessions.list import list_sessions
from daq.lab.sessions.records import next_number
from daq.lab.sessions.results import kept_results
from daq.lab.sessions.steps import At
from daq.records.database import reading
from daq.security.verification import verify_records
from tests.daq.lab.register.laboratory import SHANGHAI
from tests.daq.lab.sessions.bench import CHEN, walk


def test_a_check_two_askers_and_the_feed(any_bench):
    bench = any_bench
    session = bench.start("balance-daily-check")
    walk(bench, session, until=lambda state: state.task(1) and state.task(1).place.step == "load")
    bench.say("B-01", "mass", "200.0003")
    at = At(session, "load", 1)

    def ask(token):
        try:
            return capture(bench.bench, CHEN, Press(at=at, token=token)).captures[0].id
        except HengliangError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, ["one", "one", "two", "two"]))
    taken = {answer for answer in answers if isinstance(answer, int)}
    assert len(taken) == 1
    assert answers.count("Portion 1 has no step left.") == 2
    bench.complete(session)
    assert bench.state(session).stage is Stage.REVIEWED
    assert [one.header.id for one in list_sessions(bench.bench).ended] == [session]
    with reading(bench.engine) as connection:
        assert len(kept_results(connection, session)) == 2
        assert next_number(connection, bench.clock.now_ns(), SHANGHAI) == "S-2026-0002"
        seqs = [one.seq for one in events_after(connection, 0, 1000)]
        assert seqs == sorted(seqs)
        (first,) = events_after(connection, seqs[3], 1)
        assert first.seq == seqs[4]
    assert verify_records(bench.engine).ok
