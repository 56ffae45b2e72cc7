"""What a confined process cannot do, tried from inside, by the interpreter and past it."""

import subprocess
import sys
from pathlib import Path

import pytest

from daq.security.confinement import refuse_event

ROOT = Path(__file__).resolve().parents[3]
BEFORE = """
import ctypes, os, socket, subprocess, sys, threading
from daq.security.confinement import confine
libc = ctypes.CDLL(None, use_errno=True)
confine(10)
"""


def attempt(code: str, *arguments: str) -> str:
    """What a confined process prints: the exception, or what it achieved."""
    text = (
        f"{BEFORE}\ntry:\n    print('done', {code})\nexcept BaseException as error:\n    print(repr(error))"
    )
    done = subprocess.run(
        [sys.executable, "-c", text, *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=30,
    )  # fmt: skip
    return done.stdout.decode()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's filter is Linux's")
@pytest.mark.parametrize(
    "code",
    [
        "socket.socket()",
        "socket.socketpair()",
        "open(sys.argv[1], 'w')",
        "os.open(sys.argv[1], os.O_CREAT | os.O_RDONLY)",
        "os.mkdir(sys.argv[1])",
        "os.unlink(os.path.dirname(sys.argv[1]) + '/kept')",
        "os.rename(os.path.dirname(sys.argv[1]) + '/kept', sys.argv[1])",
        "os.symlink('/etc', sys.argv[1])",
        "os.chmod(os.path.dirname(sys.argv[1]) + '/kept', 0)",
        "os.truncate(os.path.dirname(sys.argv[1]) + '/kept', 0)",
        "subprocess.run(['/bin/true'])",
        "os.fork()",
        "os.kill(os.getppid(), 0)",
        "os.memfd_create('x')",
    ],
)
def test_the_kernel_refuses(code: str, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("as it was")
    assert attempt(code, str(tmp_path / "new")).startswith("PermissionError(1,")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept").read_text() == "as it was"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's filter is Linux's")
def test_the_c_library_is_refused_as_well(tmp_path: Path) -> None:
    new = f"{tmp_path}/new".encode()
    for code in (
        "libc.socket(2, 1, 0)",
        f"libc.open({new!r}, 0o102, 0o600)",
        f"libc.creat({new!r}, 0o600)",
        f"libc.mkdir({new!r}, 0o700)",
        "libc.execl(b'/bin/true', b'true', None)",
    ):
        assert attempt(f"{code}, ctypes.get_errno()") == "done -1 1\n", code
    assert list(tmp_path.iterdir()) == []


def test_it_can_still_read_compute_and_start_threads() -> None:
    assert attempt("open('pyproject.toml').readline()").startswith("done [build-system]")
    thread = "(t := threading.Thread(target=lambda: None), t.start(), t.join())[1:]"
    assert attempt(thread) == "done (None, None)\n"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("bytearray(2**30)", "MemoryError()"),
        ("os.open('/etc/passwd', 0) and [os.dup(0) for _ in range(99)]", "OSError(24,"),
        ("__import__('resource').setrlimit(9, (2**40, 2**40))", "ValueError("),
    ],
)
def test_limits_hold_for_good(code: str, error: str) -> None:
    assert attempt(code).startswith(error)


@pytest.mark.parametrize(
    "arguments",
    [
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("subprocess.Popen", ("true", ["true"], None, None)),
        ("os.remove", ("x", -1)),
        ("open", ("x", "w", 0o1101)),
    ],
)
def test_where_the_kernel_has_no_filter_the_interpreter_refuses(arguments: tuple) -> None:
    with pytest.raises(PermissionError, match=arguments[0]):
        refuse_event(*arguments)


def test_where_the_kernel_has_no_filter_files_can_be_read() -> None:
    refuse_event("open", ("x", "r", 0))
    refuse_event("open", ("x", "r", None))
    refuse_event("import", ("x", None, None, None, None))
