"""The guard, which knows names only, keeps out what the law's pairs keep out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cadastre.models import Occupation, Parcel
from tests.factories import make_occupation, make_title, square
from tests.services.titles.people import TOGO

METALS = "ferrous-and-base-metals"
PAIRS = [["precious-metals", METALS], [METALS, "construction-materials"]]
SUBSTANCES = ("or", "fer", "sable")
KEPT_OUT = {("fer", "or"), ("fer", "sable")}


@pytest.fixture
def law():
    """Let gold and iron, iron and sand exclude each other, gold and sand live together."""
    rule = dataclasses.replace(
        TOGO.parameters["overlaps.excludes"], periods=((dt.date(1996, 2, 26), PAIRS),)
    )
    return dataclasses.replace(TOGO, parameters={**TOGO.parameters, "overlaps.excludes": rule})


def hold(session: Session, law, substance: str) -> None:
    """Grant ground under every name that the law gives the right."""
    own, *pairs = law.exclusivity_groups([substance])
    title = make_title(session, square(0.5, 8.0), substances=(substance,), group=own)
    parcel = session.scalars(select(Parcel).where(Parcel.title_id == title.id)).one()
    for name in pairs:
        make_occupation(session, parcel, "title", name, "exclusive")


@pytest.mark.parametrize(("one", "other"), [*itertools.product(SUBSTANCES, repeat=2)])
def test_the_guard_refuses_exactly_the_pairs_of_the_law(session: Session, law, one, other):
    hold(session, law, one)
    if one == other or tuple(sorted((one, other))) in KEPT_OUT:
        with pytest.raises(IntegrityError, match="ground is already occupied"):
            hold(session, law, other)
    else:
        hold(session, law, other)
        assert len({row.parcel_id for row in session.scalars(select(Occupation))}) == 2


@pytest.mark.parametrize(("one", "other"), sorted(KEPT_OUT))
def test_without_the_pairs_they_live_together(session: Session, one, other):
    """Control: the same rights under the law as it is."""
    hold(session, TOGO, one)
    hold(session, TOGO, other)
