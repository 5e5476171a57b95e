"""Give up, before the first byte of a hostile file is read, everything the reading does not need.

Runs inside the worker only. In order: resource limits, no network, no new privileges, no file
outside the job's folder (Landlock), another user. Limits are fatal when they cannot be set; the
rest is taken where the kernel offers it, and :func:`shut` says what was taken, so that a test can
insist on it. Libraries are imported *before* :func:`shut`, because the interpreter may live where
``nobody`` cannot read (a home directory).
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from pathlib import Path

NOBODY = 65534
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_NO_NEW_PRIVS = 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
LANDLOCK_CREATE_VERSION = 1
LANDLOCK_RULE_PATH_BENEATH = 1
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
WRITE_FILE = 1 << 1
MAKE_REGULAR, REMOVE_FILE, TRUNCATE = 1 << 8, 1 << 5, 1 << 14
# File rights known to each version; REFER (13), TRUNCATE (14) and IOCTL (15) came later.
_RIGHTS_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_RIGHTS = (1 << 16) - 1
BIND_TCP, CONNECT_TCP = 1, 2


def limit(*, memory_bytes: int, cpu_seconds: int, file_bytes: int, files: int = 128) -> None:
    """Set the limits the kernel enforces: memory, processor time, file size, open files."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def leave_network() -> bool:
    """Enter an empty network namespace; False where the kernel or the container forbids it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) == 0:
        return True
    return libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 if os.geteuid() else False


def shut(
    folder: Path,
    readable: list[Path],
    *,
    runnable: tuple[Path, ...] = (),
    change_user: bool = True,
) -> list[str]:
    """Close every file but those below ``folder`` and ``readable``; tell which guards hold.

    ``runnable`` are programs (or folders of their libraries) that may be started inside the jail,
    and are held by all of it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    held = []
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        held.append("no-new-privileges")
    if _landlock(libc, folder, readable, runnable):
        held.append("landlock")
    if change_user and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        held.append("nobody")
    return held


def _landlock(
    libc: ctypes.CDLL, folder: Path, readable: list[Path], runnable: tuple[Path, ...]
) -> bool:
    """Confine this process with Landlock (Linux 5.13 and later, no privilege needed)."""
    if platform.machine() not in ("x86_64", "aarch64", "riscv64"):
        return False  # the system call numbers above are those of these machines
    version = libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), LANDLOCK_CREATE_VERSION)
    if version < 1:
        return False
    rights = _RIGHTS_BY_VERSION.get(version, _ALL_RIGHTS)
    rules = struct.pack("=QQ", rights, BIND_TCP | CONNECT_TCP if version >= 4 else 0)
    size = ctypes.c_size_t(16 if version >= 4 else 8)
    ruleset = libc.syscall(LANDLOCK_CREATE, rules, size, 0)
    if ruleset < 0:
        return False
    own = (READ_FILE | READ_DIR | WRITE_FILE | MAKE_REGULAR | REMOVE_FILE | TRUNCATE) & rights
    allowed = _allow(libc, ruleset, folder, own) and all(
        _allow(libc, ruleset, path, READ_FILE | READ_DIR) for path in readable if path.is_dir()
    )
    allowed = allowed and all(
        _allow(libc, ruleset, path, EXECUTE | READ_FILE | (READ_DIR if path.is_dir() else 0))
        for path in runnable
        if path.exists()
    )
    done = allowed and libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return bool(done)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> bool:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", rights, handle)
        code = libc.syscall(LANDLOCK_ADD, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
        return bool(code == 0)
    finally:
        os.close(handle)
