"""kill -9 while certificates are put in force: what was said is there, and everything has its entry."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from daq.records.blobs import BlobStore
from daq.records.certificate_versions import find_version
from daq.records.certificates import RecordedCertificates
from daq.records.database import reading, records_url
from daq.records.migrations import open_records
from daq.security.verification import verify_records

PROGRAM = "tests.daq.lab.register.entering_process"
ROOT = Path(__file__).resolve().parents[4]
KILLS = max(2, int(os.environ.get("HENGLIANG_KILLS", "20")) // 10)


def test_kill_9_leaves_nothing_half_done(tmp_path):
    chance = random.Random(2026)
    said = []
    for number in range(KILLS):
        command = [sys.executable, "-m", PROGRAM, str(tmp_path), str((number + 1) * 1000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
            said += [process.stdout.readline().strip() for _ in range(chance.randrange(1, 6))]
            time.sleep(chance.uniform(0.0, 0.05))  # somewhere within a step
            assert process.poll() is None, "the process ended by itself"
            process.kill()
            said += process.stdout.read().split()
        with open_records(records_url(tmp_path)) as engine:
            found = verify_records(engine, None, BlobStore(tmp_path / "blobs"))
            assert found.ok, found.sentence
            with reading(engine) as connection:
                assert all(find_version(connection, record).begins_ns is not None for record in said)
            recorded = RecordedCertificates(engine)
            (one,) = recorded.load()["B-01", "mass"]
            assert recorded.findings == ()
            assert one.entered_by != one.checked_by
