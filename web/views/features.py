"""The page of one title, application, zone, work or unit, at an address that stays."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from api.language import current_language
from api.parameters import parse_moment
from api.rasters import raster_readers
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from api.viewing import current_viewer, note_persons_seen
from cadastre.queries.visibility import Viewer
from cadastre.services.certificates.access import may_have_certificate
from cadastre.services.details import detail
from cadastre.services.rasters import figures_of
from cadastre.services.rasters.figures import ground_at, said_figures
from cadastre.services.titles.facts import title_named
from cadastre.services.titles.life import life_of
from web.raster_charts import Charted, charted
from web.records import RIGHTS, record_of
from web.views.family import family_tree
from web.views.objections import objection_window
from web.views.remnants import shows_remnants
from web.work_facts import work_told

pages = Blueprint("features_page", __name__)
COLLECTIONS = {
    "titles": "titles",
    "applications": "applications",
    "zones": "zones",
    "works": "works",
    "units": "administrative-units",
}


def show(collection: str, key: str) -> str:
    """Show what the register says of one thing: facts, plan, corners, downloads."""
    at, ruleset, language = parse_moment(request.args), state().ruleset, current_language()
    viewer = current_viewer()
    found = detail(db_session(), ruleset, collection, key, at, language, viewer)
    note_persons_seen(viewer, collection, key)
    record = record_of(db_session(), found, ruleset, language, at)
    life, certificate = None, None
    if collection == "titles":
        title = title_named(db_session(), key)
        life = life_of(db_session(), ruleset, title, at, is_agent=False)
        if may_have_certificate(db_session(), title, current_actor()):
            certificate = url_for("certificates.title_pdf", number=key)
    family = family_tree(life["family"]) if life else ()
    return render_template(
        "record.html", record=record, life=life, family=family, data_day=at.day,
        certificate=certificate,
        object_until=objection_window(key) if collection == "applications" else None,
        work=work_told(db_session(), key, language) if collection == "works" else None,
        rasters=_rasters(collection, key, viewer),
        remnants=collection == "applications" and shows_remnants(key),
    )  # fmt: skip


def _rasters(collection: str, key: str, viewer: Viewer) -> list[Charted]:
    """Say what rasters hold over the ground; elsewhere than today the day is that of the page."""
    if collection not in RIGHTS:
        return []
    session, language = db_session(), current_language()
    ground = ground_at(session, collection, key, parse_moment(request.args), viewer)
    if ground is None:
        return []
    found = figures_of(session, raster_readers(), ground, viewer)
    return [charted(said_figures(one, language), language) for one in found]


for _page, _collection in COLLECTIONS.items():
    # A number may hold a slash ("01/2018"): the rest of the address is the key.
    pages.add_url_rule(
        f"/{_page}/<path:key>", f"one-{_page}", show, defaults={"collection": _collection}
    )
