"""Look up what an answer points to: a substance, a title, a company, a place.

The rules do not know the register: who calls gives a lookup for each type of field it can check,
which gives the answer as the register writes it, or None when it is unknown there. A lookup finds
its own answers again: a form that is read twice says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cadastre.errors import NotFound
from cadastre.rules.ruleset import Ruleset

Lookup = Callable[[str], Any]
References = Mapping[str, Lookup]


def references_of(ruleset: Ruleset, **others: Lookup) -> References:
    """Give the lookup of substances of a ruleset, and those of other types of field."""

    def substance(written: str) -> str | None:
        try:
            return ruleset.substance(written).id
        except NotFound:
            return None

    return {"substances": substance, **others}
