"""Whatever people try, in whatever order: two people or nothing, and what was written stays as it was."""

import contextlib
import functools
import itertools
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from daq.errors import HengliangError
from daq.lab.certificates.documents import native_document
from daq.lab.certificates.draft import Said
from daq.lab.certificates.life import (
    InForce,
    check,
    enter,
    put_in_force,
    resume,
    return_to_draft,
    revoke,
    save_draft,
    suspend,
)
from daq.records.certificate_versions import State, versions
from daq.records.certificates import RecordedCertificates
from daq.records.database import reading, records_url
from daq.records.migrations import open_records
from daq.records.register_tables import certificate_steps, certificates
from daq.security.people import Role
from daq.security.verification import verify_records
from tests.daq.lab.register.laboratory import DAY_NS, START_NS, certificate_text, make_laboratory

PEOPLE = ("wang.fang", "zhou.min", "li.jun", "chen.yu")
CROWD = st.sampled_from([PEOPLE, PEOPLE[::-1], ("zhou.min", "li.jun", "chen.yu", "wang.fang")])
"""In which order they come."""
STEPS_TAKEN = {
    State.ENTERED: lambda sign, record, begins, now: (enter, sign(State.ENTERED), record),
    State.CHECKED: lambda sign, record, begins, now: (check, sign(State.CHECKED), record, "compared"),
    State.IN_FORCE: lambda sign, record, begins, now: (put_in_force, sign(State.IN_FORCE), record, begins),
    State.SUSPENDED: lambda sign, record, begins, now: (suspend, sign(State.SUSPENDED), record, now),
    "resumed": lambda sign, record, begins, now: (resume, sign(State.IN_FORCE), record, "checked"),
    State.RETURNED: lambda sign, record, begins, now: (return_to_draft, sign("").actor, record, "look again"),
    State.REVOKED: lambda sign, record, begins, now: (revoke, sign(State.REVOKED), record, "wrong"),
}
WAYS = (
    *((State.ENTERED, State.CHECKED, State.IN_FORCE),) * 6,
    (State.CHECKED, State.IN_FORCE),
    (State.IN_FORCE,),
    (State.ENTERED, State.RETURNED),
    (State.ENTERED, State.IN_FORCE),
    (State.SUSPENDED, State.ENTERED),
    (State.SUSPENDED, "resumed"),
    ("resumed",),
    (State.REVOKED,),
)
"""The whole way is tried more often than parts of it."""
DAYS = st.integers(-2, 3)
WHICH = st.integers(0, 3)
"""Of the versions that there are."""
ROLES = st.sampled_from([Role.METROLOGIST, Role.QUALITY_MANAGER])


class Life(RuleBasedStateMachine):
    """Anybody tries any step on any version."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="hl-life-"))
        self.opened = open_records(records_url(self.folder))
        self.laboratory = make_laboratory(self.opened.__enter__(), self.folder / "blobs")
        self.recorded = RecordedCertificates(self.laboratory.engine)
        self.seen = []
        self.laboratory.draft()
        self.laboratory.draft(certificate_text("B"))

    def teardown(self):
        found = verify_records(self.laboratory.engine, None, self.laboratory.register.blobs)
        self.opened.__exit__(None, None, None)
        shutil.rmtree(self.folder)
        assert found.ok, found.sentence

    def attempt(self, step, *arguments):
        self.laboratory.clock.pass_time(3600)
        with contextlib.suppress(HengliangError):
            step(self.laboratory.register, *arguments)

    def record(self, which):
        with reading(self.laboratory.engine) as connection:
            found = [version.record for version in versions(connection)]
        return found[-1 - which % len(found)]

    @rule(
        person=st.sampled_from(PEOPLE),
        number=st.sampled_from(["A", "C"]),
        of=st.sampled_from([None, 1, 2]),
        k=st.integers(1, 3),
    )
    def save(self, person, number, of, k):
        text = certificate_text(number, {"U = 0.20": f"U = 0.2{k}"})
        document = native_document(text.encode(), "c.toml")
        self.attempt(save_draft, self.laboratory.actor(person), document, Said(reason="again"), of)

    @rule(way=st.sampled_from(WAYS), which=WHICH, days=DAYS, crowd=CROWD)
    def everybody_tries(self, way, which, days, crowd):
        """One step after the other: each person in each role, and whoever may does it."""
        record = self.record(which)
        begins = InForce(START_NS + days * DAY_NS, "back from calibration")
        for step in way:
            self.try_step(step, crowd, record, begins)

    def try_step(self, step, crowd, record, begins):
        lab = self.laboratory
        for person in crowd:
            for role in (Role.METROLOGIST, Role.QUALITY_MANAGER):
                sign = functools.partial(lab.signature, person, role=role)
                now = InForce(lab.clock.now_ns(), "dropped")
                self.attempt(*STEPS_TAKEN[step](sign, record, begins, now))

    @invariant()
    def what_was_written_stays(self):
        with reading(self.laboratory.engine) as connection:
            rows = [
                [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in (certificates, certificate_steps)
            ]
        if self.seen:
            assert set(self.seen[0]) <= set(rows[0])
            assert rows[1][: len(self.seen[1])] == self.seen[1]
        self.seen = rows

    @invariant()
    def two_people_stand_behind_whatever_counts(self):
        with reading(self.laboratory.engine) as connection:
            found = {one.record: one for one in versions(connection)}
        counting = [one for several in self.recorded.load().values() for one in several]
        assert self.recorded.findings == ()
        for one in counting:
            version = found[one.record]
            assert {"wang.fang", "zhou.min", "li.jun"} >= {one.entered_by, one.checked_by}
            assert one.entered_by != one.checked_by
            assert version.account != one.checked_by
            assert version.state is not State.REVOKED
            (force, *_) = [step for step in version.steps if step.state is State.IN_FORCE]
            assert force.account != one.entered_by
            order = [step.state for step in version.steps]
            assert order.index(State.ENTERED) < order.index(State.CHECKED) < order.index(State.IN_FORCE)
        periods = sorted((one.in_force_from_ns, one.valid_until_ns) for one in counting)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(periods))


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
