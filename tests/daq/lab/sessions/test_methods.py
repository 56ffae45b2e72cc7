"""Methods in the records: versions by their bytes, two people before use, a new product in one file."""

import pytest

from daq.errors import BenchError, NoSuchRecordError, NotPermittedError, StepRefusedError, TwoPersonError
from daq.lab.methods.file import MethodError
from daq.lab.methods.loading import load_methods
from daq.lab.methods.records import (
    MethodState,
    approve_method,
    enter_method,
    import_method,
    method_version,
    method_versions,
    usable_version,
    withdraw_method,
)
from daq.lab.sessions.results import finish_session, kept_results
from daq.lab.sessions.signing import PERFORMED, sign_session
from daq.lab.sessions.starting import start_session
from daq.records.database import reading
from daq.security.people import Role
from tests.daq.lab.sessions.bench import CHEN, WANG, walk

SHIPPED = load_methods()
WATER_SHIELD = SHIPPED["water-shield-dried-solids"].document


def take_in(bench, name, document, by=WANG):
    return import_method(bench.engine, bench.clock, by, name, document)


def sign(bench, found, *names):
    """``entered`` by the first, ``approved`` by the second."""
    which = (found.method.name, found.method.version)
    for name, take, state in zip(
        names, (enter_method, approve_method), ("entered", "approved"), strict=False
    ):
        found = take(bench.engine, bench.signature(name, state), *which, "compared with the paper")
    return found


def test_a_version_is_the_digest_of_its_bytes_and_is_taken_once(bench):
    first = take_in(bench, "taro", WATER_SHIELD)
    again = take_in(bench, "taro", WATER_SHIELD)
    changed = take_in(bench, "taro", WATER_SHIELD + b"# a comment\n")
    assert first == again
    assert first.method.version != changed.method.version
    with reading(bench.engine) as connection:
        assert len(method_versions(connection, "taro")) == 2
        assert method_version(connection, "taro", first.method.short_version) == first


def test_a_file_with_mistakes_is_refused_whole(bench):
    with pytest.raises(MethodError, match=r"taro\.toml: purpose"):
        take_in(bench, "taro", WATER_SHIELD.replace(b'purpose = "sample"', b'purpose = "fun"'))
    with pytest.raises(NoSuchRecordError), reading(bench.engine) as connection:
        usable_version(connection, "taro")


def test_a_file_that_names_a_method_that_is_not_there_is_refused(bench):
    """Otherwise every session by it would wait for a check that nobody can do."""
    lost = WATER_SHIELD.replace(b'check_before_use = "balance-daily-check"', b'check_before_use = "daily"')
    with pytest.raises(
        MethodError, match=r"taro\.toml: instrument\[1\]\.check_before_use: found 'daily'; the m"
    ):
        take_in(bench, "taro", lost)
    with pytest.raises(MethodError, match="'a/b' is no name of a method"):
        take_in(bench, "a/b", WATER_SHIELD)


def test_only_metrologists_and_quality_managers_keep_methods(bench):
    with pytest.raises(NotPermittedError):
        take_in(bench, "taro", WATER_SHIELD, CHEN)
    found = take_in(bench, "taro", WATER_SHIELD)
    which = (found.method.name, found.method.version)
    technician = bench.signature("chen.yu", "entered", Role.TECHNICIAN)
    with pytest.raises(NotPermittedError, match="not by a technician"):
        enter_method(bench.engine, technician, *which, "x")


def test_two_people_approve_in_order(bench):
    found = take_in(bench, "taro", WATER_SHIELD)
    which = (found.method.name, found.method.version)
    with pytest.raises(BenchError, match="is imported; approved comes after entered"):
        approve_method(bench.engine, bench.signature("li.jun", "approved"), *which, "")
    with pytest.raises(BenchError, match="means approved"):
        enter_method(bench.engine, bench.signature("li.jun", "approved"), *which, "")
    entered = sign(bench, found, "wang.fang")
    assert entered.state is MethodState.ENTERED
    with pytest.raises(TwoPersonError):
        approve_method(bench.engine, bench.signature("wang.fang", "approved"), *which, "")
    approved = approve_method(bench.engine, bench.signature("li.jun", "approved"), *which, "")
    assert [step.account for step in approved.steps] == ["wang.fang", "wang.fang", "li.jun"]
    assert approved.is_approved


def test_a_new_gravimetric_method_runs_without_code(bench):
    """Copy the nearest file, rename it, change the figures: taro, dried at another temperature."""
    text = WATER_SHIELD.decode().replace("莼菜固形物测定（烘干法）", "芋头干物质")
    text = text.replace("Water-shield: dried solids", "Taro: dry matter").replace("101", "68")
    text = text.replace("high_degC = 105", "high_degC = 72").replace("limit_mg = 2", "limit_mg = 3")
    sign(bench, take_in(bench, "taro", text.encode()), "wang.fang", "li.jun")
    bench.check_balance()
    session = bench.start("taro")
    walk(bench, session)
    bench.complete(session)
    with reading(bench.engine) as connection:
        (result,) = kept_results(connection, session)
    assert result.body["title"]["zh"] == "固形物平均值"
    assert result.body["reported"] == "5.08"  # mean of 5.0000 % and 5.1500 %


def test_a_session_by_a_draft_is_a_trial_and_is_never_signed(bench):
    take_in(bench, "taro", WATER_SHIELD)
    bench.check_balance()
    session = bench.start("taro")
    state = bench.state(session)
    assert state.draft
    assert state.deviations[0].remark.code == "draft-method"
    walk(bench, session)
    finish_session(bench.bench, CHEN, session)
    with pytest.raises(StepRefusedError, match="The method is a draft"):
        sign_session(bench.bench, session, bench.signature("chen.yu", PERFORMED))


def test_a_session_stays_with_the_version_it_was_started_by(bench):
    bench.check_balance()
    session = bench.start("water-shield-dried-solids")
    before = bench.state(session).header.method_version
    changed = take_in(
        bench, "water-shield-dried-solids", WATER_SHIELD.replace(b"limit_mg = 2", b"limit_mg = 9")
    )
    assert bench.start("water-shield-dried-solids") != session
    with reading(bench.engine) as connection:  # the approved one goes before a newer draft
        assert usable_version(connection, "water-shield-dried-solids").method.version == before
    sign(bench, changed, "wang.fang", "li.jun")
    assert (
        bench.state(bench.start("water-shield-dried-solids")).header.method_version == changed.method.version
    )
    assert bench.state(session).header.method_version == before


def test_a_withdrawn_version_starts_nothing_and_lets_its_sessions_end(bench):
    session = bench.start("balance-repeatability")
    version = bench.state(session).header.method_version
    name = "balance-repeatability"
    withdraw_method(bench.engine, bench.signature("li.jun", "withdrawn"), name, version, "a new edition")
    with pytest.raises(NoSuchRecordError, match="no method balance-repeatability to start by"):
        bench.start(name)
    with pytest.raises(BenchError, match="is withdrawn"):
        start_session(bench.bench, CHEN, bench.order(name, version=version))
    walk(bench, session)
    bench.complete(session)
