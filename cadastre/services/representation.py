"""Write readings and reports as the JSON that the API answers and the command prints.

Features follow RFC 7946: longitude first, outer rings anticlockwise, coordinates to 1e-8 degree
(about a millimetre).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.crs import describe
from cadastre.geometry.reading import Note, Question, Reading, Ring
from cadastre.rules.facts import Facts
from cadastre.rules.finding import Fee, Finding, Overlap, Proposal
from cadastre.rules.report import Area, Report
from cadastre.sentences import say, say_all

DECIMALS = 8
CRS_QUESTIONS = ("corners.crs", "reading.crs")  # answered by crs=, all others by their own code


def geometry_json(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """Give a geometry as GeoJSON; None stays None, and an empty one becomes None."""
    if geometry is None or geometry.is_empty:
        return None
    if geometry.geom_type == "Polygon":
        return {"type": "Polygon", "coordinates": _rings(shapely.orient_polygons(geometry))}
    if geometry.geom_type == "MultiPolygon":
        turned = shapely.orient_polygons(geometry)
        parts = [_rings(part) for part in shapely.get_parts(turned)]
        return {"type": "MultiPolygon", "coordinates": parts}
    rounded = shapely.transform(geometry, lambda positions: positions.round(DECIMALS))
    written: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return written


def _rings(polygon: BaseGeometry) -> list[list[list[float]]]:
    rings = shapely.get_rings(polygon)
    return [shapely.get_coordinates(ring).round(DECIMALS).tolist() for ring in rings]


def feature(
    geometry: BaseGeometry | None, properties: Mapping[str, Any], key: str | None = None
) -> dict[str, Any]:
    """Make a GeoJSON feature."""
    named = {} if key is None else {"id": key}
    return {
        "type": "Feature",
        **named,
        "geometry": geometry_json(geometry),
        "properties": dict(properties),
    }


def reading_json(reading: Reading, language: str) -> dict[str, Any]:
    """Give a reading: its rings as printed and as understood, its notes and open questions."""
    return {
        "name": reading.name,
        "crs": reading.crs,
        "crs_stated": reading.crs_stated,
        "crs_label": describe(reading.crs, language) if reading.crs else None,
        "published_area_ha": reading.published_area_ha,
        "rings": [_ring_json(ring) for ring in reading.rings],
        "perimeter": None
        if reading.perimeter is None
        else feature(reading.perimeter, {"name": reading.name, "crs": reading.crs}),
        "notes": [note_json(note, language) for note in reading.notes],
        "questions": [question_json(question, language) for question in reading.questions],
    }


def _ring_json(ring: Ring) -> dict[str, Any]:
    return {
        "is_exclusion": ring.is_exclusion,
        "corners": [
            {"label": c.label, "text": c.text, "x": c.x, "y": c.y, "lon": c.lon, "lat": c.lat}
            for c in ring.corners
        ],
    }


def note_json(note: Note, language: str) -> dict[str, Any]:
    """Give a note with its sentence."""
    return {
        "code": note.code,
        "kind": note.kind.value,
        "corner": note.corner,
        "read": note.read,
        "assumed": note.assumed,
        "message": say(note.code, language, **_words(note)),
    }


def question_json(question: Question, language: str) -> dict[str, Any]:
    """Give a question with its options; ``argument`` carries the answer next time."""
    told = {"corner": question.corner, **question.values}
    return {
        "code": question.code,
        "corner": question.corner,
        "message": say(question.code, language, **told),
        "argument": "crs" if question.code in CRS_QUESTIONS else question.code,
        "options": [
            {
                "value": option.value,
                "label": _option_label(question, option.value, language),
                "reason": say(option.reason_code, language, **option.values),
            }
            for option in question.options
        ],
    }


def _option_label(question: Question, value: str, language: str) -> str:
    if question.code in CRS_QUESTIONS:
        return describe(value, language)
    code = f"{question.code}.{value}"
    words = say(code, language, **{"corner": question.corner, **question.values})
    return value if words == code else words


def _words(note: Note) -> dict[str, Any]:
    given = {"corner": note.corner, "read": note.read, "assumed": note.assumed}
    return {**given, **note.values}


def report_json(facts: Facts, report: Report, reading: Reading, language: str) -> dict[str, Any]:
    """Give the whole answer of a check."""
    overlaps = [overlap_json(overlap) for overlap in report.overlaps]
    # A finding about an overlap shows the same ground: it is written once.
    drawn = {
        id(overlap.geometry): written["geometry"]
        for overlap, written in zip(report.overlaps, overlaps, strict=True)
    }
    return {
        "perimeter": feature(
            facts.perimeter, {"name": reading.name, "crs": reading.crs, "at": facts.at.isoformat()}
        ),
        "area": area_json(report.area),
        "blocks": report.blocks,
        "register_consulted": facts.register_consulted,
        "findings": [finding_as_json(finding, language, drawn) for finding in report.findings],
        "overlaps": overlaps,
        "administrative_units": [
            {
                "level": unit.level,
                "code": unit.code,
                "name": unit.name,
                "share": unit.share,
                "illustrative": unit.illustrative,
            }
            for unit in facts.units
        ],
        "fees": [fee_json(fee, language) for fee in report.fees],
        "proposals": [proposal_json(proposal, language) for proposal in report.proposals],
        "notes": [note_json(note, language) for note in reading.notes],
        "questions": [question_json(question, language) for question in reading.questions],
    }


def area_json(area: Area) -> dict[str, Any]:
    """Give both areas in hectares, and the CRS of the planar one."""
    return {"planar_ha": area.planar_ha, "geodesic_ha": area.geodesic_ha, "crs": area.crs}


def finding_as_json(
    finding: Finding, language: str = "fr", drawn: Mapping[int, Any] | None = None
) -> dict[str, Any]:
    """Give a finding with its sentence in both languages, and in the one asked for.

    ``drawn`` holds geometries that were written already, by the identity of their object.
    """
    told = {**finding.values, "corner": finding.corner, "article": finding.article}
    messages = say_all(finding.code, told)
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": messages[language],
        "messages": messages,
        "article": finding.article,
        "evidence": finding.evidence.value if finding.evidence else None,
        "geometry": (drawn or {}).get(id(finding.geometry)) or geometry_json(finding.geometry),
        "corner": finding.corner,
        "values": _plain(finding.values),
    }


def overlap_json(overlap: Overlap) -> dict[str, Any]:
    """Give an overlap with its figures and its ground."""
    return {
        "collection": overlap.collection,
        "id": overlap.id,
        "name": overlap.name,
        "area_m2": overlap.area_m2,
        "share": overlap.share,
        "share_of_other": overlap.share_of_other,
        "technical": overlap.technical,
        "blocking": overlap.blocking,
        "code": overlap.effect_code,
        "geometry": geometry_json(overlap.geometry),
        "values": _plain(overlap.values),
    }


def fee_json(fee: Fee, language: str) -> dict[str, Any]:
    """Give a fee with its working."""
    return {
        "code": fee.code,
        "name": fee.name.get(language) or say(fee.code, language, **fee.values),
        "amount": fee.amount,
        "currency": fee.currency,
        "working": fee.working[language],
        "when": fee.when,
        "article": fee.article,
        "evidence": fee.evidence.value if fee.evidence else None,
    }


def proposal_json(proposal: Proposal, language: str) -> dict[str, Any]:
    """Give a proposal: a perimeter that a person may choose."""
    told = {"area_ha": proposal.area_ha, **proposal.values}
    partly = "-partly" if proposal.values.get("off") else ""
    return {
        "kind": proposal.kind,
        "area_ha": proposal.area_ha,
        "geometry": geometry_json(proposal.geometry),
        "cures": list(proposal.cures),
        "message": say(f"proposal.{proposal.kind}{partly}", language, **told),
    }


def _plain(value: Any) -> Any:
    """Give values that JSON has: dates and words as text, tuples as lists."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
