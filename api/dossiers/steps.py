"""Take steps: lodge, complete, admit, ask, decide, issue; and order what is to be paid."""

from __future__ import annotations

from flask import Blueprint, Response

from api.again import tried_again
from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.dossiers.common import asked_for, once, represent, shown
from api.dossiers.shapes import CodeRequest, DossierShape, OrderRequest, StepRequest
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.representation import json_response
from api.session import db_session
from api.sign_in import current_account, current_actor
from api.state import now, state
from cadastre.errors import UnusableInput
from cadastre.rules.permissions import can_edit_dossier, can_examine, can_read_dossier, ensure
from cadastre.services.dossiers.access import readable, ref_of
from cadastre.services.dossiers.counter import WrongCode, confirm_code, make_code
from cadastre.services.dossiers.fees import as_told, fees_of, order_payment
from cadastre.services.dossiers.move import OBJECT, Said, objectable, take_step

step_routes = Blueprint("dossier_steps", __name__)


@step_routes.post("/api/dossiers/<number>/steps")
@limiter.limit(HEAVY)
@open_to(Access.SIGNED_IN)
@documented(Operation("Take a step", DossierShape, StepRequest, (LANG,), status=201))
@tried_again
def take(number: str) -> Response:
    """Take a step; a repeated Idempotency-Key gives the first answer."""
    asked = json_body(StepRequest)

    def act() -> dict[str, object]:
        said = Said(asked.reason, asked.document_id, asked.facts)
        session, actor = db_session(), current_actor()
        if asked.step == OBJECT:
            dossier = objectable(session, number, actor)
        else:
            dossier = readable(session, number, actor, lock=True)
        taken = take_step(session, state().ruleset, dossier, asked.step, actor, said)
        if can_read_dossier(actor, ref_of(session, dossier)):
            return represent(dossier, actor)
        # Whoever objects says what they have to say; the dossier stays closed to them.
        return {"number": dossier.number, "objected_at": taken.happened_at.isoformat()}

    return once(asked.model_dump(mode="json"), act)


@step_routes.get("/api/dossiers/<number>/fees")
@open_to(Access.SIGNED_IN)
@documented(Operation("What is due", parameters=(LANG,)))
def fees(number: str) -> Response:
    """List what is due at each moment, with its working."""
    dossier, _actor = asked_for(number)
    moments = ("lodgement", "decision", "issue", "yearly")
    session, ruleset, day = db_session(), state().ruleset, now().day
    lines = [line for m in moments for line in fees_of(session, ruleset, dossier, m, day)]
    return json_response({"fees": [as_told(line, current_language()) for line in lines]})


@step_routes.post("/api/dossiers/<number>/invoices")
@open_to(Access.SIGNED_IN)
@documented(Operation("Order what is to be paid", DossierShape, OrderRequest, (LANG,)))
@tried_again
def order(number: str) -> Response:
    """Issue the order of payment of a moment, or give the one there is."""
    asked = json_body(OrderRequest)
    dossier, actor = asked_for(number, lock=True)
    ref = ref_of(db_session(), dossier)
    may = can_examine(actor, ref) or can_edit_dossier(actor, ref)
    ensure(may, actor, "dossiers.not-yours", number)
    order_payment(
        db_session(),
        state().ruleset,
        dossier,
        asked.moment,
        now().day,
        account=current_account(),
    )
    return shown(dossier, actor)


@step_routes.post("/api/dossiers/<number>/counter-code")
@limiter.limit(HEAVY)
@open_to(Access.COUNTER)
@documented(Operation("Give or take the counter code", body=CodeRequest, parameters=(LANG,)))
def counter_code(number: str) -> Response:
    """Draw the code printed on the slip (``channel``), or take the person's (``code``)."""
    asked = json_body(CodeRequest)
    dossier, actor = asked_for(number, lock=True)
    if asked.code is not None:
        try:
            confirm_code(db_session(), dossier, asked.code, actor)
        except WrongCode:
            db_session().commit()
            raise
        return json_response({"confirmed": True})
    if asked.channel is None:
        raise UnusableInput("counter.unknown-channel", where="", known="paper, phone")
    code = make_code(db_session(), dossier, actor, asked.channel)
    return json_response({"confirmed": False, "code": code})
