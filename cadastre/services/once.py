"""Do a thing once, however often the click arrives.

The first answer is kept in the same transaction as the act it answers. A repeated key gives it
again; two simultaneous requests with one key wait for each other on the key's own row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.models import IdempotencyKey

LONGEST_KEY = 200


def do_once(
    session: Session,
    *,
    key: str,
    account_id: int,
    request: dict[str, Any],
    act: Callable[[], dict[str, Any]],
) -> tuple[dict[str, Any], bool]:
    """Give the answer of ``act``, and whether it was done now rather than earlier.

    Raises
    ------
    UnusableInput
        The key is empty or too long, or was used for another request.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise UnusableInput("once.bad-key", where="Idempotency-Key", longest=LONGEST_KEY)
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    claimed = session.execute(
        insert(IdempotencyKey)
        .values(key=key, account_id=account_id, request_sha256=digest, answer={})
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).scalar()
    row = session.scalars(
        select(IdempotencyKey).where(
            IdempotencyKey.key == key, IdempotencyKey.account_id == account_id
        )
    ).one()
    if claimed is None:
        if row.request_sha256 != digest:
            raise UnusableInput("once.key-reused", where="Idempotency-Key")
        return row.answer, False
    row.answer = act()
    session.flush()
    return row.answer, True
