"""Drafts: work in progress kept for its author, outside the register."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cadastre.errors import NotFound, TooLarge
from cadastre.models import Account, Draft

LARGEST_DRAFT_BYTES = 2_000_000
MOST_DRAFTS = 50


def save_draft(session: Session, account: Account, name: str, content: dict[str, Any]) -> Draft:
    """Keep a draft under a name, in place of an earlier one of that name.

    Raises
    ------
    TooLarge
        The draft exceeds 2 MB, or the author already keeps fifty.
    """
    if len(json.dumps(content)) > LARGEST_DRAFT_BYTES:
        raise TooLarge("drafts.too-large", where=name)
    others = session.scalar(
        select(func.count()).where(Draft.account_id == account.id, Draft.name != name)
    )
    if (others or 0) >= MOST_DRAFTS:
        raise TooLarge("drafts.too-many", most=MOST_DRAFTS)
    statement = (
        insert(Draft)
        .values(account_id=account.id, name=name, content=content)
        .on_conflict_do_update(
            index_elements=[Draft.account_id, Draft.name],
            set_={"content": content, "updated_at": func.now()},
        )
        .returning(Draft)
    )
    return session.scalars(statement, execution_options={"populate_existing": True}).one()


def draft_named(session: Session, account: Account, name: str) -> Draft:
    """Give a draft of this author.

    Raises
    ------
    NotFound
        The author keeps none under that name.
    """
    draft = session.scalar(select(Draft).where(Draft.account_id == account.id, Draft.name == name))
    if draft is None:
        raise NotFound("drafts.none", where=name)
    return draft


def drop_draft(session: Session, account: Account, name: str) -> None:
    """Forget a draft; a name that is not there is forgotten already."""
    session.execute(delete(Draft).where(Draft.account_id == account.id, Draft.name == name))
