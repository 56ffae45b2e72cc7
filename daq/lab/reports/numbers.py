"""Numbers of reports: counted from 1 in each year of the laboratory, without gaps."""

import re
from datetime import datetime

from sqlalchemy import Connection, select

from daq.lab.certificates.register import NS_PER_S
from daq.lab.sessions.bench import Bench
from daq.records.bench_tables import reports
from daq.settings import LaboratorySettings


def next_report_number(connection: Connection, bench: Bench, laboratory: LaboratorySettings) -> str:
    """The number of the next report; it is taken when the same transaction writes it.

    Args:
        connection: of ``changing``: nobody else takes a number meanwhile.
        bench: its clock and zone say which year it is.
        laboratory: its series.
    """
    year = datetime.fromtimestamp(bench.clock.now_ns() // NS_PER_S, bench.zone).year
    digits = re.compile(r"\{number(:[^}]*)?\}")
    before, after = digits.sub("\0", laboratory.report_series).format(year=year).split("\0")
    series = re.compile(rf"{re.escape(before)}([0-9]+){re.escape(after)}")
    taken = connection.execute(
        select(reports.c.number)
        .where(reports.c.version == 1)
        .where(reports.c.number.startswith(before, autoescape=True))
    ).scalars()
    numbers = [int(found[1]) for number in taken if (found := series.fullmatch(number))]
    return laboratory.report_number(year, max(numbers, default=0) + 1)
