"""The counter: a clerk files in a person's name, the person confirms by a code of their own."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from api.again import tried_again
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_account, current_actor
from api.state import now, state
from cadastre.errors import CadastreError, UnusableInput
from cadastre.models import Dossier, Party
from cadastre.services.catalogue_summary import service_row
from cadastre.services.dossiers.catalogue import Rules
from cadastre.services.dossiers.counter import CHANNELS, WrongCode, confirm_code, make_code
from cadastre.services.dossiers.listing import own_dossiers
from cadastre.services.dossiers.open import Opening, Person, open_dossier
from cadastre.services.mandates import count_waiting
from cadastre.services.once import do_once
from cadastre.services.receipts import qr_svg
from cadastre.vocabulary import PartyKind
from web.views.dossiers.common import Desk, opened, uncached
from web.views.told import Refused, refused

pages = Blueprint("counter", __name__)
FIELDS = ("service", "name", "kind", "email", "address")


@pages.get("/counter")
@open_to(Access.COUNTER)
def index() -> Any:
    """Receive somebody, and list the dossiers opened at this counter."""
    return uncached(make_response(_page()))


@pages.post("/counter")
@limiter.limit(HEAVY)
@open_to(Access.COUNTER)
@tried_again
def receive() -> Any:
    """Open a dossier in the name of the person standing there."""
    form = request.form
    asked = {name: form.get(name, "").strip()[:500] for name in FIELDS}
    try:
        answer, _ = do_once(
            db_session(), key=form.get("key", ""), account_id=current_actor().account_id or 0,
            request={"path": request.path, **asked}, act=lambda: _opened(asked),
        )  # fmt: skip
    except CadastreError as error:
        db_session().rollback()
        page = _page(refused(error, current_language(), FIELDS))
        return uncached(make_response(page, error.http_status))
    return redirect(url_for("my_dossiers.show", number=answer["number"]), 303)


def _opened(asked: dict[str, str]) -> dict[str, Any]:
    """Open the dossier.

    Raises
    ------
    UnusableInput
        ``counter.no-service``, ``counter.no-kind``; what opening refuses.
    """
    if not asked["service"]:
        raise UnusableInput("counter.no-service", where="service")
    if asked["kind"] not in set(PartyKind):
        raise UnusableInput("counter.no-kind", where="kind")
    service = state().catalogue.service(asked["service"])
    rules = Rules(service, state().procedures[service.procedure])
    person = Person(
        asked["name"][:200], PartyKind(asked["kind"]), asked["email"][:254] or None,
        asked["address"] or None,
    )  # fmt: skip
    opening = Opening(person=person, language=current_language())
    dossier = open_dossier(db_session(), state().ruleset, rules, current_actor(), opening)
    return {"number": dossier.number}


@pages.post("/counter/<number>/code")
@limiter.limit(HEAVY)
@open_to(Access.COUNTER)
@tried_again
def hand_over(number: str) -> Any:
    """Draw the code, and show once the slip that carries it."""
    dossier, actor = _ours(number)
    channel = request.form.get("channel", "")
    try:
        code = make_code(db_session(), dossier, actor, channel)
    except CadastreError as error:
        return _refused(number, error)
    follow = url_for("follow.ask", number=number, code=dossier.follow_up_code, _external=True)
    party = db_session().get_one(Party, dossier.party_id)
    page = render_template(
        "dossiers/slip.html", dossier=dossier, party=party, code=code, channel=channel,
        clerk=current_account(), qr=qr_svg(follow), follow=follow,
        title=Desk(dossier, actor).service.title[current_language()],
    )  # fmt: skip
    return uncached(make_response(page))


@pages.post("/counter/<number>/confirmation")
@limiter.limit(HEAVY)
@open_to(Access.COUNTER)
def take(number: str) -> Any:
    """Take the code that the person says."""
    dossier, actor = _ours(number)
    try:
        confirm_code(db_session(), dossier, request.form.get("confirmation", ""), actor)
    except WrongCode as error:
        db_session().commit()
        return _refused(number, error)
    except CadastreError as error:
        return _refused(number, error)
    return redirect(url_for("counter.confirming", number=number, done=1), 303)


@pages.get("/counter/<number>")
@open_to(Access.COUNTER)
def confirming(number: str) -> Any:
    """Give the code, take it back, print the slip."""
    return uncached(make_response(_confirming(number)))


def _ours(number: str) -> tuple[Dossier, Any]:
    desk = opened(number, lock=True)
    return desk.dossier, desk.actor


def _refused(number: str, error: CadastreError) -> Any:
    db_session().rollback()
    told = refused(error, current_language())
    trouble = Refused(told.message, told.reasons, "confirmation")
    return uncached(make_response(_confirming(number, trouble), error.http_status))


def _confirming(number: str, trouble: Refused | None = None) -> str:
    desk = opened(number)
    party = db_session().get(Party, desk.dossier.party_id) if desk.dossier.party_id else None
    confirmed = not desk.about.facts(("counter-confirmed",)).counter_unconfirmed
    return render_template(
        "dossiers/counter_code.html", desk=desk, party=party, confirmed=confirmed,
        trouble=trouble, channels=CHANNELS, title=desk.service.title[current_language()],
        clerk=current_account(), done=request.args.get("done") == "1",
    )  # fmt: skip


def _page(trouble: Refused | None = None) -> str:
    law, language = state().ruleset, current_language()
    services = [service_row(one, law, now().day, language) for one in state().catalogue]
    rows = [
        one for one in own_dossiers(db_session(), current_actor(), language) if one["at_counter"]
    ]
    return render_template(
        "dossiers/counter.html", services=services, rows=rows, trouble=trouble,
        form=request.form, kinds=[kind.value for kind in PartyKind], key=uuid.uuid4().hex,
        clerk=current_account(), mandates=count_waiting(db_session()),
    )  # fmt: skip
