"""Alerts as people and readings drive them, in any order: a state machine against a model of six numbers."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from daq.errors import AlertError
from daq.lab.alerts import AlertDesk, acknowledge, alert_detail, past_alerts, shelve, unshelve
from daq.records.database import changing, records_url
from daq.records.migrations import open_records
from daq.security.audit import Actor
from daq.security.people import Role
from daq.security.verification import verify_records
from daq.watch.alert_turns import REOPEN_S, AlertTurns
from daq.watch.post import Moment, Post, PostMemory
from drivers.reading import EventKind
from tests.clocks import HandClock
from tests.daq.entered import insert_person
from tests.daq.watch.alert_site import LIMIT, NOON_NS, QUIET, S, site_settings, target
from tests.daq.watch.pure_site import PureSite

WU = Actor("wu.fang", "console")
RULES = QUIET + LIMIT + "off_delay_s = 5\n"


class AlertStates(RuleBasedStateMachine):
    records = None
    folder = None

    @initialize()
    def begin(self):
        self.site = PureSite(self.folder, site_settings(["H-01"], notify=[target()]), RULES)
        self.site_id = self.site.settings.site.id
        self.clock = HandClock(NOON_NS)
        self.desk = AlertDesk(self.records, self.clock, self.site_id)
        self.turns = AlertTurns(self.site_id, self.site.book, self.site.watcher._site.entries)
        self.post = Post(self.site.settings, self.site.book)
        self.memory = PostMemory()
        self.revision = 0
        # the model
        self.open = self.acknowledged = False
        self.alerts = self.times = 0
        self.well_since_ns = self.cleared_ns = self.shelved_until_ns = self.seen_ns = 0

    def commit(self):
        site, transitions = self.site, self.site.transitions
        hot = [each for each in transitions if each.key[0] == "hot"]
        site.transitions = []
        self.revision += 1
        with changing(self.records) as connection:
            self.memory.untold.update(self.turns.apply(connection, hot))
            moment = Moment(site.now_ns, self.clock.now_ns(), 0, 1)
            self.post.do(connection, moment, self.memory, self.revision)

    def pass_seconds(self, seconds, text=None):
        for _ in range(seconds):
            self.clock.pass_time(1)
            self.site.seconds(1, *([("H-01", text)] if text else []))
            if text:
                self.expect(hot=text == "31.0")
        self.commit()
        if self.shelved_until_ns and self.clock.now_ns() >= self.shelved_until_ns:
            self.shelved_until_ns = 0

    def expect(self, *, hot):
        """The model takes one reading in."""
        now_ns = self.site.now_ns
        if now_ns - self.seen_ns > 3 * S:
            self.well_since_ns = 0  # nothing was known for longer than three periods
        self.seen_ns = now_ns
        if hot:
            self.well_since_ns = 0
            if not self.open:
                again = self.alerts and now_ns - self.cleared_ns < REOPEN_S * S
                self.alerts += not again
                self.times = self.times + 1 if again else 1
                self.acknowledged = self.acknowledged and bool(again)
                self.open = True
        elif self.open:
            self.well_since_ns = self.well_since_ns or now_ns
            if now_ns - self.well_since_ns >= 5 * S:
                self.open, self.cleared_ns = False, now_ns

    @rule(seconds=st.integers(1, 8), text=st.sampled_from(["31.0", "29.0"]))
    def read(self, seconds, text):
        self.pass_seconds(seconds, text)

    @rule(seconds=st.sampled_from([1, 2, 20, 700]))
    def wait(self, seconds):
        self.clock.pass_time(seconds)
        self.site.now_ns += seconds * S
        self.site.look()
        self.commit()
        if self.shelved_until_ns and self.clock.now_ns() >= self.shelved_until_ns:
            self.shelved_until_ns = 0

    @rule()
    def fault(self):
        self.site.event(EventKind.REFUSED, "H-01", "sensor-fault: x", "temperature")
        self.well_since_ns = 0

    @rule()
    def restart(self):
        self.site.restart()
        self.memory = PostMemory.of(self.memory.as_json())

    @precondition(lambda self: self.alerts)
    @rule(comment=st.sampled_from(["seen", "  "]))
    def acknowledge(self, comment):
        try:
            acknowledge(self.desk, WU, self.newest().id, comment)
            assert comment.strip()
            assert not self.acknowledged
            self.acknowledged = True
        except AlertError:
            assert self.acknowledged or not comment.strip()

    @precondition(lambda self: self.alerts)
    @rule(hours=st.sampled_from([0.001, 1.0, 0.0, 200.0]))
    def shelve(self, hours):
        try:
            shelve(self.desk, WU, self.newest().id, hours, "x")
            assert 0 < hours <= 168
            assert not self.shelved_until_ns
            self.shelved_until_ns = self.clock.now_ns() + round(hours * 3600 * S)
        except AlertError:
            assert self.shelved_until_ns or not 0 < hours <= 168

    @precondition(lambda self: self.alerts)
    @rule()
    def unshelve(self):
        try:
            unshelve(self.desk, WU, self.newest().id, "y")
            assert self.shelved_until_ns
            self.shelved_until_ns = 0
        except AlertError:
            assert not self.shelved_until_ns

    def newest(self):
        return past_alerts(self.records, self.site_id)[0].alert

    @invariant()
    def alerts_are_as_the_model_has_them(self):
        if not hasattr(self, "site_id"):
            return
        listed = past_alerts(self.records, self.site_id)
        assert len(listed) == self.alerts
        assert all(not each.alert.is_open for each in listed[1:])
        if not listed:
            return
        alert = listed[0].alert
        assert alert.is_open is self.open
        assert (alert.acknowledged_by == "wu.fang") is self.acknowledged
        assert alert.times == self.times
        assert (listed[0].shelved_until_ns is not None) is bool(self.shelved_until_ns)
        kinds = [event.kind for event in alert_detail(self.records, self.site_id, alert.id).events]
        turns = [kind for kind in kinds if kind in ("raised", "cleared")]
        assert turns == (["raised", "cleared"] * self.times)[: 2 * self.times - self.open]

    def teardown(self):
        if hasattr(self, "site_id"):
            assert verify_records(self.records).ok


def test_alert_states(tmp_path_factory):
    with (
        tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder,
        open_records(records_url(Path(folder))) as engine,
    ):
        with changing(engine) as connection:
            insert_person(connection, "wu.fang", {Role.METROLOGIST}, NOON_NS)
        AlertStates.records, AlertStates.folder = engine, Path(folder)
        checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
        AlertStates.TestCase.settings = settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=checks
        )
        AlertStates.TestCase("runTest").runTest()
