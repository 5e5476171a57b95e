"""Unpack MapInfo tables (TAB, MIF) from a zip, and refuse those that only point elsewhere."""

from __future__ import annotations

import re

from cadastre.errors import UnusableInput
from cadastre.exchange.read.zips import Archive

DRIVER = "MapInfo File"
MAINS = (".tab", ".mif")
# What a table cannot be read without, and what it may have besides.
_NEEDED = {".tab": (".dat",), ".mif": ()}
_BESIDE = {".tab": (".dat", ".map", ".id", ".ind"), ".mif": (".mid",)}
_CHARSET = re.compile(rb'(charset\s+"?)([A-Za-z0-9_-]+)', re.IGNORECASE)
_VERSION = re.compile(rb"^(!?)version[^\r\n]*", re.IGNORECASE | re.MULTILINE)
_POINTS_ELSEWHERE = re.compile(rb"create\s+view|IsSeamless|type\s+\"?linked|open\s+table", re.I)
_PICTURE = re.compile(rb"type\s+\"?raster", re.IGNORECASE)
_HEADER_BYTES = 20_000


def mapinfo_members(
    archive: Archive, name: str, stem: str, where: str
) -> tuple[dict[str, bytes], str | None]:
    """Unpack a table and its companions under a name of ours.

    Returns the files, and the encoding that was assumed where the table does not state one.

    Raises
    ------
    UnusableInput
        ``exchange.mapinfo-pointer``: a view, a linked or seamless table, whose data stand in other
        files. ``exchange.mapinfo-picture``. ``exchange.mapinfo-lone``: a companion is missing.
    """
    suffix = name[-4:].lower()
    files = {f"{stem}{suffix}": archive.read(name)}
    for companion in _BESIDE[suffix]:
        found = archive.beside(name, companion)
        if found:
            files[f"{stem}{companion}"] = archive.read(found)
    header = files[f"{stem}{suffix}"][:_HEADER_BYTES]
    _refuse_pointers(suffix, header, where)
    missing = [each for each in _NEEDED[suffix] if f"{stem}{each}" not in files]
    if missing:
        raise UnusableInput("exchange.mapinfo-lone", where=where, missing=", ".join(missing))
    if not _is_windows(header, b"".join(_texts(files, stem))):
        return files, None
    files[f"{stem}{suffix}"] = _as_windows(files[f"{stem}{suffix}"])
    return files, "Windows-1252"


def _refuse_pointers(suffix: str, header: bytes, where: str) -> None:
    if suffix == ".tab" and _POINTS_ELSEWHERE.search(header):
        raise UnusableInput("exchange.mapinfo-pointer", where=where)
    if suffix == ".tab" and _PICTURE.search(header):
        raise UnusableInput("exchange.mapinfo-picture", where=where)


def _texts(files: dict[str, bytes], stem: str) -> list[bytes]:
    table = files.get(f"{stem}.dat", b"")
    return [table[_data_starts(files, stem) :], files.get(f"{stem}.mid", b"")]


def _data_starts(files: dict[str, bytes], stem: str) -> int:
    """Give where the rows of a .dat begin: it is a dBase table."""
    return int.from_bytes(files.get(f"{stem}.dat", b"")[8:10], "little")


def _is_windows(header: bytes, texts: bytes) -> bool:
    """Tell whether a table that states no character set can only be Windows text."""
    stated = _CHARSET.search(header)
    if stated and stated[2].lower() != b"neutral":
        return False  # the reader knows
    try:
        texts.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _as_windows(table: bytes) -> bytes:
    """State the character set in our copy of a header: the reader takes it from nowhere else."""
    header, rest = table[:_HEADER_BYTES], table[_HEADER_BYTES:]
    if _CHARSET.search(header):
        return _CHARSET.sub(rb"\1WindowsLatin1", header) + rest
    stated = rb'\g<0>\n\1charset WindowsLatin1'
    if not header.lstrip().startswith(b"!"):
        stated = rb'\g<0>\nCharset "WindowsLatin1"'
    return _VERSION.sub(stated, header, count=1) + rest
