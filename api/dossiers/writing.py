"""Open a dossier, list one's own, read one and save it as it is written."""

from __future__ import annotations

from flask import Blueprint, Response

from api.again import tried_again
from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.dossiers.common import asked_for, once, represent, shown
from api.dossiers.shapes import DossierListShape, DossierShape, OpenRequest, SaveRequest
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.representation import json_response
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.services.dossiers.answers import save
from cadastre.services.dossiers.catalogue import Rules
from cadastre.services.dossiers.listing import own_dossiers
from cadastre.services.dossiers.open import Opening, Person, open_dossier
from cadastre.vocabulary import PartyKind

dossier_routes = Blueprint("dossiers", __name__)


@dossier_routes.post("/api/dossiers")
@limiter.limit(HEAVY)
@open_to(Access.SIGNED_IN)
@documented(Operation("Open a dossier", DossierShape, OpenRequest, (LANG,), status=201))
@tried_again
def open_one() -> Response:
    """Open a dossier for a service, in one's own name, a company's, or at the counter."""
    asked = json_body(OpenRequest)
    actor = current_actor()
    service = state().catalogue.service(asked.service)
    rules = Rules(service, state().procedures[service.procedure])
    person = None
    if asked.person is not None:
        given = asked.person
        person = Person(given.name, PartyKind(given.kind), given.email, given.address)
    opening = Opening(asked.party_id, person, asked.title, current_language())
    return once(
        asked.model_dump(mode="json"),
        lambda: represent(
            open_dossier(db_session(), state().ruleset, rules, actor, opening), actor
        ),
    )


@dossier_routes.get("/api/dossiers")
@open_to(Access.SIGNED_IN)
@documented(Operation("List one's own dossiers", DossierListShape, None, (LANG,)))
def mine() -> Response:
    """List the dossiers somebody opened or has a mandate for, those that moved last first."""
    found = own_dossiers(db_session(), current_actor(), current_language())
    return json_response({"dossiers": found, "total": len(found)})


@dossier_routes.get("/api/dossiers/<number>")
@open_to(Access.SIGNED_IN)
@documented(Operation("Read a dossier", DossierShape, None, (LANG,)))
def read(number: str) -> Response:
    """Give a dossier as the person asking may see it."""
    return shown(*asked_for(number))


@dossier_routes.patch("/api/dossiers/<number>")
@open_to(Access.SIGNED_IN)
@documented(Operation("Save answers and ground", DossierShape, SaveRequest, (LANG,)))
@tried_again
def change(number: str) -> Response:
    """Save what was written so far, right or wrong."""
    asked = json_body(SaveRequest)
    dossier, actor = asked_for(number, lock=True)
    ground = asked.perimeter
    save(
        db_session(),
        dossier,
        actor,
        form=asked.form,
        perimeter=None if ground is None else ground.model_dump(exclude_none=True),
        edition=asked.edition,
    )
    return shown(dossier, actor)
