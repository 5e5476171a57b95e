"""Link wall screens to the room without an account, and take their right away."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.limits import limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.errors import CadastreError
from cadastre.services.supervision import screens
from web.views.supervision.common import COOKIE

pages = Blueprint("supervision_screens", __name__)
ONE_YEAR_S = 31_536_000
TRIES = "20 per minute"


@pages.get("/supervision/devices")
@open_to(Access.SUPERVISOR)
def devices() -> str:
    """List the linked screens."""
    return _page()


@pages.post("/supervision/devices")
@open_to(Access.SUPERVISOR)
def offer() -> Response | str | tuple[str, int]:
    """Make a link for one screen, shown once."""
    try:
        screen, secret = screens.offer_link(
            db_session(), current_actor(), request.form.get("name", "")
        )
    except CadastreError as error:
        return _page(problem=error), error.http_status
    base = (state().settings.public_url or request.url_root).rstrip("/")
    link = base + url_for("supervision_screens.link", secret=secret)
    return _page(link=link, made=screen.name)


@pages.post("/supervision/devices/<int:screen_id>/revocation")
@open_to(Access.SUPERVISOR)
def revoke(screen_id: int) -> Response:
    """Take a screen's right away."""
    screens.revoke(db_session(), current_actor(), screen_id)
    return redirect(url_for("supervision_screens.devices"), 303)


def _page(
    *, link: str | None = None, made: str | None = None, problem: CadastreError | None = None
) -> str:
    rows = screens.list_screens(db_session(), current_actor())
    return render_template(
        "supervision/devices.html", rows=rows, link=link, made=made, problem=problem
    )


@pages.get("/supervision/link/<secret>")
@limiter.limit(TRIES)
@open_to(Access.ANYBODY)
def link(secret: str) -> str:
    """Ask to link this device; opening the address alone uses nothing up."""
    return render_template("supervision/link.html", secret=secret, error=None)


@pages.post("/supervision/link/<secret>")
@limiter.limit(TRIES)
@open_to(Access.ANYBODY)
def bind(secret: str) -> Response | tuple[str, int]:
    """Bind this device to the link."""
    try:
        shown = screens.bind(db_session(), secret)
    except CadastreError as error:
        page = render_template("supervision/link.html", secret=secret, error=error)
        return page, error.http_status
    answer = redirect(url_for("supervision.wall"), 303)
    answer.set_cookie(
        COOKIE, shown, max_age=ONE_YEAR_S, httponly=True, samesite="Lax",
        secure=request.is_secure, path="/supervision",
    )  # fmt: skip
    return answer
