"""Make the roles, the databases and their extensions, as the cluster's superuser.

The owner owns the register and migrates it, without being superuser. The application owns nothing
(quality B2, point 5): a hole in a page can neither drop a table nor switch a trigger off.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection

from cadastre.cluster.place import SUPERUSER_ROLE, ClusterPlace
from cadastre.config import APP_ROLE, OWNER_ROLE

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm", "unaccent")
PLAIN_ROLE = "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls"


def create_roles(place: ClusterPlace) -> None:
    """Create the owner and the application role where they are missing."""
    with connect(place.urls("postgres").superuser_url) as server, server.cursor() as cursor:
        for role in (OWNER_ROLE, APP_ROLE):
            cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
            verb = "alter" if cursor.fetchone() else "create"
            cursor.execute(
                sql.SQL("{} role {} {}").format(
                    sql.SQL(verb), sql.Identifier(role), sql.SQL(PLAIN_ROLE)
                )
            )
        # The owner's connections may act as the application: SET ROLE in tests and tools.
        cursor.execute(
            sql.SQL("grant {} to {}").format(sql.Identifier(APP_ROLE), sql.Identifier(OWNER_ROLE))
        )


def create_database(place: ClusterPlace, name: str, template: str | None = None) -> None:
    """Create a database of the owner with its extensions, unless it is there.

    Parameters
    ----------
    template : str, optional
        A database to copy instead; it brings its own extensions.
    """
    with connect(place.urls("postgres").superuser_url) as server, server.cursor() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", (name,))
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("create database {} owner {} template {}").format(
                    sql.Identifier(name),
                    sql.Identifier(OWNER_ROLE),
                    sql.Identifier(template or "template0"),
                )
            )
            cursor.execute(
                sql.SQL("revoke connect, temporary on database {} from public").format(
                    sql.Identifier(name)
                )
            )
            cursor.execute(
                sql.SQL("grant connect, temporary on database {} to {}").format(
                    sql.Identifier(name), sql.Identifier(APP_ROLE)
                )
            )
    if template is None:
        _create_extensions(place, name)


def _create_extensions(place: ClusterPlace, database: str) -> None:
    with connect(place.urls(database).superuser_url) as server, server.cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(
                sql.SQL("create extension if not exists {}").format(sql.Identifier(extension))
            )
        # Rulesets may define coordinate systems that PROJ's registry does not have.
        cursor.execute(
            sql.SQL("grant select, insert, update, delete on spatial_ref_sys to {}").format(
                sql.Identifier(OWNER_ROLE)
            )
        )


@contextlib.contextmanager
def connect(url: str) -> Iterator[connection]:
    """Open a connection that commits each statement by itself, and close it."""
    server = psycopg2.connect(url, application_name=f"cadastre set-up ({SUPERUSER_ROLE})")
    try:
        server.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        yield server
    finally:
        server.close()
