"""Measure the full recount of overlaps: finding every case of a register, then finding it again."""

from __future__ import annotations

import argparse
import shutil
import sys
import time

from bench_register import load, make_grounds
from bench_site import FRAME_FILE
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre import cluster
from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url, upgrade
from cadastre.rules.load import load_ruleset
from cadastre.services.cases.detection import recount

HOME = ROOT / "var" / "bench-recount"
TARGET_S = 60.0


def main() -> None:
    """Load the register, count twice, print seconds and cases, fail beyond the target."""
    options = _options()
    urls = cluster.ensure_running(HOME)
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    upgrade(sqlalchemy_url(urls.owner_url))
    load(urls.owner_url, make_grounds(options.titles, options.seed), FRAME_FILE)
    ruleset = load_ruleset(ROOT / "data" / "rulesets" / "togo")
    taken = []
    for turn in ("first", "again"):
        begun = time.monotonic()
        with Session(engine) as session, session.begin():
            done = recount(session, ruleset)
        taken.append(time.monotonic() - begun)
        print(f"{taken[-1]:8.1f} s  {turn}: {done.found} cases, {len(done.opened)} opened")
    engine.dispose()
    cluster.stop(HOME)
    shutil.rmtree(HOME)
    if max(taken) > TARGET_S:
        sys.exit(f"recount: {max(taken):.1f} s, target {TARGET_S:.0f} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench recount")
    parser.add_argument("--titles", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
