"""Recount the ground: nobody holds what another holds, and every right has what it says."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from cadastre.queries.cells import (
    cells_are_exclusive,
    occupations_with_wrong_cells,
    shared_cells,
)
from cadastre.queries.chains import legacy_titles, titles_without_ground
from cadastre.queries.pairs import Pair, conflicting_occupations, occupant_numbers
from cadastre.queries.soundness import invalid_grounds, parcels_apart_from_their_occupation
from cadastre.rules.ruleset import Ruleset
from cadastre.services.grids import are_kept
from cadastre.services.pairs import measure
from cadastre.services.verification.proof import Proof, Said, listed, told


def overlaps(session: Session, ruleset: Ruleset, day: dt.date) -> Proof:
    """Count pairs of exclusive occupations beyond the technical width, over all time."""
    real = []
    for conflict in conflicting_occupations(session):
        pair = Pair(str(conflict.one), str(conflict.other), conflict.shared)
        measured = measure(pair, ruleset, day)
        if not measured.technical:
            real.append((conflict, round(measured.area_m2, 1)))
    ids = {number for conflict, _ in real for number in (conflict.one, conflict.other)}
    names = occupant_numbers(session, ids)
    return told(
        "verify.overlaps",
        (
            Said(
                "verify.overlap",
                {
                    "one": names[conflict.one],
                    "other": names[conflict.other],
                    "group": conflict.group,
                    "area_m2": area_m2,
                },
            )
            for conflict, area_m2 in real
        ),
    )


def cells(session: Session, ruleset: Ruleset) -> Proof:
    """Recount the cells of grid titles: each held by one, and held as the ground has them."""
    said = []
    if not are_kept(session, ruleset):
        said.append(Said("verify.grid-differs", {"ruleset": ruleset.id}))
    if not cells_are_exclusive(session):
        said.append(Said("verify.cells-unguarded", {}))
    astray, twice = occupations_with_wrong_cells(session), list(shared_cells(session))
    ids = {*astray, *(one for pair in twice for one in pair[:2])}
    names = occupant_numbers(session, ids)
    said += [Said("verify.cells-astray", {"occupant": names.get(one, str(one))}) for one in astray]
    said += [
        Said(
            "verify.cell-twice",
            {
                "one": names[pair.one],
                "other": names[pair.other],
                "group": pair.group,
                "cells": int(pair.cells),
            },
        )
        for pair in twice
    ]
    return told("verify.cells", said)


def known_overlaps(session: Session) -> Proof:
    """List the titles whose overlap came with an older register: known, not a fault."""
    return listed("verify.known-overlaps", legacy_titles(session))


def geometries(session: Session) -> Proof:
    """List grounds that are invalid, empty or outside the world."""
    return listed("verify.invalid", invalid_grounds(session))


def parcels(session: Session) -> Proof:
    """List parcels without their occupation, or with one of other bytes or another period."""
    return listed("verify.parcels", map(str, parcels_apart_from_their_occupation(session)))


def ground_of_titles(session: Session) -> Proof:
    """List titles in force that hold no ground."""
    return listed("verify.ground", titles_without_ground(session))
