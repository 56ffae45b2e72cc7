"""Limits of the process that reads a document of a stranger: memory, time, no network, nothing written.

On Linux the kernel refuses the system calls (``man 2 seccomp``), whatever the code of a library does.
Elsewhere the interpreter refuses what it sees; on Windows the parent alone limits time.
"""

import ctypes
import os
import platform
import struct
import sys

MEMORY_BYTES = 2**30

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_NO = 0x0005_0000 | 1
"""SECCOMP_RET_ERRNO with EPERM."""
_UNKNOWN = 0x0005_0000 | 38
"""The same with ENOSYS, after which the C library takes the older call."""
_YES = 0x7FFF_0000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_MACHINES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}
"""Column in the table of calls, and the kernel's number of the architecture."""
_CALLS: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206),
    "sendmsg": (46, 211), "sendmmsg": (307, 269), "io_uring_setup": (425, 425), "execve": (59, 221),
    "execveat": (322, 281), "fork": (57, None), "vfork": (58, None), "ptrace": (101, 117),
    "process_vm_writev": (311, 271), "pidfd_getfd": (438, 438), "kill": (62, 129), "tkill": (200, 130),
    "creat": (85, None), "openat2": (437, 437), "truncate": (76, 45), "mkdir": (83, None),
    "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35),
    "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None),
    "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36), "mknod": (133, None),
    "mknodat": (259, 33), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53),
    "chown": (92, None), "fchownat": (260, 54), "memfd_create": (319, 279), "mount": (165, 40),
    "unshare": (272, 97), "setns": (308, 268), "prlimit64": (302, 261), "setrlimit": (160, 164),
    "bpf": (321, 280),
}  # fmt: skip
"""Numbers of the calls on x86_64 and aarch64 (the kernel's ``unistd.h``); all of them are refused."""
_OPENS: tuple[tuple[int, tuple[int | None, int | None]], ...] = ((2, (257, 56)), (1, (2, None)))
"""``openat`` and ``open``, refused only for writing: where their flags stand, and their numbers."""
_CLONE, _CLONE3, _OF_A_THREAD = (56, 220), 435, 0x1_0000
_REFUSED_EVENTS = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.remove",
    "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.kill", "shutil.",
)  # fmt: skip


def confine(cpu_seconds: int) -> None:
    """Give this process its limits for good.

    Args:
        cpu_seconds: of processor time, after which the kernel ends it.
    """
    if sys.platform != "win32":
        import resource

        for limit, value in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_CPU, cpu_seconds),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, 64),
        ):
            resource.setrlimit(limit, (value, value))
    if not _filter_system_calls():
        sys.addaudithook(refuse_event)


def refuse_event(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook (PEP 578) that lets nothing out of the process.

    Raises:
        PermissionError: a connection, another program, or a file opened for writing, moved or removed.
    """
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES
    if writes or event.startswith(_REFUSED_EVENTS):
        raise PermissionError(f"{event} is refused while a document is read")


def _filter_system_calls() -> bool:
    """Whether the kernel took the filter."""
    if not sys.platform.startswith("linux") or platform.machine() not in _MACHINES:
        return False
    program = _program(*_MACHINES[platform.machine()])
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(buffer)))
    prctl = ctypes.CDLL(None).prctl
    no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    if prctl(no_new_privileges, 1, 0, 0, 0) != 0:
        return False
    return bool(prctl(set_seccomp, filter_mode, ctypes.byref(header), 0, 0) == 0)


def _program(column: int, architecture: int) -> list[tuple[int, int, int, int]]:
    """The filter; in ``struct seccomp_data`` are the call at 0, the architecture at 4, arguments from 16."""
    program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _NO),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, 0x4000_0000),  # the calls of x32, another numbering
        (_RETURN, 0, 0, _NO),
    ]
    for numbers in _CALLS.values():
        number = numbers[column]
        if number is not None:
            program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _NO)]
    for flags_at, numbers in _OPENS:
        number = numbers[column]
        if number is not None:
            program += [
                (_EQUAL, 0, 4, number),
                (_LOAD, 0, 0, 16 + 8 * flags_at),
                (_ANY_BIT, 0, 1, _WRITES),
                (_RETURN, 0, 0, _NO),
                (_RETURN, 0, 0, _YES),
            ]
    program += [
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _UNKNOWN),
        (_EQUAL, 0, 3, _CLONE[column]),  # a thread, but no process
        (_LOAD, 0, 0, 16),
        (_ANY_BIT, 1, 0, _OF_A_THREAD),
        (_RETURN, 0, 0, _NO),
    ]
    return [*program, (_RETURN, 0, 0, _YES)]
