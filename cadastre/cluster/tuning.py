"""Write the server's settings: memory for this machine, and who may enter as whom."""

from __future__ import annotations

import os
from pathlib import Path

from cadastre.cluster.account import Account
from cadastre.cluster.place import PORT, SUPERUSER_ROLE, ClusterPlace
from cadastre.config import APP_ROLE, OWNER_ROLE

MEGABYTE = 1024 * 1024
WEB_USER = "cadastre-web"
SMALLEST_SHARED_MEMORY = 256 * MEGABYTE


def write_settings(place: ClusterPlace, account: Account, *, durable: bool) -> None:
    """Write the settings files of a stopped cluster; they are ours alone, so they are replaced.

    Parameters
    ----------
    durable : bool
        False for a cluster of tests: nothing is forced to the disk.
    """
    _write(place.data / "cadastre.conf", _server_settings(place, durable=durable), account)
    _write(place.data / "pg_hba.conf", "local all all peer map=cadastre\n", account)
    _write(place.data / "pg_ident.conf", _entries(account), account)
    main = place.data / "postgresql.conf"
    line = "include 'cadastre.conf'\n"
    words = main.read_text("utf-8")
    if not words.endswith(line):
        _write(main, words + line, account)


def _server_settings(place: ClusterPlace, *, durable: bool) -> str:
    memory = _memory_bytes() // MEGABYTE
    settings = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": str(place.socket_folder),
        "max_connections": 100,
        # Deciders who work at SERIALIZABLE watch many rows of cells and ground at once.
        "max_pred_locks_per_transaction": 256,
        "shared_buffers": f"{min(max(memory // 8, 128), 2048)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": f"{min(max(memory // 256, 8), 64)}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64), 512)}MB",
        "max_wal_size": "2GB",
        "random_page_cost": 1.1,
        # Plans of geometry queries look dear, so JIT compiles them for longer than they run.
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u@%d ",
    }
    if _shared_memory_bytes() < SMALLEST_SHARED_MEMORY:
        # Small containers have a /dev/shm in which parallel queries fail half-way.
        settings["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        # A cluster for tests serves dozens of sites at once, each with its pool.
        settings |= {"max_connections": 300}
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def _entries(account: Account) -> str:
    """List which system user may be which role: the web server's user only the application."""
    everything = (SUPERUSER_ROLE, OWNER_ROLE, APP_ROLE)
    people = dict.fromkeys(["root", account.name], everything) | {WEB_USER: (APP_ROLE,)}
    return "".join(
        f'cadastre "{person}" {role}\n' for person, roles in people.items() for role in roles
    )


def _write(path: Path, words: str, account: Account) -> None:
    """Replace a file whole: a kill in the middle leaves the former one."""
    if path.exists() and path.read_text("utf-8") == words:
        return
    fresh = path.with_suffix(".fresh")
    fresh.write_text(words, "utf-8")
    fresh.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(fresh, account.uid, account.gid)
    fresh.replace(path)


def _quoted(value: object) -> str:
    doubled = str(value).replace("'", "''")
    return f"'{doubled}'"


def _memory_bytes() -> int:
    """Return what this machine, or the container around us, lets us use."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    try:
        return min(machine, int(limit.read_text("ascii")))
    except (OSError, ValueError):  # no control group, or "max": the machine is the limit
        return machine


def _shared_memory_bytes() -> int:
    try:
        room = os.statvfs("/dev/shm")
    except OSError:
        return 0
    return room.f_frsize * room.f_blocks
