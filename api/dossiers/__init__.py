"""Dossiers over HTTP: opened, written, lodged, examined, decided and followed."""

from api.dossiers.documents import document_routes
from api.dossiers.following import follow_routes
from api.dossiers.queue import queue_routes
from api.dossiers.steps import step_routes
from api.dossiers.talk import talk_routes
from api.dossiers.writing import dossier_routes

DOSSIER_BLUEPRINTS = (
    dossier_routes,
    document_routes,
    step_routes,
    talk_routes,
    queue_routes,
    follow_routes,
)

__all__ = ["DOSSIER_BLUEPRINTS"]
