"""Serve the titles of the bench by other servers, each in an environment of its own.

The environments are made once under ``CADASTRE_HOME`` (``bench/peers``), from the package registry.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2
from bench_site import HOME
from psycopg2.extensions import parse_dsn

PACKAGES = {
    "tipg": ("tipg==1.6.1", "uvicorn"),
    "pygeoapi": (
        "pygeoapi==0.21.0", "sqlalchemy<2.1", "psycopg2-binary", "geoalchemy2", "gunicorn",
    ),
}  # fmt: skip
# One plain table, as their manuals have it: what our read model joins stands there ready.
TABLE = """
DROP TABLE IF EXISTS peer_titles;
CREATE TABLE peer_titles AS
SELECT t.id, t.number, t.name, t.kind, array_to_string(t.substances, ', ') AS substances,
       t.exclusivity_group, (SELECT string_agg(y.name, ', ') FROM share s
       JOIN party y ON y.id = s.party_id WHERE s.title_id = t.id) AS holder,
       t.starts_on, t.expires_on, p.planar_area_m2, p.geodesic_area_m2, p.original_crs, p.geom
FROM title t JOIN parcel p ON p.title_id = t.id;
ALTER TABLE peer_titles ADD PRIMARY KEY (id);
CREATE INDEX ON peer_titles USING gist (geom);
GRANT SELECT ON peer_titles TO PUBLIC;
ANALYZE peer_titles;
"""
CONFIG = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json
  encoding: utf-8
  languages: [en-US]
  limits: {{default_items: 100, max_items: 10000}}
  map: {{url: "http://127.0.0.1/{{z}}/{{x}}/{{y}}", attribution: none}}
logging: {{level: ERROR}}
metadata:
  identification:
    {{title: bench, description: bench, keywords: [x], keywords_type: theme, url: x,
      terms_of_service: x}}
  license: {{name: x, url: x}}
  provider: {{name: x, url: x}}
  contact: {{name: x, url: x, email: x, role: x}}
resources:
  titles:
    type: collection
    title: titles
    description: titles
    keywords: [x]
    links: []
    extents: {{spatial: {{bbox: [0, 6, 2, 12]}}}}
    providers:
      - type: feature
        name: PostgreSQL
        data:
          {{host: {host}, dbname: {dbname}, user: {user}, password: x, port: {db_port},
            search_path: [public]}}
        id_field: id
        table: peer_titles
        geom_field: geom
"""


def make_table(owner_url: str) -> None:
    """Give the peers one plain indexed table of the same titles."""
    with psycopg2.connect(owner_url) as connection, connection.cursor() as cursor:
        cursor.execute(TABLE)


@contextmanager
def tipg(app_url: str, workers: int) -> Iterator[int]:
    """Serve with tipg; yields its port."""
    dsn = parse_dsn(app_url)
    url = f"postgresql://{dsn['user']}@{quote(dsn['host'], safe='')}:5432/{dsn['dbname']}"
    told = {"DATABASE_URL": url, "TIPG_DB_SCHEMAS": '["public"]'}
    command = ("uvicorn", "tipg.main:app", "--workers", str(workers), "--log-level", "warning")
    with _running("tipg", command, told, "/healthz") as port:
        yield port


@contextmanager
def pygeoapi(app_url: str, workers: int) -> Iterator[int]:
    """Serve with pygeoapi; yields its port."""
    dsn, port = parse_dsn(app_url), _free_port()
    folder = _environment("pygeoapi")
    config, openapi = folder / "config.yml", folder / "openapi.yml"
    config.write_text(
        CONFIG.format(port=port, host=dsn["host"], dbname=dsn["dbname"], user=dsn["user"],
                      db_port=dsn.get("port", 5432)), "utf-8",
    )  # fmt: skip
    told = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    with openapi.open("wb") as out:
        subprocess.run(
            [folder / "bin" / "pygeoapi", "openapi", "generate", str(config)],
            env={**os.environ, **told}, stdout=out, check=True,
        )  # fmt: skip
    command = ("gunicorn", "pygeoapi.flask_app:APP", "-w", str(workers), "--log-level", "warning")
    with _running("pygeoapi", command, told, "/conformance", port) as served:
        yield served


@contextmanager
def _running(
    name: str, command: tuple[str, ...], told: dict[str, str], path: str, port: int = 0
) -> Iterator[int]:
    folder, port = _environment(name), port or _free_port()
    program, *rest = command
    bind = ["--bind", f"127.0.0.1:{port}"] if program == "gunicorn" else ["--port", str(port)]
    process = subprocess.Popen(
        [folder / "bin" / program, *rest, *bind], env={**os.environ, **told}, cwd=folder
    )
    try:
        _wait(port, path)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _environment(name: str) -> Path:
    folder = HOME / "peers" / name
    if not (folder / "ready").exists():
        print(f"installing {name}…", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", *PACKAGES[name]], check=True)
        (folder / "ready").touch()
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait(port: int, path: str) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).status == 200:
                return
        time.sleep(0.2)
    sys.exit("a peer does not answer")
