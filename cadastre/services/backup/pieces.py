"""Write beside the dump what must be readable without a database: documents, log, public keys."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session

from cadastre.errors import NotAvailable
from cadastre.models import LogKey, StoredFile
from cadastre.services.sealed_log import export_log

DOCUMENTS, LOG, KEYS = "documents", "log.ndjson", "keys.json"


def write_documents(session: Session, folder: Path) -> int:
    """Write each stored file under its hash; returns how many.

    Raises
    ------
    NotAvailable
        ``backup.document-altered``: bytes that no longer have the hash they are kept under.
    """
    target = folder / DOCUMENTS
    target.mkdir()
    names = session.scalars(select(StoredFile.sha256).order_by(StoredFile.sha256)).all()
    for name in names:
        content = session.scalar(select(StoredFile.content).where(StoredFile.sha256 == name))
        if content is None or hashlib.sha256(content).hexdigest() != name:
            raise NotAvailable("backup.document-altered", where=name)
        (target / name).write_bytes(content)
    return len(names)


def write_log(session: Session, folder: Path) -> int:
    """Write the sealed log as ``scripts/verify_register.py`` reads it; returns its entries."""
    lines = 0
    with (folder / LOG).open("w", encoding="utf-8") as stream:
        for line in export_log(session):
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            lines += 1
    return lines - 1


def write_public_keys(session: Session, folder: Path) -> list[str]:
    """Write the public keys that have signed the log; the private ones are nowhere in the register.

    Returns their names.
    """
    keys = session.scalars(select(LogKey).order_by(LogKey.key_id)).all()
    listed = [
        {
            "key_id": key.key_id,
            "origin": key.origin,
            "public_key": base64.b64encode(bytes(key.public_key)).decode(),
        }
        for key in keys
    ]
    (folder / KEYS).write_text(json.dumps(listed, indent=1) + "\n", "utf-8")
    return [key.key_id for key in keys]


def snapshot_connection(engine: Engine) -> Connection:
    """Open a connection that sees one state of the register until it is closed."""
    return engine.connect().execution_options(isolation_level="REPEATABLE READ")


def snapshot_name(connection: Connection) -> str:
    """Name the state a connection sees, so that another program can read the same."""
    name: str = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    return name
