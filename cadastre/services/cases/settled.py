"""Leave alone what was decided to stay shared: a consent, an inherited overlap that is known.

A decision was taken between two owners about some ground, not between two rows. Owners stay the
same through a renewal, a transfer, a new parcel on the same ground, the grant of the application
that obtained it, a split or a merger. Another title on the same ground, ground nobody decided on,
and a right of another kind (who let a search pass did not consent to a mine) are new questions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.geometry.perimeter import polygons
from cadastre.models import OverlapCase
from cadastre.queries.cases import find_lineages, find_owners, find_settled
from cadastre.services.cases.found import Detected

# Outcomes that leave ground shared, with open eyes.
SETTLED = ("consent", "known")
# A tenth of a millimetre: intersecting the same ground again may differ by as much.
HAIR_DEGREES = 1e-9

# As find_owners tells them: the row of an application, or that of a title with a minus sign.
Owner = int
Side = Owner | tuple[str, int]  # an owner of a parcel, or ("zone" | "work", row)


@dataclass(frozen=True, slots=True)
class _Settled:
    left: Owner
    right: Side
    ground: BaseGeometry


def not_settled(session: Session, new: Sequence[Detected]) -> list[Detected]:
    """Leave out the overlaps whose owners settled that ground, or all but rounding of it."""
    if not new:
        return []
    parcels = {one.left_id for one in new}
    parcels |= {one.right_id for one in new if one.collection == "parcel"}
    owners = find_owners(session, parcels)
    lineages = find_lineages(session, set(owners.values()))
    everyone = {ancestor for lineage in lineages.values() for ancestor in lineage}
    known = _settled(session, find_settled(session, everyone, SETTLED))
    if not known:
        return list(new)
    return [one for one in new if not _covers(_between(one, owners, lineages, known), one)]


def _settled(
    session: Session, cases: Sequence[OverlapCase]
) -> Mapping[Owner, list[_Settled]]:
    """Give what was settled by the owner on the left, and by the one on the right if it is one."""
    parcels = {case.left_parcel_id for case in cases}
    parcels |= {case.right_parcel_id for case in cases if case.right_parcel_id is not None}
    owners = find_owners(session, parcels)
    found: dict[Owner, list[_Settled]] = defaultdict(list)
    for case in cases:
        left, ground = owners[case.left_parcel_id], to_shape(case.geom)
        if case.right_parcel_id is not None:
            right = owners[case.right_parcel_id]
            # The order of two rights may turn round: a grant changes who came later.
            found[right].append(_Settled(right, left, ground))
            found[left].append(_Settled(left, right, ground))
        elif case.right_zone_id is not None:
            found[left].append(_Settled(left, ("zone", case.right_zone_id), ground))
        elif case.right_work_id is not None:
            found[left].append(_Settled(left, ("work", case.right_work_id), ground))
    return found


def _between(
    one: Detected,
    owners: Mapping[int, Owner],
    lineages: Mapping[Owner, frozenset[Owner]],
    known: Mapping[Owner, list[_Settled]],
) -> list[BaseGeometry]:
    """Give the ground that was settled between the two sides, or those they come from."""
    others: frozenset[Side]
    if one.collection == "parcel":
        others = frozenset(lineages[owners[one.right_id]])
    else:
        others = frozenset({(one.collection, one.right_id)})
    return [
        settled.ground
        for ancestor in lineages[owners[one.left_id]]
        for settled in known.get(ancestor, ())
        if settled.right in others
    ]


def _covers(settled: Sequence[BaseGeometry], one: Detected) -> bool:
    """Tell whether nothing but rounding is shared beyond the settled ground."""
    if not settled:
        return False
    before = shapely.union_all(settled)
    if not polygons(one.shared):  # the course of a line: there is no width to measure
        return before.buffer(HAIR_DEGREES).covers(one.shared)
    rest = shapely.MultiPolygon(list(polygons(one.shared.difference(before))))
    return rest.is_empty or one.measure(rest).technical
