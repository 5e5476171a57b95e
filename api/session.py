"""One database transaction for each request that asks for one."""

from __future__ import annotations

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.parameters import parse_known
from api.state import state
from cadastre.queries.asof import look_back
from cadastre.services.seen_persons import watch_persons


def db_session() -> Session:
    """Give the request's session, opened on first use as the application's role.

    It is committed after the view when the answer is a success, rolled back otherwise.
    """
    if "db_session" not in g:
        g.db_session = open_session()
        if has_request_context() and _may_know_somebody() and not request.args.get("known"):
            watch_persons(g.db_session)
    session: Session = g.db_session
    return session


def reading_session() -> Session:
    """Give a session that begins and commits nothing, for what anybody reads in one question.

    Two journeys to the database less, of four. Who may be somebody, and who looks back, gets the
    request's transaction.
    """
    if "db_session" not in g and not (_may_know_somebody() or request.args.get("known")):
        g.db_session = open_session(state().reading_engine)
    return db_session()


def open_session(engine: Engine | None = None) -> Session:
    """Open a session at the application's door; with ``known``, on what was known by then."""
    session = Session(engine or state().engine, expire_on_commit=False)
    known_at = parse_known(request.args) if has_request_context() else None
    if known_at is not None:
        look_back(session, known_at)
    return session


def _may_know_somebody() -> bool:
    """Tell whether this request can be somebody's: it shows a session or a key."""
    return bool(request.cookies) or "Authorization" in request.headers


def register_session(app: Flask) -> None:
    """End each request's transaction: commit before a success leaves, else roll back."""
    app.after_request(_commit)
    app.teardown_appcontext(_close)


def _commit(response: Response) -> Response:
    session: Session | None = g.get("db_session")
    if session is not None and response.status_code < 400:
        session.commit()
    return response


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("db_session", None)
    if session is not None:
        session.close()
