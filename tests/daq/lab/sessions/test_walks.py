"""Every method of the house, from start to review, on a journal that is really written."""

import pytest

from daq.lab.methods import load_methods
from daq.lab.session_events import Stage
from daq.lab.session_results import kept_results
from daq.records.database import reading
from daq.security.verification import verify_records
from tests.daq.lab.sessions.bench import walk

METHODS = sorted(load_methods())
NEEDS_MOISTURE = {"coptis-extractives-chp-2201"}


@pytest.mark.parametrize("method", METHODS)
def test_a_method_is_walked_to_the_review(bench, method):
    bench.check_balance()
    if method in NEEDS_MOISTURE:
        moisture = bench.start("coptis-moisture-chp-0832-2")
        walk(bench, moisture)
        bench.complete(moisture)
    session = bench.start(method)
    walk(bench, session)
    assert bench.state(session).is_through
    bench.complete(session)
    state = bench.state(session)
    assert state.stage is Stage.REVIEWED
    with reading(bench.engine) as connection:
        kept = kept_results(connection, session)
    assert {(one.id, one.version) for one in kept} == set(state.results)
    verification = verify_records(bench.engine)
    assert verification.ok, verification.sentence
