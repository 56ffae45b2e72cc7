"""Documents by their content: whole or not there, private, compared with their name when they are read."""

import hashlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from daq.errors import BlobError
from daq.records.blobs import BlobStore

ROOT = Path(__file__).resolve().parents[3]
DATA = "证书".encode() * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path):
    return BlobStore(tmp_path / "data" / "blobs")


def file_of(tmp_path):
    return tmp_path / "data" / "blobs" / SHA256[:2] / SHA256[2:]


def test_what_was_put_comes_back(store):
    assert store.put(DATA) == SHA256
    assert store.get(SHA256) == DATA
    assert store.put(b"") == hashlib.sha256(b"").hexdigest()


def test_only_the_owner_reads_them(store, tmp_path):
    store.put(DATA)
    path = file_of(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700


def test_the_same_bytes_are_kept_once(store, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(store.put, [DATA] * 16)) == {SHA256}
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == [file_of(tmp_path)]


@pytest.mark.parametrize("put_again", [True, False])
def test_altered_bytes_are_never_handed_out(store, tmp_path, put_again):
    store.put(DATA)
    file_of(tmp_path).write_bytes(DATA[:-1])
    with pytest.raises(BlobError, match="was altered"):
        store.put(DATA) if put_again else store.get(SHA256)


def test_what_is_not_there_is_told(store):
    with pytest.raises(BlobError, match="is missing"):
        store.get(SHA256)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "0" * 63, "G" * 64, SHA256.upper(), ""])
def test_a_name_is_a_digest_and_no_path(store, name):
    with pytest.raises(BlobError, match="no SHA-256"):
        store.get(name)


def test_a_full_disk_keeps_nothing(tmp_path):
    """The folder is a file: nothing can be written into it."""
    (tmp_path / "blobs").write_text("in the way", encoding="ascii")
    with pytest.raises(BlobError, match="cannot be written"):
        BlobStore(tmp_path / "blobs").put(DATA)


def test_kill_9_leaves_it_whole_or_not_there(tmp_path):
    program = (
        "import os, sys; from pathlib import Path; from daq.records.blobs import BlobStore\n"
        "store, n = BlobStore(Path(sys.argv[1])), 0\n"
        "while True:\n"
        "    n += 1; store.put(str(n).encode() * 50_000); print(n, flush=True)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "blobs")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        said = [int(process.stdout.readline()) for _ in range(5)]
        os.kill(process.pid, signal.SIGKILL)
        said += [int(line) for line in process.stdout.read().splitlines()]
    store = BlobStore(tmp_path / "blobs")
    for number in said:
        data = str(number).encode() * 50_000
        assert store.get(hashlib.sha256(data).hexdigest()) == data
    named = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file() and path.name[0] != "."]
    for path in named:
        store.get(path.parent.name + path.name)
