"""Copy the whole register aside, and bring it back so that it can be proven to be the same."""

from cadastre.services.backup.making import BackupDone, make_backup
from cadastre.services.backup.manifest import Manifest, read_manifest
from cadastre.services.backup.restoring import RestoreDone, restore_backup

__all__ = [
    "BackupDone",
    "Manifest",
    "RestoreDone",
    "make_backup",
    "read_manifest",
    "restore_backup",
]
