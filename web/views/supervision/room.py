"""The room itself: one page for wall and phone, its figures as JSON, its stream of events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.state import state
from cadastre.errors import NotAvailable
from cadastre.queries.supervision import outline
from cadastre.sentences import say
from cadastre.services.supervision.handover import Handed, hand_over, socket_path
from cadastre.services.supervision.plan import plan_of
from cadastre.services.supervision.room import ALERTS, GRAVE
from web.views.supervision import common

pages = Blueprint("supervision", __name__)
REFRESH_SECONDS = 30  # of the page without scripts
THEMES = ("dark", "light")
SERVER_SOCKETS = ("gunicorn.socket", "werkzeug.socket")
PRIVATE = {"Cache-Control": "no-store"}


@pages.get("/supervision")
@open_to(Access.ANYBODY)
def wall() -> str | AnyResponse:
    """Show the room: views that take turns on a wall, cards on a phone, a plain page elsewhere."""
    who = common.watcher()
    if isinstance(who, AnyResponse):
        return who
    told = common.room_now()
    theme = request.args.get("theme")
    alerts = (*ALERTS[:2], "log.late", *ALERTS[2:])
    return render_template(
        "supervision/room.html",
        room=told,
        at=datetime.fromisoformat(told["at"]),
        figures=told["figures"],
        alerts=alerts,
        is_quiet=not any(told["figures"][code][0] for code in alerts),
        grave=GRAVE,
        names=common.names(),
        outline=outline(db_session()),
        plan=plan_of(state().settings),
        is_screen=who.screen is not None,
        theme=theme if theme in THEMES else "",
        refresh=REFRESH_SECONDS,
        label=common.label,
        behind=common.behind_address,
        short=common.short,
        currency=state().ruleset.currency,
        zone=state().ruleset.time_zone,
    )


@pages.get("/supervision/figures")
@open_to(Access.ANYBODY)
def figures() -> AnyResponse:
    """Give the figures to a screen whose stream does not come through."""
    who = common.watcher()
    if isinstance(who, AnyResponse):
        return Response(status=401, headers=PRIVATE)
    answer = jsonify(common.room_now())
    answer.headers.update(PRIVATE)
    return answer


@pages.get("/supervision/stream")
@open_to(Access.ANYBODY)
def stream() -> AnyResponse:
    """Hand the connection over to the process that streams; the screen says what it last saw."""
    who = common.watcher()
    if isinstance(who, AnyResponse):
        return Response(status=401, headers=PRIVATE)
    connection = next(
        (request.environ[name] for name in SERVER_SOCKETS if name in request.environ), None
    )
    if connection is None:
        raise NotAvailable("supervision.no-stream", where="server")
    handed = Handed(_head(), _last_seen(), who.screen)
    hand_over(socket_path(state().settings.home), connection, handed)
    # The browser is answered by the other process; this goes nowhere and ends the request.
    return Response(status=200, headers={"Connection": "close"})


def _head() -> str:
    return (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: text/event-stream; charset=utf-8\r\n"
        "Cache-Control: no-store\r\n"
        "X-Accel-Buffering: no\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Cross-Origin-Resource-Policy: same-origin\r\n"
        "Connection: close\r\n\r\n"
    )


def _last_seen() -> int | None:
    said = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None


@pages.get("/supervision/manifest.webmanifest")
@open_to(Access.ANYBODY)
def manifest() -> AnyResponse:
    """Let a phone keep the room as an application."""
    language = current_language()
    told: dict[str, Any] = {
        "name": say("supervision.title", language),
        "short_name": say("supervision.short-title", language),
        "lang": language,
        "id": "/supervision",
        "start_url": url_for("supervision.wall"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#0b1512",
        "theme_color": "#0d4a38",
        "icons": [
            {
                "src": url_for("static_files.static_file", name="mark.svg"),
                "sizes": "any",
                "type": "image/svg+xml",
                "purpose": "any",
            }
        ],
    }
    answer = jsonify(told)
    answer.mimetype = "application/manifest+json"
    return answer
