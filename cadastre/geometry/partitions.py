"""Find the pairs of a register that outgrows one machine: partitions on a distributed scheduler.

Grounds are laid out along a Hilbert curve and cut into partitions, so that what is near stays
together. Each partition is searched as one machine does (:mod:`cadastre.geometry.pairs`); two
partitions are compared only where their boxes meet, and only the grounds there. The libraries come
with the extra ``cluster``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from cadastre.errors import NotAvailable
from cadastre.geometry.pairs import (
    RowPairs,
    Rows,
    Shapes,
    in_order,
    pairs_between,
    pairs_sharing_ground,
)

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

ROWS_OF_PARTITION = 50_000
SYSTEM = 4326


def pairs_on_cluster(
    shapes: Shapes, scheduler: str | None = None, rows: int = ROWS_OF_PARTITION
) -> RowPairs:
    """Give the same pairs as :func:`pairs_sharing_ground`, found by the workers of a scheduler.

    Parameters
    ----------
    scheduler
        Its address, ``tcp://host:8786``; without one, a scheduler is started in this process.
    rows
        Grounds of a partition, at most.

    Raises
    ------
    NotAvailable
        ``pairs.no-cluster``: the libraries of the extra are not installed.
    """
    if not len(shapes):
        return in_order([])
    with _client(scheduler) as client:
        held = _partitions(client, shapes, rows)
        boxes = client.gather(client.map(_box, held))
        work = client.map(_within, held)
        work += [
            client.submit(_across, held[one], held[other], boxes[one], boxes[other])
            for one, other in _neighbours(boxes)
        ]
        return in_order(client.gather(work))


@contextmanager
def _client(scheduler: str | None) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster  # deferred: an extra
    except ImportError:
        raise NotAvailable("pairs.no-cluster", where="dask") from None
    if scheduler:
        with Client(scheduler) as client:
            yield client
        return
    # Threads of this process: GEOS works outside Python's lock, and nothing is sent about.
    with LocalCluster(processes=False, dashboard_address=None) as local, Client(local) as client:
        yield client


def _partitions(client: Any, shapes: Shapes, rows: int) -> list[Any]:
    """Lay grounds out along the curve, cut it into even parts and hand them to the workers."""
    import geopandas  # deferred: heavy

    frame = geopandas.GeoDataFrame({"row": np.arange(len(shapes))}, geometry=shapes, crs=SYSTEM)
    along = frame.iloc[np.argsort(frame.hilbert_distance().to_numpy(), kind="stable")]
    parts = [along.iloc[start : start + rows] for start in range(0, len(along), rows)]
    spread: list[Any] = client.scatter(parts, hash=False)
    return spread


def _box(part: GeoDataFrame) -> tuple[float, ...]:
    return tuple(map(float, part.total_bounds))


def _neighbours(boxes: list[tuple[float, ...]]) -> list[tuple[int, int]]:
    """List the partitions whose boxes meet, each two once."""
    outlines = np.asarray(shapely.box(*np.array(boxes).T))
    one, other = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    return [(int(a), int(b)) for a, b in zip(one, other, strict=True) if a < b]


def _within(part: GeoDataFrame) -> RowPairs:
    one, other = pairs_sharing_ground(np.asarray(part.geometry), threads=1)
    return _smaller_first(part["row"].to_numpy()[one], part["row"].to_numpy()[other])


def _across(
    part: GeoDataFrame, following: GeoDataFrame, box: tuple[float, ...], box_: tuple[float, ...]
) -> RowPairs:
    near, near_ = _inside(part, box_), _inside(following, box)
    one, other = pairs_between(np.asarray(near.geometry), np.asarray(near_.geometry))
    return _smaller_first(near["row"].to_numpy()[one], near_["row"].to_numpy()[other])


def _inside(part: GeoDataFrame, box: tuple[float, ...]) -> GeoDataFrame:
    west, south, east, north = part.bounds.to_numpy().T
    keep = (east >= box[0]) & (west <= box[2]) & (north >= box[1]) & (south <= box[3])
    return part[keep]


def _smaller_first(one: Rows, other: Rows) -> RowPairs:
    return np.minimum(one, other), np.maximum(one, other)
