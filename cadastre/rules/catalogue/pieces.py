"""Tell which documents answers call for, and which of them are still missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cadastre.rules.catalogue.conditions import all_met
from cadastre.rules.catalogue.service import Piece, Service

# What a file of each accepted type may call itself (RFC 6838).
MEDIA_TYPES: Mapping[str, tuple[str, ...]] = {
    "pdf": ("application/pdf",),
    "image": ("image/jpeg", "image/png", "image/webp", "image/tiff"),
    "spreadsheet": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
        "text/csv",
    ),
    "text": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.oasis.opendocument.text",
    ),
    "map": (
        "application/zip",
        "application/geo+json",
        "application/geopackage+sqlite3",
        "application/vnd.google-earth.kml+xml",
        "image/vnd.dxf",
    ),
}


def pieces_asked(service: Service, answers: Mapping[str, Any]) -> tuple[Piece, ...]:
    """List the documents that answers (normalised) call for, optional ones included."""
    return tuple(piece for piece in service.pieces if all_met(piece.when, answers))


def pieces_missing(
    service: Service, answers: Mapping[str, Any], given: Collection[str]
) -> tuple[Piece, ...]:
    """List the required documents that are not among those given (ids of pieces)."""
    return tuple(
        piece
        for piece in pieces_asked(service, answers)
        if piece.required and piece.id not in given
    )


def media_types(piece: Piece) -> tuple[str, ...]:
    """Give the media types a piece may have."""
    return tuple(kind for accepted in piece.accepts for kind in MEDIA_TYPES[accepted])
