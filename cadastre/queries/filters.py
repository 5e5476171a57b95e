"""Narrow a collection by a CQL2 filter.

Text is parsed by a grammar, never evaluated; a name is looked up among the fields the viewer may
see; every value becomes a bound parameter of the column's own type (quality B4).
"""

from __future__ import annotations

from cadastre.errors import UnusableInput
from cadastre.geometry.crs import WGS84
from cadastre.queries.cql2 import CQL2_JSON, CQL2_TEXT, compile_filter, parse_json, parse_text
from cadastre.queries.relation import Relation

PARSERS = {CQL2_TEXT: parse_text, CQL2_JSON: parse_json}


def filtered(
    relation: Relation,
    text: str | None,
    language: str = CQL2_TEXT,
    crs: str = WGS84,
    *,
    north_first: bool = False,
) -> Relation:
    """Narrow a relation by a CQL2 filter; no text narrows nothing.

    Parameters
    ----------
    language
        ``cql2-text`` or ``cql2-json``.
    crs
        System of the shapes in the filter, longitude or easting first unless ``north_first``.

    Raises
    ------
    UnusableInput
        ``filter.not-cql2``, ``filter.too-long``, ``filter.unknown-name`` (with the names there
        are), ``filter.wrong-type``, ``filter.not-sound``, ``filter.not-supported``,
        ``ogc.filter-lang``.
    """
    if text is None or not text.strip():
        return relation
    parse = PARSERS.get(language)
    if parse is None:
        raise UnusableInput("ogc.filter-lang", where="filter-lang", known=", ".join(PARSERS))
    return relation.narrowed(
        compile_filter(parse(text), relation, crs, north_first=north_first)
    )
