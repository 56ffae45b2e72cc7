"""What checks and their charts say, looked at again when something was written or an hour is over."""

import threading
from collections.abc import Sequence

import structlog
from sqlalchemy import Connection, Engine, func, select

from calibration.errors import CalibrationError
from daq.errors import CheckError
from daq.lab.checks.findings import CheckFinding, check_findings
from daq.records.checks_tables import check_baselines, check_plans, checks, nonconformities
from daq.records.database import reading
from daq.records.register_tables import equipment_log
from drivers.clock import Clock

LOOK_S = 5.0
HOUR_NS = 3_600 * 1_000_000_000
BEHIND_THEM = (check_plans, checks, check_baselines, nonconformities, equipment_log)
"""Rows are only ever added to them: their numbers tell whether anything is new."""

log = structlog.get_logger()


class CheckWatch:
    """Looks at checks now and then; any thread may ask."""

    def __init__(self, records: Engine, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_s = float("-inf")
        self._stamp: tuple[int, ...] = ()
        self._found: Sequence[CheckFinding] | None = None

    def now(self) -> Sequence[CheckFinding] | None:
        """As of at most some seconds ago; None while they cannot be judged.

        Raises:
            RecordsError: the records cannot be read.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            if now_s - self._looked_s >= LOOK_S:
                with reading(self._records) as connection:
                    self._look(connection, self._clock.now_ns())
                self._looked_s = now_s
            return self._found

    def _look(self, connection: Connection, now_ns: int) -> None:
        counts = [
            connection.execute(select(func.count()).select_from(one)).scalar_one() for one in BEHIND_THEM
        ]
        stamp = (now_ns // HOUR_NS, *counts)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._found = check_findings(connection, now_ns)
        except (CheckError, CalibrationError) as error:
            # whoever looks at the chart is told on its page; everything else is watched on
            log.warning("checks cannot be judged", why=str(error))
            self._found = None
