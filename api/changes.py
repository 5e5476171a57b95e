"""Tell what changed since an instant, as JSON Feed 1.1 or Atom (RFC 4287), page behind page."""

from __future__ import annotations

import base64
import datetime as dt
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from api.documentation import LANG, Operation, Parameter, documented
from api.language import current_language
from api.limits import PAGED, limiter
from api.ogc.links import base, here
from api.parameters import instant_of, parse_count, parse_day
from api.permissions import Access, open_to
from api.representation import json_response
from api.session import db_session
from api.state import state
from cadastre.errors import UnusableInput
from cadastre.queries.changes import Change, Mark, changes_behind
from cadastre.sentences import say
from cadastre.services.labels import label_of, page_address

change_routes = Blueprint("changes", __name__)
FEED, ATOM = "application/feed+json", "application/atom+xml"
MOST, USUAL = 1000, 100
BY_DEFAULT = dt.timedelta(days=30)
SPACE = "http://www.w3.org/2005/Atom"


@change_routes.get("/api/changes")
@limiter.limit(PAGED)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Titles and applications that changed since an instant",
        parameters=(
            Parameter("since", "Instant or day; without it, thirty days ago",
                      example="2026-11-01T00:00:00Z"),
            Parameter("after", "Mark of a page, as the link next has it"),
            Parameter("limit", f"At most so many, up to {MOST}", "integer", USUAL),
            Parameter("format", "json or atom", example="json"), LANG,
        ),
        media_types=(FEED, ATOM),
    )
)  # fmt: skip
def changes() -> Response:
    """Give a page of changes, oldest first; ask again behind the last one to miss none."""
    most = parse_count(request.args.get("limit"), "limit", USUAL, MOST)
    form = request.args.get("format", "json")
    if form not in ("json", "atom"):
        raise UnusableInput("exchange.write-format", where=form[:60], known="json, atom")
    found = changes_behind(db_session(), _mark(), most + 1)
    shown = found[:most]
    # The mark stands in every answer that tells something: who comes back tomorrow begins there.
    following = _address(shown[-1]) if shown else None
    write = _feed if form == "json" else _atom
    return write(shown, following if len(found) > most else None, following)


def _mark() -> Mark:
    text = request.args.get("after")
    if text is not None:
        return _read(text)
    since = request.args.get("since")
    if not since:
        return Mark(dt.datetime.now(dt.UTC) - BY_DEFAULT)
    zone = state().ruleset.time_zone
    if len(since) == len("2026-11-24"):
        day = parse_day(since, "since") or dt.date.min
        return Mark(dt.datetime.combine(day, dt.time.min, ZoneInfo(zone)))
    return Mark(instant_of(since, zone))


def _read(text: str) -> Mark:
    try:
        padded = text[:500] + "=" * (-len(text) % 4)
        at, collection, number = json.loads(base64.b64decode(padded, b"-_", validate=True))
        instant = dt.datetime.fromisoformat(at)
        if instant.tzinfo is None or "\0" in collection + number:
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise UnusableInput("paging.not-a-mark", where="after") from None
    return Mark(instant, collection, number)


def _address(change: Change) -> str:
    mark = change.mark()
    told = json.dumps([mark.at.isoformat(), mark.collection, mark.number])
    after = base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
    return base() + here(after=after, since=None)


def _feed(shown: Sequence[Change], following: str | None, resume: str | None) -> Response:
    body: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": say("data.changes-title", current_language()),
        "home_page_url": f"{base()}/data",
        "feed_url": base() + here(),
        "language": current_language(),
        "items": [
            {
                "id": _id(each),
                "url": _page(each),
                "title": _title(each),
                "content_text": _title(each),
                "date_modified": each.at.isoformat(),
                "_cadastre": {
                    "collection": each.collection, "number": each.number, "kind": each.kind,
                    "href": f"{base()}/api/{each.collection}/{each.number}",
                },
            }
            for each in shown
        ],
        "_cadastre": {"resume": resume},
    }
    if following:
        body["next_url"] = following
    return json_response(body, content_type=FEED)


def _atom(shown: Sequence[Change], following: str | None, _resume: str | None) -> Response:
    ElementTree.register_namespace("", SPACE)
    feed = ElementTree.Element(f"{{{SPACE}}}feed")
    _told(feed, "id", base() + "/api/changes")
    _told(feed, "title", say("data.changes-title", current_language()))
    newest = max((each.at for each in shown), default=dt.datetime.now(dt.UTC))
    _told(feed, "updated", newest.isoformat())
    _told(_told(feed, "author"), "name", state().ruleset.name[current_language()])
    _told(feed, "link", rel="self", href=base() + here(), type=ATOM)
    if following:
        _told(feed, "link", rel="next", href=following, type=ATOM)
    for each in shown:
        entry = _told(feed, "entry")
        _told(entry, "id", _id(each))
        _told(entry, "title", _title(each))
        _told(entry, "updated", each.at.isoformat())
        _told(entry, "link", rel="alternate", href=_page(each))
        _told(entry, "summary", _title(each))
    text = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return Response(text, content_type=f"{ATOM}; charset=utf-8")


def _told(
    parent: ElementTree.Element, name: str, words: str | None = None, **attributes: str
) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{SPACE}}}{name}", attributes)
    made.text = words
    return made


def _id(change: Change) -> str:
    """Name a change for ever: the same thing changed again is another entry."""
    return f"{_page(change)}#{change.at.isoformat()}"


def _page(change: Change) -> str:
    return f"{base()}{page_address(change.collection, change.number)}"


def _title(change: Change) -> str:
    language = current_language()
    kind = label_of(state().ruleset, change.collection, change.kind, language) or change.kind
    name = f" « {change.name} »" if change.name and language == "fr" else ""
    name = name or (f" “{change.name}”" if change.name else "")
    thing = say(f"collection.{change.collection}.one", language)
    return f"{thing} {change.number}{name} ({kind})"
