"""Mount the JSON API, the OGC services and the health check on an app."""

from __future__ import annotations

from flask import Flask

from api.applications import application_routes
from api.areas import area_routes
from api.body import register_body
from api.cases import case_routes
from api.changes import change_routes
from api.checks import check_routes
from api.dossiers import DOSSIER_BLUEPRINTS
from api.drafts import draft_routes
from api.eiti import eiti_routes
from api.errors import register_errors
from api.export_jobs import export_job_routes
from api.exports import export_routes
from api.features import feature_routes
from api.health import health
from api.imports import import_routes
from api.invoices import invoice_routes
from api.limits import limiter
from api.log import log_routes
from api.me import me_routes
from api.ogc.description import description_routes
from api.ogc.features import ogc_routes
from api.ogc.landing import landing_routes
from api.ogc.tiles import tile_routes
from api.ogc.tilesets import tileset_routes
from api.openapi import openapi_routes
from api.openings import opening_routes
from api.payments import payment_routes
from api.permissions import register_permissions
from api.rasters import raster_routes
from api.readings import reading_routes
from api.ruleset import ruleset_routes
from api.search import search_routes
from api.services import service_routes
from api.session import register_session
from api.sign_in import init_sign_in
from api.state import EXTENSION, CadastreState
from api.titles import title_routes
from api.verify import verify_routes
from api.viewing import register_viewing
from api.webhooks import webhook_routes
from api.works import work_routes
from cadastre.config import read_settings

MAX_REQUEST_BYTES = 12 * 1024 * 1024

BLUEPRINTS = (
    health,
    openapi_routes,
    ruleset_routes,
    reading_routes,
    check_routes,
    service_routes,
    search_routes,
    feature_routes,
    export_routes,
    export_job_routes,
    eiti_routes,
    import_routes,
    change_routes,
    area_routes,
    webhook_routes,
    work_routes,
    application_routes,
    *DOSSIER_BLUEPRINTS,
    title_routes,
    case_routes,
    opening_routes,
    draft_routes,
    invoice_routes,
    payment_routes,
    me_routes,
    log_routes,
    verify_routes,
    landing_routes,
    description_routes,
    ogc_routes,
    tileset_routes,
    tile_routes,
    raster_routes,
)


def register_api(app: Flask) -> None:
    """Mount everything below ``/api``, ``/ogc`` and ``/healthz``."""
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_CONTENT_LENGTH"] or MAX_REQUEST_BYTES
    if EXTENSION not in app.extensions:
        app.extensions[EXTENSION] = CadastreState(read_settings())
    register_session(app)
    register_viewing(app)
    register_errors(app)
    register_body(app)
    init_sign_in(app)
    register_permissions(app)
    limiter.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
