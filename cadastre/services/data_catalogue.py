"""Describe what the register hands over: a DCAT catalogue and an ISO 19115 record of each part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from cadastre.exchange.write import FORMATS
from cadastre.exchange.write.iso19139 import Dataset, Link, write_record
from cadastre.models import ExportJob
from cadastre.queries.catalogue import collections_for
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.vocabulary import Language

# Said here, so that a reader of the catalogue asks no other host what the words mean.
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "locn": "http://www.w3.org/ns/locn#",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
}
MEDIA = "http://www.iana.org/assignments/media-types/"


def catalogue_jsonld(
    ruleset: Ruleset, base: str, files: Sequence[ExportJob], now: dt.datetime
) -> dict[str, Any]:
    """Write the DCAT catalogue: a data set for each public collection, with its distributions.

    Parameters
    ----------
    base
        Address of the site, without a slash at the end.
    files
        The public files that are ready.
    """
    return {
        "@context": CONTEXT,
        "@id": f"{base}/data/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _said("data.title"),
        "dct:description": _said("data.lead"),
        "dct:publisher": _publisher(ruleset),
        "dct:language": [language.value for language in Language],
        "dct:modified": _instant(max((f.finished_at for f in files if f.finished_at), default=now)),
        "foaf:homepage": {"@id": f"{base}/data"},
        "dcat:service": [
            {
                "@id": f"{base}/ogc/",
                "@type": "dcat:DataService",
                "dct:title": _said("data.ogc"),
                "dcat:endpointURL": {"@id": f"{base}/ogc/"},
                "dcat:endpointDescription": {"@id": f"{base}/ogc/api"},
            }
        ],
        "dcat:dataset": [
            _dataset(ruleset, base, name, [f for f in files if f.collection == name])
            for name in collections_for()
        ],
    }


def iso_record(
    ruleset: Ruleset,
    base: str,
    collection: str,
    language: str,
    *,
    issued: dt.datetime,
    crs: str = "EPSG:4326",
    bbox: tuple[float, float, float, float] | None = None,
    id: str | None = None,
) -> bytes:
    """Write the ISO record of a collection, or of an extract of it with its own id and box."""
    links = [
        Link(_address(base, collection, each), f"{collection}{form.suffix}", _media(form))
        for each, form in FORMATS.items()
    ]
    links.append(Link(f"{base}/ogc/collections/{collection}", "OGC API", "application/geo+json"))
    return write_record(
        Dataset(
            id=id or f"{base}/data/{collection}",
            title=say(f"collection.{collection}", language),
            about=say(f"collection.{collection}.about", language),
            publisher=ruleset.name[language],
            language=language,
            issued=issued,
            bbox=bbox or ruleset.envelope,
            crs=crs,
            rights=say("exports.rights", language),
            lineage=say("data.lineage", language),
            keywords=_keywords(language),
            links=links,
            page=f"{base}/data",
        )
    )


def _dataset(
    ruleset: Ruleset, base: str, name: str, files: Sequence[ExportJob]
) -> dict[str, Any]:
    west, south, east, north = ruleset.envelope
    box = (
        f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
    )
    ready = {job.format: job for job in files}
    return {
        "@id": f"{base}/ogc/collections/{name}",
        "@type": "dcat:Dataset",
        "dct:identifier": name,
        "dct:title": _said(f"collection.{name}"),
        "dct:description": _said(f"collection.{name}.about"),
        "dct:publisher": _publisher(ruleset),
        "dct:rights": _said("exports.rights"),
        "dcat:keyword": [
            {"@value": word, "@language": language.value}
            for language in Language
            for word in _keywords(language)
        ],
        "dcat:landingPage": {"@id": f"{base}/data"},
        "foaf:isPrimaryTopicOf": {"@id": f"{base}/data/{name}.xml"},
        "dct:spatial": {
            "@type": "dct:Location",
            "dcat:bbox": {"@value": box, "@type": "geosparql:wktLiteral"},
        },
        "dcat:distribution": [
            _distribution(base, name, each, ready.get(each)) for each in FORMATS
        ],
    }


def _distribution(
    base: str, collection: str, format: str, job: ExportJob | None
) -> dict[str, Any]:
    form = FORMATS[format]
    address = _address(base, collection, format)
    told: dict[str, Any] = {
        "@type": "dcat:Distribution",
        "dct:title": f"{collection}{form.suffix}",
        "dcat:accessURL": {"@id": address},
        "dcat:mediaType": {"@id": MEDIA + _media(form)},
    }
    if job is None:
        return told
    return told | {
        "dcat:downloadURL": {"@id": f"{base}/data/files/{collection}{form.suffix}"},
        "dcat:byteSize": {"@value": str(job.size), "@type": "xsd:nonNegativeInteger"},
        "dct:issued": _instant(job.finished_at or job.recorded_at),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": job.sha256,
        },
    }


def _address(base: str, collection: str, format: str) -> str:
    return f"{base}/api/exports/{collection}?format={format}"


def _media(form: Any) -> str:
    return str(form.media_type.partition(";")[0])


def _keywords(language: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in say("data.keywords", language).split(","))


def _said(code: str) -> list[dict[str, str]]:
    return [
        {"@value": say(code, language), "@language": language.value} for language in Language
    ]


def _publisher(ruleset: Ruleset) -> dict[str, Any]:
    names = [
        {"@value": ruleset.name[language.value], "@language": language.value}
        for language in Language
    ]
    return {"@type": "foaf:Organization", "foaf:name": names}


def _instant(moment: dt.datetime) -> dict[str, str]:
    return {"@value": moment.isoformat(timespec="seconds"), "@type": "xsd:dateTime"}
