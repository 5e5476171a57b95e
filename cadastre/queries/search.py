"""Find anything of the register by number, name, misspelt holder, substance or place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Float,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from cadastre.models import (
    AdministrativeUnit,
    Application,
    BaseMapFeature,
    Party,
    Share,
    Title,
    Work,
    Zone,
)
from cadastre.queries.applications import applications
from cadastre.queries.asof import AsOf
from cadastre.queries.relation import Box, Relation
from cadastre.queries.territory import administrative_units, base_map
from cadastre.queries.titles import titles, titles_without_ground
from cadastre.queries.visibility import ANYBODY, Classification, Viewer
from cadastre.queries.works import works
from cadastre.queries.zones import zones
from cadastre.vocabulary import PartyKind

LIKENESS = 0.32  # lets one wrong letter in five pass; better answers come first anyway
LONGEST = 100
SUBSTANCE_SCORE = 1.0  # "or" means gold before a town that begins alike


@dataclass(frozen=True, slots=True)
class Found:
    """One answer of a search, with enough to name it and to go there.

    ``bbox`` is None for a title of which no perimeter was ever recorded; ``grade`` tells how
    reliable the record of a title is, None for other things.
    """

    collection: str
    id: str
    name: str | None
    kind: str | None
    holder: str | None
    bbox: Box | None
    grade: str | None = None


def search(
    session: Session,
    words: str,
    at: AsOf,
    *,
    substances: Iterable[str] = (),
    limit: int = 20,
    viewer: Viewer = ANYBODY,
) -> list[Found]:
    """Search every collection, best answers first.

    Parameters
    ----------
    words
        As a person types them: accents, capitals and a wrong letter do not matter.
    substances
        Codes of the substances whose names the words may mean (the ruleset knows names).
    """
    wanted = " ".join(words.split())[:LONGEST]
    if not wanted:
        return []
    session.execute(
        text("SELECT set_config('pg_trgm.word_similarity_threshold', :likeness, true)"),
        {"likeness": str(LIKENESS)},
    )
    parts = [
        _titles(titles(at, viewer), wanted, list(substances), viewer),
        _titles(titles_without_ground(at, viewer), wanted, list(substances), viewer),
        _applications(wanted, at, list(substances), viewer),
        _named(zones(at, viewer), Zone.name, wanted, kind="kind"),
        _named(works(at, viewer), Work.name, wanted, kind="kind"),
        _named(administrative_units(at, viewer), AdministrativeUnit.name, wanted),
        _named(base_map(at, viewer), BaseMapFeature.name, wanted, kind="layer"),
    ]
    every = union_all(*[part.limit(limit) for part in parts]).subquery()
    query = select(every).order_by(every.c.score.desc(), every.c.collection, every.c.id)
    rows = session.execute(query.limit(limit))
    return [
        Found(
            row.collection, row.id, row.name, row.kind, row.holder,
            None if row.w is None else (row.w, row.s, row.e, row.n), row.grade,
        )
        for row in rows
    ]  # fmt: skip


def _titles(
    relation: Relation, wanted: str, substances: list[str], viewer: Viewer
) -> Select[Any]:
    naming = func.searchable(Title.number + " " + func.coalesce(Title.name, ""))
    held = (
        select(Share.title_id)
        .join(Party, Party.id == Share.party_id)
        .where(_party_is(wanted, viewer))
    )
    holder = relation.fields["holder"].expression
    return _answers(
        relation.narrowed(
            or_(_alike(naming, wanted), Title.id.in_(held), Title.substances.overlap(substances))
        ),
        func.greatest(
            _score(naming, wanted),
            _score(func.searchable(func.coalesce(holder, "")), wanted),
            case((Title.substances.overlap(substances), SUBSTANCE_SCORE), else_=0.0),
        ),
    )


def _applications(wanted: str, at: AsOf, substances: list[str], viewer: Viewer) -> Select[Any]:
    naming = func.searchable(Application.number + " " + func.coalesce(Application.name, ""))
    relation = applications(at, viewer)
    holder = relation.fields["holder"].expression
    return _answers(
        relation.narrowed(
            or_(
                _alike(naming, wanted),
                _party_is(wanted, viewer),
                Application.substances.overlap(substances),
            )
        ),
        func.greatest(
            _score(naming, wanted),
            _score(func.searchable(func.coalesce(holder, "")), wanted),
            case((Application.substances.overlap(substances), SUBSTANCE_SCORE), else_=0.0),
        ),
    )


def _named(relation: Relation, name: Any, wanted: str, kind: str | None = None) -> Select[Any]:
    naming = func.searchable(name)
    conditions = [_alike(naming, wanted)]
    if name is BaseMapFeature.name:
        conditions.append(BaseMapFeature.name.is_not(None))
    return _answers(relation.narrowed(*conditions), _score(naming, wanted), kind or "name")


def _party_is(wanted: str, viewer: Viewer) -> SQLColumnExpression[bool]:
    """Match a holder's name; persons cannot be searched by those who may not see their names."""
    alike = _alike(func.searchable(Party.name), wanted)
    if viewer.may_see(Classification.PERSONAL):
        return alike
    return and_(alike, Party.kind != PartyKind.PERSON.value)


def _alike(naming: SQLColumnExpression[Any], wanted: str) -> SQLColumnExpression[bool]:
    plain = func.searchable(literal(wanted, Text))
    literally = func.searchable(literal(_escaped(wanted), Text))
    return or_(naming.like(func.concat("%", literally, "%")), naming.op("%>")(plain))


def _escaped(wanted: str) -> str:
    """Take the meaning of LIKE from signs a person typed."""
    for sign in ("\\", "%", "_"):
        wanted = wanted.replace(sign, f"\\{sign}")
    return wanted


def _score(naming: SQLColumnExpression[Any], wanted: str) -> SQLColumnExpression[float]:
    """Rank by likeness of words; a name that begins with the words, and a short one, come first."""
    plain = func.searchable(literal(wanted, Text))
    return cast(func.word_similarity(plain, naming) + 0.1 * func.similarity(plain, naming), Float)


def _answers(
    relation: Relation, score: SQLColumnExpression[float], kind: str = "kind"
) -> Select[Any]:
    fields = relation.fields
    box = relation.geometry
    holder = fields["holder"].expression if "holder" in fields else cast(None, Text)
    kind_column = fields[kind].expression if kind != "name" else cast(None, Text)
    grade = fields["grade"].expression if "grade" in fields else cast(None, Text)
    ordered: SQLColumnExpression[Any] = score.label("score")
    placed = () if relation.period is None and relation.collection == "titles" else (
        box.is_not(None),
    )
    return (
        relation.select(
            literal(relation.collection).label("collection"),
            relation.key.label("id"),
            fields["name"].expression.label("name"),
            kind_column.label("kind"),
            holder.label("holder"),
            func.ST_XMin(box).label("w"),
            func.ST_YMin(box).label("s"),
            func.ST_XMax(box).label("e"),
            func.ST_YMax(box).label("n"),
            grade.label("grade"),
            ordered,
        )
        .where(*placed)
        .order_by(ordered.desc(), relation.row_id)
    )
