"""Find the PostgreSQL server programs that can carry PostGIS."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cadastre.errors import NotAvailable

INSTALL_COMMAND = "apt-get install -y --no-install-recommends postgresql-15-postgis-3"
DEBIAN_SERVERS = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class ServerBinaries:
    """Where the programs of one PostgreSQL release are."""

    folder: Path

    def program(self, name: str) -> str:
        """Return the full path of a program such as ``initdb``."""
        return str(self.folder / name)


def find_binaries(servers: Path = DEBIAN_SERVERS) -> ServerBinaries:
    """Find the newest server whose share folder has PostGIS.

    Debian keeps ``initdb`` out of the path, and what stands in the path may belong to something
    else, hence the search by folder and by ``pg_config``, never by name.

    Raises
    ------
    NotAvailable
        No server with PostGIS is on this machine; the sentence gives the command that installs it.
    """
    for folder in [*_debian_folders(servers), *_configured_folder()]:
        if (folder / "initdb").exists() and _has_postgis(folder):
            return ServerBinaries(folder)
    raise NotAvailable("cluster.no-postgis", command=INSTALL_COMMAND)


def _debian_folders(servers: Path) -> list[Path]:
    versions = [path for path in servers.glob("*") if path.name.isdigit()]
    return [path / "bin" for path in sorted(versions, key=lambda path: -int(path.name))]


def _configured_folder() -> list[Path]:
    answer = _ask("pg_config", "--bindir")
    return [Path(answer)] if answer else []


def _has_postgis(folder: Path) -> bool:
    """Tell whether this release can create the extension (Debian's share folder, or its own)."""
    shares = [Path("/usr/share/postgresql") / folder.parent.name]
    own = _ask(str(folder / "pg_config"), "--sharedir")
    if own:
        shares.append(Path(own))
    return any((share / "extension" / "postgis.control").exists() for share in shares)


def _ask(program: str, option: str) -> str | None:
    """Ask a program one line; None when it is missing or refuses."""
    if shutil.which(program) is None:
        return None
    answer = subprocess.run([program, option], capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else None
