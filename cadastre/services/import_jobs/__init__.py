"""Imports from a page: what was sent is looked at, tried without writing, confirmed, written."""

from cadastre.services.import_jobs.ordering import (
    abandon,
    choose_layer,
    confirm,
    find_import,
    list_imports,
    order_trial,
    receive,
    resume,
)
from cadastre.services.import_jobs.running import run_next

__all__ = [
    "abandon",
    "choose_layer",
    "confirm",
    "find_import",
    "list_imports",
    "order_trial",
    "receive",
    "resume",
    "run_next",
]
