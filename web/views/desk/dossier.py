"""One dossier on a screen: facts, ground, pieces, opinions, messages, and every possible step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.again import tried_again
from api.dossiers.common import asked_for
from api.dossiers.documents import upload_of_request
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.state import now, state
from cadastre.errors import CadastreError, NotFound, UnusableInput
from cadastre.exchange.pieces.media import SHOWN_IN_PAGE
from cadastre.models import Account, Dossier
from cadastre.procedures.machine import State
from cadastre.rules.permissions import (
    Actor,
    Audience,
    can_examine,
    can_open_at_desk,
    can_see_office,
    can_write_message,
    ensure,
    is_asked,
)
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.assignment import assign, be_here, colleagues
from cadastre.services.dossiers.documents import attach, document_of, judge, read_document
from cadastre.services.dossiers.fees import order_payment
from cadastre.services.dossiers.letters import (
    Letter,
    filled,
    letter_named,
    load_letters,
)
from cadastre.services.dossiers.meanwhile import done_since, mark_of
from cadastre.services.dossiers.messages import mark_read, messages_for, write_message
from cadastre.services.dossiers.standing import standing_of
from web.security import POLICY, csp_nonce
from web.typed import drop_typed, typed_form
from web.views.desk.gather import gather_page, told_changes
from web.views.map import map_settings
from web.views.told import Refused, refused

pages = Blueprint("dossier_desk", __name__)
DONE = ("step", "message", "note", "assigned", "judged", "attached", "ordered")
FIELDS = ("text", "reason", "file", "title", "to")
PDF = "application/pdf"
# A paper is shown in a frame of our own page; nothing in it runs and nothing else may frame it.
SHOWN_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


def letters() -> dict[str, Letter]:
    """Give the templates of this deployment."""
    return dict(load_letters(Path(state().settings.data) / "letters"))


@pages.get("/desk/<number>")
@open_to(Access.SIGNED_IN)
def one(number: str) -> Any:
    """Show a dossier to the office; others are led to the page that is theirs."""
    dossier, actor = asked_for(number)
    ref = ref_of(db_session(), dossier)
    if not can_open_at_desk(actor, ref):
        if is_asked(actor, ref):
            return redirect(url_for("opinions.one", number=dossier.number))
        return redirect(f"/dossiers/{dossier.number}")
    return show(dossier, actor)


def show(dossier: Dossier, actor: Actor, against: Sequence[Refused] = ()) -> Response:
    """Render the screen, with what was refused on top and who else is here."""
    session, ruleset, language = db_session(), state().ruleset, current_language()
    ref = ref_of(session, dossier)
    page = gather_page(session, ruleset, dossier, actor, language)
    others = be_here(session, dossier, actor) if can_see_office(actor, ref) else ()
    messages = messages_for(session, dossier, actor)
    letter = _letter_wanted(dossier)
    rendered = render_template(
        "desk/dossier.html", page=page, dossier=dossier, shown=page.shown, against=against,
        others=[each.display_name for each in others], mark=mark_of(session, dossier),
        messages=messages, unread=page.shown["unread"], letters=letters(), letter=letter,
        may_write=can_write_message(actor, ref, Audience.APPLICANT),
        may_note=can_write_message(actor, ref, Audience.OFFICE),
        may_order=can_examine(actor, ref), people=colleagues(session), form=typed_form(),
        done=_done(), seen=request.args.get("paper", ""), settings=map_settings(ruleset, language),
        decidable=page.shown["state"] in (State.PROPOSED, State.ACCEPTED), me=actor.account_id,
    )  # fmt: skip
    mark_read(session, dossier, actor)
    return framing(make_response(rendered, 200 if not against else 409))


def framing(response: Response) -> Response:
    """Let a page frame the papers that this site shows."""
    policy = POLICY.format(nonce=csp_nonce())
    response.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'; object-src 'self'"
    return response


def _done() -> str | None:
    return request.args["done"] if request.args.get("done") in DONE else None


def _letter_wanted(dossier: Dossier) -> str | None:
    """Fill the template that was chosen for a message, to be edited before it is sent."""
    name = request.args.get("letter")
    if not name or name not in letters():
        return None
    standing = standing_of(db_session(), dossier)
    return filled(db_session(), letter_named(letters(), name), dossier, standing, {})


@pages.post("/desk/<number>/messages")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def message(number: str) -> Any:
    """Write to the applicant, or a note of the office."""
    audience = Audience.OFFICE if request.form.get("audience") == "office" else Audience.APPLICANT
    text = request.form.get("text", "").replace("\r\n", "\n")
    return act(
        number, "note" if audience is Audience.OFFICE else "message", "messages",
        lambda dossier, actor: write_message(
            db_session(), dossier, actor, text, audience=audience
        ),
    )  # fmt: skip


@pages.post("/desk/<number>/assignment")
@open_to(Access.PERSON)
@tried_again
def give(number: str) -> Any:
    """Give the dossier to somebody of the office, or to nobody."""
    wanted = request.form.get("to", "")

    def do(dossier: Dossier, actor: Actor) -> None:
        if wanted == "me":
            assign(db_session(), dossier, actor, actor.account_id)
        elif not wanted:
            assign(db_session(), dossier, actor, None)
        else:
            assign(db_session(), dossier, actor, number_of(wanted, "to"))

    return act(number, "assigned", "main", do)


def number_of(text: str, field: str) -> int:
    """Read the id of something chosen in a form."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UnusableInput("desk.nobody", where=text[:40] or field)
    return int(text)


@pages.post("/desk/<number>/documents/<int:document_id>/verdict")
@open_to(Access.PERSON)
@tried_again
def verdict(number: str, document_id: int) -> Any:
    """Say that a piece serves, or why it is to be replaced."""
    form = request.form

    def do(dossier: Dossier, actor: Actor) -> None:
        ensure_nothing_new(dossier, actor, form.get("mark", ""))
        judge(
            db_session(), dossier, actor, document_id, form.get("verdict", ""),
            form.get("reason", "").strip() or None,
        )  # fmt: skip

    return act(number, "judged", f"paper-{document_id}", do)


class Meanwhile(CadastreError):
    """Others did something in the dossier since the page was opened; nothing was done here."""

    http_status = 409

    def __init__(self, changes: list[dict[str, Any]]) -> None:
        super().__init__("desk.meanwhile", where="", count=len(changes))
        self.changes = changes


def ensure_nothing_new(dossier: Dossier, actor: Actor, mark: str) -> None:
    """Refuse to act on a page that no longer shows the dossier as it is.

    Raises
    ------
    Meanwhile
        What others did since, to be announced before one acts again.
    """
    if not (mark.isascii() and mark.isdigit() and len(mark) < 19):
        return
    found = done_since(db_session(), dossier, int(mark), actor.account_id)
    if found:
        raise Meanwhile(told_changes(db_session(), dossier, found, current_language()))


def told(error: CadastreError, fields: tuple[str, ...] = FIELDS) -> Refused:
    """Word a refusal; what others did meanwhile is told one by one."""
    language = current_language()
    if not isinstance(error, Meanwhile):
        return refused(error, language, fields)
    lines = tuple(
        f"{change['at']:%H:%M} · {change['who'] or ''} : {change['what']}"
        for change in error.changes
    )
    return Refused(refused(error, language).message, lines)


@pages.post("/desk/<number>/documents")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def add_document(number: str) -> Any:
    """Keep a document of the office in the dossier."""
    return act(
        number, "attached", "papers",
        lambda dossier, actor: attach(
            db_session(), dossier, actor, upload_of_request(),
            scanner=state().settings.scanner, for_office=request.form.get("audience") == "office",
        ),
    )  # fmt: skip


@pages.post("/desk/<number>/invoices")
@open_to(Access.PERSON)
@tried_again
def order(number: str) -> Any:
    """Issue the order of payment of a moment."""
    moment = request.form.get("moment", "")

    def do(dossier: Dossier, actor: Actor) -> None:
        ensure(can_examine(actor, ref_of(db_session(), dossier)), actor, "dossiers.not-yours")
        account = db_session().get_one(Account, actor.account_id)
        session, ruleset = db_session(), state().ruleset
        if moment not in ("lodgement", "decision", "issue") or (
            order_payment(session, ruleset, dossier, moment, now().day, account=account) is None
        ):
            raise UnusableInput("desk.nothing-due", where="moment")

    return act(number, "ordered", "money", do)


def act(number: str, done: str, place: str, do: Callable[[Dossier, Actor], object]) -> Any:
    """Do one thing and show the dossier again: what came of it, or why it was refused."""
    try:
        dossier, actor = asked_for(number, lock=True)
        do(dossier, actor)
    except NotFound:
        raise
    except CadastreError as error:
        if error.code in ("permissions.second-factor", "accounts.sign-in-first"):
            raise
        db_session().rollback()
        dossier, actor = asked_for(number)
        return show(dossier, actor, (told(error),))
    drop_typed()
    return redirect(url_for("dossier_desk.one", number=number, done=done) + f"#{place}", 303)


@pages.get("/desk/<number>/documents/<int:document_id>")
@open_to(Access.SIGNED_IN)
def paper(number: str, document_id: int) -> Any:
    """Show a PDF or an image inside the page of its dossier; the looking is written down."""
    dossier, actor = asked_for(number)
    document = document_of(db_session(), dossier, document_id)
    if document.media_type not in SHOWN_IN_PAGE:
        return redirect(f"/api/dossiers/{dossier.number}/documents/{document.id}?download")
    document, content = read_document(db_session(), dossier, actor, document_id)
    answer = make_response(content)
    answer.headers["Content-Type"] = document.media_type
    answer.headers.set("Content-Disposition", "inline", filename=document.filename or "document")
    # A sandbox would keep the browser's own reader of PDF from starting.
    is_pdf = document.media_type == PDF
    answer.headers["Content-Security-Policy"] = SHOWN_POLICY + ("" if is_pdf else "; sandbox")
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
