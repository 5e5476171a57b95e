"""Choose the system user that owns the cluster, and run programs as that user.

PostgreSQL refuses to run as root. Started by root, the cluster belongs to Debian's ``postgres`` or
to a system user made for it; started by anybody else, to that person.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cadastre.errors import NotAvailable

DEBIAN_USER = "postgres"
OWN_USER = "cadastre-db"


@dataclass(frozen=True, slots=True)
class Account:
    """The system user of a cluster; ``prefix`` goes before every program run for it."""

    name: str
    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def run(self, *command: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, away from any folder it may not enter, and hand its words."""
        return subprocess.run(
            [*self.prefix, *command], cwd="/", env=_plain_environment(), text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=seconds,
        )

    def own(self, path: Path, mode: int) -> None:
        """Make a folder this user's, with exactly this mode."""
        path.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def choose_account(folder: Path) -> Account:
    """Choose who runs the cluster kept in ``folder``.

    An existing cluster keeps its owner, whoever starts it. Where that user cannot walk to the
    folder (a clone below ``/root``), it is given the one capability that lets it.

    Raises
    ------
    NotAvailable
        The folder belongs to somebody else, or no system user could be made.
    """
    if os.geteuid() != 0:
        return _ordinary_account(folder)
    entry = pwd.getpwuid(folder.stat().st_uid) if _belongs_to_a_user(folder) else _system_user()
    user, group = f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}"
    drop: tuple[str, ...] = ("setpriv", user, group, "--init-groups")
    if not _can_walk_to(folder, drop):
        drop = (*drop, "--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, drop)


def _ordinary_account(folder: Path) -> Account:
    entry = pwd.getpwuid(os.geteuid())
    if folder.exists() and folder.stat().st_uid != entry.pw_uid:
        raise NotAvailable("cluster.other-owner", where=str(folder), user=entry.pw_name)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _belongs_to_a_user(folder: Path) -> bool:
    return folder.exists() and folder.stat().st_uid != 0


def _system_user() -> pwd.struct_passwd:
    for name in (DEBIAN_USER, OWN_USER):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", OWN_USER]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise NotAvailable("cluster.no-user", user=OWN_USER, answer=made.stderr.strip())
    return pwd.getpwnam(OWN_USER)


def _can_walk_to(folder: Path, drop: tuple[str, ...]) -> bool:
    nearest = next(path for path in [folder, *folder.parents] if path.exists())
    tried = subprocess.run(
        [*drop, "test", "-x", str(nearest)], cwd="/", check=False, capture_output=True
    )
    return tried.returncode == 0


def _plain_environment() -> dict[str, str]:
    """Keep foreign PG* settings from steering our server, and its log in one language."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
