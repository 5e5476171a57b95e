"""One's own dossiers: what is being written, where each stands, and what is awaited."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from api.again import tried_again
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.errors import CadastreError
from cadastre.models import Document, Party
from cadastre.procedures.machine import State
from cadastre.queries.choosing import sizes_of
from cadastre.rules.permissions import can_withdraw
from cadastre.sentences import say
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.documents import OFFICE, Upload, attach
from cadastre.services.dossiers.listing import own_dossiers
from cadastre.services.dossiers.messages import mark_read, messages_for, write_message
from cadastre.services.dossiers.move import Said, take_step
from cadastre.services.dossiers.showing import dossier_for
from web.views.dossiers.common import Desk, act_once, new_key, opened, uncached
from web.views.told import Refused, refused

pages = Blueprint("my_dossiers", __name__)
TOLD = ("message", "withdrawn", "completed", "lodged")


@pages.get("/dossiers")
@open_to(Access.PERSON)
def index() -> Any:
    """List one's dossiers, those that moved last first."""
    found = own_dossiers(db_session(), current_actor(), current_language())
    drafts = [one for one in found if one["state"] == State.DRAFT]
    under_way = [one for one in found if one["state"] != State.DRAFT and not one["closed"]]
    closed = [one for one in found if one["closed"]]
    page = render_template(
        "dossiers/mine.html", drafts=drafts, under_way=under_way, closed=closed, count=len(found)
    )
    return uncached(make_response(page))


@pages.get("/dossiers/<number>")
@open_to(Access.PERSON)
def show(number: str) -> Any:
    """Show a dossier: what is left to write before it is lodged, where it stands afterwards."""
    return uncached(make_response(_shown(opened(number))))


def _shown(desk: Desk, trouble: Refused | None = None) -> str:
    if desk.standing.state is State.DRAFT:
        return _draft(desk, trouble)
    return _followed(desk, trouble)


def _draft(desk: Desk, trouble: Refused | None) -> str:
    party = db_session().get(Party, desk.dossier.party_id) if desk.dossier.party_id else None
    return render_template(
        "dossiers/draft.html", desk=desk, stops=desk.stops, party=party, trouble=trouble,
        title=desk.service.title[current_language()], left=_left(desk), key=new_key(),
        may_withdraw=_may_withdraw(desk),
    )  # fmt: skip


def _left(desk: Desk) -> int:
    return sum(stop.state != "done" for stop in desk.stops)


def _may_withdraw(desk: Desk) -> bool:
    if desk.standing.closed:
        return False
    return desk.is_clerk or can_withdraw(desk.actor, ref_of(db_session(), desk.dossier))


def _followed(desk: Desk, trouble: Refused | None) -> str:
    session, language = db_session(), current_language()
    told = dossier_for(session, state().ruleset, desk.dossier, desk.actor, language)
    messages = messages_for(session, desk.dossier, desk.actor) if desk.is_ours else ()
    if desk.is_ours:
        mark_read(session, desk.dossier, desk.actor)
        session.commit()
    documents = [one for one in told["documents"] if one["kind"] != OFFICE]
    sizes = sizes_of(session, {one["sha256"] for one in documents if one["sha256"]})
    asked_again = next(
        (one for one in reversed(told["history"]) if one["step"] == "request-completion"), None
    )
    done = request.args.get("done")
    return render_template(
        "dossiers/follow.html", desk=desk, told=told, messages=messages, documents=documents,
        sizes=sizes, trouble=trouble, key=new_key(), may_withdraw=_may_withdraw(desk),
        asked_again=asked_again if told["state"] == State.COMPLETING else None,
        to_replace=[one for one in documents if one["verdict"] == "to-replace"
                    and not one["withdrawn"]],
        pieces={piece.id: piece.name[language] for piece in desk.service.pieces},
        has_paper=told["state"] in (State.ISSUED, State.REFUSED),
        done=done if done in TOLD else None, time_zone=state().ruleset.time_zone,
    )  # fmt: skip


@pages.post("/dossiers/<number>/messages")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def write(number: str) -> Any:
    """Write to the office, with a document if one was chosen."""
    desk = opened(number)
    text = request.form.get("text", "")

    def act() -> None:
        write_message(db_session(), desk.dossier, desk.actor, text, document=_sent(desk))

    return _acted(desk, act, "message", "messages", text=text)


def _sent(desk: Desk, title: str | None = None) -> Document | None:
    """Keep the document that came with the form, if one did."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return None
    sent = Upload(upload.filename, upload.read(), None, title)
    return attach(
        db_session(), desk.dossier, desk.actor, sent, scanner=state().settings.scanner
    )


@pages.post("/dossiers/<number>/withdrawal")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def withdraw(number: str) -> Any:
    """Take the request back."""
    desk = opened(number, lock=True)
    reason = request.form.get("reason", "").strip()[:2000] or None

    def act() -> None:
        paper = _sent(desk, say("apply.withdraw-agreement", desk.dossier.language))
        said = Said(reason, None if paper is None else paper.id)
        take_step(db_session(), state().ruleset, desk.dossier, "withdraw", desk.actor, said)

    return _acted(desk, act, "withdrawn", "main", reason=reason)


@pages.post("/dossiers/<number>/completion")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def complete(number: str) -> Any:
    """Send what was asked for."""
    desk = opened(number, lock=True)

    def act() -> None:
        take_step(db_session(), state().ruleset, desk.dossier, "complete", desk.actor, Said())

    return _acted(desk, act, "completed", "main")


def _acted(desk: Desk, act: Any, done: str, anchor: str, **asked: Any) -> Any:
    """Act once and show the dossier again, or say why not with what was typed still there."""
    try:
        act_once(desk, act, **asked)
    except CadastreError as error:
        db_session().rollback()
        fresh = opened(desk.number)
        told = refused(error, current_language(), ("text", "file"))
        return uncached(make_response(_shown(fresh, told), error.http_status))
    return redirect(url_for("my_dossiers.show", number=desk.number, done=done, _anchor=anchor), 303)
