"""Give sheets of paper what rows do not hold: printed corners, addresses, values said in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from cadastre.exchange.write.records import Paper
from cadastre.queries.asof import AsOf
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import write_day, write_instant
from cadastre.services.details import HIDDEN_FACTS, shown_value
from cadastre.services.labels import page_address
from cadastre.services.printed_corners import printed_rings


def paper_for(
    session: Session, ruleset: Ruleset, collection: str, at: AsOf, base: str, language: str
) -> Paper:
    """Prepare sheets of a collection as it is on a day.

    Parameters
    ----------
    base
        Address of the site, without a slash at the end; empty where none is known: no QR then.
    """

    def address(key: str) -> str:
        page = page_address(collection, key)
        return f"{base}{page}" if base and page else ""

    def shown(name: str, value: Any) -> Any:
        if value in (None, "", []) or name in HIDDEN_FACTS:
            return None
        if isinstance(value, dt.datetime):
            return write_instant(value, language)
        if isinstance(value, dt.date):
            return write_day(value, language)
        return shown_value(ruleset, collection, name, value, language)

    return Paper(
        address=address,
        rings=lambda key: printed_rings(session, collection, key, at),
        shown=shown,
        crs=None if ruleset.planar_crs == "auto" else ruleset.planar_crs,
    )
