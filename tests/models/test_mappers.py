"""Tables map to classes without ambiguity, before any query is asked."""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

import cadastre.models as models


def test_every_relationship_is_unambiguous() -> None:
    assert models.Base.registry.mappers
    configure_mappers()
