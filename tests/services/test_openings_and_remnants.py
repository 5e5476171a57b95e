"""Freed ground opens fairly; a clipped perimeter keeps all its pieces under its rank."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from geoalchemy2.shape import to_shape
from shapely.geometry import box, mapping
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cadastre.errors import NotAllowed, NotFound
from cadastre.models import (
    Account,
    Application,
    LogHead,
    LogKey,
    Occupation,
    Opening,
    Parcel,
    Party,
)
from cadastre.procedures.draw import Entry, draw, seal_of
from cadastre.procedures.window import Phase
from cadastre.queries.soundness import parcels_apart_from_their_occupation
from cadastre.services.filing import Filing, file_application
from cadastre.services.openings.reserved import refuse_reserved_ground
from cadastre.services.openings.sealed import leave_seal, phase_of, reveal, window_of
from cadastre.services.openings.settle import (
    enter_seed,
    settle_by_comparison,
    settle_by_log_head,
)
from cadastre.services.readings import read_geometry
from cadastre.services.remnants import (
    bundle_of,
    bundle_remnants,
    choose_by_rule,
    choose_remnant,
    file_clipped,
)
from cadastre.services.sweep import sweep
from cadastre.services.titles.reduce import withdraw
from tests.factories import make_party, make_title
from tests.services.titles.people import TOGO, account, decision, refused

KIND, SAND, GROUP = "permis-materiaux-construction", ("sable",), "construction-materials"
GROUND = box(0.9, 8.9, 1.0, 9.0)
HOUR = dt.timedelta(hours=1)


def asked(west: float = 0.9, east: float = 1.0) -> str:
    wanted = box(west, 8.9, east, 9.0)
    return json.dumps({"kind": KIND, "substances": list(SAND), "geometry": mapping(wanted)})


def filing(ground) -> Filing:
    return Filing(KIND, SAND, read_geometry(TOGO, mapping(ground)))


@pytest.fixture
def opening(session: Session) -> Opening:
    """Free ground a month ago, so that its window has an end in the past as well."""
    title = make_title(session, GROUND, kind=KIND, substances=SAND, group=GROUP)
    then = dt.datetime.now(dt.UTC) - dt.timedelta(days=40)
    withdraw(session, TOGO, title, decision(session, then))
    return session.scalars(select(Opening)).one()


def rivals(session: Session, count: int = 3) -> list[tuple[Account, Party]]:
    return [
        (account(session, "applicant"), make_party(session, f"Rival {n}")) for n in range(count)
    ]


def seal_all(session: Session, opening: Opening, people) -> None:
    during = opening.opens_at + HOUR
    for n, (who, party) in enumerate(people):
        seal = seal_of(asked().encode(), f"sel {n}")
        leave_seal(session, TOGO, opening, seal, account=who, party=party, at=during)


def reveal_all(session: Session, opening: Opening, people) -> None:
    after = opening.closes_at + HOUR
    for n, (who, party) in enumerate(people):
        reveal(
            session, TOGO, opening, asked(), f"sel {n}", account=who, party=party, at=after
        )  # fmt: skip


def test_freed_ground_is_refused_to_the_fastest(session: Session, opening: Opening):
    before = opening.opens_at - HOUR
    with refused("openings.not-open-yet"):
        refuse_reserved_ground(session, GROUND, [GROUP], before)
    with refused("openings.file-sealed"):
        refuse_reserved_ground(session, GROUND, [GROUP], opening.opens_at + HOUR)
    refuse_reserved_ground(session, GROUND, ["precious-metals"], before)
    refuse_reserved_ground(session, box(1.0, 8.9, 1.1, 9.0), [GROUP], before)
    refuse_reserved_ground(session, GROUND, [GROUP], opening.closes_at)  # nobody sealed anything


def test_an_ordinary_filing_cannot_slip_in(session: Session):
    title = make_title(session, GROUND, kind=KIND, substances=SAND, group=GROUP)
    withdraw(session, TOGO, title, decision(session, None))
    who, party = rivals(session, 1)[0]
    with refused("openings.not-open-yet"):
        file_application(session, TOGO, filing(GROUND), account=who, applicant=party)


def test_ground_freed_by_the_clock_waits_for_its_opening_even_before_a_sweep(session: Session):
    make_title(
        session, GROUND, kind=KIND, substances=SAND, group=GROUP, expires_on=dt.date(2030, 1, 1)
    )
    after = dt.datetime(2030, 1, 2, tzinfo=dt.UTC)
    with refused("openings.not-published-yet"):
        refuse_reserved_ground(session, GROUND, [GROUP], after)
    sweep(session, TOGO, at=after)
    with refused("openings.not-open-yet"):
        refuse_reserved_ground(session, GROUND, [GROUP], after)
    assert sweep(session, TOGO, at=after).titles == ()


def test_a_party_has_one_seal_and_it_is_taken_only_in_the_window(
    session: Session, opening: Opening
):
    who, party = rivals(session, 1)[0]
    for moment in (opening.opens_at - HOUR, opening.closes_at):
        with refused("openings.not-in-window"):
            leave_seal(
                session, TOGO, opening, "0" * 64, account=who, party=party, at=moment
            )  # fmt: skip
    during = opening.opens_at
    one = leave_seal(session, TOGO, opening, "0" * 64, account=who, party=party, at=during)
    again = leave_seal(session, TOGO, opening, "1" * 64, account=who, party=party, at=during)
    assert one is again
    assert again.seal == "1" * 64
    assert again.content == {}  # nothing to read before closing, for anybody


def test_what_is_revealed_must_be_what_was_sealed(session: Session, opening: Opening):
    people = rivals(session, 1)
    seal_all(session, opening, people)
    (who, party), after = people[0], opening.closes_at + HOUR
    with refused("openings.seal-differs"):
        reveal(session, TOGO, opening, asked(0.91), "sel 0", account=who, party=party, at=after)
    with refused("openings.not-in-reveal"):
        early = opening.closes_at - HOUR
        reveal(session, TOGO, opening, asked(), "sel 0", account=who, party=party, at=early)
    with refused("openings.nothing-sealed", NotFound):
        other = make_party(session)
        reveal(session, TOGO, opening, asked(), "sel 0", account=who, party=other, at=after)


def test_winners_are_filed_in_the_order_of_the_draw(session: Session, opening: Opening):
    people = rivals(session)
    seal_all(session, opening, people)
    with refused("openings.not-ready"):
        settle_by_log_head(session, TOGO, opening, at=opening.closes_at + HOUR)
    reveal_all(session, opening, people)
    with refused("openings.no-head-yet"):
        settle_by_log_head(session, TOGO, opening, at=opening.closes_at + 2 * HOUR)
    root = bytes(range(32))
    session.add(LogKey(key_id="k", origin="essai", public_key=b"k"))
    session.flush()
    head = LogHead(
        size=1, root_hash=root, signed_at=opening.closes_at + HOUR, key_id="k", signature=b""
    )
    session.add(head)
    session.flush()
    filed = settle_by_log_head(session, TOGO, opening, at=opening.closes_at + 2 * HOUR)
    applications = [
        session.scalars(select(Application).where(Application.number == n)).one() for n in filed
    ]
    entries = [
        Entry(party.id, seal_of(asked().encode(), f"sel {n}"))
        for n, (_, party) in enumerate(people)
    ]
    expected = [lot.party for lot in draw(opening.number, root.hex(), entries)]
    assert [one.applicant_id for one in applications] == expected
    assert [one.rank for one in applications] == sorted(one.rank for one in applications)
    standings = session.scalars(
        select(Occupation.standing)
        .join(Parcel)
        .join(Application, Application.id == Parcel.application_id)
        .order_by(Application.rank)
    ).all()
    assert standings == ["exclusive", "second-rank", "second-rank"]
    now = opening.closes_at + 3 * HOUR
    assert phase_of(TOGO, opening, now) is Phase.SETTLED


def test_who_never_reveals_loses_its_place_and_holds_nobody_up(session: Session, opening: Opening):
    people = rivals(session, 2)
    seal_all(session, opening, people)
    reveal_all(session, opening, people[:1])
    opening.seed_source = "Loterie d'essai du 24 décembre"
    late = window_of(TOGO, opening).reveal_ends_at
    one, two = account(session, "decider"), account(session, "decider")
    assert enter_seed(session, TOGO, opening, "12-24-36", account=one, at=late) is None
    with refused("titles.same-person", NotAllowed):
        enter_seed(session, TOGO, opening, "12-24-36", account=one, at=late)
    with refused("openings.seed-differs"):
        enter_seed(session, TOGO, opening, "12-24-63", account=two, at=late)
    filed = enter_seed(session, TOGO, opening, "12-24-36", account=two, at=late)
    assert len(filed or ()) == 1


def test_a_comparison_places_everybody_for_a_reason(session: Session, opening: Opening):
    people = rivals(session, 2)
    session.execute(text("UPDATE opening SET mode = 'comparison'"))
    session.refresh(opening)
    seal_all(session, opening, people)
    reveal_all(session, opening, people)
    order = [people[1][1].id, people[0][1].id]
    chosen = decision(session, opening.closes_at + 2 * HOUR, "programme de travaux")
    filed = settle_by_comparison(session, TOGO, opening, order, chosen)
    ranks = session.execute(
        select(Application.applicant_id)
        .where(Application.number.in_(filed))
        .order_by(Application.rank)
    )
    assert [row[0] for row in ranks] == order


@pytest.fixture
def clipped(session: Session) -> Application:
    """File a perimeter that a title across its middle cuts in two."""
    make_title(
        session, box(0.93, 8.85, 0.95, 9.05), kind=KIND, substances=SAND, group=GROUP
    )  # fmt: skip
    who, party = rivals(session, 1)[0]
    return file_clipped(session, TOGO, filing(GROUND), account=who, applicant=party)


def pieces(session: Session, application: Application) -> list[Parcel]:
    query = select(Parcel).where(Parcel.application_id == application.id).order_by(Parcel.id)
    return list(session.scalars(query))


def test_all_pieces_are_held_under_the_first_rank(session: Session, clipped: Application):
    east, west = pieces(session, clipped)
    assert to_shape(east.geom).equals(box(0.95, 8.9, 1.0, 9.0))
    assert to_shape(west.geom).equals(box(0.9, 8.9, 0.93, 9.0))
    bundle = bundle_of(session, clipped)
    assert {east.bundle_id, west.bundle_id} == {bundle.id}
    who, party = rivals(session, 1)[0]
    rival = file_application(
        session, TOGO, filing(box(0.9, 8.9, 0.93, 9.0)), account=who, applicant=party
    )
    query = (
        select(Occupation.standing)
        .join(Parcel)
        .where(Parcel.application_id == rival.id)
        .order_by(Occupation.id)
    )
    assert session.scalars(query).all() == ["second-rank"]
    choose_remnant(session, TOGO, clipped, east.id, account=clipped.account)
    assert session.scalars(query).all() == ["second-rank", "exclusive"]
    assert parcels_apart_from_their_occupation(session) == []
    with refused("remnants.chosen-already"):
        choose_remnant(session, TOGO, clipped, west.id, account=clipped.account)


def test_the_largest_piece_is_kept_when_nobody_chose_in_time(
    session: Session, clipped: Application
):
    bundle = bundle_of(session, clipped)
    with refused("remnants.too-late"):
        choose_remnant(
            session, TOGO, clipped, pieces(session, clipped)[0].id,
            account=clipped.account, at=bundle.choose_before,
        )  # fmt: skip
    assert choose_by_rule(session, TOGO, bundle.choose_before - HOUR) == []
    assert choose_by_rule(session, TOGO, bundle.choose_before) == [clipped.number]
    assert choose_by_rule(session, TOGO, bundle.choose_before) == []
    assert bundle.chosen_parcel_id == pieces(session, clipped)[0].id


def test_nothing_free_is_said(session: Session):
    make_title(session, GROUND, kind=KIND, substances=SAND, group=GROUP)
    who, party = rivals(session, 1)[0]
    with refused("remnants.nothing-free"):
        file_clipped(session, TOGO, filing(GROUND), account=who, applicant=party)


def test_a_second_clipping_lets_the_applicant_choose_again(session: Session, clipped: Application):
    east, west = pieces(session, clipped)
    choose_remnant(session, TOGO, clipped, east.id, account=clipped.account)
    bundle_remnants(session, TOGO, clipped, [box(0.9, 8.9, 0.92, 9.0)])
    third = pieces(session, clipped)[-1]
    with refused("remnants.unknown-piece", NotFound):
        choose_remnant(session, TOGO, clipped, west.id, account=clipped.account)
    bundle = choose_remnant(session, TOGO, clipped, third.id, account=clipped.account)
    assert bundle.chosen_parcel_id == third.id


def test_a_country_may_let_everything_go_when_nobody_chose(session: Session, clipped: Application):
    keeps = TOGO.parameters["acts.remnant_by_default"]
    nothing = dataclasses.replace(keeps, periods=((dt.date(1996, 1, 1), "none"),))
    law = dataclasses.replace(
        TOGO, parameters={**TOGO.parameters, "acts.remnant_by_default": nothing}
    )
    choose_by_rule(session, law, bundle_of(session, clipped).choose_before)
    assert clipped.outcome == "withdrawn"
    assert all(piece.period.upper is not None for piece in pieces(session, clipped))
