"""Measure decisions on ground with the guard at every isolation level, beside none at all."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass

import psycopg2
from racing import WRITERS, Race, busy, overlapping_pairs, race

from cadastre import cluster
from cadastre.cluster.place import ClusterPlace
from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url, upgrade

HOME = ROOT / "var" / "bench"
DATABASE = "bench_grants"
LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
GUARD, BARE, LOOKS = "guard", "no guard, writes", "no guard, looks first"
PREPARE = """
INSERT INTO party (kind, name) VALUES ('company', 'Bench');
INSERT INTO title (number, kind, substances, exclusivity_group, ruleset, starts_on)
    VALUES ('BENCH', 'permis-recherche', '{or}', 'gold', 'togo', '2026-01-01');
INSERT INTO parcel (title_id, geom, period, original_text, original_crs, edge_model,
                    planar_area_m2, planar_crs, geodesic_area_m2)
    SELECT id, ST_Multi(ST_MakeEnvelope(0, 6, 1, 7, 4326)), '[2026-01-01,)', '', 'EPSG:4326',
           'straight-lonlat', 1, 'EPSG:32631', 1 FROM title WHERE number = 'BENCH';
"""


@dataclass(frozen=True)
class Line:
    """One race: how it was run, what came of it, how many pairs share ground afterwards."""

    name: str
    level: str
    seconds: float
    race: Race
    overlaps: int

    @property
    def decisions_a_second(self) -> float:
        """Count what was granted or refused for good."""
        return sum(self.race.outcomes[one] for one in ("granted", "refused")) / self.seconds

    @property
    def p95_ms(self) -> float:
        """Give the delay that 95 of 100 decisions keep, retries included."""
        return statistics.quantiles(self.race.delays_s, n=20)[-1] * 1000


def main() -> None:
    """Race with and without the guard, print a table, fail when the guard let an overlap by."""
    options = _options()
    urls = _database()
    guarded = [_run(urls, level, options.tries, GUARD) for level in LEVELS]
    control = [_run(urls, LEVELS[0], options.tries, BARE)]
    control += [_run(urls, level, options.tries, LOOKS) for level in LEVELS]
    _report([*guarded, *control])
    cluster.stop(HOME)
    if any(line.overlaps for line in guarded):
        sys.exit("the guard let an overlap through")
    if not any(line.overlaps for line in control):
        sys.exit("the control shows no overlap: this run proves nothing, use more tries")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench grants")
    parser.add_argument("--tries", type=int, default=625, help="tries of each of 8 writers")
    return parser.parse_args()


def _database() -> cluster.ClusterUrls:
    """Make a database of its own, durable as in use: each decision waits for the disk."""
    cluster.ensure_running(HOME)
    place = ClusterPlace(HOME)
    cluster.create_database(place, DATABASE)
    urls = place.urls(DATABASE)
    upgrade(sqlalchemy_url(urls.owner_url))
    return urls


def _run(urls: cluster.ClusterUrls, level: str, tries: int, name: str) -> Line:
    parcel = _empty(urls, guarded=name == GUARD)
    begun = time.monotonic()
    done = race(
        urls.app_url, busy(parcel, tries), isolation=lambda _writer: level,
        looks_first=name == LOOKS, thinking_s=0, tries_again=True,
    )  # fmt: skip
    seconds = time.monotonic() - begun
    return Line(name, level, seconds, done, overlapping_pairs(urls.superuser_url))


def _empty(urls: cluster.ClusterUrls, *, guarded: bool) -> int:
    """Begin each race alike: no ground held, and the guard as wanted."""
    switch = "ENABLE ALWAYS" if guarded else "DISABLE"
    with psycopg2.connect(urls.owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE occupation, ground_cell, cell_run")
        cursor.execute(f"ALTER TABLE occupation {switch} TRIGGER guard_occupation")
        cursor.execute("SELECT max(id) FROM parcel")
        (parcel,) = cursor.fetchone() or (None,)
        if parcel is None:
            cursor.execute(PREPARE)
            cursor.execute("SELECT max(id) FROM parcel")
            (parcel,) = cursor.fetchone() or (0,)
    connection.close()
    return int(parcel or 0)


def _report(lines: list[Line]) -> None:
    first = {line.level: line for line in lines if line.name == GUARD}
    print(f"{WRITERS} writers, {len(lines[0].race.delays_s)} tries each run")
    print(f"{'':24}{'isolation':18}{'granted':>8}{'retries':>8}{'dec./s':>9}{'p95 ms':>9}"
          f"{'overlaps':>10}{'guard/this':>12}")  # fmt: skip
    for line in lines:
        ratio = first[line.level].decisions_a_second / line.decisions_a_second
        print(
            f"{line.name:24}{line.level:18}{line.race.outcomes['granted']:8}{line.race.retries:8}"
            f"{line.decisions_a_second:9.0f}{line.p95_ms:9.1f}{line.overlaps:10}{ratio:12.2f}"
        )


if __name__ == "__main__":
    main()
