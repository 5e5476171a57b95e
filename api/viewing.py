"""Who is looking, as the read model sees them; and the record of whose personal data they saw."""

from __future__ import annotations

from flask import Flask, after_this_request, g, request
from werkzeug.wrappers import Response

from api.session import db_session
from api.sign_in import current_actor
from cadastre.queries.catalogue import CLASSES, class_of_collection
from cadastre.queries.visibility import ANYBODY, Viewer
from cadastre.rules.permissions import Classification, clearance, export_clearance
from cadastre.services.personal_data import note_export, note_views
from cadastre.services.seen_persons import write_persons_seen


def register_viewing(app: Flask) -> None:
    """Write down whose personal data each answer was made from, whatever the view."""
    app.after_request(_write_persons_seen)


def _write_persons_seen(response: Response) -> Response:
    if "db_session" in g and response.status_code < 300:
        write_persons_seen(db_session(), current_actor(), why=request.path)
    return response


def current_viewer() -> Viewer:
    """Give who is looking at the register; what only some see is kept by no cache.

    The past as it was known is for everybody the same: looking there writes no record of it.
    """
    return _viewer(clearance(current_actor()))


def shared_viewer(collection: str | None = None) -> Viewer:
    """Give who reads what caches keep: everybody alike, but for collections of the office.

    Those are read without persons whoever asks, and kept by no cache. Without a collection: who
    lists them all.
    """
    least = max(CLASSES.values()) if collection is None else class_of_collection(collection)
    if least is Classification.PUBLIC:
        return ANYBODY
    after_this_request(_keep_private)
    return Viewer(min(clearance(current_actor()), least))


def exporting_viewer(collection: str) -> Viewer:
    """Give who takes a file away; personal fields leave only with who may take them, on record."""
    if class_of_collection(collection) is not Classification.PUBLIC:
        return shared_viewer(collection)
    viewer = _viewer(export_clearance(current_actor()))
    if viewer.may_see(Classification.PERSONAL):
        note_export(db_session(), current_actor(), collection, request.full_path.rstrip("?"))
    return viewer


def note_persons_seen(viewer: Viewer, collection: str, key: str) -> None:
    """Record that the persons behind something were shown by name."""
    if viewer.may_see(Classification.PERSONAL):
        note_views(db_session(), current_actor(), collection, key, why=request.path)


def _viewer(seen: Classification) -> Viewer:
    if seen is Classification.PUBLIC or request.args.get("known"):
        return ANYBODY
    after_this_request(_keep_private)
    return Viewer(seen)


def _keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response
