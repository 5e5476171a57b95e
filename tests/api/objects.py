"""A scene with one object of each kind, and everybody who might ask for it, each in a browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from api.sign_in import SECOND_FACTOR
from cadastre.models import (
    Account,
    ApiToken,
    ExportJob,
    ImportJob,
    Invoice,
    Mandate,
    Opening,
    OverlapCase,
    SealedFiling,
)
from cadastre.models.base import SRID
from cadastre.rules.permissions import Classification
from cadastre.services.cases.detection import recount
from cadastre.services.dossiers.documents import Upload, attach
from cadastre.services.dossiers.messages import write_message
from cadastre.services.dossiers.open import OWN_POWERS
from cadastre.services.import_jobs.ordering import keep_bytes
from cadastre.services.tokens import make_token
from tests.factories import make_application, make_party, make_title, make_unit, square
from tests.services.dossiers import walking
from tests.web.people.asking import PASSWORD, make_person

RESEARCH = "permis-recherche"
# Who asks: name, roles, and what sets them apart from others of the same role.
CALLERS: dict[str, tuple[str, ...]] = {
    "mine": ("applicant",), "mate": ("applicant",), "claims": ("applicant",),
    "rival": ("applicant",), "clerk": ("clerk",), "agent": ("agent",), "far": ("agent",),
    "asked": ("adviser",), "body": ("adviser",), "decider": ("decider",), "fardec": ("decider",),
    "superv": ("supervisor",), "analyst": ("analyst",), "auditor": ("auditor",),
    "admin": ("administrator",), "nobody": (),
}  # fmt: skip
FACTORED = ("decider", "fardec", "admin")
MANDATES = {
    "mine": (list(OWN_POWERS), "active"), "mate": (["follow"], "active"),
    "claims": (list(OWN_POWERS), "pending"),
}  # fmt: skip


@dataclass
class Scene:
    """What there is, by the words of the table's paths, and a client for each caller."""

    session: Session
    names: dict[str, str | int]
    clients: dict[str, FlaskClient]
    tokens: dict[str, str]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Let nothing stay of what is asked inside."""
        self.session.commit()
        connection = self.session.get_bind()
        assert isinstance(connection, Connection)
        point = connection.begin_nested()
        try:
            yield
        finally:
            self.session.rollback()
            point.rollback()
            self.session.expire_all()


def lay_out(app: Flask, session: Session) -> Scene:
    """Make people, their objects, and sign everybody in."""
    make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
    make_unit(session, square(0.3, 7.8, 2.0), code="TG-C", name="Centrale", level=1)
    company = make_party(session, "Mines de l'Anié (fictive)")
    elsewhere = make_party(session, "Or de Blitta (fictive)")
    people = _people(session, company.id, elsewhere.id)
    who = walking.People(
        applicant=people["mine"], agent=people["agent"], decider=people["decider"],
        adviser=people["asked"], clerk=people["clerk"], company=company,
    )  # fmt: skip
    names = _dossiers(session, who) | _rights(session, people, company)
    names |= _jobs(session, people) | _of_people(session, people)
    session.commit()
    clients = {name: app.test_client() for name in CALLERS}
    tokens = {name: _enter(clients[name], people.get(name)) for name in CALLERS}
    return Scene(session, names, clients, tokens)


def _people(session: Session, company: int, elsewhere: int) -> dict[str, Account]:
    people = {
        name: make_person(session, name, roles=list(roles)) for name, roles in CALLERS.items()
        if roles
    }  # fmt: skip
    people["asked"].body, people["body"].body = "environment", "electricity"
    people["far"].areas = people["fardec"].areas = ["TG-K"]
    for name, (powers, state) in MANDATES.items():
        session.add(_mandate(people[name], company, powers, state))
    session.add(_mandate(people["rival"], elsewhere, list(OWN_POWERS), "active"))
    session.flush()
    for person in people.values():
        session.refresh(person, ["mandates"])
    return people


def _mandate(account: Account, party: int, powers: list[str], state: str) -> Mandate:
    return Mandate(
        account_id=account.id, party_id=party, powers=powers, state=state,
        starts_on=dt.date(2020, 1, 1), reason="Mines de l'Anié",
    )  # fmt: skip


def _dossiers(session: Session, who: walking.People) -> dict[str, str | int]:
    draft = walking.opened(session, RESEARCH, who)
    dossier = walking.lodged(session, RESEARCH, who, 1)
    agent = who.actor(session, who.agent)
    walking.step(session, dossier, "admit", agent)
    walking.step(session, dossier, "request-opinion", agent, body="environment")
    upload = Upload("note.pdf", walking.PDF, None, "Note")
    note = attach(session, dossier, agent, upload, for_office=True)
    write_message(session, dossier, agent, "Bonjour")
    session.refresh(dossier)
    dossier.office = "TG-C"  # where its ground lies
    invoice = session.scalars(select(Invoice).where(Invoice.dossier_id == dossier.id)).first()
    assert invoice is not None
    return {
        "draft": draft.number, "lodged": dossier.number, "note": note.id,
        "piece": next(one.id for one in dossier.documents if one.id != note.id),
        "invoice": invoice.number,
    }  # fmt: skip


def _rights(session: Session, people: dict[str, Account], company) -> dict[str, str | int]:
    held = make_title(session, square(0.5, 8.0), number="PR-1", holder=company)
    make_application(session, square(0.55, 8.05), number="A-1", standing="second-rank")
    recount(session, walking.TOGO)
    number = session.scalars(
        select(OverlapCase.number).where(OverlapCase.left_parcel_id.is_not(None))
    ).first()
    now = dt.datetime.now(dt.UTC)
    opening = Opening(
        number="OUV-1", title_id=held.id, exclusivity_group="none",
        geom=from_shape(MultiPolygon([square(1.5, 9.0)]), SRID), mode="draw",
        published_at=now - dt.timedelta(30), opens_at=now - dt.timedelta(9),
        closes_at=now - dt.timedelta(1), seed_source="log-head",
    )  # fmt: skip
    session.add(opening)
    session.flush()
    session.add(
        SealedFiling(
            opening_id=opening.id, party_id=company.id, account_id=people["mine"].id,
            seal="0" * 64, content={},
        )
    )  # fmt: skip
    return {"case": str(number), "title": held.number, "opening": opening.number}


def _jobs(session: Session, people: dict[str, Account]) -> dict[str, str | int]:
    session.add(
        ExportJob(
            key="the-key-of-an-export", account_id=people["superv"].id, wanted={},
            clearance=int(Classification.PERSONAL), collection="titles", format="geojson",
            expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(1),
        )
    )  # fmt: skip
    sent = ImportJob(
        account_id=people["agent"].id, collection="zones", filename="zones.csv",
        sha256=keep_bytes(session, b"nom;x;y"), layer=None, crs=None,
        preview={"fields": [], "rows": [], "has_geometry": False, "layers": [], "count": 0},
    )  # fmt: skip
    session.add(sent)
    session.flush()
    return {"export": "the-key-of-an-export", "import": sent.id}


def _of_people(session: Session, people: dict[str, Account]) -> dict[str, str | int]:
    mine = people["mine"]
    make_token(session, mine, name="essai", days=1)
    token = session.scalars(select(ApiToken.id).where(ApiToken.account_id == mine.id)).one()
    held = {name: people[name].mandates[0].id for name in ("mate", "claims")}
    return {"account": mine.id, "token": token, "mandate": held["mate"], "claim": held["claims"]}


def _enter(client: FlaskClient, account: Account | None) -> str:
    """Sign in as a person does, with a second factor where the role asks for one."""
    token = client.get("/api/me").get_json()["csrf_token"]
    if account is None:
        return str(token)
    fields = {"csrf_token": token, "email": account.email, "password": PASSWORD}
    assert client.post("/login", data=fields).status_code in (302, 303)
    if account.email.partition("@")[0] in FACTORED:
        with client.session_transaction() as kept:
            kept[SECOND_FACTOR] = account.id
    return str(client.get("/api/me").get_json()["csrf_token"])
