"""Bring a backup back into an empty database, and prove that it is the register that was copied."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from cadastre.cluster import create_database
from cadastre.cluster.place import ClusterPlace
from cadastre.cluster.roles import EXTENSIONS, connect
from cadastre.config import DATABASE_NAME, Settings
from cadastre.database import MIGRATIONS, owner_url
from cadastre.errors import Blocked, NotAvailable, UnusableInput
from cadastre.rules.ruleset import Ruleset
from cadastre.services.backup import programs
from cadastre.services.backup.counting import different_tables, has_rows, sum_up
from cadastre.services.backup.making import DUMP
from cadastre.services.backup.manifest import Manifest, altered_pieces, read_manifest
from cadastre.services.backup.rasters import bring_rasters_back
from cadastre.services.verification import Proof, verify

PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")


@dataclass(frozen=True, slots=True)
class RestoreDone:
    """A restored register: its address, the proofs asked of it, and how long it took."""

    url: str
    manifest: Manifest
    proofs: tuple[Proof, ...]
    seconds: float

    @property
    def is_sound(self) -> bool:
        """Tell whether every proof was kept."""
        return all(proof.passed for proof in self.proofs)


def restore_backup(
    settings: Settings, ruleset: Ruleset, folder: Path, *, day: dt.date, into: str | None = None
) -> RestoreDone:
    """Restore a backup, then recount everything the register promises.

    Parameters
    ----------
    into
        Name of a new database on the same server; without it, the deployment's own, which must be
        empty.

    Raises
    ------
    UnusableInput
        The folder is no whole backup, or one of its pieces was altered (it is named).
    Blocked
        ``backup.register-not-empty``: nothing is ever restored over a register.
    NotAvailable
        The server or its programs refuse.
    """
    started = time.monotonic()
    manifest = read_manifest(folder)
    altered = altered_pieces(folder, manifest.pieces)
    if altered:
        raise UnusableInput("backup.altered", where=altered[0], count=len(altered))
    url = owner_url(settings) if into is None else _new_database(settings, into)
    engine = create_engine(url)
    try:
        _refuse_rows(engine, url)
        _prepare_role(url)
        with tempfile.TemporaryDirectory(prefix="cadastre-restore-") as scratch:
            programs.restore(url, folder / DUMP, Path(scratch))
        if into is None:
            bring_rasters_back(folder, settings)
        proofs = [_same_rows(engine, manifest)]
        with Session(engine) as session:
            proofs += verify(session, ruleset, day)
    finally:
        engine.dispose()
    return RestoreDone(url, manifest, tuple(proofs), time.monotonic() - started)


def _url_of(settings: Settings, name: str) -> str:
    return (
        make_url(owner_url(settings)).set(database=name).render_as_string(hide_password=False)
    )


def _new_database(settings: Settings, name: str) -> str:
    """Make a database of that name; one that exists is taken only when it is empty."""
    if not PLAIN_NAME.fullmatch(name):
        raise UnusableInput("backup.bad-name", where="--into", given=name)
    owner_url(settings)  # starts the private server
    if settings.uses_private_cluster:
        create_database(ClusterPlace(settings.home), name)
        return _url_of(settings, name)
    try:
        _create_on_given_server(settings, name)
    except psycopg2.Error as refusal:
        raise NotAvailable(
            "backup.program-failed", where=name, answer=str(refusal).strip().splitlines()[0]
        ) from None
    return _url_of(settings, name)


def _create_on_given_server(settings: Settings, name: str) -> None:
    with connect(programs.plain_url(owner_url(settings))) as server, server.cursor() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", (name,))
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("create database {} template template0").format(sql.Identifier(name))
            )
    with connect(programs.plain_url(_url_of(settings, name))) as server, server.cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(
                sql.SQL("create extension if not exists {}").format(sql.Identifier(extension))
            )


def _refuse_rows(engine: Engine, url: str) -> None:
    with engine.connect() as connection:
        table = has_rows(connection)
    if table is not None:
        database = make_url(url).database or DATABASE_NAME
        raise Blocked("backup.register-not-empty", where=database, table=table)


def _prepare_role(url: str) -> None:
    """Make the application's role where the server does not know it: grants are restored to it."""
    statement = (MIGRATIONS / "sql" / "app_role.sql").read_text("utf-8")
    with connect(programs.plain_url(url)) as server, server.cursor() as cursor:
        cursor.execute(statement)


def _same_rows(engine: Engine, manifest: Manifest) -> Proof:
    with engine.connect() as connection:
        different = different_tables(manifest.tables, sum_up(connection))
    rows = sum(facts.rows for facts in manifest.tables.values())
    values = {"count": len(different), "rows": rows, "tables": len(manifest.tables)}
    return Proof("verify.restored", not different, values, tuple(different))


