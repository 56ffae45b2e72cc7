"""The service ``acquire`` on a real journal: when it ran is part of the record."""

import threading

from daq.journal import EventRow, JournalReader, verify
from daq.settings import Settings
from daq.wiring import DataFiles, run_acquire
from drivers.reading import EventKind


def test_start_and_stop_of_acquisition_are_recorded(tmp_path):
    instrument = {"name": "B-01", "url": "tcp://127.0.0.1:1", "profile": "mettler-toledo-mt-sics"}
    site = {"id": "t", "name_zh": "试", "name_en": "t"}
    settings = Settings.model_validate({"site": site, "instrument": [instrument]})
    files, stop = DataFiles(tmp_path), threading.Event()
    stop.set()
    run_acquire(settings, files, stop)
    with JournalReader.open(files.journal) as reader:
        rows = [row for row in reader.read_since(0, 100) if isinstance(row, EventRow) and not row.instrument]
    assert [row.kind for row in rows] == [EventKind.STARTED, EventKind.STOPPED]
    assert verify(files.journal).ok
