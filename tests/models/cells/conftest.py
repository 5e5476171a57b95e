"""Open a register of Congo, where rights are squares, with parcels that want ground."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.database import sqlalchemy_url
from cadastre.services.grids import keep_grids
from tests.databases import TestUrls
from tests.models.cells.holding import KIND, RDC

TITLE = """
    INSERT INTO title (number, kind, substances, exclusivity_group, ruleset, starts_on)
    VALUES (%s, %s, '{cuivre}', 'mines', 'rdc', '2026-01-01') RETURNING id
"""
PARCEL = """
    INSERT INTO parcel (title_id, geom, period, original_text, original_crs, edge_model,
        planar_area_m2, planar_crs, geodesic_area_m2)
    VALUES (%s, ST_Multi(ST_MakeEnvelope(25, -10, 26, -9, 4326)), '[2026-01-01,)', '',
        'EPSG:4326', 'straight-lonlat', 1, 'EPSG:32735', 1) RETURNING id
"""


def a_parcel(cursor, number: str, kind: str = KIND) -> int:
    cursor.execute(TITLE, (number, kind))
    cursor.execute(PARCEL, (cursor.fetchone()[0],))
    return int(cursor.fetchone()[0])


@pytest.fixture
def owner(fresh_database: TestUrls) -> Iterator[Connection]:
    """Open the owner's door of a register of Congo."""
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine) as session, session.begin():
        assert keep_grids(session, RDC)
    engine.dispose()
    connection = psycopg2.connect(fresh_database.owner_url)
    yield connection
    connection.close()


@pytest.fixture
def parcels(owner: Connection) -> list[int]:
    """Give parcels of three titles of squares and of a free one, in this order."""
    with owner, owner.cursor() as cursor:
        found = [a_parcel(cursor, f"PR-{n}") for n in (1, 2, 3)]
        return [*found, a_parcel(cursor, "LIBRE-1", "permis-libre")]


@pytest.fixture
def app(fresh_database: TestUrls, parcels: list[int]) -> Iterator[Connection]:
    """Open the application's own door."""
    connection = psycopg2.connect(fresh_database.app_url)
    yield connection
    connection.close()
