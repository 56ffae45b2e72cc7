"""Everything that the records say of one session, gathered once for all of its papers and tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from daq.i18n import N_
from daq.lab.methods.file import Procedure
from daq.lab.methods.records import method_versions
from daq.lab.methods.steps import RepeatUntil
from daq.lab.papers.content import NOTHING, MethodUsed, Signed
from daq.lab.papers.content import Sample as SampleOnPaper
from daq.lab.results.words import Words, title_of, words
from daq.lab.role_words import ROLES
from daq.lab.sessions.bench import Bench
from daq.lab.sessions.course import EVIDENCE
from daq.lab.sessions.events import Act, SessionEvent
from daq.lab.sessions.records import Loaded, load
from daq.lab.sessions.results import KeptResult, result_versions
from daq.lab.sessions.samples import Sample, find_sample
from daq.lab.sessions.state import SessionState
from daq.records.blobs import BlobStore
from daq.security.people import Person, Role, everybody
from daq.settings import Settings
from drivers.reading import Quality

OWN = "own"
"""Confidence of figures that the laboratory has decided itself."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where papers are made: the bench, the documents, and the site's configuration."""

    bench: Bench
    blobs: BlobStore
    settings: Settings


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One session as of one moment."""

    office: Office
    loaded: Loaded
    state: SessionState
    results: tuple[KeptResult, ...]
    """The versions that count: those that the signatures are under."""
    sample: Sample | None
    """As it is written down now."""
    people: Mapping[str, Person]
    checks: Mapping[str, Words]
    """Titles of the checks that the method demands of its instruments, by the names of their methods."""

    @property
    def procedure(self) -> Procedure:
        """The session's method."""
        return self.loaded.method.procedure

    @property
    def is_simulated(self) -> bool:
        """Whether anything of it was simulated, or could have been."""
        return self.office.bench.rules.simulated or self.has_simulated_captures

    @property
    def has_simulated_captures(self) -> bool:
        """Whether a capture was, also one that was struck out."""
        return any(Quality.SIMULATED in one.quality for one in self.state.captures)

    @cached_property
    def steps(self) -> Mapping[str, Words]:
        """Titles of the method's steps by their ids, those inside of loops too."""
        found = {}
        for step in self.procedure.steps:
            for one in (step, *(step.steps if isinstance(step, RepeatUntil) else ())):
                found[one.id] = title_of(one)
        return found

    @property
    def ended_ns(self) -> int:
        """When the last work at the bench was done."""
        work = [event.t_ns for event in self.state.events if event.act in EVIDENCE - {Act.STRUCK}]
        return max(work, default=self.state.header.t_ns)

    def event(self, n: int) -> SessionEvent:
        """The event of that number."""
        return self.state.events[n - 1]

    def step(self, step_id: str) -> Words:
        """A step's title; a step that the method has no more goes by its id."""
        return self.steps.get(step_id, Words(step_id, step_id))

    def name(self, account: str) -> str:
        """A person's name as it stands on reports."""
        person = self.people.get(account)
        return person.name if person is not None else account

    def signed(self, account: str, role: Role | str | None, meaning: str, t_ns: int) -> Signed:
        """Somebody's word; ``role`` is None where nothing was signed."""
        called = words(ROLES[Role(role)]) if role is not None else NOTHING
        return Signed(name=self.name(account), role=called, meaning=words(meaning), t_ns=t_ns)

    def signatures(self) -> tuple[Signed, ...]:
        """Of who did the work, and of who reviewed it."""
        found = []
        for one, meaning in (
            (self.state.signed, N_("tested")),
            (self.state.reviewed, N_("checked against the raw data")),
        ):
            if one is not None:
                found.append(self.signed(one.account, one.role, meaning, one.t_ns))
        return tuple(found)

    def sample_on_paper(self) -> SampleOnPaper | None:
        """The sample; None of a check."""
        if self.sample is None:
            return None
        about = self.sample.about
        return SampleOnPaper(
            number=self.sample.number,
            product=Words(about.product_zh, about.product_en),
            client=about.client,
            client_address=about.client_address,
            lot=about.lot,
            origin=about.origin,
            amount=about.amount,
            sampled_by=about.sampled_by,
            received_on=about.received_on,
            condition=about.condition,
        )

    def method_on_paper(self) -> MethodUsed:
        """The method with the documents that this session followed."""
        return MethodUsed(
            title=title_of(self.procedure),
            documents=self._documents(),
            version=self.loaded.method.version,
            approved=not self.state.draft,
        )

    def _documents(self) -> tuple[str, ...]:
        """Of others; the laboratory's own where there is no other. Of the limits only the chosen one's."""
        facts = [fact for key, fact in self.procedure.facts() if not key.startswith("limit[")]
        facts += [one for one in self.procedure.limits if one.id == self.state.limit]
        followed = {fact.source for fact in facts if fact.confidence != OWN}
        followed = followed or {fact.source for fact in facts}
        return tuple(
            ", ".join(part for part in (one.document, one.edition, one.clause) if part)
            for one in self.procedure.sources
            if one.id in followed
        )


def gather(connection: Connection, office: Office, session: str) -> Dossier:
    """The dossier of a session.

    Raises:
        NoSuchRecordError: there is no such session.
    """
    loaded = load(connection, session)
    state = loaded.state(office.bench.clock.now_ns())
    number = loaded.header.sample
    return Dossier(
        office=office,
        loaded=loaded,
        state=state,
        results=tuple(
            one for one in result_versions(connection, session) if (one.id, one.version) in state.results
        ),
        sample=None if number is None else find_sample(connection, number),
        people=everybody(connection),
        checks=dict(_checks(connection, loaded.method.procedure)),
    )


def _checks(connection: Connection, procedure: Procedure) -> Iterator[tuple[str, Words]]:
    for name in {one.check_before_use for one in procedure.instruments if one.check_before_use}:
        known = method_versions(connection, name)
        if known:
            yield name, title_of(known[-1].method.procedure)
