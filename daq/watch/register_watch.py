"""What the register of equipment says of what is watched: what is away, what needs no certificate."""

import threading
from dataclasses import dataclass

from sqlalchemy import Engine

from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.records import equipment
from daq.records.database import reading
from drivers.clock import Clock

LOOK_S = 30.0
AWAY = frozenset({EquipmentState.AWAY, EquipmentState.UNDER_REPAIR, EquipmentState.RETIRED})


@dataclass(frozen=True, slots=True)
class RegisterNow:
    """The register, as far as the watch needs it."""

    away: frozenset[str] = frozenset()
    """Instruments that are not there: nobody misses their readings."""
    exempt: frozenset[str] = frozenset()
    """Instruments that need no certificate."""


NOTHING_SPECIAL = RegisterNow()


class RegisterWatch:
    """Looks at the register now and then; any thread may ask."""

    def __init__(self, records: Engine, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_s = float("-inf")
        self._now = RegisterNow()

    def now(self) -> RegisterNow:
        """As of at most 30 s ago.

        Raises:
            RecordsError: the records cannot be read.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            if now_s - self._looked_s >= LOOK_S:
                with reading(self._records) as connection:
                    known = equipment(connection).values()
                self._now = RegisterNow(
                    frozenset(each.name for each in known if each.state in AWAY),
                    frozenset(each.name for each in known if not each.needs_certificate),
                )
                self._looked_s = now_s
            return self._now
