"""Measure items, pages, one item and tiles over HTTP beside the bare SQL for the same content."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import psycopg2
from bench_register import FRAME
from bench_site import HOME, measure, percentiles, ready_register, served
from peers import make_table, pygeoapi, tipg

from cadastre import cluster
from cadastre.queries.paging import encode_mark
from cadastre.queries.tiles import tile_box

FIELDS = """
t.number, t.name, t.kind, t.substances, t.exclusivity_group,
CASE WHEN t.ended_on <= current_date THEN 'ended' WHEN t.starts_on > current_date THEN 'future'
     WHEN t.expires_on <= current_date THEN 'expired' ELSE 'in-force' END AS status,
(SELECT string_agg(y.name, ', ') FROM share s JOIN party y ON y.id = s.party_id
 WHERE s.title_id = t.id AND s.ends_on IS NULL) AS holder,
t.applied_on, t.granted_on, t.starts_on, t.expires_on, t.instrument, p.planar_area_m2,
p.geodesic_area_m2, t.published_area_m2, p.original_crs, p.edge_model, t.source,
t.is_demonstration, ST_AsGeoJSON(p.geom, 8)
"""
FROM = " FROM title t JOIN parcel p ON p.title_id = t.id WHERE p.period @> now() "
BOX = " AND p.geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)"
TILE = """
SELECT ST_AsMVT(r, 'titles', 4096, 'geom') FROM (
    SELECT t.number AS id, t.name, t.kind, t.exclusivity_group,
           ST_AsMVTGeom(ST_Transform(p.geom, 3857), ST_TileEnvelope(%s, %s, %s), 4096, 64) AS geom
    FROM title t JOIN parcel p ON p.title_id = t.id
    WHERE p.period @> now() AND p.geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)) r
"""
Ways = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def main() -> None:
    """Make the register, serve it, measure every row of the table and print it."""
    options = _options()
    urls = ready_register(options.titles, options.seed, options.keep)
    cursor = psycopg2.connect(urls.app_url, options="-c timezone=UTC").cursor()
    chance = random.Random(options.seed)
    with contextlib.ExitStack() as stack:
        ask = _http(stack.enter_context(served(urls.app_url, options.workers)))
        peers = _peers(stack, urls, options)
        print(f"{options.titles} titles, {options.requests} requests each, in turn; p50 ms")
        print(f"{'':24}{'SQL':>8}{'ours':>8}{'p95':>8}{'of SQL':>8}{'kB':>8}"
              + "".join(f"{name:>10}{'kB':>8}" for name in peers))  # fmt: skip
        boxes = [_box(chance) for _ in range(options.requests)]
        _row("items, box, 100 a page", boxes, (_bare_page(cursor), _page(ask)),
             [peer.page for peer in peers.values()])  # fmt: skip
        numbers = _numbers(cursor, chance, options.requests)
        _row("one item", numbers, (_bare_item(cursor), _item(ask)),
             [peer.item for peer in peers.values()])  # fmt: skip
        _row("page behind a mark", numbers, (_bare_behind(cursor), _behind(ask)))
        for zoom in (8, 9, 10, 12):
            tiles = [_tile(chance, zoom) for _ in range(max(options.requests // 4, 10))]
            _row(f"tile, zoom {zoom}", tiles, (_bare_tile(cursor), _served_tile(ask)),
                 [peer.tile for peer in peers.values() if peer.tile])  # fmt: skip
    if not options.keep:
        cluster.stop(HOME)


@dataclass(frozen=True)
class Peer:
    """How another server is asked for the same."""

    page: Callable[[Any], int]
    item: Callable[[Any], int]
    tile: Callable[[Any], int] | None = None


def _peers(
    stack: contextlib.ExitStack, urls: cluster.ClusterUrls, options: argparse.Namespace
) -> dict[str, Peer]:
    """Serve the same titles, as one plain table, by the peers that are asked for."""
    if not options.peers:
        return {}
    make_table(urls.owner_url)
    found = {}
    if "tipg" in options.peers:
        ask = _http(stack.enter_context(tipg(urls.app_url, options.workers)))
        path = "/collections/public.peer_titles"
        found["tipg"] = Peer(
            _asked(ask, path + "/items?limit=100&f=geojson&bbox={}", _joined),
            _asked(ask, path + "/items/{}?f=geojson", _row_id),
            lambda place: len(
                ask(f"{path}/tiles/WebMercatorQuad/{place[0]}/{place[1]}/{place[2]}")
            ),
        )
    if "pygeoapi" in options.peers:
        ask_ = _http(stack.enter_context(pygeoapi(urls.app_url, options.workers)))
        path_ = "/collections/titles"
        found["pygeoapi"] = Peer(
            _asked(ask_, path_ + "/items?limit=100&f=json&bbox={}", _joined),
            _asked(ask_, path_ + "/items/{}?f=json", _row_id),
        )
    return found


def _asked(
    ask: Callable[[str], bytes], path: str, written: Callable[[Any], str]
) -> Callable[[Any], int]:
    return lambda question: len(ask(path.format(written(question))))


def _joined(box: Sequence[float]) -> str:
    return ",".join(map(str, box))


def _row_id(number: str) -> str:
    return str(int(number.rpartition("-")[2]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench ogc")
    parser.add_argument("--titles", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--peers", nargs="*", default=(), choices=("tipg", "pygeoapi"))
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def _row(
    name: str, questions: Sequence[Any], ways: Ways, peers: Sequence[Callable[[Any], Any]] = ()
) -> None:
    (bare, _), (full, sizes), *others = measure(questions, *ways, *peers)
    p50, p95 = percentiles(full)
    floor = percentiles(bare)[0]
    size = statistics.median(sizes) / 1000
    line = f"{name:24}{floor:8.2f}{p50:8.2f}{p95:8.2f}{p50 / floor:8.2f}{size:8.1f}"
    for times, lengths in others:
        line += f"{percentiles(times)[0]:10.2f}{statistics.median(lengths) / 1000:8.1f}"
    print(line, flush=True)


def _http(port: int) -> Callable[[str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(path: str) -> bytes:
        try:
            connection.request("GET", path)
            response = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # kept open too long, idle
            connection.close()
            connection.request("GET", path)
            response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            sys.exit(f"GET {path}: {response.status} {content[:300]!r}")
        return content

    return ask


def _box(chance: random.Random) -> tuple[float, ...]:
    west = chance.uniform(FRAME[0], FRAME[2] - 0.2)
    south = chance.uniform(FRAME[1], FRAME[3] - 0.2)
    return tuple(round(edge, 5) for edge in (west, south, west + 0.1, south + 0.1))


def _numbers(cursor: Any, chance: random.Random, count: int) -> list[str]:
    cursor.execute("SELECT number FROM title ORDER BY number")
    return chance.sample([row[0] for row in cursor.fetchall()][:-200], count)


def _tile(chance: random.Random, zoom: int) -> tuple[int, int, int]:
    place = _box(chance)
    for column in range(2**zoom):
        west, _, east, _ = tile_box(zoom, column, 0)
        if west <= place[0] < east:
            break
    low, high = 0, 2**zoom - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if tile_box(zoom, 0, middle)[1] <= place[1] else (middle + 1, high)
        )
    return zoom, column, low


def _fetch(cursor: Any, query: str, values: Sequence[Any]) -> list[Any]:
    cursor.execute(query, values)
    rows: list[Any] = cursor.fetchall()
    return rows


def _bare_page(cursor: Any) -> Callable[[Any], int]:
    query = f"SELECT {FIELDS} {FROM} {BOX} ORDER BY t.number LIMIT 101"
    return lambda box: len(_fetch(cursor, query, box))


def _page(ask: Callable[[str], bytes]) -> Callable[[Any], int]:
    where = "/ogc/collections/titles/items?limit=100&bbox="
    return lambda box: len(ask(where + ",".join(map(str, box))))


def _bare_item(cursor: Any) -> Callable[[Any], int]:
    query = f"SELECT {FIELDS} {FROM} AND t.number = %s"
    return lambda number: len(_fetch(cursor, query, [number]))


def _item(ask: Callable[[str], bytes]) -> Callable[[Any], int]:
    return lambda number: len(ask(f"/ogc/collections/titles/items/{quote(number)}"))


def _bare_behind(cursor: Any) -> Callable[[Any], int]:
    query = f"SELECT {FIELDS} {FROM} AND t.number > %s ORDER BY t.number LIMIT 101"
    return lambda number: len(_fetch(cursor, query, [number]))


def _behind(ask: Callable[[str], bytes]) -> Callable[[Any], int]:
    """Ask as a client that follows the links does: with the mark and the pinned instant."""
    first = json.loads(ask("/ogc/collections/titles/items?limit=1"))
    (following,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    pinned = following.partition("known=")[2].partition("&")[0]

    def page(number: str) -> int:
        asked = {"limit": 100, "after": encode_mark([], [], number, 0)}
        return len(ask(f"/ogc/collections/titles/items?{urlencode(asked)}&known={pinned}"))

    return page


def _bare_tile(cursor: Any) -> Callable[[Any], int]:
    def tile(place: tuple[int, int, int]) -> int:
        box = tile_box(*place, 64 / 4096)
        return len(_fetch(cursor, TILE, [*place, *box])[0][0])

    return tile


def _served_tile(ask: Callable[[str], bytes]) -> Callable[[Any], int]:
    path = "/ogc/collections/titles/tiles/WebMercatorQuad/{0}/{2}/{1}"
    return lambda place: len(ask(path.format(*place)))


if __name__ == "__main__":
    main()
