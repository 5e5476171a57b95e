"""Tell what a file is by its content, and refuse one whose name claims something else.

A file that is two things at once is how readers are tricked: name and content must agree.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from cadastre.errors import UnusableInput
from cadastre.exchange.read.mapinfo import MAINS
from cadastre.exchange.read.text import decode
from cadastre.exchange.read.wkt import is_wkt
from cadastre.exchange.read.zips import Archive

_TEXTS = frozenset({"text", "csv", "wkt", "geojson", "kml", "gpx", "dxf"})
# What may stand behind each ending. Plain text may hold anything that can be pasted.
_BY_SUFFIX = {
    ".txt": _TEXTS,
    ".text": _TEXTS,
    ".md": _TEXTS,
    ".eml": frozenset({"text"}),
    ".wkt": frozenset({"wkt"}),
    ".csv": frozenset({"csv", "text"}),
    ".tsv": frozenset({"csv", "text"}),
    ".geojson": frozenset({"geojson"}),
    ".json": frozenset({"geojson"}),
    ".kml": frozenset({"kml"}),
    ".gpx": frozenset({"gpx"}),
    ".xml": frozenset({"kml", "gpx"}),
    ".kmz": frozenset({"kmz"}),
    ".zip": frozenset({"shapefile", "mapinfo", "kmz"}),
    ".xlsx": frozenset({"xlsx"}),
    ".xlsm": frozenset({"xlsx"}),
    ".gpkg": frozenset({"gpkg"}),
    ".dxf": frozenset({"dxf"}),
}
FORMATS = sorted(set().union(*_BY_SUFFIX.values()))

# Beginnings of files that hold no perimeter we can read, with the sentence that says what to do
# instead.
_REFUSED = (
    (b"%PDF", "exchange.is-pdf"),
    (b"\xff\xd8\xff", "exchange.is-image"),
    (b"\x89PNG", "exchange.is-image"),
    (b"GIF8", "exchange.is-image"),
    (b"II*\0", "exchange.is-image"),
    (b"MM\0*", "exchange.is-image"),
    (b"II+\0", "exchange.is-image"),
    (b"\xd0\xcf\x11\xe0", "exchange.is-old-office"),
    (b"\0\0\x27\x0a", "exchange.lone-shp"),
    (b"\x1f\x8b", "exchange.other-archive"),
    (b"BZh", "exchange.other-archive"),
    (b"\xfd7zXZ", "exchange.other-archive"),
    (b"7z\xbc\xaf", "exchange.other-archive"),
    (b"Rar!", "exchange.other-archive"),
    (b"(\xb5/\xfd", "exchange.other-archive"),
)
_COMPANIONS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
_TABLE_PARTS = {".tab", ".dat", ".map", ".id", ".ind", ".mif", ".mid"}
_ROOT = re.compile(r"<\s*(?:[\w.-]{1,40}:)?([A-Za-z][\w.-]{0,60})")


def suffix_of(filename: str) -> str:
    """Give the ending of a file name in small letters; empty for pasted text."""
    return PurePosixPath(filename.replace("\\", "/")).suffix.lower()


def detect(content: bytes, filename: str, archive: Archive | None, wanted: str | None) -> str:
    """Name the format of a content, agreeing with its name.

    Parameters
    ----------
    filename
        As sent; only its ending is looked at. Without ending, the content decides.
    archive
        The content opened as a zip, when it is one.
    wanted
        One of ``FORMATS`` when the sender states it.

    Raises
    ------
    UnusableInput
        The content is empty, is something that holds no perimeter, or is not what its name says.
    """
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise UnusableInput("exchange.empty", where=filename)
    found = _of_zip(archive, filename) if archive else _of_content(content, filename)
    suffix = suffix_of(filename)
    if found == "text" and suffix in (".csv", ".tsv"):
        found = "csv"
    allowed = frozenset({wanted}) if wanted else _BY_SUFFIX.get(suffix)
    if allowed is None and suffix and found not in _TEXTS:
        raise UnusableInput("exchange.extension-mismatch", where=filename, said=suffix, found=found)
    if allowed is not None and found not in allowed:
        said = wanted or suffix
        raise UnusableInput("exchange.extension-mismatch", where=filename, said=said, found=found)
    return found


def _of_zip(archive: Archive, filename: str) -> str:
    names = {name.lower() for name in archive.names}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if archive.ending(".shp"):
        return "shapefile"
    if archive.ending(*MAINS):
        return "mapinfo"
    if archive.ending(".kml"):
        return "kmz"
    if any(name.endswith((".docx", ".odt")) or name == "word/document.xml" for name in names):
        raise UnusableInput("exchange.is-document", where=filename)
    raise UnusableInput("exchange.zip-without-map", where=filename)


def _of_content(content: bytes, filename: str) -> str:
    if content.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if content.startswith(b"AutoCAD Binary DXF"):
        return "dxf"
    if content.startswith(b"AC10"):
        raise UnusableInput("exchange.is-dwg", where=filename)
    if content[257:262] == b"ustar":
        raise UnusableInput("exchange.other-archive", where=filename)
    for start, code in _REFUSED:
        if content.startswith(start):
            raise UnusableInput(code, where=filename)
    if suffix_of(filename) in _COMPANIONS:
        raise UnusableInput("exchange.lone-shp", where=filename)
    if suffix_of(filename) in _TABLE_PARTS:
        raise UnusableInput("exchange.lone-mapinfo", where=filename)
    return _of_text(decode(content, filename), filename)


def _of_text(text: str, filename: str) -> str:
    start = text.lstrip("\ufeff \t\r\n")[:4000]
    if start.startswith(("{", "[")):
        return "geojson"
    if start.startswith("<"):
        return _of_xml(start, filename)
    if re.match(r"0\s*\r?\n\s*SECTION\b|999\r?\n", start):
        return "dxf"
    return "wkt" if is_wkt(start) else "text"


def _of_xml(start: str, filename: str) -> str:
    bare = re.sub(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", "", start, flags=re.DOTALL)
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", bare, re.IGNORECASE):
        raise UnusableInput("exchange.doctype", where=filename)
    root = _ROOT.search(bare)
    name = root[1] if root else ""
    if name in ("OGRVRTDataSource", "VRTDataset"):
        raise UnusableInput("exchange.virtual-dataset", where=filename)
    if name in ("kml", "gpx"):
        return name
    if name in ("html", "HTML"):
        raise UnusableInput("exchange.is-document", where=filename)
    raise UnusableInput("exchange.unknown-xml", where=filename, root=name[:40])
