"""Old acts for agents: send, look beside the picture, enter by two, record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.utils import redirect

from api.again import tried_again
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import require_account
from api.state import state
from cadastre.errors import CadastreError, UnusableInput
from cadastre.models import ActEntry, ActRead, StoredFile
from cadastre.queries.asof import as_of
from cadastre.services.acts_read import (
    abandon_act,
    compare,
    enter,
    find_act,
    latest_entries,
    list_acts,
    order_recording,
    picture_of,
    receive_act,
)
from cadastre.services.acts_read.entering import DAYS, FIELDS, OPEN, REQUIRED
from web.views.told import refused

pages = Blueprint("acts_read", __name__)
FROM_INSTRUMENT = "number"


@dataclass(frozen=True, slots=True)
class Line:
    """A field of the form: what it begins with, its passage on the page, why it is doubted."""

    name: str
    value: str
    fact: dict[str, Any]

    @property
    def required(self) -> bool:
        """Tell whether a title cannot be recorded without it."""
        return self.name in REQUIRED

    @property
    def is_day(self) -> bool:
        """Tell whether it is a day."""
        return self.name in DAYS


@pages.get("/acts-read")
@open_to(Access.EXAMINER)
def index() -> str:
    """List the acts that were sent, and take one."""
    return _list(None)


def _list(error: CadastreError | None) -> str:
    return render_template(
        "acts_read/list.html", acts=list_acts(db_session()), refused=_refused(error)
    )


@pages.post("/acts-read")
@limiter.limit(HEAVY)
@open_to(Access.EXAMINER)
def send() -> Any:
    """Keep an act and order its reading."""
    account, file = require_account(), request.files.get("file")
    try:
        if file is None or not file.filename:
            raise UnusableInput("acts-read.no-file", where="file")
        scanner = state().settings.scanner
        act = receive_act(db_session(), account, file.filename, file.read(), scanner=scanner)
    except CadastreError as error:
        db_session().rollback()
        return _list(error), error.http_status
    return redirect(url_for("acts_read.one", act_id=act.id), 303)


@pages.get("/acts-read/<int:act_id>")
@open_to(Access.EXAMINER)
def one(act_id: int) -> str:
    """Show an act with what was read of it, and what can be done next."""
    return _show(find_act(db_session(), act_id), None)


def _show(act: ActRead, error: CadastreError | None) -> str:
    entries = latest_entries(db_session(), act)
    account, ruleset = require_account(), state().ruleset
    own = next((entry for entry in entries if entry.account_id == account.id), None)
    is_first = not entries or entries[0].account_id == account.id
    # Whoever has not entered the corners is not shown those of the other, nor the machine's.
    both = entries[:2] if own and len(entries) > 1 else []
    compared = compare(ruleset, *both) if both else []
    return render_template(
        "acts_read/one.html", act=act, read=act.reading, own=own, entries=entries,
        is_first=is_first, compared=compared,
        agreed=bool(compared) and all(each.same for each in compared),
        lines=_lines(act, own or (entries[0] if entries else None)), kinds=ruleset.kinds,
        open=act.state in OPEN and (own is not None or len(entries) < 2),
        corners=_corners(act, own, is_first), refused=_refused(error), language=current_language(),
        fault=act.fault and _fault(act.fault), crs=_crs(act, own),
    )  # fmt: skip


def _lines(act: ActRead, entry: ActEntry | None) -> list[Line]:
    facts = (act.reading or {}).get("facts", {})
    return [Line(name, _value(name, facts, entry), _fact(name, facts)) for name in FIELDS]


def _fact(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    if name == "expires_on":
        return dict(facts.get("years", {}))
    return dict(facts.get("instrument" if name == FROM_INSTRUMENT else name, {}))


def _value(name: str, facts: dict[str, Any], entry: ActEntry | None) -> str:
    if name in request.form:
        return request.form[name]
    if entry is not None:
        return str(entry.fields.get(name) or "")
    if name == "expires_on":
        return _expiry(facts)
    value = str(_fact(name, facts).get("value") or "")
    return value.partition("°")[2].strip() or value if name == FROM_INSTRUMENT else value


def _expiry(facts: dict[str, Any]) -> str:
    """Count the years an act grants from the day it was signed; a person looks at it."""
    granted = facts.get("granted_on", {}).get("value")
    years = facts.get("years", {}).get("value")
    return f"{int(granted[:4]) + int(years)}{granted[4:]}" if granted and years else ""


def _corners(act: ActRead, own: ActEntry | None, is_first: bool) -> str:
    if "corners" in request.form:
        return request.form["corners"]
    if own is not None:
        return own.corners
    rows = (act.reading or {}).get("corners", {}).get("rows", ())
    if not is_first:
        return ""
    return "\n".join(
        "\t".join([row["label"], *(cell["taken"] for cell in row["cells"])]).strip("\t")
        for row in rows
    )


def _crs(act: ActRead, own: ActEntry | None) -> str:
    read = (act.reading or {}).get("corners", {}).get("crs")
    return request.form.get("crs") or (own.crs if own else read) or ""


def _fault(told: dict[str, Any]) -> Any:
    return _refused(CadastreError(told["code"], told["where"], **told["values"]))


def _refused(error: CadastreError | None) -> Any:
    return None if error is None else refused(error, current_language(), (*FIELDS, "corners"))


@pages.post("/acts-read/<int:act_id>/entry")
@open_to(Access.EXAMINER)
@tried_again
def entry(act_id: int) -> Any:
    """Keep what a person entered."""

    def act(found: ActRead) -> None:
        ruleset = state().ruleset
        day = as_of(None, ruleset.time_zone).day
        enter(db_session(), ruleset, require_account(), found, request.form.to_dict(), day)

    return _act(act_id, act)


@pages.post("/acts-read/<int:act_id>/recording")
@open_to(Access.EXAMINER)
@tried_again
def recording(act_id: int) -> Any:
    """Order the import of what two people entered alike."""
    return _act(
        act_id,
        lambda act: order_recording(db_session(), state().ruleset, require_account(), act),
    )


@pages.post("/acts-read/<int:act_id>/abandonment")
@open_to(Access.EXAMINER)
@tried_again
def abandonment(act_id: int) -> Any:
    """Put an act away."""
    return _act(act_id, lambda act: abandon_act(db_session(), require_account(), act))


def _act(act_id: int, do: Callable[[ActRead], object]) -> Any:
    act = find_act(db_session(), act_id, lock=True)
    try:
        do(act)
    except CadastreError as error:
        db_session().rollback()
        return _show(find_act(db_session(), act_id), error), error.http_status
    return redirect(url_for("acts_read.one", act_id=act_id), 303)


@pages.get("/acts-read/<int:act_id>/pages/<int:page>.jpg")
@open_to(Access.EXAMINER)
def picture(act_id: int, page: int) -> Response:
    """Give the picture of a page, made by us: straightened, of which the cells are shown."""
    answer = make_response(picture_of(db_session(), act_id, page))
    answer.headers["Content-Type"] = "image/jpeg"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@pages.get("/acts-read/<int:act_id>/file")
@open_to(Access.EXAMINER)
def original(act_id: int) -> Response:
    """Give the act as it was sent, shut away from our pages."""
    act = find_act(db_session(), act_id)
    answer = make_response(db_session().get_one(StoredFile, act.sha256).content)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers.set("Content-Disposition", "attachment", filename=act.filename)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
