"""The choice among the pieces of a clipped perimeter: by the applicant, and seen by agents."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from geoalchemy2.shape import to_shape
from shapely.geometry import MultiPolygon
from sqlalchemy import select
from werkzeug.wrappers import Response

from api.again import tried_again
from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf, current_account
from api.state import now, state
from cadastre.errors import CadastreError, NotAllowed, UnusableInput
from cadastre.models import Account, Application, Parcel, RemnantBundle
from cadastre.procedures.ground import whole
from cadastre.services.accounts import parties_of
from cadastre.services.checks import today
from cadastre.services.remnants import bundle_of, choose_remnant
from cadastre.services.titles.grant import application_named
from cadastre.units import M2_PER_HA
from web.views.act_plans import LETTERS
from web.views.desk_door import proposes, to_sign_in
from web.views.ground_plans import Drawn, plan_of_grounds
from web.views.told import refused

pages = Blueprint("remnants", __name__)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a clipped perimeter: its letter, and whether the application holds it still."""

    id: int
    letter: str
    ground: MultiPolygon
    area_ha: float
    is_held: bool


@pages.get("/applications/<number>/remnants")
def show(number: str) -> str | Response:
    """Show the pieces, until when to choose, and what was chosen."""
    account = current_account()
    if account is None:
        return to_sign_in()
    return _show(application_named(db_session(), number), account)


@pages.post("/applications/<number>/remnants")
@open_to(Access.PERSON)
@tried_again
def choose(number: str) -> Any:
    """Ask once more before the other pieces are freed; then keep the one that is chosen."""
    check_csrf()
    account = current_account()
    if account is None:
        return to_sign_in()
    application = application_named(db_session(), number)
    _ensure_theirs(application, account)
    try:
        piece = _piece_asked()
        if request.form.get("go") != "choose":
            return _show(application, account, chosen=piece)
        choose_remnant(db_session(), state().ruleset, application, piece, account=account)
    except CadastreError as error:
        db_session().rollback()
        return _show(application_named(db_session(), number), account, error), error.http_status
    return redirect(url_for("remnants.show", number=number, done="chosen"), 303)


def shows_remnants(number: str) -> bool:
    """Tell whether an application has pieces that whoever looks at it may see."""
    account = current_account()
    if account is None:
        return False
    query = (
        select(RemnantBundle)
        .join(Application, Application.id == RemnantBundle.application_id)
        .where(Application.number == number)
    )
    bundle = db_session().scalar(query)
    return bundle is not None and (proposes(account) or _is_theirs(bundle.application, account))


def _piece_asked() -> int:
    text = request.form.get("piece", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise UnusableInput("remnants.choose-one", where="piece")
    return int(text)


def _is_theirs(application: Application, account: Account) -> bool:
    mine = {party.id for party in parties_of(account, at=today(state().ruleset))}
    return application.applicant_id in mine


def _ensure_theirs(application: Application, account: Account) -> None:
    if not _is_theirs(application, account):
        raise NotAllowed("remnants.not-yours", where=application.number)


def _show(
    application: Application,
    account: Account,
    error: CadastreError | None = None,
    chosen: int | None = None,
) -> str:
    if not proposes(account):
        _ensure_theirs(application, account)
    session, ruleset, at = db_session(), state().ruleset, now().instant
    bundle = bundle_of(session, application)
    pieces = _pieces(bundle.id, at)
    is_open = bundle.chosen_at is None and application.closed_at is None
    default = ruleset.value("acts.remnant_by_default", now().day).value
    return render_template(
        "remnants/choice.html",
        application=application, bundle=bundle, pieces=pieces, now_at=at, default=default,
        plan=plan_of_grounds(ruleset, _drawn(pieces, chosen), application.number),
        chosen=next((one for one in pieces if one.id == chosen), None),
        kept=next((one for one in pieces if one.id == bundle.chosen_parcel_id), None),
        may_choose=is_open and at < bundle.choose_before and _is_theirs(application, account),
        is_open=is_open, is_late=is_open and at >= bundle.choose_before,
        refusal=refused(error, current_language(), ("piece",)) if error else None,
        done=request.args.get("done") == "chosen",
    )  # fmt: skip


def _pieces(bundle_id: int, at: dt.datetime) -> list[Piece]:
    """List the pieces of a bundle, largest first, so that letters stay what they were."""
    rows = db_session().scalars(
        select(Parcel)
        .where(Parcel.bundle_id == bundle_id)
        .order_by(Parcel.planar_area_m2.desc(), Parcel.id)
    )
    return [
        Piece(
            row.id, LETTERS[place] if place < len(LETTERS) else str(place + 1),
            whole(to_shape(row.geom)), row.planar_area_m2 / M2_PER_HA,
            row.period.upper is None or row.period.upper > at,
        )
        for place, row in enumerate(rows)
    ]  # fmt: skip


def _drawn(pieces: list[Piece], chosen: int | None) -> list[Drawn]:
    """Draw what stays as held, what would go or went as freed."""

    def kind(piece: Piece) -> str:
        if not piece.is_held:
            return "ground-gone"
        return "ground-freed" if chosen is not None and piece.id != chosen else "ground-piece"

    return [Drawn(kind(piece), piece.ground, piece.letter) for piece in pieces]
