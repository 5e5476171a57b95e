"""Ask the machine for one cell of a matrix: may this role take this step here?"""

from __future__ import annotations

import datetime as dt

from cadastre.errors import CadastreError
from cadastre.procedures.machine import Procedure, Standing, correctable, ensure_possible
from tests.procedures.machine.walks import NOTHING_LACKS, account, body_for, given, step

LETTERS = {
    "p": "public",
    "a": "applicant", "c": "clerk", "g": "agent", "v": "adviser", "d": "decider", "s": "system",
}  # fmt: skip


def cell(
    procedure: Procedure, standing: Standing, now: dt.datetime, kind: str, role: str
) -> CadastreError | None:
    """Give what refuses a step that has everything it needs; None when it may be taken."""
    more = given(kind, body_for(procedure, standing, kind))
    if kind == "correct":
        more["corrects"] = next((s.id for s in correctable(procedure, standing)), None)
    taken = step(procedure, kind, now, role=role, **more)
    try:
        ensure_possible(
            procedure, standing, taken, NOTHING_LACKS, roles={role}, account_id=account(role)
        )
    except CadastreError as refusal:
        return refusal
    return None


def read_grid(text: str) -> dict[tuple[str, str], set[str]]:
    """Read a table of letters: (step, situation) to the roles that may."""
    head, *rows = [line.split() for line in text.splitlines() if line.strip()]
    return {
        (kind, situation): {LETTERS[letter] for letter in letters if letter != "."}
        for kind, *cells in rows
        for situation, letters in zip(head, cells, strict=True)
    }
