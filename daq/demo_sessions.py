"""The demo's sessions, led through the past: what was done in the last days, and what stands in the oven now.

Everything is done by the functions that real sessions go through, with captures from a journal that the real
acquisition wrote.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence

from daq.demo_past import THERMOMETER, PastBench
from daq.demo_register import METROLOGIST, ORIGIN, QUALITY_MANAGER, TECHNICIAN, sign_as
from daq.demo_story import (
    ARRIVES_EARLIER_NS,
    CASES_BEFORE,
    CASES_SINCE,
    CHECKS_BEFORE,
    CHECKS_SINCE,
    After,
    Calendar,
    Case,
    When,
)
from daq.demo_technician import BY, MINUTE_NS, Technician
from daq.errors import PaperError
from daq.lab.reports.dossier import Office
from daq.lab.reports.issuing import ISSUED, issue_report
from daq.lab.sessions.samples import receive_sample
from daq.lab.sessions.signing import PERFORMED, REVIEWED, return_session, review_session, sign_session
from daq.security.accounts import Accounts
from daq.security.audit import Actor
from daq.security.signatures import Signature

COMMENTS = (
    "请核对平行 2 的称量瓶号,再计算、签名 Please check the number of dish 2, then compute and sign again"
)
PAUSES_NS = {
    "sign": 6 * MINUTE_NS,
    "review": 50 * MINUTE_NS,
    "report": 20 * MINUTE_NS,
    "return": 55 * MINUTE_NS,
}
"""How long people take until they do it."""


class Past:
    """The past of one demo."""

    def __init__(self, bench: PastBench, office: Office, accounts: Accounts, calendar: Calendar) -> None:
        """Args: all of them have the clock of the past."""
        self._past = bench
        self._office = office
        self._accounts = accounts
        self._calendar = calendar
        self._technician = Technician(bench, office.bench)
        self._acts: dict[After, tuple[int, Callable[[str], None]]] = {
            "sign": (6, self._sign),
            "review": (50, self._review),
            "report": (20, self._report),
            "return": (55, self._return),
        }
        """What people do with a result, and after how many minutes they come to it."""
        self.no_paper = ""
        """Why there are no reports, if this machine can make none."""

    def before_the_step(self) -> None:
        """The day before the oven's thermometer is found out of tolerance."""
        end_ns = max(self._calendar.at(when) for when in CHECKS_BEFORE) + 12 * 60 * MINUTE_NS
        self._live(CHECKS_BEFORE, list(enumerate(CASES_BEFORE)), end_ns)

    def up_to_now(self) -> None:
        """The days since; what is not through is left standing."""
        self._live(CHECKS_SINCE, list(enumerate(CASES_SINCE, len(CASES_BEFORE))), self._calendar.now_ns)
        self._past.go_on(self._calendar.register.clock.now_ns())  # all this took some time
        self._past.hear(THERMOMETER)

    def _live(self, checks: Sequence[When], cases: Sequence[tuple[int, Case]], until_ns: int) -> None:
        """Let everybody go on in the order of time."""
        at = self._calendar.at
        courses = [(at(when), self._check()) for when in checks]
        courses += [(at(case.begins) - ARRIVES_EARLIER_NS, self._course(i, case)) for i, case in cases]
        waiting = [(t_ns, turn) for turn, (t_ns, _) in enumerate(courses)]
        heapq.heapify(waiting)
        while waiting and waiting[0][0] <= until_ns:
            t_ns, turn = heapq.heappop(waiting)
            self._past.go_on(t_ns)
            next_ns = next(courses[turn][1], None)
            if next_ns is not None:
                heapq.heappush(waiting, (next_ns, turn))
        self._past.go_on(until_ns)

    def _check(self) -> Iterator[int]:
        session = self._technician.check()
        for minutes, act in ((1, self._sign), (15, self._review)):
            yield self._past.clock.now_ns() + minutes * MINUTE_NS
            act(session)

    def _course(self, index: int, case: Case) -> Iterator[int]:
        bench, number = self._office.bench, self._calendar.number(index)
        receive_sample(bench.engine, bench.clock, BY, number, case.about(self._calendar))
        if case.assignment is None:
            return
        yield self._calendar.at(case.begins)
        session = self._technician.begin(case.assignment, number)
        yield from self._technician.lead(case.assignment, session)
        for name in case.then:
            minutes, act = self._acts[name]
            yield self._past.clock.now_ns() + minutes * MINUTE_NS
            act(session)

    def _sign(self, session: str) -> None:
        sign_session(self._office.bench, session, self._signed(TECHNICIAN, PERFORMED))

    def _review(self, session: str) -> None:
        review_session(self._office.bench, session, self._signed(METROLOGIST, REVIEWED))

    def _report(self, session: str) -> None:
        try:
            issue_report(self._office, self._signed(QUALITY_MANAGER, ISSUED), session)
        except PaperError as error:  # such as no font with Chinese: everything else can be looked at
            self.no_paper = str(error)

    def _return(self, session: str) -> None:
        return_session(self._office.bench, Actor(METROLOGIST, ORIGIN), session, COMMENTS)

    def _signed(self, account: str, meaning: str) -> Signature:
        return sign_as(self._accounts, account, meaning)
