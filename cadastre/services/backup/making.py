"""Make a backup: one state of the register, whole or not at all."""

from __future__ import annotations

import importlib.metadata
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.database import owner_engine, owner_url
from cadastre.errors import UnusableInput
from cadastre.rules.ruleset import Ruleset
from cadastre.services.backup import pieces, programs
from cadastre.services.backup.counting import sum_up
from cadastre.services.backup.manifest import Manifest, list_pieces, now, write_manifest
from cadastre.services.backup.rasters import write_rasters

DUMP = "database.dump"


@dataclass(frozen=True, slots=True)
class BackupDone:
    """A finished backup: where it is, what it holds, and how long it took."""

    folder: Path
    manifest: Manifest
    documents: int
    leaves: int
    keys: tuple[str, ...]
    seconds: float


def make_backup(settings: Settings, ruleset: Ruleset, folder: Path) -> BackupDone:
    """Copy database, documents, log, public keys and rasters into a new folder.

    Everything is read from one snapshot while work goes on. The folder appears under its name only
    when it is complete.

    Raises
    ------
    UnusableInput
        ``backup.folder-taken``: something is there already, which is never overwritten.
    NotAvailable
        The database or its programs do not answer, or a document or raster lost its hash.
    """
    started = time.monotonic()
    unfinished = fresh_folder(folder)
    try:
        with (
            pieces.snapshot_connection(owner_engine(settings)) as connection,
            Session(connection) as session,
        ):
            name = pieces.snapshot_name(connection)
            programs.dump(owner_url(settings), name, unfinished / DUMP)
            documents = pieces.write_documents(session, unfinished)
            leaves = pieces.write_log(session, unfinished)
            keys = pieces.write_public_keys(session, unfinished)
            write_rasters(session, settings, unfinished)
            schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            server = connection.execute(text("SELECT postgis_full_version()")).scalar_one()
            tables = sum_up(connection)
        manifest = Manifest(
            made_at=now(),
            schema=schema,
            versions={
                "cadastre": importlib.metadata.version("cadastre"),
                "dump": programs.program_version(),
                "postgis": server,
            },
            ruleset=f"{ruleset.id} {ruleset.version}",
            tables=tables,
            pieces=list_pieces(unfinished),
        )
        write_manifest(unfinished, manifest)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    seconds = time.monotonic() - started
    return BackupDone(folder, manifest, documents, leaves, tuple(keys), seconds)


def fresh_folder(folder: Path) -> Path:
    """Make the folder beside its final place in which something is written until it is complete.

    Raises
    ------
    UnusableInput
        ``backup.folder-taken``, or ``cli.cannot-open`` when nothing can be written there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnusableInput("backup.folder-taken", where=str(folder))
    unfinished = folder.with_name(f".{folder.name}.part")
    try:
        if folder.exists():
            folder.rmdir()
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
    except OSError as fault:
        raise UnusableInput(
            "cli.cannot-open", where=str(folder), reason=fault.strerror or str(fault)
        ) from None
    return unfinished
