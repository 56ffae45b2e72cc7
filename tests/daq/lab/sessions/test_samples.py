"""Samples that arrive, and how their like were tested."""

from dataclasses import replace

import pytest

from daq.errors import BenchError
from daq.lab.sessions.list import usual_method
from daq.lab.sessions.samples import SampleAbout, find_sample, receive_new_sample, receive_sample
from daq.records.database import reading
from tests.daq.lab.sessions.bench import CHEN

COPTIS = SampleAbout(product_zh="黄连", lot="A")


def test_a_new_sample_never_takes_the_number_of_another(bench):
    receive_new_sample(bench.engine, bench.clock, CHEN, "HL-1", COPTIS)
    with pytest.raises(BenchError, match="There is a sample HL-1 already"):
        receive_new_sample(bench.engine, bench.clock, CHEN, "HL-1", replace(COPTIS, lot="B"))
    with reading(bench.engine) as connection:
        assert find_sample(connection, "HL-1").about.lot == "A"
    receive_sample(bench.engine, bench.clock, CHEN, "HL-1", replace(COPTIS, lot="B"))  # a correction
    with reading(bench.engine) as connection:
        assert find_sample(connection, "HL-1").version == 2


def test_the_usual_method_of_a_product_is_that_of_its_newest_session(bench):
    def usual() -> str | None:
        with reading(bench.engine) as connection:
            return usual_method(connection, "黄连")

    assert usual() is None
    bench.check_balance()
    bench.start("coptis-total-ash-chp-2302")
    assert usual() == "coptis-total-ash-chp-2302"
    bench.pass_time(60)
    bench.start("coptis-moisture-chp-0832-2")
    assert usual() == "coptis-moisture-chp-0832-2"
