"""An office that issues reports of a furnished bench."""

from dataclasses import replace

from daq.lab.reports.dossier import Office
from daq.lab.reports.issuing import ISSUED, IssuedReport, issue_report
from daq.lab.sessions.bench import BenchRules
from daq.lab.sessions.results import finish_session
from daq.lab.sessions.signing import PERFORMED, REVIEWED, amend_session, review_session, sign_session
from daq.settings import Settings
from tests.daq.lab.sessions.bench import CHEN, WANG, TestBench, walk

MOISTURE = "coptis-moisture-chp-0832-2"
QUICK = "moisture-analyser-screening"
"""A method with few steps."""
LABORATORY = {
    "name_zh": "石柱县检验检测中心",
    "name_en": "Shizhu county testing laboratory",
    "address_zh": "重庆市石柱土家族自治县",
    "address_en": "Shizhu, Chongqing, China",
    "marks": [{"name": "CMA", "number": "232201060123"}],
}


def settings(laboratory, *, simulated):
    rooms = {"room_zh": "天平室", "room_en": "Balance room", "profile": "p", "simulated": simulated}
    instruments = [
        {"name": "B-01", "title_zh": "天平", "title_en": "Balance", "url": "tcp://127.0.0.1:1", **rooms},
        {"name": "H-01", "title_zh": "温湿度计", "title_en": "Climate", "url": "tcp://127.0.0.1:2", **rooms},
    ]
    site = {"id": "test", "name_zh": "检验检测中心", "name_en": "Testing laboratory"}
    return Settings.model_validate({"site": site, "instrument": instruments, "laboratory": laboratory})


def office_of(test: TestBench, *, laboratory=LABORATORY, simulated=False) -> Office:
    bench = replace(test.bench, rules=BenchRules(simulated=simulated))
    return Office(bench, test.laboratory.register.blobs, settings(laboratory, simulated=simulated))


def moisture(test: TestBench) -> str:
    """A session of coptis moisture in duplicate, walked through and computed."""
    test.check_balance()
    session = test.start(MOISTURE, limit="drug-chp-2025")
    walk(test, session)
    finish_session(test.bench, CHEN, session)
    return session


def quick(test: TestBench, *, signed=True) -> str:
    """A short session, computed and reviewed."""
    session = test.start(QUICK)
    walk(test, session)
    finish_session(test.bench, CHEN, session)
    if signed:
        sign(test, session)
    return session


def sign(test: TestBench, session: str) -> None:
    sign_session(test.bench, session, test.signature("chen.yu", PERFORMED))
    review_session(test.bench, session, test.signature("wang.fang", REVIEWED))


def issue(test: TestBench, office: Office, session: str, account: str = "li.jun") -> IssuedReport:
    return issue_report(office, test.signature(account, ISSUED), session)


def amend(test: TestBench, session: str, reason: str) -> None:
    """Opened again, computed again, signed again."""
    amend_session(test.bench, WANG, session, reason)
    finish_session(test.bench, CHEN, session)
    sign(test, session)
