"""Fair openings for people: what opens when, filing under seal, revealing, drawing, comparing.

With a script the browser makes the seal and sends nothing else. Without one the server makes it
from a form, says so, and keeps only the seal.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from geoalchemy2.shape import to_shape
from markupsafe import Markup
from shapely.geometry import mapping
from sqlalchemy import select

from api.again import tried_again
from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf, current_account
from api.state import now, state
from cadastre.errors import CadastreError, UnusableInput
from cadastre.models import Account, Opening, Title
from cadastre.procedures.ground import whole
from cadastre.procedures.terms import day_of
from cadastre.procedures.window import Mode, Phase
from cadastre.rules.ruleset import Ruleset
from cadastre.services.accounts import parties_of, party_to_file_for
from cadastre.services.checks import today
from cadastre.services.openings.comparing import (
    confirm_comparison,
    open_comparison,
    propose_comparison,
    reject_comparison,
)
from cadastre.services.openings.publish import LOG_HEAD
from cadastre.services.openings.sealed import (
    asked_of,
    leave_seal,
    opening_named,
    phase_of,
    reveal,
    sealed_filing,
)
from cadastre.services.openings.settle import enter_seed, first_entry, settle_by_log_head
from cadastre.services.openings.told import opening_told
from cadastre.services.titles.decision import ensure_may_propose
from cadastre.services.titles.ground import measure_of
from cadastre.units import M2_PER_HA
from web.rendering import t
from web.typed import typed_form
from web.views.desk_door import confirms, proposes, to_sign_in
from web.views.ground_form import GroundRead, crs_options, read_ground
from web.views.ground_plans import Drawn, plan_of_grounds
from web.views.told import refused

pages = Blueprint("opening_pages", __name__)
MOST_LISTED = 200
ORDER = (Phase.OPEN, Phase.ANNOUNCED, Phase.REVEAL, Phase.SETTLED)
DONE = ("sealed", "revealed", "drawn", "seed", "proposed", "settled", "rejected")
SALT_BYTES = 24
LARGEST_SECRET = 250_000


@dataclass(frozen=True, slots=True)
class Row:
    """An opening as the list shows it."""

    number: str
    phase: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    mode: str
    group: str
    area_ha: float
    title: str | None


@dataclass(frozen=True, slots=True)
class Secret:
    """What an author must keep: the file that reveals a filing, and its seal."""

    text: str
    seal: str


@pages.get("/openings")
def index() -> str:
    """List openings of freed ground, those in which one may file now first."""
    session, ruleset = db_session(), state().ruleset
    found = session.execute(
        select(Opening, Title.number)
        .join(Title, Title.id == Opening.title_id, isouter=True)
        .order_by(Opening.opens_at.desc(), Opening.id.desc())
        .limit(MOST_LISTED)
    ).all()
    rows = [_row(ruleset, opening, title) for opening, title in found]
    listed = {phase.value: [r for r in rows if r.phase == phase] for phase in ORDER}
    return render_template("openings/list.html", listed=listed, most=MOST_LISTED, count=len(rows))


@pages.get("/openings/<path:number>")
def one(number: str) -> str:
    """Show an opening: ground, dates, how it is told apart, and what may be done now."""
    return _show(opening_named(db_session(), number))


@pages.post("/openings/<path:number>/seal")
@open_to(Access.PERSON)
@tried_again
def seal(number: str) -> Any:
    """Make a seal for who has no script, or leave the seal that a browser made."""
    check_csrf()
    account = current_account()
    if account is None:
        return to_sign_in()
    opening = opening_named(db_session(), number)
    if request.form.get("go") != "make":
        return _act(number, "sealed", _leave)
    try:
        ground = _ground_asked(opening)
        if ground.questions:
            return _show(opening, ground=ground)
        secret = _make_secret(opening, ground)
    except CadastreError as error:
        return _show(opening, error=error), error.http_status
    return _show(opening, secret=secret)


@pages.post("/openings/<path:number>/secret")
@open_to(Access.PERSON)
def secret_file(number: str) -> Response:
    """Give back as a file the secret that was just made; nothing of it is kept."""
    check_csrf()
    text = request.form.get("secret", "")[:LARGEST_SECRET]
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in number)
    headers = {"Content-Disposition": f'attachment; filename="scelle-{name}.json"'}
    return Response(text, mimetype="application/json", headers=headers)


@pages.post("/openings/<path:number>/reveal")
@open_to(Access.PERSON)
@tried_again
def reveal_filing(number: str) -> Any:
    """Show what was sealed, from the file that was kept."""
    check_csrf()
    return _act(number, "revealed", _reveal)


@pages.post("/openings/<path:number>/draw")
@open_to(Access.PERSON)
@tried_again
def draw(number: str) -> Any:
    """Draw lots with the first log head after closing, or enter the seed of a public draw."""
    check_csrf()
    outcome = "seed" if _awaits_second_seed(number) else "drawn"
    return _act(number, outcome, _draw)


@pages.post("/openings/<path:number>/marks")
@open_to(Access.PERSON)
@tried_again
def marks(number: str) -> Any:
    """Propose marks, confirm those of another person, or set them aside."""
    check_csrf()
    go = request.form.get("go", "")
    doing = {"confirm": ("settled", _confirm), "reject": ("rejected", _set_aside)}
    done, act = doing.get(go, ("proposed", _propose))
    return _act(number, done, act)


def _act(number: str, done: str, act: Callable[[Opening, Account], Any]) -> Any:
    """Do one thing and show the opening again: what came of it, or why it was refused."""
    account = current_account()
    if account is None:
        return to_sign_in()
    try:
        act(opening_named(db_session(), number), account)
    except CadastreError as error:
        db_session().rollback()
        return _show(opening_named(db_session(), number), error=error), error.http_status
    return redirect(url_for("opening_pages.one", number=number, done=done), 303)


def _leave(opening: Opening, account: Account) -> None:
    ruleset = state().ruleset
    party = party_to_file_for(account, _party_asked(), at=today(ruleset))
    made = request.form.get("seal", "").strip()
    leave_seal(db_session(), ruleset, opening, made, account=account, party=party)


def _reveal(opening: Opening, account: Account) -> None:
    ruleset = state().ruleset
    content, salt = _secret_given()
    party = party_to_file_for(account, _party_asked(), at=today(ruleset))
    reveal(db_session(), ruleset, opening, content, salt, account=account, party=party)


def _draw(opening: Opening, account: Account) -> None:
    if opening.seed_source == LOG_HEAD:
        ensure_may_propose(account)
        settle_by_log_head(db_session(), state().ruleset, opening)
        return
    seed = request.form.get("seed", "").strip()[:500]
    enter_seed(db_session(), state().ruleset, opening, seed, account=account)


def _awaits_second_seed(number: str) -> bool:
    opening = opening_named(db_session(), number)
    return opening.seed_source != LOG_HEAD and first_entry(db_session(), opening) is None


def _propose(opening: Opening, account: Account) -> None:
    given: dict[int, dict[str, object]] = {}
    for name, value in request.form.items():
        kind, _, rest = name.partition(".")
        party, _, criterion = rest.partition(".")
        if kind == "mark" and party.isascii() and party.isdigit() and len(party) <= 18:
            given.setdefault(int(party), {})[criterion] = value
    reason = request.form.get("reason", "")[:2000]
    propose_comparison(db_session(), state().ruleset, opening, given, reason, account=account)


def _confirm(opening: Opening, account: Account) -> None:
    confirm_comparison(db_session(), state().ruleset, opening, account=account)


def _set_aside(opening: Opening, account: Account) -> None:
    reject_comparison(
        db_session(), opening, request.form.get("reason", "")[:2000], account=account
    )


def _party_asked() -> int | None:
    text = request.form.get("applicant_id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _ground_asked(opening: Opening) -> GroundRead:
    if request.form.get("ground", "whole") == "whole":
        return GroundRead((whole(to_shape(opening.geom)),))
    read = read_ground(state().ruleset)
    if len(read.perimeters) > 1:
        raise UnusableInput("readings.not-one", where="corners", count=len(read.perimeters))
    return read


def _make_secret(opening: Opening, ground: GroundRead) -> Secret:
    """Make content, salt and seal of a filing; none of the first two outlives the request."""
    ruleset = state().ruleset
    kind = ruleset.kind(request.form.get("kind", "")).id
    named = [n.strip() for n in request.form.get("substances", "").split(",") if n.strip()]
    if not named:
        raise UnusableInput("acts.answer-needed", where="substances")
    substances = [ruleset.substance(name).id for name in named]
    known = {one["id"] for one in _substances(ruleset, opening)}
    if not known & set(substances):
        raise UnusableInput(
            "openings.other-group", where="substances", group=group_name(opening.exclusivity_group)
        )
    asked: dict[str, Any] = {
        "kind": kind,
        "substances": substances,
        "geometry": mapping(ground.perimeters[0]),
    }
    name = request.form.get("name", "").strip()[:200]
    content = json.dumps({**asked, **({"name": name} if name else {})}, ensure_ascii=False)
    asked_of(content)
    salt = secrets.token_urlsafe(SALT_BYTES)
    made = hashlib.sha256(salt.encode() + b"\n" + content.encode()).hexdigest()
    kept = {"opening": opening.number, "seal": made, "salt": salt, "content": content}
    return Secret(json.dumps(kept, ensure_ascii=False, indent=1), made)


def _secret_given() -> tuple[str, str]:
    """Read the secret of a filing: the file, or its text.

    Raises
    ------
    UnusableInput
        ``openings.secret-unreadable``.
    """
    upload = request.files.get("file")
    raw = upload.read(LARGEST_SECRET) if upload is not None and upload.filename else b""
    text = raw.decode("utf-8", "replace") or request.form.get("secret", "")
    try:
        kept = json.loads(text)
        return str(kept["content"]), str(kept["salt"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UnusableInput("openings.secret-unreadable", where="secret") from None


def _show(
    opening: Opening,
    *,
    error: CadastreError | None = None,
    ground: GroundRead | None = None,
    secret: Secret | None = None,
) -> str:
    session, ruleset, language = db_session(), state().ruleset, current_language()
    at = now().instant
    told = opening_told(session, ruleset, opening, at)
    account = current_account()
    parties = parties_of(account, at=today(ruleset)) if account else []
    mine = [filing for party in parties if (filing := sealed_filing(session, opening, party))]
    waiting = open_comparison(session, opening) if opening.mode == Mode.COMPARISON else None
    seen_by_desk = proposes(account)
    title = None if opening.title_id is None else session.get(Title, opening.title_id)
    phase = told["phase"]
    return render_template(
        "openings/one.html",
        told=told, title=title, area_ha=_area_ha(ruleset, opening), account=account,
        parties=parties, mine=mine, my_parties={party.id: party.name for party in parties},
        plan=_plan(ruleset, opening), zone=ruleset.time_zone, secret=secret, ground=ground,
        next_at=_next(told, phase), now_at=at, form=typed_form(),
        refusal=refused(error, language, ("secret", "seal", "corners")) if error else None,
        kinds=[(k.id, k.name[language]) for k in ruleset.kinds.values()],
        substances=sorted(
            ruleset.substances.by_id[one["id"]].name[language]
            for one in _substances(ruleset, opening)
        ),
        crs_options=crs_options(ruleset), may_draw=seen_by_desk, may_confirm=confirms(account),
        is_log=opening.seed_source == LOG_HEAD, criteria=told["criteria"],
        first_seed=first_entry(session, opening) if seen_by_desk else None,
        waiting=waiting if seen_by_desk else None,
        waiting_by=session.get(Account, waiting.account_id) if waiting else None,
        done=request.args.get("done") if request.args.get("done") in DONE else None,
        data={"number": opening.number, "whole": mapping(to_shape(opening.geom)),
              "substances": _substances(ruleset, opening)},
    )  # fmt: skip


def _next(told: dict[str, Any], phase: str) -> dt.datetime | None:
    """Give the instant for which one waits in a phase."""
    names = {"announced": "opens_at", "open": "closes_at", "reveal": "reveal_ends_at"}
    return told[names[phase]] if phase in names else None


def _substances(ruleset: Ruleset, opening: Opening) -> list[dict[str, Any]]:
    """List the substances of an opening's group with every name they go by."""
    return [
        {"id": one.id, "names": [one.id, *one.name.values(), *one.synonyms]}
        for one in ruleset.substances.by_id.values()
        if ruleset.exclusivity_groups([one.id])[0] == opening.exclusivity_group
    ]


@pages.app_context_processor
def names() -> dict[str, Any]:
    """Let templates name a group of substances in the reader's language."""
    return {"group_name": group_name}


def group_name(group: str) -> str:
    """Name an exclusivity group: a class of substances, one substance, or all of them."""
    language, substances = current_language(), state().ruleset.substances
    named = substances.classes.get(group) or substances.by_id.get(group)
    return t("openings.all-substances") if named is None else str(named.name[language])


def _row(ruleset: Ruleset, opening: Opening, title: str | None) -> Row:
    return Row(
        opening.number, phase_of(ruleset, opening, now().instant).value, opening.opens_at,
        opening.closes_at, opening.mode, opening.exclusivity_group,
        _area_ha(ruleset, opening), title,
    )  # fmt: skip


def _area_ha(ruleset: Ruleset, opening: Opening) -> float:
    ground = whole(to_shape(opening.geom))
    day = day_of(opening.published_at, ruleset.time_zone)
    return measure_of(ruleset, ground, day).area_m2(ground) / M2_PER_HA


def _plan(ruleset: Ruleset, opening: Opening) -> Markup | None:
    shape = Drawn("ground-freed", whole(to_shape(opening.geom)))
    return plan_of_grounds(ruleset, [shape], opening.number)
