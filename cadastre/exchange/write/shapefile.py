"""Write a zipped Shapefile and tell, inside the zip, everything the format could not carry.

The format allows names of 10 bytes, texts of 254 bytes, one kind of geometry for each file and no
absent number; the zip holds one shapefile for each kind, ``champs.csv`` and ``LISEZMOI.txt``.
"""

from __future__ import annotations

import io
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cadastre.exchange.write.ogr import kind_of, write_layer
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, plain, reproject
from cadastre.exchange.write.tables import csv_line
from cadastre.geometry import crs as systems
from cadastre.sentences import say

_NAME_BYTES, _TEXT_BYTES = 10, 254
_IDENTIFIER = FieldSpec("id", "text", {"fr": "Identifiant", "en": "Identifier"})
# dBASE has no time of day: it is written as text, whole.
_SHAPEFILE_TYPES = {"datetime": "text", "boolean": "integer"}
_ENDINGS = {"Point": "points", "LineString": "lignes", "Polygon": "polygones"}


def write(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> bytes:
    """Give the bytes of the zip."""
    moved = list(reproject(records, crs))
    all_fields = (_IDENTIFIER, *(each for each in fields if each.name != "id"))
    names = short_names([each.name for each in all_fields])
    losses = metadata.losses
    rows = [_row(record, all_fields, losses, metadata.language) for record in moved]
    columns = [
        (names[each.name], FieldSpec(each.name, _SHAPEFILE_TYPES.get(each.type, each.type)))
        for each in all_fields
    ]
    out = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack,
    ):
        for stem, kind, group in _by_kind(rows, metadata.collection, losses, metadata.language):
            write_layer(
                Path(folder) / f"{stem}.shp", group, columns, driver="ESRI Shapefile",
                crs=systems.normalise(crs), kind=kind, layer=stem,
            )
        for path in sorted(Path(folder).iterdir()):
            pack.write(path, path.name)
        kept = list(losses)
        losses += [say("exchange.loss-shapefile", metadata.language)]
        pack.writestr("champs.csv", _field_table(all_fields, names))
        pack.writestr("LISEZMOI.txt", _read_me(kept, crs, metadata))
    return out.getvalue()


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Give each field a name of at most 10 plain letters, all different.

    >>> short_names(["superficie_ha", "superficie_km2"])
    {'superficie_ha': 'superficie', 'superficie_km2': 'superfic_1'}
    """
    short: dict[str, str] = {}
    for name in names:
        bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        stem = re.sub(r"\W+", "_", bare).strip("_") or "champ"
        candidate, number = stem[:_NAME_BYTES], 0
        while candidate.lower() in {taken.lower() for taken in short.values()}:
            number += 1
            candidate = f"{stem[: _NAME_BYTES - 1 - len(str(number))]}_{number}"
        short[name] = candidate
    return short


def _row(
    record: FeatureRecord, fields: Sequence[FieldSpec], losses: list[str], language: str
) -> FeatureRecord:
    values = {}
    for each in fields:
        value = plain(record.id if each is _IDENTIFIER else record.values.get(each.name), each.type)
        if each.type == "datetime" and value is not None:
            value = value.isoformat()
        if each.type == "boolean" and value is not None:
            value = int(value)
        if isinstance(value, str) and len(value.encode()) > _TEXT_BYTES:
            losses.append(
                say("exchange.shapefile-text", language, id=record.id, field=each.name, text=value)
            )
            value = value.encode()[:_TEXT_BYTES].decode("utf-8", "ignore")
        values[each.name] = value
    return FeatureRecord(record.id, record.geometry, values)


def _by_kind(
    rows: Sequence[FeatureRecord], collection: str, losses: list[str], language: str
) -> Iterator[tuple[str, str, list[FeatureRecord]]]:
    """Split rows by kind of geometry; rows without one go with the first file."""
    groups: dict[str, list[FeatureRecord]] = {}
    for row in rows:
        groups.setdefault(kind_of(row), []).append(row)
    for row in groups.pop("GeometryCollection", []):
        losses.append(say("exchange.shapefile-collection", language, id=row.id))
    bare = groups.pop("None", [])
    stem = re.sub(r"[^\w-]+", "_", collection)[:60] or "export"
    if not groups:
        yield stem, "Polygon", bare
    for number, (kind, group) in enumerate(groups.items()):
        name = stem if len(groups) == 1 else f"{stem}_{_ENDINGS[kind]}"
        is_multi = kind == "Point" and any(
            r.geometry is not None and r.geometry.geom_type == "MultiPoint" for r in group
        )
        yield name, "MultiPoint" if is_multi else kind, [*group, *(bare if number == 0 else [])]


def _field_table(fields: Sequence[FieldSpec], names: dict[str, str]) -> bytes:
    head = csv_line(["champ", "nom_complet", "type", "titre_fr", "title_en"])
    rows = (
        csv_line([names[f.name], f.name, f.type, f.title.get("fr", ""), f.title.get("en", "")])
        for f in fields
    )
    return b"\xef\xbb\xbf" + head + b"".join(rows)


def _read_me(losses: Sequence[str], crs: str, metadata: Metadata) -> str:
    language = metadata.language
    system = systems.describe(crs, language)
    lines = [
        say("exchange.readme-head", language, collection=metadata.collection, crs=system)
    ]
    if metadata.at:
        lines.append(say("exchange.readme-at", language, at=metadata.at))
    if metadata.filter:
        lines.append(say("exchange.readme-filter", language, filter=metadata.filter))
    if metadata.licence:
        lines.append(say("exchange.readme-licence", language, licence=metadata.licence))
    lines.append(say("exchange.readme-fields", language))
    lines.append(say("exchange.readme-losses" if losses else "exchange.readme-whole", language))
    return "\r\n".join([*lines, *losses]) + "\r\n"
