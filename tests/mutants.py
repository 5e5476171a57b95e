"""Break the guards of the ground one by one, and show that the tests notice each time.

Run by hand, as ``python -m tests.mutants [NUMBER…]`` from the root of the project; a survivor is
an error.
Each mutant lives in a copy of the project, so nothing here is ever changed, whenever the run ends.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
COPIED = ("cadastre", "api", "web", "data", "migrations", "tests", "scripts")
FILES = ("pyproject.toml", "setup.cfg")
TESTS = sorted(
    str(path.relative_to(ROOT))
    for path in ROOT.glob("tests/models/**/test_*.py")
    if "guard_occupation" in path.name or "cell" in str(path.relative_to(ROOT))
)
# Tests that race writers for minutes: asked last, since most mutants turn a quick one red.
RACES = "busy_day or identical or control or cross or alone"
LOCK, GUARD, CELLS = "lock_ground.sql", "guard_occupation.sql", "cell_run.sql"
STANDING = "legacy_may_shrink.sql"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A guard's text with one thought left out: ``old`` stands once in the file."""

    file: str
    old: str
    new: str


MUTANTS = (
    Mutant(LOCK, "UPDATE ground_cell SET holder = me WHERE cell = one AND holder <> me;\n"
           "        CONTINUE",
           "PERFORM FROM ground_cell WHERE cell = one FOR UPDATE;\n        CONTINUE"),
    Mutant(LOCK, "first_row integer := floor(ST_YMin(ground) * 4)",
           "first_row integer := ceil(ST_YMin(ground) * 4)"),
    Mutant(GUARD, "    PERFORM lock_ground(NEW.geom);\n", ""),
    Mutant(GUARD, "AND o.period && NEW.period", "AND o.period @> NEW.period"),
    Mutant(GUARD, "AND o.exclusivity_group = NEW.exclusivity_group\n",
           "AND o.exclusivity_group < NEW.exclusivity_group\n"),
    Mutant(GUARD, "'2********'", "'2FF******'"),
    Mutant(GUARD, "RETURN 0.05;", "RETURN 5;"),
    Mutant(GUARD, "RETURN 0.05;", "RETURN -1;"),
    Mutant(GUARD, "AND o.id <> NEW.id\n", "AND o.id > NEW.id\n"),
    Mutant(GUARD, "TRIGGER guard_occupation AFTER INSERT OR UPDATE ON",
           "TRIGGER guard_occupation AFTER INSERT ON"),
    Mutant(GUARD, "ALTER TABLE occupation ENABLE ALWAYS TRIGGER guard_occupation;", ""),
    Mutant(GUARD, "DETAIL = blocking.occupant", "DETAIL = ''"),
    Mutant(STANDING, "IF NEW.standing = 'legacy'", "IF NEW.standing = 'inherited'"),
    Mutant("mean_width.sql", "SELECT max(least(", "SELECT min(least("),
    Mutant(CELLS, "WHERE c.share >= 0.99", "WHERE c.share >= 0.999999"),
    Mutant(CELLS, "ALTER TABLE occupation ENABLE ALWAYS TRIGGER cells_take;", ""),
    Mutant(CELLS, "max(island.\"column\") + 1)", "max(island.\"column\"))"),
    Mutant(CELLS, "    PERFORM hold_cells(NEW.id);\n    END IF;\n    RETURN NULL;",
           "    NULL;\n    END IF;\n    RETURN NULL;"),
    Mutant(CELLS, "DELETE FROM cell_run WHERE occupation_id = OLD.id;", "NULL;"),
)  # fmt: skip


def main(wanted: list[int]) -> int:
    """Try mutants by number, all of them unless some are named; give how many survived."""
    with tempfile.TemporaryDirectory() as folder:
        if red := _noticed(None, Path(folder)):
            raise SystemExit(f"{red} is red without any mutant: nothing would be shown")
    survivors = 0
    for number, mutant in enumerate(MUTANTS, start=1):
        if wanted and number not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            noticed = _noticed(mutant, Path(folder))
        survivors += noticed is None
        change = mutant.old.strip().splitlines()[0][:60]
        print(f"{number:3}  {noticed or 'SURVIVED':70}  {mutant.file}: {change}", flush=True)
    return survivors


def _noticed(mutant: Mutant | None, folder: Path) -> str | None:
    """Give the first test that turns red on a mutant, or on the guards as they are; else None."""
    leave = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    if mutant is not None:
        path = folder / "migrations" / "sql" / mutant.file
        text = path.read_text("utf-8")
        if text.count(mutant.old) != 1:
            raise SystemExit(f"{mutant.file} no longer holds, once: {mutant.old}")
        path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    return _first_red(folder, ["-k", f"not ({RACES})"]) or _first_red(folder, ["-k", RACES])


def _first_red(folder: Path, chosen: list[str]) -> str | None:
    quiet = ("-x", "-q", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *TESTS, *chosen, *quiet]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    red = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    if done.returncode != 1 or not red:
        raise SystemExit(f"the tests did not run:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return red[0].split("::", 1)[-1].split(" - ")[0]


if __name__ == "__main__":
    sys.exit(main([int(number) for number in sys.argv[1:]]))
