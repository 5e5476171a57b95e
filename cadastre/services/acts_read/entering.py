"""Two people enter the corners of an act without seeing each other's; only the same is recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, CadastreError, NotAllowed, UnusableInput
from cadastre.geometry.crs import normalise
from cadastre.geometry.reading import Corner, Reading
from cadastre.models import Account, ActEntry, ActRead
from cadastre.rules.ruleset import Ruleset
from cadastre.services.acts_read.reading import check_json, checks_of, read_typed
from cadastre.services.acts_read.receiving import write

FIELDS = (
    "instrument", "number", "name", "kind", "substances", "holder", "prefecture", "region",
    "published_area", "applied_on", "granted_on", "expires_on",
)  # fmt: skip
REQUIRED = ("number", "kind", "substances", "holder", "granted_on")
DAYS = ("applied_on", "granted_on", "expires_on")
OPEN = ("read", "failed", "entered")
LONGEST = 300
LONGEST_TABLE = 20_000
SAME_DEG = 1e-8  # a millimetre: the same figures, whatever marks stand between them


@dataclass(frozen=True, slots=True)
class Compared:
    """One corner as each of two people entered it."""

    first: str
    second: str
    same: bool


def latest_entries(session: Session, act: ActRead) -> list[ActEntry]:
    """List the last entry of each person, in the order in which they first entered."""
    last: dict[int, ActEntry] = {}
    query = select(ActEntry).where(ActEntry.act_read_id == act.id).order_by(ActEntry.id)
    for entry in session.scalars(query):
        last[entry.account_id] = entry
    return list(last.values())


def enter(
    session: Session,
    ruleset: Ruleset,
    account: Account,
    act: ActRead,
    form: dict[str, str],
    day: dt.date,
) -> ActEntry:
    """Keep what a person entered; the first enters everything, the others the corners.

    Raises
    ------
    Blocked
        ``acts-read.not-now``: it is not read yet, or is being recorded.
    NotAllowed
        ``acts-read.two-entered``: two others have entered it already.
    UnusableInput
        A field is missing or cannot be meant, or the corners cannot be read.
    """
    if act.state not in OPEN:
        raise Blocked("acts-read.not-now", where=act.filename)
    entries = latest_entries(session, act)
    if len(entries) > 1 and account.id not in {entry.account_id for entry in entries}:
        raise NotAllowed("acts-read.two-entered", where=act.filename)
    is_first = not entries or entries[0].account_id == account.id
    fields = fields_of(form) if is_first else entries[0].fields
    crs = normalise(form.get("crs", "").strip() or "EPSG:4326")
    corners = form.get("corners", "").strip()
    if not is_first and form.get("compared") != "yes":
        raise UnusableInput("acts-read.not-compared", where="compared")
    if not corners or len(corners) > LONGEST_TABLE:
        raise UnusableInput("acts-read.no-corners", where="corners")
    reading = read_typed(ruleset, corners, crs)
    entry = ActEntry(
        act_read_id=act.id, account_id=account.id, corners=corners, crs=crs,
        fields=fields | {"checks": _checks(session, ruleset, act, fields, reading, day)},
    )  # fmt: skip
    session.add(entry)
    act.state, act.fault = "entered", None
    session.flush()
    write(session, account, act, "entered", corners=sum(len(r.corners) for r in reading.rings))
    return entry


def _checks(
    session: Session, ruleset: Ruleset, act: ActRead, fields: dict[str, Any], reading: Reading,
    day: dt.date,
) -> list[dict[str, Any]]:
    sides = [(one, other, float(m)) for one, other, m in (act.reading or {}).get("sides", ())]
    found = checks_of(session, ruleset, fields, reading, day, sides)
    return [check_json(check) for check in found]


def fields_of(form: dict[str, str]) -> dict[str, str]:
    """Take the fields a person confirmed.

    Raises
    ------
    UnusableInput
        ``acts-read.field-missing`` or ``acts-read.field-unusable``; ``where`` names the field.
    """
    fields = {name: " ".join(form.get(name, "").split())[:LONGEST] for name in FIELDS}
    for name in REQUIRED:
        if not fields[name]:
            raise UnusableInput("acts-read.field-missing", where=name)
    for name in DAYS:
        if fields[name]:
            try:
                dt.date.fromisoformat(fields[name])
            except ValueError:
                raise UnusableInput("acts-read.field-unusable", where=name) from None
    try:
        if fields["published_area"] and not float(fields["published_area"].replace(",", ".")) > 0:
            raise ValueError
    except ValueError:
        raise UnusableInput("acts-read.field-unusable", where="published_area") from None
    fields["published_area"] = fields["published_area"].replace(",", ".")
    return fields


def compare(ruleset: Ruleset, first: ActEntry, second: ActEntry) -> list[Compared]:
    """Set the corners of two entries side by side, in the order in which each was entered."""
    one, other = (_corners(ruleset, entry) for entry in (first, second))
    return [
        Compared(a.text if a else "", b.text if b else "", _is_same(a, b))
        for a, b in zip_longest(one, other)
    ]


def _corners(ruleset: Ruleset, entry: ActEntry) -> list[Corner]:
    try:
        reading = read_typed(ruleset, entry.corners, entry.crs)
    except CadastreError:
        return []
    return [corner for ring in reading.rings for corner in ring.corners]


def _is_same(one: Corner | None, other: Corner | None) -> bool:
    if one is None or other is None or None in (one.lon, one.lat, other.lon, other.lat):
        return False
    gap = max(abs((one.lon or 0) - (other.lon or 0)), abs((one.lat or 0) - (other.lat or 0)))
    return gap <= SAME_DEG and one.label.casefold() == other.label.casefold()
