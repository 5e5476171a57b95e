"""Write features to the formats that programs and people read; one registry by file suffix."""

from __future__ import annotations

from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata
from cadastre.exchange.write.registry import (
    FORMATS,
    Format,
    format_of,
    stream_features,
    write_features,
)

__all__ = [
    "FORMATS", "FeatureRecord", "FieldSpec", "Format", "Metadata", "format_of", "stream_features",
    "write_features",
]
