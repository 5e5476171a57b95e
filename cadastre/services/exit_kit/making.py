"""Make the exit kit: everything an office, a court or a successor needs to go on without us."""

from __future__ import annotations

import importlib.metadata
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from cadastre.config import ROOT, Settings
from cadastre.database import owner_engine
from cadastre.queries.asof import AsOf, as_of
from cadastre.queries.catalogue import collections_for
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.backup import pieces
from cadastre.services.backup.making import fresh_folder
from cadastre.services.backup.manifest import (
    Manifest,
    TableFacts,
    list_pieces,
    now,
    write_manifest,
)
from cadastre.services.exit_kit.site import write_site
from cadastre.services.exit_kit.tables import write_tables
from cadastre.services.exports import ExportRequest, export_collection
from cadastre.vocabulary import Language

FORMATS = (".gpkg", ".geojson")
DOCUMENTATION = ("README.md", "DECISIONS.md", "CHANGELOG.md", "LICENSE")
VERIFIER = ROOT / "scripts" / "verify_register.py"


@dataclass(frozen=True, slots=True)
class KitDone:
    """A finished kit: where it is, and how much it holds."""

    folder: Path
    titles: int
    tables: int
    rows: int
    files: int
    seconds: float


def make_exit_kit(
    settings: Settings, ruleset: Ruleset, folder: Path, *, full: bool = False,
    language: str = Language.FR,
) -> KitDone:  # fmt: skip
    """Write the whole register in open formats, with its site, its log and the verifier.

    Parameters
    ----------
    full
        For the office that takes over: all tables and documents, names of persons included. Without
        it, only what the public may see.

    Raises
    ------
    UnusableInput
        ``backup.folder-taken``: something is there already.
    """
    started = time.monotonic()
    unfinished = fresh_folder(folder)
    try:
        with (
            pieces.snapshot_connection(owner_engine(settings)) as connection,
            Session(connection) as session,
        ):
            at = as_of(None, ruleset.time_zone)
            schema = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
            _collections(session, at, unfinished, language)
            counts = write_tables(session, unfinished, full=full, language=language)
            titles = write_site(session, ruleset, at, unfinished)
            _log(session, unfinished)
            if full:
                pieces.write_documents(session, unfinished)
        _documentation(settings, unfinished, full=full)
        manifest = Manifest(
            made_at=now(),
            schema=schema,
            versions={"cadastre": importlib.metadata.version("cadastre")},
            ruleset=f"{ruleset.id} {ruleset.version}",
            tables={name: TableFacts(rows, "") for name, rows in counts.items()},
            pieces=list_pieces(unfinished),
        )
        write_manifest(unfinished, manifest)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    seconds = time.monotonic() - started
    rows = sum(counts.values())
    return KitDone(folder, titles, len(counts), rows, len(manifest.pieces), seconds)


def _collections(session: Session, at: AsOf, folder: Path, language: str) -> None:
    """Write each collection of the public register as it stands, for maps."""
    target = folder / "collections"
    target.mkdir()
    for collection in collections_for():
        for suffix in FORMATS:
            wanted = ExportRequest(collection, f"{collection}{suffix}", at, language=language)
            with (target / f"{collection}{suffix}").open("wb") as stream:
                for piece in export_collection(session, wanted).content:
                    stream.write(piece)


def _log(session: Session, folder: Path) -> None:
    target = folder / "log"
    target.mkdir()
    pieces.write_log(session, target)
    pieces.write_public_keys(session, target)
    shutil.copyfile(VERIFIER, target / VERIFIER.name)


def _documentation(settings: Settings, folder: Path, *, full: bool) -> None:
    target = folder / "documentation"
    target.mkdir()
    for name in DOCUMENTATION:
        if (ROOT / name).is_file():
            shutil.copyfile(ROOT / name, target / name)
    shutil.copytree(settings.data / "rulesets", target / "rulesets")
    code = "exit-kit.read-me-full" if full else "exit-kit.read-me"
    words = "\n\n".join(say(code, language) for language in Language)
    (folder / "README.txt").write_text(words + "\n", "utf-8")
