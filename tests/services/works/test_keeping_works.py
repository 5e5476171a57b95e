"""Works are typed, drawn where they stand, and take their corridor along when they are rerouted."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import LineString, Point
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.errors import CadastreError, NotAllowed, UnusableInput
from cadastre.models import Account, Dossier, DossierStanding, JournalEntry, OutboxEvent
from cadastre.queries.electrification import bands, localities
from cadastre.queries.work_history import dossiers_of, open_cases_of, versions_of
from cadastre.rules.load import load_ruleset
from cadastre.rules.permissions import Actor, Power, Role
from cadastre.rules.permissions.actor import Standing
from cadastre.rules.works import Attribute, load_work_types
from cadastre.services.works.editing import Given, add_work, change_work, place_text
from cadastre.services.works.licences import attach_dossier, detach_dossier
from tests.factories import (
    make_application,
    make_base_map,
    make_party,
    make_unit,
    make_work,
    square,
)

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")
DATA = ROOT / "data"
FAR = "LINESTRING (1.0 7.0, 1.0 7.4)"
THROUGH = "LINESTRING (1.25 8.0, 1.25 8.5)"  # crosses the application of 1.2 8.2
LINE = Given(
    name="Ligne d'essai", kind="line", state="planned", place=FAR, reason="levé de 2026",
    attributes={"voltage_kv": "161"},
)  # fmt: skip


@pytest.fixture
def agent(session: Session) -> Actor:
    account = Account(email="agent@exemple.test", display_name="A", roles=["agent"])
    session.add(account)
    session.flush()
    return Actor(account.id, frozenset({Role.AGENT}))


def test_a_line_that_is_rerouted_opens_and_closes_the_cases_it_touches(
    session: Session, agent: Actor
) -> None:
    make_application(session, square(1.2, 8.2), number="DEM-W-1")
    kept = add_work(session, TOGO, DATA, dataclasses.replace(LINE, state="in-service"), agent)
    assert (kept.opened, kept.closed) == ((), ())
    through = dataclasses.replace(LINE, state="in-service", place=THROUGH)
    rerouted = change_work(session, TOGO, DATA, kept.work.code, through, agent)
    assert rerouted.done == "reroute"
    [case] = open_cases_of(session, kept.work)
    assert (rerouted.opened, case.kind) == ((case.number,), "application-work")
    retired = dataclasses.replace(through, state="retired")
    assert change_work(session, TOGO, DATA, kept.work.code, retired, agent).closed == (case.number,)
    back = change_work(session, TOGO, DATA, kept.work.code, through, agent)
    assert len(back.opened) == 1
    away = dataclasses.replace(through, place=FAR)
    assert change_work(session, TOGO, DATA, kept.work.code, away, agent).closed == back.opened
    assert not open_cases_of(session, kept.work)


def test_every_version_stays_and_others_are_told(session: Session, agent: Actor) -> None:
    kept = add_work(session, TOGO, DATA, LINE, agent)
    again = dataclasses.replace(LINE, place=place_text(kept.work))
    assert change_work(session, TOGO, DATA, kept.work.code, again, agent).done is None
    for change in ({"state": "under-construction"}, {"place": THROUGH}):
        change_work(session, TOGO, DATA, kept.work.code, dataclasses.replace(LINE, **change), agent)
    changed = [version.changed for version in versions_of(session, kept.work)]
    assert changed == [("state", "course"), ("state",), ()]
    topics = session.scalars(
        select(OutboxEvent.topic).where(OutboxEvent.subject_id == kept.work.code)
        .order_by(OutboxEvent.id)
    ).all()  # fmt: skip
    assert topics == ["work.add", "work.change", "work.reroute"]
    reasons = session.scalars(
        select(JournalEntry.reason).where(JournalEntry.subject_id == kept.work.code)
    ).all()
    assert reasons == ["levé de 2026"] * 3


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"attributes": {}}, "works.missing"),
        ({"attributes": {"voltage_kv": "beaucoup"}}, "works.not-a-number"),
        ({"attributes": {"voltage_kv": "nan"}}, "works.not-a-number"),
        ({"attributes": {"voltage_kv": "161000"}}, "works.out-of-bounds"),
        ({"attributes": {"voltage_kv": "161", "support": "volante"}}, "works.not-a-choice"),
        ({"attributes": {"voltage_kv": "161", "circuits": "1.5"}}, "works.not-a-number"),
        ({"place": "POINT (1 8)"}, "works.wrong-shape"),
        ({"place": "LINESTRING (8 1, 8.4 1)"}, "works.not-here"),
        ({"place": "<script>"}, "works.no-place"),
        ({"place": '{"type": "LineString", "coordinates": "x"}'}, "works.no-place"),
        ({"kind": "fusée"}, "works.no-kind"),
        ({"state": "hanté"}, "works.no-state"),
        ({"name": " "}, "works.no-name"),
        ({"state": "in-service", "commissioned_on": "2999-01-01"}, "works.not-yet"),
        ({"operator": "Inconnue SA"}, "works.no-operator"),
    ],
)
def test_a_slip_is_said_beside_its_field(
    session: Session, agent: Actor, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(CadastreError) as refusal:
        add_work(session, TOGO, DATA, dataclasses.replace(LINE, **given), agent)
    assert refusal.value.code == code


def test_who_acts_for_the_operator_keeps_its_own_works_and_no_others(session: Session) -> None:
    power = make_party(session, "Réseau d'essai SA")
    work = make_work(session, LineString([(1.0, 7.0), (1.0, 7.4)]), operator=power, code="W-OWN")
    other = make_work(session, LineString([(1.1, 7.0), (1.1, 7.4)]), code="W-OTHER")
    account = Account(email="reseau@exemple.test", display_name="R", roles=["applicant"])
    session.add(account)
    session.flush()
    mandate = Standing(power.id, frozenset({Power.FILE}), dt.date(2020, 1, 1))
    actor = Actor(account.id, frozenset({Role.APPLICANT}), (mandate,))
    given = dataclasses.replace(LINE, operator=power.name, state="in-service")
    assert change_work(session, TOGO, DATA, work.code, given, actor).done == "change"
    with pytest.raises(NotAllowed, match=r"works\.operator-by-agents"):
        change_work(session, TOGO, DATA, work.code, LINE, actor)
    with pytest.raises(NotAllowed):
        change_work(session, TOGO, DATA, other.code, given, actor)
    with pytest.raises(NotAllowed):
        add_work(session, TOGO, DATA, LINE, actor)
    assert add_work(session, TOGO, DATA, given, actor).work.operator is power


def test_licences_are_attached_once_and_taken_away(session: Session, agent: Actor) -> None:
    work = make_work(session, Point(1.0, 7.0), kind="plant")
    dossier = Dossier(
        number="DOS-W-1", service="licence-production", procedure="x", procedure_version="1"
    )
    session.add(dossier)
    session.flush()
    with pytest.raises(CadastreError, match=r"works\.no-dossier"):  # a draft is its writer's
        attach_dossier(session, work, "DOS-W-1", agent)
    now = dt.datetime.now(dt.UTC)
    session.add(
        DossierStanding(
            dossier_id=dossier.id, state="lodged", stage="x", awaited=[], moved_at=now
        )
    )
    session.flush()
    for _ in range(2):
        attach_dossier(session, work, "dos-w-1", agent)
    assert dossiers_of(session, work) == [dossier]
    detach_dossier(session, work, "DOS-W-1", agent)
    assert not dossiers_of(session, work)
    with pytest.raises(CadastreError, match=r"works\.no-dossier"):
        attach_dossier(session, work, "DOS-404", agent)


def test_localities_are_measured_to_the_network_in_service(session: Session) -> None:
    make_unit(session, square(0.0, 6.0, 3.0), code="TG", name="Togo", level=0)
    make_unit(session, square(0.0, 6.0, 3.0), code="TG-M", name="Maritime", level=1)
    for name, lon, people in (("Près", 1.01, 500), ("Loin", 1.5, 200)):
        town = make_base_map(session, Point(lon, 7.2), layer="towns", name=name)
        town.attributes = {"population": people}
    abroad = make_base_map(session, Point(5.0, 7.2), layer="towns", name="Ailleurs")
    abroad.attributes = {"population": 9}
    make_work(session, LineString([(1.0, 7.0), (1.0, 7.4)]), code="W-NET")
    make_work(session, LineString([(1.5, 7.0), (1.5, 7.4)]), code="W-PLANNED", state="planned")
    session.flush()
    far, near = localities(session)
    assert (far.name, near.name, near.work, near.region) == ("Loin", "Près", "W-NET", "Maritime")
    assert near.distance_km == pytest.approx(1.1, abs=0.05)
    assert far.distance_km == pytest.approx(55.2, abs=0.3)
    counted = {band.most_km: (band.localities, band.population) for band in bands([far, near])}
    assert counted[5] == (1, 500)
    assert counted[None] == (2, 700)


def test_every_kind_of_the_form_has_a_corridor_in_the_law_and_a_readable_line() -> None:
    types = load_work_types(DATA / "works")
    assert set(types) <= set(TOGO.works)
    for kind in types.values():
        assert all(set(one.label) == {"fr", "en"} for one in kind.attributes)


def test_a_number_is_read_as_people_write_it() -> None:
    one = Attribute("power_mw", "number", {"fr": "P", "en": "P"}, least=0.1, most=5000)
    assert one.read("1 200,5") == 1200.5
    with pytest.raises(UnusableInput):
        one.read("0")


def test_wrong_data_is_refused_whole(tmp_path: Path) -> None:
    (tmp_path / "kinds.yaml").write_text("line: {drawn: [Spiral]}\n", "utf-8")
    with pytest.raises(CadastreError, match=r"works\.wrong-data"):
        load_work_types(tmp_path)
