"""What a running deployment stands on: settings, the database's door, the law as data."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property

from flask import current_app
from sqlalchemy import Engine

from cadastre.config import Settings
from cadastre.database import app_engine
from cadastre.errors import CadastreError
from cadastre.procedures.machine import Procedure, load_procedures
from cadastre.queries.asof import AsOf, as_of
from cadastre.rules.catalogue import Catalogue, load_catalogue
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset

log = logging.getLogger(__name__)
EXTENSION = "cadastre"


@dataclass(frozen=True)
class CadastreState:
    """Everything a request needs that does not change between requests.

    Each is opened when first asked for: a site whose database is late still answers.
    """

    settings: Settings

    @cached_property
    def engine(self) -> Engine:
        """Give the application's door to the database."""
        return app_engine(self.settings)

    @cached_property
    def reading_engine(self) -> Engine:
        """Give the same door for questions that need no transaction: each stands on its own."""
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @cached_property
    def ruleset(self) -> Ruleset:
        """Give the law of the country this deployment serves."""
        return load_ruleset(self.settings.data / "rulesets" / self.settings.ruleset)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Give the services that can be asked for under that law."""
        return load_catalogue(self.settings.data / "services" / self.settings.ruleset)

    @cached_property
    def catalogue_or_none(self) -> Catalogue | None:
        """Give the services, None where the country of this deployment has no catalogue yet."""
        folder = self.settings.data / "services" / self.settings.ruleset
        return self.catalogue if folder.is_dir() else None

    @cached_property
    def procedures(self) -> dict[str, Procedure]:
        """Give the procedures that lead requests to their decision."""
        return load_procedures(self.settings.data / "procedures", self.ruleset)


def warm(kept: CadastreState) -> None:
    """Read law, services and procedures before the first visitor asks for them.

    What cannot be read is noted, and said again to whoever asks for it: other pages are served.
    """
    try:
        if kept.ruleset and kept.catalogue_or_none is not None:
            _ = kept.procedures
    except CadastreError as broken:
        log.error("%s", broken)


def state() -> CadastreState:
    """Give the state of the app that serves this request."""
    found: CadastreState = current_app.extensions[EXTENSION]
    return found


def now() -> AsOf:
    """Give this moment on the legal clock of the ruleset."""
    return as_of(None, state().ruleset.time_zone)
