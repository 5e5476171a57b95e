"""Look into a zip without trusting a word it says.

Members are read in memory by name, counted while they unpack, and never written under the name
they bear.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import Limits

_ARCHIVES = {".zip", ".kmz", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst", ".jar"}
# What systems and programs add on their own; skipped, but counted.
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_PIECE = 1 << 16


class Archive:
    """A zip whose directory was found harmless; members are unpacked one at a time."""

    def __init__(self, content: bytes, where: str, limits: Limits) -> None:
        self._where, self._limits, self._unpacked = where, limits, 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as fault:
            raise UnusableInput("exchange.broken-zip", where=where) from fault
        self._members = self._inspect()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members that matter, in the order of the directory."""
        return tuple(self._members)

    def ending(self, *suffixes: str) -> tuple[str, ...]:
        """Names that end so, whatever the case."""
        return tuple(name for name in self.names if name.lower().endswith(suffixes))

    def beside(self, name: str, suffix: str) -> str | None:
        """Name of the companion of a member with another suffix (``a.shp`` and ``A.DBF``)."""
        wanted = str(PurePosixPath(name).with_suffix(suffix)).lower()
        return next((other for other in self.names if other.lower() == wanted), None)

    def read(self, name: str) -> bytes:
        """Unpack one member, stopping as soon as the total passes the cap.

        Raises
        ------
        TooLarge
            ``exchange.zip-bomb``: the directory lied about the size.
        UnusableInput
            ``exchange.broken-zip``: it does not unpack.
        """
        pieces = []
        try:
            with self._zip.open(self._members[name]) as member:
                while piece := member.read(_PIECE):
                    self._unpacked += len(piece)
                    if self._unpacked > self._limits.unpacked_bytes:
                        raise TooLarge("exchange.zip-bomb", where=self._where)
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError,
                NotImplementedError) as fault:
            raise UnusableInput("exchange.broken-zip", where=self._where) from fault
        return b"".join(pieces)

    def _inspect(self) -> dict[str, zipfile.ZipInfo]:
        entries = self._zip.infolist()
        if len(entries) > self._limits.members:
            raise TooLarge(
                "exchange.zip-members", where=self._where, count=len(entries),
                limit=self._limits.members,
            )
        members: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            self._refuse_unsafe(entry)
            if entry.is_dir() or entry.filename.startswith(_LITTER) or (
                PurePosixPath(entry.filename).name in _LITTER
            ):
                continue
            if entry.filename in members:
                raise UnusableInput("exchange.zip-double", where=self._where)
            members[entry.filename] = entry
        total = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries)
        # Small files of zeros pack well without being bombs: the ratio counts from a megabyte.
        is_dense = total > 1_000_000 and total > self._limits.ratio * max(packed, 1)
        if total > self._limits.unpacked_bytes or is_dense:
            raise TooLarge("exchange.zip-bomb", where=self._where)
        return members

    def _refuse_unsafe(self, entry: zipfile.ZipInfo) -> None:
        name = entry.filename.replace("\\", "/")
        path = PurePosixPath(name)
        drive = len(name) > 1 and name[1] == ":"
        if path.is_absolute() or ".." in path.parts or drive or "\0" in entry.orig_filename:
            raise UnusableInput("exchange.zip-path", where=self._where)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UnusableInput("exchange.zip-link", where=self._where)
        if entry.flag_bits & 0x1:
            raise UnusableInput("exchange.zip-password", where=self._where)
        if path.suffix.lower() in _ARCHIVES:
            raise UnusableInput("exchange.zip-nested", where=self._where)
