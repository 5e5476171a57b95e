"""Check every answer, see what is due and what is missing, lodge, and hold the receipt."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, url_for

from api.again import tried_again
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_account
from api.state import now, state
from cadastre.errors import CadastreError, NotFound
from cadastre.models import Party
from cadastre.queries.choosing import sizes_of
from cadastre.rules.catalogue.fees import FeeLine
from cadastre.rules.permissions import Actor, can_lodge
from cadastre.services.certificates.dossiers import lodgement_sheet
from cadastre.services.certificates.issuing import office_of
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.documents import pieces_given
from cadastre.services.dossiers.fees import LODGEMENT, fees_of, invoices_of, order_payment
from cadastre.services.dossiers.move import Said, take_step
from cadastre.services.receipts import qr_svg
from cadastre.vocabulary import Severity
from web.views.dossiers.common import (
    PREFIX,
    Desk,
    act_once,
    new_key,
    opened,
    said,
    uncached,
)
from web.views.dossiers.fields import told
from web.views.told import Refused, refused

pages = Blueprint("dossier_lodging", __name__)
MOMENTS = (LODGEMENT, "decision", "issue", "yearly")
# Said with links of their own above; the rest of what stands against is said as it is.
LINKED = frozenset({
    "procedures.form-incomplete", "procedures.pieces-missing", "procedures.perimeter-missing",
    "procedures.findings-block", "procedures.unpaid-lodgement",
})  # fmt: skip


@pages.get("/dossiers/<number>/answers")
@open_to(Access.PERSON)
def check(number: str) -> Any:
    """Show every answer once more, with what is missing and what is due."""
    desk = opened(number)
    if not desk.is_writable:
        return redirect(url_for("my_dossiers.show", number=number), 303)
    return uncached(make_response(_page(desk)))


@pages.post("/dossiers/<number>/answers")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def lodge(number: str) -> Any:
    """Lodge whole, or say everything that is missing; a second press gives the same receipt."""
    desk = opened(number, lock=True)
    receipt = url_for("dossier_lodging.receipt", number=number)
    if desk.standing.happened_at("lodge"):
        return redirect(receipt, 303)

    def act() -> None:
        take_step(db_session(), state().ruleset, desk.dossier, "lodge", desk.actor, Said())

    try:
        act_once(desk, act)
    except CadastreError as error:
        db_session().rollback()
        again = _page(opened(number), refused(error, current_language()))
        return uncached(make_response(again, error.http_status))
    return redirect(receipt, 303)


@pages.post("/dossiers/<number>/order")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def order(number: str) -> Any:
    """Issue the order of payment of lodgement, and lead to it."""
    desk = opened(number, lock=True)
    account = current_account()
    if not desk.may_write or account is None:
        return redirect(url_for("my_dossiers.show", number=number), 303)
    session, ruleset, day = db_session(), state().ruleset, now().day
    invoice = order_payment(session, ruleset, desk.dossier, LODGEMENT, day, account=account)
    if invoice is None:
        return redirect(url_for("dossier_lodging.check", number=number), 303)
    return redirect(url_for("money.invoice", number=invoice.number), 303)


@pages.get("/dossiers/<number>/receipt")
@open_to(Access.PERSON)
def receipt(number: str) -> Any:
    """Show the receipt: instant, rank, every piece with its hash, and the code to follow by."""
    desk = opened(number)
    if not desk.is_ours:
        raise NotFound("dossiers.none", where=number)
    office = office_of(state().settings, state().ruleset.time_zone)
    sheet = lodgement_sheet(db_session(), office, desk.dossier)
    follow = url_for("follow.ask", number=number, code=sheet.follow_up_code, _external=True)
    page = render_template(
        "dossiers/receipt.html", desk=desk, sheet=sheet, qr=qr_svg(follow),
        title=desk.service.title[current_language()],
        application=_application(desk), instant=sheet.lodged_at,
    )  # fmt: skip
    return uncached(make_response(page))


def _application(desk: Desk) -> str | None:
    found = desk.about.application
    return None if found is None else found.number


def _page(desk: Desk, trouble: Refused | None = None) -> str:
    session, language = db_session(), current_language()
    documents = [one for group in pieces_given(desk.dossier).values() for one in group]
    fees = {moment: _fees(desk, moment) for moment in MOMENTS}
    refusals = [one for one in desk.against_lodging if one.code not in LINKED]
    missing = _missing(desk)
    unpaid = "lodgement" in desk.about.facts(("lodgement-paid",)).unpaid
    party = session.get(Party, desk.dossier.party_id) if desk.dossier.party_id else None
    place, of = desk.place("answers")
    return render_template(
        "dossiers/answers.html", desk=desk, trouble=trouble, missing=missing, unpaid=unpaid,
        refusals=[refused_words(one, language) for one in refusals], key=new_key(),
        sections=_sections(desk), pieces=desk.pieces, given=pieces_given(desk.dossier),
        sizes=sizes_of(session, {one.sha256 for one in documents if one.sha256}),
        fees={moment: lines for moment, lines in fees.items() if lines},
        invoices=invoices_of(session, desk.dossier), party=party,
        title=desk.service.title[language], place=place, of=of, back=desk.before("answers"),
        warnings=[said(one) for one in desk.about.answers.findings
                  if one.severity is not Severity.BLOCK],
        may_send=_may_send(desk.actor, desk),
        ready=not missing and not refusals and not unpaid,
    )  # fmt: skip


def _may_send(actor: Actor, desk: Desk) -> bool:
    return can_lodge(actor, ref_of(db_session(), desk.dossier))


def refused_words(refusal: Any, language: str) -> str:
    """Say a reason against lodging."""
    from_values = dict(refusal.values)
    return refused(CadastreError(refusal.code, **from_values), language).message


def _fees(desk: Desk, moment: str) -> tuple[FeeLine, ...]:
    return fees_of(db_session(), state().ruleset, desk.dossier, moment, desk.about.day)


def _missing(desk: Desk) -> list[dict[str, str]]:
    """List what is missing or wrong, each with the way to it."""
    number, language = desk.number, current_language()
    pages_of = {q.id: page.id for page in desk.service.form for q in page.fields}
    found = [
        {"message": said(one)["message"],
         "href": url_for("dossier_form.page", number=number, page_id=pages_of[one.where],
                         check=1, _anchor=f"{PREFIX}{one.where}")}
        for one in desk.about.answers.findings
        if one.severity is Severity.BLOCK and one.where in pages_of
    ]  # fmt: skip
    ground = url_for("dossier_ground.show", number=number)
    if desk.facts.perimeter_missing:
        found.append({"message": f"apply.missing-{desk.ground}", "href": ground, "code": "1"})
    elif desk.facts.blocking_findings:
        found.append({"message": "apply.ground-blocked", "href": ground, "code": "1"})
    found += [
        {"message": piece.name[language],
         "href": url_for("dossier_pieces.show", number=number, _anchor=f"piece-{piece.id}"),
         "piece": "1"}
        for piece in desk.missing
    ]  # fmt: skip
    return found


def _sections(desk: Desk) -> list[dict[str, Any]]:
    language, asked = current_language(), set(desk.about.answers.asked)
    answers = desk.dossier.form
    return [
        {
            "title": page.title[language],
            "href": url_for("dossier_form.page", number=desk.number, page_id=page.id),
            "rows": [
                {"label": q.label[language], "value": told(q, answers.get(q.id), language)}
                for q in page.fields
                if q.id in asked
            ],
        }
        for page in desk.form_pages
    ]
