"""Write what happened as canonical bytes that name no natural person.

The log is public for ever, so an entry tells numbers, codes and fingerprints only: the account
and the party by their number, facts from a list of harmless names. What stays inside (reasons,
free words) is bound by ``row``, a hash of the whole journal row under a salt that is never
published: the register cannot change a word unnoticed, and nobody can guess one from its hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = 1
SALT_BYTES = 16
# Names of facts that say nothing about a person; whatever else an act notes stays inside.
PUBLIC_FACTS = frozenset(
    {
        "rank", "kind", "substances", "number", "title", "titles", "application", "parcel", "zone",
        "work", "case", "opening", "bundle", "parents", "children", "relation", "numerator",
        "denominator", "starts_on", "expires_on", "ended_on", "granted_on", "suspended_from",
        "suspended_until", "freed_at", "opens_at", "closes_at", "area_m2", "standing", "group",
        "proposal", "overlap", "mode", "seed", "seed_source", "place", "commitment", "ruleset",
        "ruleset_version", "rows", "sha256", "charge", "second_account_id",
        "confirmed_by", "outcome",
    }
)  # fmt: skip
# A code or a number: no space, so that no name of a person and no sentence passes for one.
CODE = re.compile(r"[\w.:/+-]{1,128}\Z")


@dataclass(frozen=True, slots=True)
class Act:
    """One journal row with what it concerns when it is sealed.

    ``ground`` maps parcels to the fingerprint a receipt shows; ``states`` maps (table, row) to the
    text of that row, of which only a salted hash is published.
    """

    row: Mapping[str, Any]
    document_sha256: str | None
    ground: Mapping[int, str]
    states: Mapping[tuple[str, int], str]


def canonical(value: Any) -> bytes:
    """Write JSON in one way only: keys sorted, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    ).encode()


def entry_content(act: Act, salt: bytes) -> str:
    """Write the entry of an act, as it is hashed and published."""
    row = act.row
    return canonical(
        {
            "v": VERSION,
            "entry": row["id"],
            "at": row["recorded_at"],
            "by": "rule" if row["by_rule"] else _numbered("account", row["account_id"]),
            "for": _numbered("party", row["on_behalf_of_id"]),
            "act": row["action"],
            "subject": [row["subject"], row["subject_id"]],
            "facts": public_facts(row["facts"]),
            "document": act.document_sha256,
            "ground": [[parcel, act.ground[parcel]] for parcel in sorted(act.ground)],
            "row": row_digest(row, salt),
            "states": [
                [table, key, state_digest(text, salt)]
                for (table, key), text in sorted(act.states.items())
            ],
        }
    ).decode()


def public_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the facts whose name is harmless and whose value is a number, a code or a list of such.

    Fractions are written as text: programs disagree on how to print them.
    """
    return {
        name: _exact(value)
        for name, value in facts.items()
        if name in PUBLIC_FACTS and _is_public(value)
    }


def row_digest(row: Mapping[str, Any], salt: bytes) -> str:
    """Bind every column of a journal row, published or not."""
    return hashlib.sha256(salt + canonical(dict(row))).hexdigest()


def state_digest(text: str, salt: bytes) -> str:
    """Bind a row of the register as it stood, so that it cannot be altered behind the journal."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _is_public(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 200 and all(not isinstance(v, list) and _is_public(v) for v in value)
    if isinstance(value, str):
        return CODE.match(value) is not None
    return value is None or isinstance(value, (bool, int, float))


def _exact(value: Any) -> Any:
    if isinstance(value, list):
        return [_exact(one) for one in value]
    return repr(value) if isinstance(value, float) else value


def _numbered(what: str, number: int | None) -> str | None:
    return None if number is None else f"{what} {number}"


def _plain(value: Any) -> str:
    """Write an instant in UTC to the microsecond, whatever zone the session speaks."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} has no canonical form")
