"""Write what a data set is as an ISO 19115 record (ISO/TS 19139 XML), for catalogues of maps."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass

GMD = "http://www.isotc211.org/2005/gmd"
GCO = "http://www.isotc211.org/2005/gco"
GML = "http://www.opengis.net/gml/3.2"
CODES = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml"
LANGUAGES = {"fr": "fre", "en": "eng"}  # ISO 639-2/B, as the standard has it


@dataclass(frozen=True, slots=True)
class Link:
    """Where the data can be fetched, and as what."""

    href: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a record tells: ``bbox`` in degrees (west, south, east, north), ``crs`` as EPSG:n."""

    id: str
    title: str
    about: str
    publisher: str
    language: str
    issued: dt.datetime
    bbox: tuple[float, float, float, float]
    crs: str
    rights: str
    lineage: str
    keywords: tuple[str, ...]
    links: Sequence[Link]
    page: str | None = None


def write_record(told: Dataset) -> bytes:
    """Give the record as XML; elements stand in the order the schema wants."""
    for prefix, space in (("gmd", GMD), ("gco", GCO), ("gml", GML)):
        ElementTree.register_namespace(prefix, space)
    root = ElementTree.Element(f"{{{GMD}}}MD_Metadata")
    _text(root, "fileIdentifier", told.id)
    _text(root, "language", LANGUAGES.get(told.language, told.language))
    _code(root, "characterSet", "MD_CharacterSetCode", "utf8")
    _code(root, "hierarchyLevel", "MD_ScopeCode", "dataset")
    _party(root, "contact", told, "pointOfContact")
    _date(root, "dateStamp", told.issued)
    _text(root, "metadataStandardName", "ISO 19115:2003/19139")
    _text(root, "metadataStandardVersion", "1.0")
    system = _down(root, "referenceSystemInfo", "MD_ReferenceSystem", "referenceSystemIdentifier",
                   "RS_Identifier")  # fmt: skip
    _text(system, "code", f"http://www.opengis.net/def/crs/EPSG/0/{told.crs.rpartition(':')[2]}")
    _identification(root, told)
    _distribution(root, told)
    quality = _down(root, "dataQualityInfo", "DQ_DataQuality")
    scope = _down(quality, "scope", "DQ_Scope")
    _code(scope, "level", "MD_ScopeCode", "dataset")
    _text(_down(quality, "lineage", "LI_Lineage"), "statement", told.lineage)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _identification(root: ElementTree.Element, told: Dataset) -> None:
    data = _down(root, "identificationInfo", "MD_DataIdentification")
    citation = _down(data, "citation", "CI_Citation")
    _text(citation, "title", told.title)
    issued = _down(citation, "date", "CI_Date")
    _date(issued, "date", told.issued)
    _code(issued, "dateType", "CI_DateTypeCode", "publication")
    _text(data, "abstract", told.about)
    _party(data, "pointOfContact", told, "publisher")
    words = _down(data, "descriptiveKeywords", "MD_Keywords")
    for keyword in told.keywords:
        _text(words, "keyword", keyword)
    limits = _down(data, "resourceConstraints", "MD_LegalConstraints")
    _text(limits, "useLimitation", told.rights)
    _code(limits, "useConstraints", "MD_RestrictionCode", "otherRestrictions")
    _text(limits, "otherConstraints", told.rights)
    _code(data, "spatialRepresentationType", "MD_SpatialRepresentationTypeCode", "vector")
    _text(data, "language", LANGUAGES.get(told.language, told.language))
    _code(data, "characterSet", "MD_CharacterSetCode", "utf8")
    topic = ElementTree.SubElement(_down(data, "topicCategory"), f"{{{GMD}}}MD_TopicCategoryCode")
    topic.text = "planningCadastre"
    box = _down(data, "extent", "EX_Extent", "geographicElement", "EX_GeographicBoundingBox")
    west, south, east, north = told.bbox
    for name, degrees in (
        ("westBoundLongitude", west), ("eastBoundLongitude", east),
        ("southBoundLatitude", south), ("northBoundLatitude", north),
    ):  # fmt: skip
        ElementTree.SubElement(_down(box, name), f"{{{GCO}}}Decimal").text = f"{degrees:.6f}"


def _distribution(root: ElementTree.Element, told: Dataset) -> None:
    given = _down(root, "distributionInfo", "MD_Distribution")
    for media_type in dict.fromkeys(link.media_type for link in told.links):
        form = _down(given, "distributionFormat", "MD_Format")
        _text(form, "name", media_type)
        _text(form, "version", "-")
    options = _down(given, "transferOptions", "MD_DigitalTransferOptions")
    for link in told.links:
        online = _down(options, "onLine", "CI_OnlineResource")
        address = ElementTree.SubElement(_down(online, "linkage"), f"{{{GMD}}}URL")
        address.text = link.href
        _text(online, "name", link.name)
        _code(online, "function", "CI_OnLineFunctionCode", "download")


def _party(parent: ElementTree.Element, name: str, told: Dataset, role: str) -> None:
    party = _down(parent, name, "CI_ResponsibleParty")
    _text(party, "organisationName", told.publisher)
    if told.page:
        address = _down(party, "contactInfo", "CI_Contact", "onlineResource",
                        "CI_OnlineResource", "linkage")  # fmt: skip
        ElementTree.SubElement(address, f"{{{GMD}}}URL").text = told.page
    _code(party, "role", "CI_RoleCode", role)


def _down(parent: ElementTree.Element, *names: str) -> ElementTree.Element:
    for name in names:
        parent = ElementTree.SubElement(parent, f"{{{GMD}}}{name}")
    return parent


def _text(parent: ElementTree.Element, name: str, words: str) -> None:
    ElementTree.SubElement(_down(parent, name), f"{{{GCO}}}CharacterString").text = words


def _date(parent: ElementTree.Element, name: str, moment: dt.datetime) -> None:
    ElementTree.SubElement(_down(parent, name), f"{{{GCO}}}Date").text = moment.date().isoformat()


def _code(parent: ElementTree.Element, name: str, kind: str, value: str) -> None:
    made = ElementTree.SubElement(
        _down(parent, name), f"{{{GMD}}}{kind}",
        {"codeList": f"{CODES}#{kind}", "codeListValue": value},
    )  # fmt: skip
    made.text = value
