"""The pages: a view reads the question, calls one service, shows the answer."""

from __future__ import annotations

from flask import Flask

from web.views import (
    about,
    account,
    acts,
    acts_read,
    cases,
    certificates,
    data,
    draw,
    eiti,
    features,
    glossary,
    governance,
    imports,
    journal,
    log,
    map,
    money,
    money_desk,
    money_papers,
    objections,
    openings,
    papers,
    practice,
    proposals,
    receipts,
    remnants,
    search,
    services,
    verify,
    watch,
    watch_hooks,
    work_form,
    works,
)
from web.views.desk import dossier, opinions, queue, steps
from web.views.dossiers import (
    common,
    counter,
    follow,
    form,
    ground,
    lodging,
    mine,
    notices,
    pieces,
    place_map,
)
from web.views.people import (
    administration,
    again,
    identity,
    keys,
    people,
    registration,
    second_factor,
)
from web.views.supervision import lists as supervision_lists
from web.views.supervision import room, screens, statistics

PAGES = (
    map,
    search,
    features,
    about,
    data,
    eiti,
    draw,
    account,
    cases,
    imports,
    journal,
    acts_read,
    governance,
    practice,
    glossary,
    receipts,
    log,
    acts,
    proposals,
    openings,
    remnants,
    verify,
    certificates,
    papers,
    money,
    money_desk,
    money_papers,
    watch_hooks,
    watch,
    works,
    work_form,
    objections,
)
DOSSIERS = (
    services, common, mine, form, ground, place_map, pieces, lodging, follow, counter,
    notices,
)  # fmt: skip
DESK = (queue, dossier, steps, opinions)
PEOPLE = (registration, second_factor, again, people, keys, administration, identity)
SUPERVISION = (room, supervision_lists, screens, statistics)


def register_views(app: Flask) -> None:
    """Mount the pages."""
    for page in (*PAGES, *DOSSIERS, *DESK, *PEOPLE, *SUPERVISION):
        app.register_blueprint(page.pages)
