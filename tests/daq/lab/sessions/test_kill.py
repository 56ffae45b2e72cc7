"""kill -9 of a real process at every step of every method: it resumes there; no capture is lost or double.

At each step a process is forked that does the step and kills itself: in the middle of its transaction, so
that nothing may be left of the step, or when the step is committed and nobody was told. Another process then
finds the session at the same step, or at the next. So every method of the house is led from its start to the
review, too.
"""

import os
import signal
import warnings

import pytest
from sqlalchemy import event

from daq.journal import JournalReader
from daq.lab.methods.loading import load_methods
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.events import Stage
from daq.lab.sessions.records import session_state
from daq.lab.sessions.results import finish_session
from daq.lab.sessions.signing import PERFORMED, REVIEWED, review_session, sign_session
from daq.records.certificates import RecordedCertificates
from daq.records.database import records_url
from daq.records.migrations import make_engine
from daq.security.verification import verify_records
from tests.daq.lab.sessions.bench import CHEN, do, next_task, prepare, walk

METHODS = sorted(load_methods())
LEAST_KILLS = 200
BOTH = int(os.environ.get("HENGLIANG_KILLS", "20")) > 20
"""Both ways at every step, before a release; otherwise in turn."""
NEEDS_MOISTURE = {"coptis-extractives-chp-2201"}
kills: dict[str, int] = {}


def killed(bench: Bench, url: str, action, statement: int | None) -> None:
    """Fork a process that acts, and dies before the statement of that number, or when it is done."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the journal's thread stays in this process
        child = os.fork()
    if child == 0:
        try:
            engine = make_engine(url)
            if statement is not None:
                die_at(engine, statement)
            action(
                Bench(
                    engine=engine,
                    clock=bench.clock,
                    journal=bench.journal,
                    certificates=RecordedCertificates(engine),
                    rules=bench.rules,
                    zone=bench.zone,
                )
            )
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), (
        f"the process was not killed: exit code {os.waitstatus_to_exitcode(status)}"
    )
    assert os.WTERMSIG(status) == signal.SIGKILL


def die_at(engine, statement: int) -> None:
    """Die at the statement of that number that writes, or at the commit of what wrote."""
    written = 0

    @event.listens_for(engine, "before_cursor_execute")
    def _count(connection, cursor, sql, parameters, context, many):
        nonlocal written
        written += sql.startswith(("INSERT", "UPDATE"))
        if written > statement:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(engine, "commit")
    def _commit(connection):
        if written:
            os.kill(os.getpid(), signal.SIGKILL)


class Walker:
    """Walks one session; every action is killed before it is acknowledged."""

    def __init__(self, test, site, session: str) -> None:
        self.test = test
        self.session = session
        self.url = records_url(site)
        self.kills = 0

    def state(self):
        return session_state(self.test.bench, self.session)

    def dies(self, action) -> None:
        in_the_middle = self.kills % 2 == 0
        if BOTH or in_the_middle:
            before = self.state()
            killed(self.test.bench, self.url, action, self.kills % 5)
            assert self.state() == before
            self.kills += 1
        if BOTH or not in_the_middle:
            killed(self.test.bench, self.url, action, None)
            self.kills += 1
        else:
            action(self.test.bench)

    def step(self) -> None:
        before = self.state()
        task = next_task(before)
        prepare(self.test, self.session, task)
        token = f"k{self.kills}"
        self.dies(lambda bench: do(bench, self.session, task, token))
        after = self.state()
        assert len(after.events) == len(before.events) + 1
        if task.action == "capture":
            self.ask_again(before, after, lambda: do(self.test.bench, self.session, task, token))

    def ask_again(self, before, after, request) -> None:
        """Whoever got no answer asks again with the same token, and gets the capture that was made."""
        answer = request()
        new = [one for one in after.captures if one not in before.captures]
        assert list(answer.captures) == new != []
        assert self.state() == after

    def end(self) -> None:
        for action, stage in (
            (lambda bench: finish_session(bench, CHEN, self.session), Stage.FINISHED),
            (lambda bench: sign_session(bench, self.session, self.sign("chen.yu", PERFORMED)), Stage.SIGNED),
            (
                lambda bench: review_session(bench, self.session, self.sign("li.jun", REVIEWED)),
                Stage.REVIEWED,
            ),
        ):
            self.dies(action)
            assert self.state().stage is stage

    def sign(self, account: str, meaning: str):
        return self.test.signature(account, meaning)


@pytest.mark.parametrize("method", METHODS)
def test_kill_9_at_every_step(bench, site, method):
    bench.check_balance()
    if method in NEEDS_MOISTURE:
        moisture = bench.start("coptis-moisture-chp-0832-2")
        walk(bench, moisture)
        bench.complete(moisture)
    walker = Walker(bench, site, bench.start(method))
    while walker.state().tasks:
        walker.step()
    walker.end()
    kills[method] = walker.kills
    assert_all_captures_are_rows_of_the_journal(bench, walker.state())
    verification = verify_records(bench.engine)
    assert verification.ok, verification.sentence


def test_there_were_200_kills():
    if set(kills) != set(METHODS):
        pytest.skip("not all methods ran")
    assert sum(kills.values()) >= LEAST_KILLS


def assert_all_captures_are_rows_of_the_journal(bench, state) -> None:
    with JournalReader.open(bench.bench.journal) as reader:
        rows = {row.seq: row for row in reader.read_since(0, 100_000)}
    for one in state.captures:
        row = rows[one.seq]
        assert (row.t_ns, row.raw_text, row.frame) == (one.t_ns, one.raw_text, one.frame)
        assert not one.struck
