"""Tell what an uploaded piece is by its content; its name only tells texts from one another."""

from __future__ import annotations

import re
from pathlib import PurePath

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import MEGABYTE, Limits
from cadastre.exchange.read.zips import Archive

LARGEST_PIECE_BYTES = 10 * MEGABYTE
LONGEST_NAME = 120
# An office document is a zip of many small parts; none of them is unpacked here.
OFFICE = Limits(members=2_000, unpacked_bytes=200 * MEGABYTE, ratio=200)
PDF = "application/pdf"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_SIGNATURES = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"SQLite format 3\0", "application/geopackage+sqlite3"),
)
# A zip is what the part it holds makes it.
_PARTS = {
    "word/document.xml": _OFFICE + "wordprocessingml.document",
    "xl/workbook.xml": _OFFICE + "spreadsheetml.sheet",
}
_TEXTS = {
    ".csv": "text/csv",
    ".dxf": "image/vnd.dxf",
    ".geojson": "application/geo+json",
    ".kml": "application/vnd.google-earth.kml+xml",
}
SHOWN_IN_PAGE = frozenset({PDF, "image/jpeg", "image/png"})
ENDINGS = {
    PDF: ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    _OFFICE + "wordprocessingml.document": ".docx",
    _OFFICE + "spreadsheetml.sheet": ".xlsx",
    "application/geopackage+sqlite3": ".gpkg",
    "application/zip": ".zip",
    **{media_type: ending for ending, media_type in _TEXTS.items()},
}


def media_type_of(content: bytes, filename: str) -> str:
    """Give the media type of a piece: PDF, image, office document, map file or table.

    Raises
    ------
    TooLarge
        More than 10 MB.
    UnusableInput
        Empty, or of no type that an office can be asked to open.
    """
    if not content:
        raise UnusableInput("pieces.empty", where=filename)
    if len(content) > LARGEST_PIECE_BYTES:
        raise TooLarge("pieces.too-large", where=filename, most=LARGEST_PIECE_BYTES // MEGABYTE)
    for beginning, media_type in _SIGNATURES:
        if content.startswith(beginning):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return _zip_type(content, filename)
    ending = PurePath(filename.lower()).suffix
    if ending in _TEXTS and _is_text(content):
        return _TEXTS[ending]
    raise UnusableInput("pieces.unknown-type", where=filename)


def _is_text(content: bytes) -> bool:
    """Tell whether bytes can be read as text; markup that a browser would run is not."""
    beginning = content[:2048].lower()
    return b"\0" not in content and b"<html" not in beginning and b"<script" not in beginning


def _zip_type(content: bytes, filename: str) -> str:
    names = set(Archive(content, filename, OFFICE).names)
    if any(name.endswith("vbaProject.bin") for name in names):
        raise UnusableInput("pieces.has-macros", where=filename)
    for part, media_type in _PARTS.items():
        if part in names:
            return media_type
    if any(name.lower().endswith(".shp") for name in names):
        return "application/zip"
    raise UnusableInput("pieces.unknown-type", where=filename)


def safe_name(filename: str, media_type: str) -> str:
    """Give a name that is safe in a header and on any disk, with the ending of its true type."""
    stem = PurePath(filename.replace("\\", "/")).stem
    plain = re.sub(r"[^\w .()'’-]+", "-", stem).strip(" .-")[:LONGEST_NAME]
    return (plain or "piece") + ENDINGS[media_type]
