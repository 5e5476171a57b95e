"""The manifest of a backup: what it holds, from when, made with what, and every hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cadastre.errors import UnusableInput

NAME = "manifest.json"
FORMAT = 1
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of the backup: its place below the folder, its size in bytes, its hash."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TableFacts:
    """How many rows a table had, and the sum of their hashes: the same rows give the same sum."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that must be true of a backup before it is trusted."""

    made_at: str
    schema: str | None
    versions: dict[str, str]
    ruleset: str
    tables: dict[str, TableFacts]
    pieces: list[Piece] = field(default_factory=list)
    format: int = FORMAT


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest; it comes last, so a backup cut short has none."""
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup.

    Raises
    ------
    UnusableInput
        ``backup.no-manifest``: the folder is no backup, or one that was cut short.
    """
    try:
        content = json.loads((folder / NAME).read_text("utf-8"))
        tables = {name: TableFacts(**facts) for name, facts in content.pop("tables").items()}
        pieces = [Piece(**piece) for piece in content.pop("pieces")]
        manifest = Manifest(**content, tables=tables, pieces=pieces)
    except (OSError, UnicodeDecodeError, ValueError, TypeError, KeyError, AttributeError):
        raise UnusableInput("backup.no-manifest", where=str(folder)) from None
    if manifest.format != FORMAT:
        raise UnusableInput("backup.other-format", where=str(folder), format=manifest.format)
    return manifest


def list_pieces(folder: Path) -> list[Piece]:
    """Hash every file below a folder, in the order of their paths."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    return [describe(folder, path) for path in files]


def describe(folder: Path, path: Path) -> Piece:
    """Give the place, size and hash of a file."""
    return Piece(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path))


def sha256_of(path: Path) -> str:
    """Hash a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def altered_pieces(folder: Path, pieces: Iterable[Piece]) -> list[str]:
    """Name the pieces that are missing or no longer have their hash, and files nobody announced."""
    announced = {piece.path: piece for piece in pieces}
    found = {piece.path: piece for piece in list_pieces(folder)}
    wrong = [path for path, piece in announced.items() if found.get(path) != piece]
    return sorted({*wrong, *(found.keys() - announced.keys())})


def now() -> str:
    """Give this instant as text, UTC."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
