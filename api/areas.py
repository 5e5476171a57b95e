"""Follow an area: ask for letters, and read the events of a place as JSON Feed, Atom or RSS."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from email.utils import format_datetime
from typing import Any

from flask import Blueprint, Response, request

from api.body import json_body
from api.documentation import LANG, Operation, Parameter, documented
from api.language import current_language
from api.letters import site_address, write_after_answer
from api.limits import HEAVY, limiter
from api.ogc.links import base, here
from api.parameters import parse_count
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.state import state
from cadastre.errors import UnusableInput
from cadastre.models import PublicEvent
from cadastre.queries.public_events import Scope, events_of
from cadastre.sentences import say
from cadastre.services.watching.asking import ask_to_follow
from cadastre.services.watching.letters import confirmation
from cadastre.services.watching.scopes import scope_of
from cadastre.services.watching.wording import address_of, event_json, headline

area_routes = Blueprint("areas", __name__)
ASKED = "20 per hour"  # of one address of the network: each may write to somebody
ATOM, RSS, FEED = "application/atom+xml", "application/rss+xml", "application/feed+json"
SPACE = "http://www.w3.org/2005/Atom"
MOST, USUAL = 200, 50
WHERE = (
    Parameter("unit", "Code or name of a commune, prefecture or region", example="TG-K"),
    Parameter("title", "Number of a title"),
    Parameter("holder", "Name of a company"),
    Parameter("around", "A position", example="9,12 N 1,14 E"),
    Parameter("km", "Radius around the position, in kilometres", example="5"),
    Parameter("zone", "Corners as text, GeoJSON or WKT, longitude first"),
)


class FollowRequest(Shape):
    """Who is to be told, and of what: one of unit, title, holder, around (with km) or zone."""

    email: str
    unit: str | None = None
    title: str | None = None
    holder: str | None = None
    around: str | None = None
    km: str | None = None
    zone: str | None = None
    name: str | None = None


@area_routes.post("/api/areas")
@limiter.limit(ASKED)
@open_to(Access.ANYBODY)
@documented(Operation("Ask for letters about an area", body=FollowRequest, parameters=(LANG,)))
def follow() -> Response:
    """Write to the address, which begins to be told once who reads it confirms."""
    asked = json_body(FollowRequest)
    scope = follow_by_mail(asked.email, asked.model_dump(exclude={"email"}))
    return json_response({"label": scope.label, "confirm_by": "mail"}, 202)


def follow_by_mail(email: str, given: dict[str, Any]) -> Scope:
    """Note what an address would follow and write to it; the answer is the same if it is not."""
    language = current_language()
    scope = scope_of(db_session(), state().ruleset, given, language)
    token = ask_to_follow(db_session(), email, scope, language)
    if token is not None:
        link = f"{site_address()}/watch/confirm/{token}"
        write_after_answer(lambda: confirmation(scope.label, email.strip(), link, language))
    return scope


@area_routes.get("/api/areas/events")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Public events of an area, newest first",
        parameters=(
            *WHERE, Parameter("format", "json, atom or rss", example="atom"),
            Parameter("limit", f"At most so many, up to {MOST}", "integer", USUAL), LANG,
        ),
        media_types=(FEED, ATOM, RSS),
    )
)  # fmt: skip
def events() -> Response:
    """Give what happened in an area as a feed."""
    form = request.args.get("format", "json")
    writers = {"json": _json, "atom": _atom, "rss": _rss}
    if form not in writers:
        raise UnusableInput("exchange.write-format", where=form[:60], known="json, atom, rss")
    scope = scope_of(db_session(), state().ruleset, request.args, current_language())
    most = parse_count(request.args.get("limit"), "limit", USUAL, MOST)
    return writers[form](scope, events_of(db_session(), scope, most))


def _json(scope: Scope, found: Sequence[PublicEvent]) -> Response:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _feed_title(scope),
        "feed_url": base() + here(),
        "language": current_language(),
        "items": [
            {
                "id": _id(event), "url": base() + address_of(event), "title": _title(event),
                "content_text": _title(event), "date_published": event.happened_at.isoformat(),
                "_cadastre": event_json(event, state().ruleset, base()),
            }
            for event in found
        ],
    }  # fmt: skip
    return json_response(body, content_type=FEED)


def _atom(scope: Scope, found: Sequence[PublicEvent]) -> Response:
    ElementTree.register_namespace("", SPACE)
    feed = ElementTree.Element(f"{{{SPACE}}}feed")
    newest = found[0].happened_at.isoformat() if found else "1970-01-01T00:00:00+00:00"
    for name, words in (
        ("id", base() + here()), ("title", _feed_title(scope)), ("updated", newest),
    ):  # fmt: skip
        _told(feed, name, words)
    _told(_told(feed, "author"), "name", state().ruleset.name[current_language()])
    _told(feed, "link", rel="self", href=base() + here(), type=ATOM)
    for event in found:
        entry = _told(feed, "entry")
        _told(entry, "id", _id(event))
        _told(entry, "title", _title(event))
        _told(entry, "updated", event.happened_at.isoformat())
        _told(entry, "link", rel="alternate", href=base() + address_of(event))
        _told(entry, "summary", _title(event))
    return _written(feed, ATOM)


def _told(
    parent: ElementTree.Element, name: str, words: str | None = None, **attributes: str
) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{SPACE}}}{name}", attributes)
    made.text = words
    return made


def _rss(scope: Scope, found: Sequence[PublicEvent]) -> Response:
    feed = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(feed, "channel")
    told = {
        "title": _feed_title(scope), "link": f"{base()}/watch", "description": scope.label,
        "language": current_language(),
    }  # fmt: skip
    for name, words in told.items():
        ElementTree.SubElement(channel, name).text = words
    for event in found:
        item = ElementTree.SubElement(channel, "item")
        ElementTree.SubElement(item, "title").text = _title(event)
        ElementTree.SubElement(item, "link").text = base() + address_of(event)
        ElementTree.SubElement(item, "guid", isPermaLink="false").text = _id(event)
        ElementTree.SubElement(item, "pubDate").text = format_datetime(event.happened_at)
    return _written(feed, RSS)


def _written(feed: ElementTree.Element, media_type: str) -> Response:
    text = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return Response(text, content_type=f"{media_type}; charset=utf-8")


def _feed_title(scope: Scope) -> str:
    return say("watch.feed-title", current_language(), area=scope.label)


def _title(event: PublicEvent) -> str:
    return headline(event, state().ruleset, current_language())


def _id(event: PublicEvent) -> str:
    """Name an event for ever."""
    return f"{base()}/api/areas/events#{event.serial}"
