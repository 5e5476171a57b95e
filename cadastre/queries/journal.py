"""Read the journal with what each entry concerns: its document, the rows and ground it moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from cadastre.sealing.entry import Act

# What a person does to an account of theirs changes no right and is nobody else's business.
PRIVATE_SUBJECTS = ("account", "api_token", "token", "mandate", "draft", "session", "person")
# A transaction that began earlier may commit later: look back this far below the newest sealed one.
LOOK_BACK = 10_000
ROW = (
    "id", "recorded_at", "account_id", "on_behalf_of_id", "by_rule", "action", "subject",
    "subject_id", "reason", "document_id", "facts",
)  # fmt: skip
_COLUMNS = ", ".join(f"j.{column}" for column in ROW)

# Which titles and applications subjects concern: by number, or as the dossier's of that number.
# A thousand entries are sealed at once: one question for all of them, not one for each.
_SUBJECTS = """
    WITH asked AS (
        SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:keys AS text[])) AS a(subject, key)
    ), subject AS (
        SELECT a.subject, a.key, t.id AS title_id, NULL::bigint AS application_id
        FROM asked a JOIN title t ON t.number = a.key WHERE a.subject = 'title'
        UNION ALL SELECT a.subject, a.key, t.id, NULL FROM asked a
        JOIN dossier d ON d.number = a.key JOIN title t ON t.dossier_id = d.id
        WHERE a.subject = 'dossier'
        UNION ALL SELECT a.subject, a.key, NULL, p.id
        FROM asked a JOIN application p ON p.number = a.key WHERE a.subject = 'application'
        UNION ALL SELECT a.subject, a.key, NULL, p.id FROM asked a
        JOIN dossier d ON d.number = a.key JOIN application p ON p.dossier_id = d.id
        WHERE a.subject = 'dossier'
    )
"""
_STATES = """
    SELECT s.subject, s.key, 'title', t.id, row_state(t, NULL), NULL
    FROM title t JOIN subject s ON s.title_id = t.id
    UNION ALL SELECT s.subject, s.key, 'share', h.id, row_state(h, NULL), NULL
    FROM share h JOIN subject s ON s.title_id = h.title_id
    UNION ALL SELECT s.subject, s.key, 'charge', c.id, row_state(c, NULL), NULL
    FROM charge c JOIN subject s ON s.title_id = c.title_id
    UNION ALL SELECT s.subject, s.key, 'application', a.id, row_state(a, NULL), NULL
    FROM application a JOIN subject s ON s.application_id = a.id
    UNION ALL SELECT s.subject, s.key, 'parcel', p.id, row_state(p, p.geom),
        encode(sha256(ST_AsBinary(p.geom, 'NDR')), 'hex')
    FROM parcel p JOIN subject s ON s.title_id = p.title_id
    UNION ALL SELECT s.subject, s.key, 'parcel', p.id, row_state(p, p.geom),
        encode(sha256(ST_AsBinary(p.geom, 'NDR')), 'hex')
    FROM parcel p JOIN subject s ON s.application_id = p.application_id
    UNION ALL SELECT a.subject, a.key, 'zone', z.id, row_state(z, z.geom), NULL
    FROM zone z JOIN asked a ON a.key = z.code WHERE a.subject = 'zone'
    UNION ALL SELECT a.subject, a.key, 'work', w.id, row_state(w, w.geom), NULL
    FROM work w JOIN asked a ON a.key = w.code WHERE a.subject = 'work'
"""
Found = tuple[str, int, str, str | None]  # table, id, state, fingerprint of ground
STATED = ("title", "share", "charge", "application", "parcel", "zone", "work")


def unsealed_entries(session: Session, most: int, *, everywhere: bool) -> list[int]:
    """List journal entries of the register that are not in the log yet, oldest first.

    ``everywhere`` looks at the whole journal rather than at its end; verification and the first
    sealing of a day do.
    """
    query = _with_subjects(
        "SELECT j.id FROM journal_entry j WHERE j.subject NOT IN :private "
        "AND j.id > :after AND NOT EXISTS "
        "(SELECT FROM log_leaf l WHERE l.journal_entry_id = j.id) ORDER BY j.id LIMIT :most"
    )
    after = 0 if everywhere else _newest_sealed(session) - LOOK_BACK
    return list(session.scalars(query, {"after": after, "most": most} | _private()))


def oldest_wait_s(session: Session) -> float:
    """Tell for how many seconds the oldest unsealed entry has waited; 0 when none does."""
    query = _with_subjects(
        "SELECT extract(epoch FROM now() - min(j.recorded_at)) FROM journal_entry j "
        "WHERE j.subject NOT IN :private AND j.id > :after AND NOT EXISTS "
        "(SELECT FROM log_leaf l WHERE l.journal_entry_id = j.id)"
    )
    after = _newest_sealed(session) - LOOK_BACK
    waited = session.scalar(query, {"after": after} | _private())
    return float(waited or 0)


def acts(session: Session, entries: Sequence[int]) -> list[Act]:
    """Give entries, in that order, with the state of what they concern."""
    rows = _rows(session, entries)
    states = _states_of(session, {(row["subject"], row["subject_id"]) for row in rows.values()})
    return [_act(rows[entry], states) for entry in entries]


def _states_of(
    session: Session, subjects: set[tuple[str, str]]
) -> dict[tuple[str, str], list[Found]]:
    """Give the present rows that each subject concerns."""
    listed = sorted(subjects, key=str)
    found = session.execute(
        text(_SUBJECTS + _STATES),
        {"subjects": [one for one, _ in listed], "keys": [key for _, key in listed]},
    )
    states: dict[tuple[str, str], list[Found]] = {}
    for subject, key, *state in found:
        states.setdefault((subject, key), []).append(tuple(state))
    return states


def _act(row: dict[str, Any], states: dict[tuple[str, str], list[Found]]) -> Act:
    document = row.pop("document_sha256")
    found = states.get((row["subject"], row["subject_id"]), [])
    return Act(
        row=row,
        document_sha256=document,
        ground={key: print_ for _, key, _, print_ in found if print_ is not None},
        states={(table, key): state for table, key, state, _ in found},
    )


def _rows(session: Session, entries: Iterable[int]) -> dict[int, dict[str, Any]]:
    query = text(
        f"SELECT {_COLUMNS}, d.sha256 AS document_sha256 FROM journal_entry j "
        "LEFT JOIN document d ON d.id = j.document_id WHERE j.id = ANY(:entries)"
    )
    found = session.execute(query, {"entries": list(entries)}).mappings()
    return {row["id"]: dict(row) for row in found}


def journal_rows(session: Session, entries: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Give journal rows by number, as they stand; ``document_sha256`` beside them."""
    return _rows(session, entries)


def known_states(
    session: Session, table: str, keys: Iterable[int]
) -> dict[int, list[tuple[str, bool]]]:
    """Give every version of rows that the register knows, and whether it is the present one."""
    query = text("SELECT key, state, is_present FROM row_states(:place, :keys)")
    versions: dict[int, list[tuple[str, bool]]] = {}
    for key, state, is_present in session.execute(query, {"place": table, "keys": list(keys)}):
        versions.setdefault(key, []).append((state, is_present))
    return versions


def known_grounds(session: Session, keys: Iterable[int]) -> dict[int, set[str]]:
    """Give the fingerprints of every version of parcels."""
    query = text(
        "SELECT id, encode(sha256(ST_AsBinary(geom, 'NDR')), 'hex') FROM parcel "
        "WHERE id = ANY(:keys) UNION SELECT id, encode(sha256(ST_AsBinary(geom, 'NDR')), 'hex') "
        "FROM parcel_past WHERE id = ANY(:keys)"
    )
    prints: dict[int, set[str]] = {}
    for key, print_ in session.execute(query, {"keys": list(keys)}):
        prints.setdefault(key, set()).add(print_)
    return prints


def altered_files(session: Session) -> list[str]:
    """List stored files whose bytes no longer give the hash they were received under."""
    query = text(
        "SELECT sha256 FROM stored_file WHERE encode(sha256(content), 'hex') <> sha256 "
        "OR length(content) <> size ORDER BY sha256"
    )
    return list(session.scalars(query))


def _newest_sealed(session: Session) -> int:
    return session.scalar(text("SELECT max(journal_entry_id) FROM log_leaf")) or 0


def _with_subjects(query: str) -> TextClause:
    return text(query).bindparams(bindparam("private", expanding=True))


def _private() -> dict[str, Any]:
    return {"private": list(PRIVATE_SUBJECTS)}
