"""Follow an area without an account: ask, confirm by a letter's link, see, stop."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from geoalchemy2.shape import to_shape
from shapely.geometry import MultiPolygon

from api.areas import ASKED, follow_by_mail
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import ROLES, Access, open_to
from api.session import db_session
from api.sign_in import check_csrf, current_actor
from api.state import now, state
from cadastre.errors import CadastreError, NotFound
from cadastre.models import AreaWatch, PublicEvent
from cadastre.queries.public_events import Scope, events_of
from cadastre.sentences import say
from cadastre.services.watching.asking import confirm, stop, watch_of_key, watch_of_token
from cadastre.services.watching.scopes import scope_of
from cadastre.services.watching.wording import address_of, feed_query, headline, objection_of
from web.rendering import t
from web.views.map import map_settings
from web.views.people.forms import Page

pages = Blueprint("watch", __name__)
FIELDS = ("unit", "title", "holder", "around", "km", "zone", "name", "email", "url")
APART = ("email", "url")
TRIES = "60 per minute"
SHOWN = 50


@pages.get("/watch")
@open_to(Access.ANYBODY)
def index() -> Page:
    """Ask what is to be followed, and where to write to."""
    return form("watch/ask.html", {name: request.args.get(name, "") for name in FIELDS})


@pages.post("/watch")
@limiter.limit(ASKED)
@open_to(Access.ANYBODY)
def ask() -> Page:
    """Write to the address; the page says the same whether it was written to before or not."""
    check_csrf()
    given = given_fields(request.form)
    if request.form.get("do") == "see":
        return redirect(url_for("watch.seen", **_place(given)), 303)
    try:
        scope = follow_by_mail(given["email"], given)
    except CadastreError as error:
        return form("watch/ask.html", given, error)
    no_server = state().settings.smtp_url is None
    return render_template(
        "watch/told.html", title=t("watch.written"), good=True,
        told=t("watch.written-told", area=scope.label),
        note=t("watch.no-server") if no_server else None,
    )  # fmt: skip


@pages.get("/watch/events")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
def seen() -> Page:
    """Show what happened in an area, with its feeds, without following it."""
    given = given_fields(request.args)
    try:
        scope = scope_of(db_session(), state().ruleset, given, current_language())
    except CadastreError as error:
        return form("watch/ask.html", given, error)
    return _shown(scope, _place(given), _place(given))


@pages.get("/watch/confirm/<token>")
@limiter.limit(TRIES)
@open_to(Access.ANYBODY)
def confirming(token: str) -> Page:
    """Ask whoever opened the letter's link; a mail program that opens it confirms nothing."""
    try:
        watch = watch_of_token(db_session(), token)
    except NotFound as error:
        return _over(error)
    return render_template(
        "watch/told.html", title=t("watch.confirm-title", area=watch.label),
        told=t("watch.confirm-told", email=watch.address), go=t("watch.confirm-go"),
    )  # fmt: skip


@pages.post("/watch/confirm/<token>")
@limiter.limit(TRIES)
@open_to(Access.ANYBODY)
def confirmed(token: str) -> Page:
    """Begin to tell the address."""
    check_csrf()
    try:
        watch = confirm(db_session(), token)
    except CadastreError as error:
        return _over(error)
    return redirect(url_for("watch.followed", key=watch.key, done="confirmed"), 303)


@pages.get("/watch/<key>")
@limiter.limit(TRIES)
@open_to(Access.ANYBODY)
def followed(key: str) -> Page:
    """Show what a key follows, what happened there, and how to stop."""
    try:
        watch = watch_of_key(db_session(), key)
    except NotFound as error:
        return _over(error)
    return _shown(_scope(watch), feed_query(watch), {}, watch)


@pages.get("/watch/<key>/stop")
@limiter.limit(TRIES)
@open_to(Access.ANYBODY)
def stopping(key: str) -> Page:
    """Ask once before a link that was opened stops anything."""
    try:
        watch = watch_of_key(db_session(), key)
    except NotFound as error:
        return _over(error)
    return render_template(
        "watch/told.html", title=t("watch.stop"), go=t("watch.stop"), danger=True,
        told=t("watch.stop-told", area=watch.label),
    )  # fmt: skip


@pages.post("/watch/<key>/stop")
@limiter.limit(TRIES)
@open_to(Access.ANYBODY)
def stopped(key: str) -> Page:
    """Stop, for the page's button and for mail programs alike (RFC 8058: they send no cookie).

    The key is what proves the right; stopping twice says the same.
    """
    stop(db_session(), key)
    return render_template(
        "watch/told.html", title=t("watch.stop"), told=t("watch.stopped"), good=True
    )


def given_fields(values: Any) -> dict[str, str]:
    """Give what a form or an address says, each field cut to what it can hold."""
    return {name: str(values.get(name, ""))[:20_001] for name in FIELDS}


def _place(given: dict[str, str]) -> dict[str, Any]:
    """Keep what an address may carry: a place, and nobody's e-mail."""
    return {name: given[name] for name in FIELDS if given[name] and name not in APART}


def form(
    template: str, given: dict[str, str], error: CadastreError | None = None, **more: Any
) -> Page:
    """Show the form, with the reason of a refusal beside its field."""
    problem = None
    if error is not None:
        db_session().rollback()
        sentence = say(error.code, current_language(), where=error.where, **error.values)
        problem = {"field": error.where, "message": sentence}
    page = render_template(
        template, given=given, problem=problem,
        settings=map_settings(state().ruleset, current_language()),
        is_official=current_actor().bears(*ROLES[Access.OFFICIAL]), **more,
    )  # fmt: skip
    return page if error is None else (page, error.http_status)


def _scope(watch: AreaWatch) -> Scope:
    zone = None if watch.geom is None else to_shape(watch.geom)
    assert zone is None or isinstance(zone, MultiPolygon)
    return Scope(watch.scope, watch.subject, watch.label, zone)


def _shown(
    scope: Scope, query: dict[str, str], given: dict[str, str], watch: AreaWatch | None = None
) -> Page:
    feeds = {
        name: "/api/areas/events?"
        + urlencode({**query, "format": name, "lang": current_language()})
        for name in ("rss", "atom", "json")
    }
    return render_template(
        "watch/followed.html", scope=scope, feeds=feeds, given=given, watch=watch,
        events=[_event(one) for one in events_of(db_session(), scope, SHOWN)],
        done="done" in request.args,
    )  # fmt: skip


def _event(event: PublicEvent) -> dict[str, Any]:
    ruleset = state().ruleset
    return {
        "day": event.happened_at.astimezone(ZoneInfo(ruleset.time_zone)).date(),
        "headline": headline(event, ruleset, current_language()),
        "href": address_of(event),
        "object": objection_of(event, now().day),
        "until": event.objections_until,
    }


def _over(error: CadastreError) -> Page:
    told = say(error.code, current_language(), **error.values)
    page = render_template("watch/told.html", title=t("watch.title"), told=told)
    return page, error.http_status
