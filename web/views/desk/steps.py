"""Take a step in three looks: what it needs, what it will do, and only then it is done.

The second look takes the step for real inside a savepoint and undoes it: what it shows is what
will happen. Nothing is done on one click, and a change made by somebody else meanwhile is
announced before anything is done on top of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from api.again import tried_again
from api.dossiers.common import asked_for
from api.dossiers.documents import upload_of_request
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.state import state
from cadastre.errors import CadastreError, NotFound
from cadastre.models import Account, Document, Dossier
from cadastre.procedures.machine import Procedure, Standing
from cadastre.rules.permissions import Actor, Audience, can_see_office, can_write_message
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.circumstances import Circumstances
from cadastre.services.dossiers.documents import attach, document_of
from cadastre.services.dossiers.letters import Letter, filled, letter_for
from cadastre.services.dossiers.meanwhile import mark_of
from cadastre.services.dossiers.messages import write_message
from cadastre.services.dossiers.move import Said, take_step
from cadastre.services.dossiers.standing import server_instant, standing_of
from cadastre.services.dossiers.taker import told_taker
from cadastre.services.dossiers.trial import Foreseen, foresee
from cadastre.services.once import do_once
from web.typed import drop_typed, is_typed_again, typed_before
from web.views.desk.dossier import ensure_nothing_new, letters, number_of, told
from web.views.desk.gather import gather_page
from web.views.desk.step_form import FIELDS, OPINIONS, form_of, said_of
from web.views.told import Refused

pages = Blueprint("steps", __name__)
@pages.get("/desk/<number>/steps/<kind>")
@open_to(Access.SIGNED_IN)
def one(number: str, kind: str) -> Any:
    """Ask for what a step needs."""
    dossier, actor = asked_for(number)
    return ask(dossier, actor, kind, typed_before() or request.args)


@pages.post("/desk/<number>/steps/<kind>")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def take(number: str, kind: str) -> Any:
    """Show what the step will do; do it once that was read and confirmed."""
    dossier, actor = asked_for(number, lock=True)
    form = dict(request.form)
    stage = form.get("stage", "review")
    if stage == "edit":
        return ask(dossier, actor, kind, form)
    try:
        ensure_nothing_new(dossier, actor, form.get("mark", ""))
        form |= _kept_file(dossier, actor, kind)
        said = said_of(dossier, kind, form)
        if stage == "confirm":
            return _do(dossier, actor, kind, said, form)
        seen = foresee(
            db_session(), state().ruleset, dossier, kind, actor, said, current_language()
        )
    except NotFound:
        raise
    except CadastreError as error:
        if error.code in ("permissions.second-factor", "accounts.sign-in-first"):
            raise
        if stage == "confirm":
            db_session().rollback()
            dossier, actor = asked_for(number)
        return ask(dossier, actor, kind, form, (told(error, FIELDS),)), error.http_status
    return review(*asked_for(number), kind, form, said, seen)


def ask(
    dossier: Dossier, actor: Actor, kind: str, form: Mapping[str, Any],
    against: tuple[Refused, ...] = (),
) -> str:  # fmt: skip
    """Render the form of a step, with what was refused on top."""
    session, language = db_session(), current_language()
    rules, standing = rules_of(session, dossier), standing_of(session, dossier)
    rule = rules.procedure.step(kind)
    return render_template(
        "desk/step.html", dossier=dossier, rule=rule, kind=kind, against=against, form=form,
        asks=form_of(rules.procedure, standing, rule, rules.service.outcome.type, language),
        service=rules.service.title[language], opinions=OPINIONS, mark=mark_of(session, dossier),
        paper=_paper(dossier, form.get("document_id", "")), back=back_of(dossier, actor),
        again=is_typed_again(),
        lacks=rule.second_factor and not actor.second_factor, signs=kind == "sign-act",
        taker=_taker(dossier) if "party" in rule.needs else None,
        grounds=standing.proposal is not None, decides=kind in ("confirm", "send-back"),
    )  # fmt: skip


def _taker(dossier: Dossier) -> dict[str, Any] | None:
    """Give who takes the title as the form says it, and the parties that may be meant."""
    session = db_session()
    about = Circumstances(session, state().ruleset, dossier, server_instant(session))
    return told_taker(session, dossier, about.answers.values)


def _paper(dossier: Dossier, kept: str) -> Document | None:
    """Give the document that was sent with the form earlier."""
    return document_of(db_session(), dossier, number_of(kept, "file")) if kept else None


def back_of(dossier: Dossier, actor: Actor) -> str:
    """Give the page of the dossier for whoever is asking."""
    if can_see_office(actor, ref_of(db_session(), dossier)):
        return url_for("dossier_desk.one", number=dossier.number)
    return url_for("opinions.one", number=dossier.number)


def _kept_file(dossier: Dossier, actor: Actor, kind: str) -> dict[str, str]:
    """Keep the file that was sent with the form, so that it need not be chosen again."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return {}
    upload, session = upload_of_request(), db_session()
    verb = rules_of(session, dossier).procedure.step(kind).done[dossier.language]
    named = replace(upload, piece=None, title=upload.reference or verb)
    kept = attach(session, dossier, actor, named, scanner=state().settings.scanner)
    return {"document_id": str(kept.id)}


def review(
    dossier: Dossier, actor: Actor, kind: str, form: Mapping[str, Any], said: Said, seen: Foreseen
) -> str:
    """Render what the step will do, and the letter that goes with it, to be edited."""
    session, language = db_session(), current_language()
    rules, standing = rules_of(session, dossier), standing_of(session, dossier)
    letter = letter_of(dossier, actor, kind, standing)
    text = form.get("letter") or (letter and _written(dossier, letter, standing, kind, said, seen))
    paper = None if said.document_id is None else session.get(Document, said.document_id)
    kept = {name: value for name, value in form.items() if name not in HANDLED and value}
    return render_template(
        "desk/review.html", dossier=dossier, rule=rules.procedure.step(kind), kind=kind,
        form=kept, said=said, seen=seen, letter=letter, text=text, paper=paper,
        mark=mark_of(session, dossier), key=uuid.uuid4().hex, back=back_of(dossier, actor),
        body=_body(rules.procedure, said, language), service=rules.service.title[language],
        opinion=said.facts.get("opinion"), against=(),
    )  # fmt: skip


HANDLED = ("csrf_token", "stage", "mark", "letter", "key", "send", "file")


def _body(procedure: Procedure, said: Said, language: str) -> str | None:
    body = procedure.bodies.get(str(said.facts.get("body")))
    return body.name[language] if body else None


def letter_of(dossier: Dossier, actor: Actor, kind: str, standing: Standing) -> Letter | None:
    """Give the letter that goes with a step, for whoever may write to the applicant."""
    if not can_write_message(actor, ref_of(db_session(), dossier), Audience.APPLICANT):
        return None
    outcome = standing.proposal.outcome if standing.proposal else None
    return letter_for(letters(), kind, outcome)


def _written(
    dossier: Dossier, letter: Letter, standing: Standing, kind: str, said: Said, seen: Foreseen
) -> str:
    """Fill the letter as if the step had been taken: with its due day and its title."""
    dues = [one.due for one in seen.awaits if one.who == "applicant" and one.due]
    values: dict[str, Any] = {"reason": said.reason, "until": said.facts.get("until")}
    values |= {"due_on": dues[0]} if dues else {}
    if seen.titles:
        values["title"] = ", ".join(one.number for one in seen.titles)
    elif kind == "issue":
        values["title"] = dossier.number
    if said.document_id is not None:
        paper = db_session().get_one(Document, said.document_id)
        values["act"] = paper.reference or paper.title
    return filled(db_session(), letter, dossier, standing, values)


def _do(dossier: Dossier, actor: Actor, kind: str, said: Said, form: Mapping[str, Any]) -> Any:
    """Take the step once, with its letter, and show the dossier again."""
    session, ruleset = db_session(), state().ruleset
    letter = form.get("letter", "").replace("\r\n", "\n").strip() if form.get("send") else ""
    assert actor.account_id is not None

    def act() -> dict[str, Any]:
        step = take_step(session, ruleset, dossier, kind, actor, said)
        if letter:
            write_message(session, dossier, actor, letter)
        return {"step": step.id}

    told_once = {"path": request.path, "reason": said.reason, **said.facts, "letter": letter}
    key = form.get("key") or uuid.uuid4().hex
    do_once(session, key=key, account_id=actor.account_id, request=told_once, act=act)
    drop_typed()
    return redirect(f"{back_of(dossier, actor)}?done=step", 303)


@pages.get("/desk/<number>/decision")
@open_to(Access.AGENT)
def decision(number: str) -> Any:
    """Show what is proposed and why, for the second person and whoever signs and issues."""
    dossier, actor = asked_for(number)
    session, language = db_session(), current_language()
    standing = standing_of(session, dossier)
    page = gather_page(session, state().ruleset, dossier, actor, language)
    proposed = [step for step in standing.steps if step.kind.startswith("propose-")]
    proposal = standing.proposal
    return render_template(
        "desk/decision.html", dossier=dossier, page=page, shown=page.shown, against=(),
        proposal=proposal, grounds=proposed[-1] if proposed else None,
        proposer=_name(proposal.account_id if proposal else None),
        confirmer=_name(proposal.confirmed_by if proposal else None),
        mine=proposal is not None and proposal.account_id == actor.account_id,
    )  # fmt: skip


def _name(account_id: int | None) -> str | None:
    account = None if account_id is None else db_session().get(Account, account_id)
    return account.display_name if account else None
