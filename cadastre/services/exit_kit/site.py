"""Write the register as a site of plain files: a list, a search, a page a title; no server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import shapely
from babel.numbers import format_decimal
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.geometry.perimeter import planar_crs, polygons
from cadastre.geometry.sheet import draw_sheet, fit_sheet
from cadastre.queries.asof import AsOf
from cadastre.queries.relation import stream_features
from cadastre.queries.titles import titles_ever
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.corner_tables import corner_table
from cadastre.services.details import labelled_facts, plain_properties
from cadastre.vocabulary import Language

FOLDER = "site"
LINES_A_PAGE = 1_000
CSP = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self'"
ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True, slots=True)
class Line:
    """A title in the list: its page and what one looks for it by."""

    page: str
    number: str
    name: str
    kind: str
    holder: str
    status: str


def write_site(session: Session, ruleset: Ruleset, at: AsOf, folder: Path) -> int:
    """Write every title that ever was, in both languages; returns how many.

    Only what anybody may see is asked for: the site needs no guard of its own.
    """
    target = folder / FOLDER
    for language in Language:
        (target / language / "titles").mkdir(parents=True)
    for asset in sorted(ASSETS.iterdir()):
        (target / asset.name).write_bytes(asset.read_bytes())
    lines: dict[str, list[Line]] = {language: [] for language in Language}
    for number, row in enumerate(stream_features(session, titles_ever(at)), start=1):
        properties = plain_properties(row._asdict())
        ground = shapely.from_wkb(bytes(row.geometry)) if row.geometry else None
        plan = _plan(ground, ruleset, properties["number"])
        for language in Language:
            facts = labelled_facts(ruleset, "titles", properties, language)
            page = f"titles/{number:06d}.html"
            path = target / language / page
            path.write_text(_title_page(facts, properties, ground, plan, language), "utf-8")
            lines[language].append(_line(page, facts, properties))
    for language in Language:
        _write_lists(target / language, lines[language], at, language)
    (target / "index.html").write_text(_door(at), "utf-8")
    return len(lines[Language.FR])


def _line(page: str, facts: list[dict[str, Any]], properties: dict[str, Any]) -> Line:
    said = {fact["name"]: str(fact["value"]) for fact in facts}
    return Line(
        page, properties["number"], said.get("name", ""), said.get("kind", ""),
        said.get("holder", ""), said.get("status", ""),
    )  # fmt: skip


def _plan(ground: BaseGeometry | None, ruleset: Ruleset, number: str) -> str:
    if ground is None:
        return ""
    sheet = fit_sheet(ground, planar_crs(ground, ruleset.planar_crs))
    return draw_sheet(sheet, ground, title=number)


def _title_page(
    facts: list[dict[str, Any]],
    properties: dict[str, Any],
    ground: BaseGeometry | None,
    plan: str,
    language: str,
) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{escape(fact['label'])}</th>"
        f"<td>{escape(_written(fact['value'], language))}</td></tr>"
        for fact in facts
    )
    number = escape(properties["number"])
    body = (
        f"<p><a href='../index.html'>{_t('exit-kit.back', language)}</a></p>"
        f"<h1>{number}</h1><table class='facts'><tbody>{rows}</tbody></table>"
        f"<h2>{_t('exit-kit.plan', language)}</h2>{plan or _t('exit-kit.no-ground', language)}"
        f"{_corner_table(ground, language)}"
    )
    return _page(properties["number"], body, language, depth=2)


def _written(value: Any, language: str) -> str:
    """Write a value as the language does: areas with four decimals, a comma in French."""
    if isinstance(value, float):
        return str(format_decimal(value, "#,##0.####", locale=language))
    return str(value)


def _corner_table(ground: BaseGeometry | None, language: str) -> str:
    if ground is None:
        return ""
    rings: list[Sequence[tuple[float, float]]] = [
        [(float(x), float(y)) for x, y in ring.coords]
        for polygon in polygons(ground)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    degrees = corner_table(rings, "dms", None, language)["rings"]
    metres = corner_table(rings, "utm", None, language)["rings"]
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in (*one, *other[1:]))}</tr>"
        for ring, plane in zip(degrees, metres, strict=True)
        for one, other in zip(ring, plane, strict=True)
    )
    return (
        f"<h2>{_t('exit-kit.corners', language)}</h2>"
        f"<div class='wide'><table class='corners'><tbody>{rows}</tbody></table></div>"
    )


def _write_lists(folder: Path, lines: list[Line], at: AsOf, language: str) -> None:
    """Write the search's data, the first page with the search, and plain pages for no script."""
    data = [[one.number, one.name, one.kind, one.holder, one.status, one.page] for one in lines]
    written = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    (folder / "titles.js").write_text(f"window.TITLES = {written};\n", "utf-8")
    chunks = [lines[i : i + LINES_A_PAGE] for i in range(0, len(lines), LINES_A_PAGE)] or [[]]
    for turn, chunk in enumerate(chunks, start=1):
        links = " ".join(
            f"<a href='list-{n}.html'>{n}</a>" for n in range(1, len(chunks) + 1) if n != turn
        )
        body = (
            f"<h1>{_t('exit-kit.list', language)}</h1><p>{links}</p>{_table(chunk, language)}"
        )
        (folder / f"list-{turn}.html").write_text(_page("", body, language, depth=1), "utf-8")
    search = _t("exit-kit.search", language)
    body = (
        f"<h1>{_t('exit-kit.title', language)}</h1>"
        f"<p>{_t('exit-kit.as-of', language, day=at.day, count=len(lines))}</p>"
        f"<p><label>{search} <input id='search' type='search' autocomplete='off'></label> "
        f"<output id='found'></output></p>"
        f"<noscript><p>{_t('exit-kit.no-script', language)}</p></noscript>"
        f"<div id='list'>{_table(lines[:100], language)}</div>"
        f"<p><a href='list-1.html'>{_t('exit-kit.list', language)}</a></p>"
        "<script src='titles.js'></script><script src='../search.js'></script>"
    )
    (folder / "index.html").write_text(_page("", body, language, depth=1), "utf-8")


def _table(lines: list[Line], language: str) -> str:
    heads = "".join(
        f"<th scope='col'>{_t(f'field.{name}', language)}</th>"
        for name in ("number", "name", "kind", "holder", "status")
    )
    return (
        f"<table class='list'><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(_rows(lines))}</tbody></table>"
    )


def _rows(lines: list[Line]) -> Iterator[str]:
    for one in lines:
        others = (one.name, one.kind, one.holder, one.status)
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        yield f"<tr><td><a href='{one.page}'>{escape(one.number)}</a></td>{cells}</tr>"


def _page(title: str, body: str, language: str, *, depth: int) -> str:
    up = "../" * depth
    name = _t("exit-kit.title", language)
    whole = f"{escape(title)} · {name}" if title else name
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>"
        f'<meta http-equiv="Content-Security-Policy" content="{CSP}">'
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{whole}</title><link rel='stylesheet' href='{up}style.css'></head>"
        f"<body><header><a href='{up}fr/index.html'>Français</a> "
        f"<a href='{up}en/index.html'>English</a></header><main>{body}</main></body></html>\n"
    )


def _door(at: AsOf) -> str:
    body = "".join(
        f"<h1><a href='{language}/index.html'>{_t('exit-kit.title', language)}</a></h1>"
        f"<p>{_t('exit-kit.frozen', language, day=at.day)}</p>"
        for language in Language
    )
    return _page("", body, Language.FR, depth=0)


def _t(code: str, language: str, **values: Any) -> str:
    return escape(say(code, language, **values))
