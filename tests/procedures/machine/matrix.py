"""Ask the machine for one cell of a matrix: may this role take this step here?

``python -m tests.procedures.machine.matrix titre-minier`` prints the whole table as the machine has
it, for the situations its file tells: to be read before it is pasted.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Sequence

import yaml

from cadastre.config import ROOT
from cadastre.errors import CadastreError
from cadastre.procedures.machine import Procedure, Standing, correctable, ensure_possible
from tests.procedures.machine.walks import (
    NOTHING_LACKS,
    account,
    after,
    body_for,
    given,
    procedures,
    step,
)

CASES = ROOT / "tests" / "cases" / "procedures"

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


def write_grid(procedure: Procedure, situations: Mapping[str, Sequence[str]]) -> str:
    """Write the table of a procedure as the machine has it."""
    reached = [after(procedure, words) for words in situations.values()]
    rows = [["", *situations]]
    for kind in procedure.steps:
        cells = [
            "".join(
                letter
                for letter, role in LETTERS.items()
                if cell(procedure, standing, now, kind, role) is None
            )
            for standing, now in reached
        ]
        rows.append([kind, *(letters or "." for letters in cells)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


if __name__ == "__main__":
    name = sys.argv[1]
    told = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))
    sys.stdout.write(write_grid(procedures()[name], told["situations"]) + "\n")
