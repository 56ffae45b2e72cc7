"""A process that puts certificates in force as fast as it can and says which; it is made to be killed.

Arguments: folder of the records, number of the first certificate.
"""

import itertools
import sys
from pathlib import Path

from daq.records.database import records_url
from daq.records.migrations import open_records
from drivers.clock import SystemClock
from tests.calibration.native_files import BALANCE
from tests.daq.entered import put_text_in_force, register_of


def main(folder: Path, first: int) -> None:
    with open_records(records_url(folder)) as engine:
        register = register_of(engine, folder, SystemClock())
        for number in itertools.count(first):
            text = BALANCE.replace("LX-2026-0417", f"LX-{number}")
            version = put_text_in_force(register, text)
            sys.stdout.write(f"{version.record}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
