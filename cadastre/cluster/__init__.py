"""Keep a private PostGIS cluster, so that the cadastre runs where no database was set up.

The cluster lives in ``<home>/postgres``: data, log and a Unix socket that nobody else can enter.
It is started on first use, repaired after any kill, and never listens on the network. Who wants
another server sets ``CADASTRE_DATABASE_URL`` and none of this is used.
"""

from cadastre.cluster.life import ClusterStatus, admit_web_user, ensure_running, status, stop
from cadastre.cluster.place import ClusterUrls
from cadastre.cluster.roles import create_database

__all__ = [
    "ClusterStatus",
    "ClusterUrls",
    "admit_web_user",
    "create_database",
    "ensure_running",
    "status",
    "stop",
]
