"""A clipped title keeps the labels of its act; its tables tell the corners that a cut made."""

from __future__ import annotations

import datetime as dt

from shapely.geometry import box
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.geometry.corner_labels import corners_of
from cadastre.models import Parcel, Title
from cadastre.queries.asof import as_of
from cadastre.services.printed_corners import printed_rings
from cadastre.services.titles.reduce import renounce_part
from cadastre.services.titles.reshape import merge, split
from tests.factories import make_party, make_title
from tests.services.titles.people import NOON, TOGO, decision

GROUND = box(0.9, 8.9, 1.0, 9.0)
WEST, EAST = box(0.9, 8.9, 0.95, 9.0), box(0.95, 8.9, 1.0, 9.0)


def labelled(session: Session, ground=GROUND, letter: str = "P", **columns) -> Title:
    title = make_title(session, ground, **columns)
    parcel = session.scalars(select(Parcel).where(Parcel.title_id == title.id)).one()
    rings = corners_of(ground)
    for number, corner in enumerate(rings[0], start=1):
        corner["label"] = f"{letter}{number}"
    parcel.corners = rings
    session.flush()
    return title


def table(session: Session, title: Title) -> set[str]:
    at = as_of(dt.date(2027, 1, 1), TOGO.time_zone)
    (ring,) = printed_rings(session, "titles", title.number, at)
    return {label for label, _, _ in ring}


def test_a_part_given_up_keeps_the_labels_of_what_stays(session: Session):
    title = labelled(session)
    renounce_part(session, TOGO, title, WEST, decision(session))
    shown = table(session, title)
    assert len(shown) == 4
    assert sum(label.startswith("P") for label in shown) == 2
    assert {label for label in shown if label.endswith("*")} == {"C1*", "C2*"}


def test_pieces_of_a_split_share_the_labels_of_their_parent_and_a_merger_has_them_all(
    session: Session,
):
    title = labelled(session, holder=make_party(session))
    children = split(session, TOGO, title, [WEST, EAST], decision(session))
    kept = [label for child in children for label in table(session, child) if label[0] == "P"]
    assert sorted(kept) == ["P1", "P2", "P3", "P4"]
    later = decision(session, NOON + dt.timedelta(days=1))
    again = merge(session, TOGO, children, "M", later)
    shown = table(session, again)
    assert {label for label in shown if not label.endswith("*")} == set(kept)
