"""Bring the register up to date before it is served: schema, then demonstration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg2
from sqlalchemy.exc import DBAPIError

from cadastre.cluster.roles import connect
from cadastre.config import ROOT
from cadastre.database import migration_files, sqlalchemy_url, upgrade
from cadastre.errors import NotAvailable
from serving import tell


def migrate(url: str) -> None:
    """Bring the schema to its latest form; quick when it is already there.

    Raises
    ------
    NotAvailable
        The server refused a statement (disk full, a right it does not give); its words are said.
    """
    if _revision(url) == migration_files()[-1].name.partition("_")[0]:
        return
    tell("Mise à jour du schéma …", "Updating the schema …")
    try:
        upgrade(sqlalchemy_url(url))
    except DBAPIError as refusal:
        answer = str(refusal.orig).strip().partition("\n")[0]
        raise NotAvailable("serve.schema-failed", answer=answer) from refusal


def load_demonstration(url: str) -> None:
    """Fill an empty register with the demonstration; leave any other as it is.

    Raises
    ------
    NotAvailable
        The demonstration could not be loaded.
    """
    if _ask(url, "select exists (select from title)"):
        return
    tell("Chargement de la démonstration …", "Loading the demonstration …")
    command = [str(Path(sys.executable).parent / "cadastre"), "demo", "load"]
    loading = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    try:
        code = loading.wait()
    except BaseException:  # told to stop: the loading goes with us
        loading.kill()
        loading.wait()
        raise
    if code != 0:
        raise NotAvailable("serve.demonstration-failed", exit_code=code)


def _revision(url: str) -> object:
    known = _ask(url, "select to_regclass('alembic_version')")
    return _ask(url, "select version_num from alembic_version") if known else None


def _ask(url: str, question: str) -> object:
    try:
        with connect(url) as server, server.cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone()
            return row[0] if row else None
    except psycopg2.OperationalError as refusal:
        raise NotAvailable("database.not-answering", reason=str(refusal).strip()) from refusal
