"""How far localities are from the network in service, and how many people live there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

NETWORK = ("line", "substation", "mini-grid")
BANDS_KM = (5, 10, 25, 50)
# The nearest few by the index, then the true distance on the ellipsoid among them.
_LOCALITIES = text(
    "WITH country AS (SELECT geom FROM administrative_unit WHERE level = 0 AND ends_on IS NULL),"
    " localities AS (SELECT b.id, b.name, b.geom, (b.attributes->>'population')::numeric AS people"
    "  FROM base_map_feature b WHERE b.layer = 'towns' AND b.name IS NOT NULL"
    "  AND (jsonb_typeof(b.attributes->'population') = 'number'"
    "       OR NOT b.attributes ? 'population')"
    "  AND EXISTS (SELECT FROM country c WHERE ST_Intersects(c.geom, b.geom)))"
    " SELECT l.name, l.people::bigint AS population, ST_X(l.geom) AS lon, ST_Y(l.geom) AS lat,"
    "  r.code AS region_code, r.name AS region, n.code AS work, n.name AS work_name,"
    "  n.kind, n.is_illustrative, round((n.metres / 1000)::numeric, 1)::float AS distance_km"
    " FROM localities l"
    " LEFT JOIN LATERAL (SELECT u.code, u.name FROM administrative_unit u"
    "  WHERE u.level = 1 AND u.ends_on IS NULL AND ST_Intersects(u.geom, l.geom)"
    "  ORDER BY u.code LIMIT 1) r ON true"
    " LEFT JOIN LATERAL (SELECT near.*, ST_Distance(near.geom::geography, l.geom::geography)"
    "  AS metres FROM (SELECT w.code, w.name, w.kind, w.is_illustrative, w.geom FROM work w"
    "   WHERE w.state = 'in-service' AND w.kind = ANY(:kinds)"
    "   ORDER BY w.geom <-> l.geom LIMIT 8) near ORDER BY metres LIMIT 1) n ON true"
    " ORDER BY n.metres DESC NULLS FIRST, l.people DESC NULLS LAST, l.name"
)


@dataclass(frozen=True, slots=True)
class Locality:
    """A locality, how far it is from the network, and what of the network is nearest."""

    name: str
    population: int | None
    lon: float
    lat: float
    region_code: str | None
    region: str | None
    work: str | None
    work_name: str | None
    kind: str | None
    is_illustrative: bool | None
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """Localities no further than so many kilometres (None: all), and who lives in them."""

    most_km: int | None
    localities: int
    population: int


def localities(session: Session) -> list[Locality]:
    """List the localities of the country, the furthest from the network first."""
    rows = session.execute(_LOCALITIES, {"kinds": list(NETWORK)})
    return [Locality(**row) for row in rows.mappings()]


def bands(found: Sequence[Locality]) -> list[Band]:
    """Count localities and people by distance, each band within the next."""
    counted = []
    for most in (*BANDS_KM, None):
        within = [one for one in found if _reaches(one, most)]
        counted.append(Band(most, len(within), sum(one.population or 0 for one in within)))
    return counted


def _reaches(one: Locality, most: int | None) -> bool:
    return most is None or (one.distance_km is not None and one.distance_km <= most)


def as_row(one: Locality) -> dict[str, Any]:
    """Give a locality as a row of an export."""
    return {name: getattr(one, name) for name in Locality.__slots__}
