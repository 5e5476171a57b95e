"""Read CQL2 (OGC 21-065r2), as text or as JSON, into one tree, and turn the tree into bound SQL."""

from __future__ import annotations

from cadastre.queries.cql2.compiler import compile_filter
from cadastre.queries.cql2.json_form import parse_json
from cadastre.queries.cql2.text import parse_text
from cadastre.queries.cql2.tree import CQL2_JSON, CQL2_TEXT

__all__ = ["CQL2_JSON", "CQL2_TEXT", "compile_filter", "parse_json", "parse_text"]
