"""Write down what an export is: when, of what, in which system, with which rights, which bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cadastre.exchange.write import FeatureRecord, FieldSpec, Metadata
from cadastre.geometry import crs as systems
from cadastre.sentences import say


class Record:
    """The metadata of one export, filled while it is written."""

    def __init__(self, metadata: Metadata, fields: Sequence[FieldSpec], crs: str) -> None:
        self.metadata, self.fields, self.crs = metadata, fields, crs
        self.made_at = dt.datetime.now(dt.UTC)
        self.features = 0
        self.bytes = 0
        self._digest = hashlib.sha256()

    def counted(self, records: Iterable[FeatureRecord]) -> Iterator[FeatureRecord]:
        """Pass rows on and count them."""
        for each in records:
            self.features += 1
            yield each

    def measured(self, content: Iterable[bytes]) -> Iterator[bytes]:
        """Pass pieces of the file on, and sum them up."""
        for piece in content:
            self.bytes += len(piece)
            self._digest.update(piece)
            yield piece

    def document(self, filename: str, media_type: str) -> dict[str, Any]:
        """Give everything a later reader must know to trust and to repeat the extract.

        ``at`` is the legal clock, ``known`` the clock of the register; names follow DCAT where it
        has one (title, issued, license, conformsTo, byteSize, checksum).
        """
        told, language = self.metadata, self.metadata.language
        has_licence = any(each.name == "licence" for each in self.fields)
        return {
            "title": say(f"collection.{told.collection}", language),
            "collection": told.collection,
            "file": filename,
            "media_type": media_type,
            "byte_size": self.bytes,
            "checksum": {"algorithm": "sha256", "value": self._digest.hexdigest()},
            "features": self.features,
            "issued": self.made_at.isoformat(timespec="seconds"),
            "at": told.at.isoformat() if told.at else None,
            "known": (told.known or self.made_at).isoformat(),
            "filter": {"where": told.filter, "bbox": told.bbox, "language": "cql2-text"},
            "crs": systems.normalise(self.crs),
            "crs_label": systems.describe(self.crs, language),
            "rights": told.licence,
            "licence": say("exports.licence-rows", language) if has_licence else None,
            "fields": [
                {
                    "name": each.name,
                    "type": each.type,
                    "title": dict(each.title),
                    "classification": each.classification,
                }
                for each in self.fields
            ],
            "losses": list(told.losses),
        }
