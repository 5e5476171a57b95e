"""Serve a committed register over HTTP, so that programs of others can judge it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text

from api.limits import limiter
from cadastre.database import sqlalchemy_url
from tests.databases import TestUrls
from tests.web.served import answering, site_over

# A grid of titles, with the least that the read model needs; numbers do not follow the rows' own
# order, so that a page found by counting would be told from one found by key.
FILL = """
INSERT INTO title (number, kind, substances, exclusivity_group, ruleset, starts_on, name)
SELECT 'PR-' || lpad(((n * 7919) % :count)::text, 6, '0'), 'permis-recherche', '{or}',
       'none', 'togo', date '2020-01-01' + n % 900, CASE WHEN n % 3 > 0 THEN 'Nom é ' || n % 50 END
FROM generate_series(0, :count - 1) n;
INSERT INTO parcel (title_id, geom, period, original_text, original_crs, edge_model,
                    planar_area_m2, planar_crs, geodesic_area_m2)
SELECT id, ST_Multi(ST_MakeEnvelope(0.2 + (id % 100) * 0.01, 6.2 + (id / 100) * 0.01,
                           0.209 + (id % 100) * 0.01, 6.209 + (id / 100) * 0.01, 4326)),
       tstzrange('2020-01-01', NULL), 'x', 'EPSG:4326', 'straight-lonlat',
       1000000 + (id * 31) % 977, 'EPSG:32631', 1000000
FROM title;
"""


@dataclass
class Site:
    """A served site and the owner's way into its register."""

    url: str
    engine: Engine
    app: Flask

    def run(self, *statements: str, **values: object) -> None:
        """Change the register at once."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)


@pytest.fixture
def site(
    fresh_database: TestUrls, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Serve an empty register of its own."""
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    limiter.enabled = False
    with site_over(fresh_database, tmp_path_factory.mktemp("home")) as app, answering(app) as url:
        yield Site(url, engine, app)
    engine.dispose()


@pytest.fixture
def filled(site: Site) -> Site:
    """Serve 3,000 titles."""
    for statement in FILL.split(";")[:2]:
        site.run(statement, count=3000)
    site.run("ANALYZE")
    return site
