"""Bring the register up to date before it is served: schema, grids, then demonstration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg2
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from cadastre.cluster.roles import connect
from cadastre.config import ROOT, read_settings
from cadastre.database import migration_files, sqlalchemy_url, transaction, upgrade
from cadastre.errors import NotAvailable
from cadastre.rules.load import load_ruleset
from cadastre.services.grids import keep_grids
from serving import tell


def migrate(url: str) -> None:
    """Bring the schema to its latest form; quick when it is already there.

    Raises
    ------
    NotAvailable
        The server refused a statement (disk full, a right it does not give); its words are said.
    """
    try:
        if _revision(url) != migration_files()[-1].name.partition("_")[0]:
            tell("Mise à jour du schéma …", "Updating the schema …")
            upgrade(sqlalchemy_url(url))
        _keep_grids(url)
    except DBAPIError as refusal:
        answer = str(refusal.orig).strip().partition("\n")[0]
        raise NotAvailable("serve.schema-failed", answer=answer) from refusal


def _keep_grids(url: str) -> None:
    """Let the database guard the cells of the law that is served."""
    settings = read_settings()
    ruleset = load_ruleset(settings.data / "rulesets" / settings.ruleset)
    engine = create_engine(sqlalchemy_url(url))
    with transaction(engine) as session:
        keep_grids(session, ruleset)
    engine.dispose()


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
