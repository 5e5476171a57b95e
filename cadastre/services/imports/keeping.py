"""Write a row under its code: made when new, changed when different, left alone when the same."""

from __future__ import annotations

from typing import Any

from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cadastre.models import Party
from cadastre.models.base import SRID
from cadastre.services.imports.row import Row
from cadastre.vocabulary import PartyKind

# The driver writes coordinates with 16 digits: a tenth of a micrometre is the same place.
WRITING_DEG = 1e-12
CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
# Legal forms in a name; anybody else is taken for a natural person, whose name is not published.
COMPANY_FORMS = frozenset(
    {"sa", "sarl", "sarlu", "sas", "sau", "snc", "gie", "ltd", "limited", "llc", "inc", "plc",
     "gmbh", "srl", "spa", "societe", "company", "compagnie", "mining", "mines", "minera",
     "resources", "ciments", "coop", "cooperative"}
)  # fmt: skip


def upsert(
    session: Session,
    key: InstrumentedAttribute[str],
    value: str,
    fields: dict[str, Any],
    ground: BaseGeometry | None,
) -> tuple[Any, str]:
    """Write a row of a table under its key; a row without ground keeps the ground it had.

    Returns the row and what was done.
    """
    table: Any = key.class_
    kept: Any = session.scalar(select(table).where(key == value))
    if kept is None:
        shape = {} if ground is None else {"geom": from_shape(ground, SRID)}
        made = table(**{key.key: value}, **fields, **shape)
        session.add(made)
        session.flush()
        return made, CREATED
    changed = {name: new for name, new in fields.items() if getattr(kept, name) != new}
    for name, new in changed.items():
        setattr(kept, name, new)
    moved = ground is not None and not same_ground(kept.geom, ground)
    if moved and ground is not None:
        kept.geom = from_shape(ground, SRID)
    session.flush()
    return kept, UPDATED if changed or moved else UNCHANGED


def same_ground(stored: Any, ground: BaseGeometry) -> bool:
    """Tell whether stored ground is, coordinate for coordinate, the ground given."""
    return stored is not None and to_shape(stored).equals_exact(ground, tolerance=WRITING_DEG)


def party_named(
    session: Session, row: Row, ours: str, kind_field: str | None, kind: str | None = None
) -> Party | None:
    """Find or enter the party a field names.

    A name without a legal form is taken for a natural person, whose name stays masked, unless the
    mapping or the field itself (``kind``) gives the kind.
    """
    name = row.text(ours)
    if name is None:
        return None
    known = session.scalar(select(Party).where(Party.name == name).order_by(Party.id).limit(1))
    if known is not None:
        return known
    given = row.text(kind_field) if kind_field else None
    party = Party(kind=given or kind or _kind_of(name), name=name)
    if party.kind not in set(PartyKind):
        row.refuse("import.unknown-value", kind_field, value=given, known=sorted(PartyKind))
        return None
    session.add(party)
    session.flush()
    return party


def _kind_of(name: str) -> str:
    words = name.lower().replace(".", "").replace("é", "e").replace(",", " ").split()
    return PartyKind.COMPANY if COMPANY_FORMS.intersection(words) else PartyKind.PERSON
