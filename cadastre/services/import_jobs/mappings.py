"""Keep mappings under a name, and find the one that fits the next file of the same maker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound, UnusableInput
from cadastre.models import Account, ImportJob, ImportMapping
from cadastre.services.imports.mapping import mapping_of, suggest_mapping

LONGEST_NAME = 80


def list_mappings(session: Session, collection: str) -> list[ImportMapping]:
    """List the mappings saved for a collection, by name."""
    query = select(ImportMapping).where(ImportMapping.collection == collection)
    return list(session.scalars(query.order_by(ImportMapping.name)))


def save_mapping(
    session: Session, account: Account, collection: str, name: str, body: dict[str, Any]
) -> ImportMapping:
    """Keep a mapping under a name; the same name is written over.

    Raises
    ------
    UnusableInput
        No name, or a mapping that cannot be read.
    """
    called = " ".join(name.split())[:LONGEST_NAME]
    if not called:
        raise UnusableInput("imports.mapping-unnamed", where="name")
    mapping_of(body, collection, called)
    kept = session.scalar(
        select(ImportMapping).where(
            ImportMapping.collection == collection, ImportMapping.name == called
        )
    )
    if kept is None:
        kept = ImportMapping(account_id=account.id, collection=collection, name=called, body=body)
        session.add(kept)
    kept.body, kept.account_id = body, account.id
    session.flush()
    return kept


def first_mapping(job: ImportJob, saved: Iterable[ImportMapping]) -> dict[str, Any]:
    """Give what the form begins with: what was said, a saved mapping that fits, or a suggestion."""
    if job.mapping is not None:
        return job.mapping
    fields = set(job.preview["fields"])
    fitting = [one for one in saved if one.body.get("fields") and fits(one.body, fields)]
    if fitting:
        return max(fitting, key=lambda one: len(one.body["fields"])).body
    return {"fields": suggest_mapping(job.preview["fields"], job.collection).fields}


def fits(body: dict[str, Any], fields: set[str]) -> bool:
    """Tell whether a file has every field that a mapping names."""
    return set(body.get("fields", {}).values()) <= fields


def find_mapping(session: Session, collection: str, mapping_id: int) -> ImportMapping:
    """Give a saved mapping of a collection.

    Raises
    ------
    NotFound
        ``imports.mapping-unknown``.
    """
    kept = session.get(ImportMapping, mapping_id)
    if kept is None or kept.collection != collection:
        raise NotFound("imports.mapping-unknown", where=str(mapping_id))
    return kept
