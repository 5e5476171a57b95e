"""Say where a cluster keeps its data, its log and its socket, and how to reach it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from cadastre.config import APP_ROLE, DATABASE_NAME, OWNER_ROLE

SUPERUSER_ROLE = "cadastre_superuser"
PORT = 5432  # only names the socket file; nothing listens on the network
LONGEST_SOCKET_FOLDER = 85  # 107 bytes at most for the socket, less its name and some reserve


@dataclass(frozen=True, slots=True)
class ClusterUrls:
    """Addresses of one database of the cluster, by role."""

    owner_url: str
    app_url: str
    superuser_url: str


@dataclass(frozen=True, slots=True)
class ClusterPlace:
    """The folders of the cluster of one home."""

    home: Path

    @property
    def folder(self) -> Path:
        """Return the folder that belongs to the cluster's system user."""
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        """Return PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Return the server's log file."""
        return self.folder / "server.log"

    @property
    def lock(self) -> Path:
        """Return the file whose lock lets one process at a time start or stop the cluster."""
        return self.home / "cluster.lock"

    @property
    def socket_folder(self) -> Path:
        """Return the folder of the socket: beside the data, or a short one when that is too long.

        The kernel cuts socket paths at 107 bytes.
        """
        beside = self.folder / "run"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        mark = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        if os.geteuid() == 0:
            return Path("/run") / f"cadastre-{mark}"
        runtime = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        return Path(runtime) / f"cadastre-{os.geteuid()}-{mark}"

    def urls(self, database: str = DATABASE_NAME) -> ClusterUrls:
        """Return the addresses of a database, one for each role."""
        return ClusterUrls(
            owner_url=self._url(OWNER_ROLE, database),
            app_url=self._url(APP_ROLE, database),
            superuser_url=self._url(SUPERUSER_ROLE, database),
        )

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder), safe='')}"
