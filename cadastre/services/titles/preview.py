"""Show what an act would give before anybody decides it: titles, ground, holders, charges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry import MultiPolygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import Account, Application, Opening, Party, Title
from cadastre.procedures.ground import whole
from cadastre.procedures.terms import day_of, status_on
from cadastre.queries.charges import charges_of
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.facts import charge_fact, dates_of, holders_of, title_named
from cadastre.services.titles.ground import held, measure_of, open_parcels
from cadastre.services.titles.proposals import Outcome, Wish, try_act
from cadastre.units import M2_PER_HA


@dataclass(frozen=True, slots=True)
class Weight:
    """A charge that weighs on a title."""

    id: int
    kind: str
    rank: int
    party: str | None
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class RightState:
    """A title, or the application it comes from, at one side of an act; ground in EPSG:4326."""

    number: str
    kind: str
    status: str
    ground: MultiPolygon
    area_ha: float
    starts_on: dt.date | None = None
    expires_on: dt.date | None = None
    suspended_until: dt.date | None = None
    holders: tuple[tuple[str, Fraction], ...] = ()
    charges: tuple[Weight, ...] = ()


@dataclass(frozen=True, slots=True)
class OpeningState:
    """An opening that an act would publish."""

    group: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    mode: str
    area_ha: float


@dataclass(frozen=True, slots=True)
class Preview:
    """Both sides of an act; ``freed`` is ground that no title of the act would hold any more."""

    outcome: Outcome
    before: tuple[RightState, ...]
    after: tuple[RightState, ...]
    freed: MultiPolygon
    freed_ha: float
    openings: tuple[OpeningState, ...] = field(default=())

    @property
    def moved_up(self) -> tuple[str, ...]:
        """List the applications that would move up on the ground that comes free."""
        return tuple(self.outcome.facts.get("moved_up", ()))


def preview(
    session: Session, ruleset: Ruleset, subject: Title | Application, wish: Wish, account: Account
) -> Preview:
    """Try an act, look at what it gives, and undo it.

    Raises
    ------
    Blocked, UnusableInput, NotFound
        The act is not possible today.
    """
    others = [title_named(session, number) for number in wish.said.titles]
    first = state_of(session, ruleset, subject)
    before = (first, *(state_of(session, ruleset, one) for one in others))
    touched = [one.number for one in (subject, *others) if isinstance(one, Title)]

    def look(outcome: Outcome) -> Preview:
        numbers = dict.fromkeys((*outcome.titles, *touched))
        after = tuple(
            state_of(session, ruleset, title_named(session, number)) for number in numbers
        )
        openings = _openings(session, ruleset, outcome.facts.get("openings", ()))
        freed = _freed(before, after)
        return Preview(outcome, before, after, freed, _ha(ruleset, freed), openings)

    return try_act(session, ruleset, subject, wish, account, look)


def state_of(session: Session, ruleset: Ruleset, owner: Title | Application) -> RightState:
    """Give a title or application as it stands now in this transaction."""
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    ground = held(open_parcels(session, owner, now)).ground
    if isinstance(owner, Application):
        status = "filed" if owner.closed_at is None else owner.outcome or "filed"
        holders = ((owner.applicant.name, Fraction(1)),)
        area = _ha(ruleset, ground)
        return RightState(owner.number, owner.kind, status, ground, area, holders=holders)
    day = day_of(now, ruleset.time_zone)
    return RightState(
        number=owner.number,
        kind=owner.kind,
        status=status_on(dates_of(owner), day).value,
        ground=ground,
        area_ha=_ha(ruleset, ground),
        starts_on=owner.starts_on,
        expires_on=owner.expires_on,
        suspended_until=owner.suspended_until,
        holders=named_holders(session, owner, day),
        charges=weights_on(session, owner, day),
    )


def named_holders(
    session: Session, title: Title, day: dt.date
) -> tuple[tuple[str, Fraction], ...]:
    """Name the holders of a title on a day with their shares, largest first."""
    shares = holders_of(session, title, day)
    names = party_names(session, shares)
    ordered = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((names[party], share) for party, share in ordered)


def party_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Name parties, for who works at the desk."""
    query = select(Party.id, Party.name).where(Party.id.in_(list(ids)))
    return {row.id: row.name for row in session.execute(query)}


def weights_on(session: Session, title: Title, day: dt.date) -> tuple[Weight, ...]:
    """List the charges that weigh on a title on a day, by rank."""
    return tuple(
        Weight(
            charge.id, charge.kind, charge.rank,
            None if charge.party is None else charge.party.name, charge.ends_on,
        )
        for charge in charges_of(session, title.id)
        if charge_fact(charge).weighs(day)
    )  # fmt: skip


def _openings(
    session: Session, ruleset: Ruleset, numbers: Iterable[str]
) -> tuple[OpeningState, ...]:
    found = session.scalars(select(Opening).where(Opening.number.in_(list(numbers))))
    return tuple(
        OpeningState(
            one.exclusivity_group, one.opens_at, one.closes_at, one.mode,
            _ha(ruleset, whole(to_shape(one.geom))),
        )
        for one in found
    )  # fmt: skip


def _freed(before: Iterable[RightState], after: Iterable[RightState]) -> MultiPolygon:
    """Give what was held before and is not afterwards, for the plan alone."""
    was = shapely.union_all([one.ground for one in before])
    kept = shapely.union_all([one.ground for one in after])
    return whole(shapely.difference(was, kept))


def _ha(ruleset: Ruleset, ground: MultiPolygon) -> float:
    if ground.is_empty:
        return 0.0
    today = day_of(dt.datetime.now(dt.UTC), ruleset.time_zone)
    return measure_of(ruleset, ground, today).area_m2(ground) / M2_PER_HA
