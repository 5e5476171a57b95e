"""Measure the proofs of ``cadastre verify`` on a register of made-up titles, all of them sealed.

The titles come by COPY, without occupations and dossiers: the proofs of those fail, and only the
rows of the register are held to a target.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys

from bench_register import load, make_grounds
from bench_site import FRAME_FILE
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from cadastre import cluster
from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url, upgrade
from cadastre.rules.load import load_ruleset
from cadastre.sealing.keys import open_key
from cadastre.services.sealed_log import seal_once, seal_pending
from cadastre.services.verification import verify

HOME = ROOT / "var" / "bench-verify"
TARGET_STATES_S = 15.0
# Corners as a filing prints them, and an act for each title: what a register of that size has.
PRINTED = """
UPDATE parcel SET corners = (
    SELECT jsonb_build_array(jsonb_agg(jsonb_build_object(
        'label', 'P' || (d).path[3], 'x', ST_X((d).geom)::text, 'y', ST_Y((d).geom)::text)))
    FROM ST_DumpPoints(geom) d)
"""
ACTS = """
INSERT INTO journal_entry (action, subject, subject_id, by_rule, facts)
SELECT 'legacy.import', 'title', number, true, '{}'
FROM title, generate_series(1, :acts) act ORDER BY act, title.id
"""


def main() -> None:
    """Make the register, seal it, verify it, print each proof's seconds, fail beyond the target."""
    options = _options()
    urls = cluster.ensure_running(HOME)
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    upgrade(sqlalchemy_url(urls.owner_url))
    mark = HOME / f"sealed-{options.titles}-{options.acts}-{options.seed}"
    if not mark.exists():
        print(f"making {options.titles} titles and their log…", file=sys.stderr)
        load(urls.owner_url, make_grounds(options.titles, options.seed), FRAME_FILE)
        with engine.begin() as connection:
            connection.execute(text(PRINTED))
            connection.execute(text(ACTS), {"acts": options.acts})
        _seal(engine)
        mark.touch()
    ruleset = load_ruleset(ROOT / "data" / "rulesets" / "togo")
    with Session(engine) as session:
        proofs = verify(session, ruleset, dt.date(2026, 6, 1))
    for proof in proofs:
        print(f"{proof.seconds:8.1f} s  {'ok  ' if proof.passed else 'FAIL'}  {proof.code}")
    states = next(proof for proof in proofs if proof.code == "verify.states")
    print(f"{sum({p.seconds for p in proofs}):8.1f} s  in all")
    engine.dispose()
    if not options.keep:
        cluster.stop(HOME)
        shutil.rmtree(HOME)
    if not states.passed or states.seconds > TARGET_STATES_S:
        sys.exit(f"rows of the register: {states.seconds:.1f} s, target {TARGET_STATES_S:.0f} s")


def _seal(engine) -> None:  # type: ignore[no-untyped-def]
    """Seal until nothing is left, and sign once."""
    while True:
        with Session(engine) as session, session.begin():
            if not seal_pending(session, most=20_000, everywhere=True):
                break
    with Session(engine) as session, session.begin():
        seal_once(session, open_key(HOME / "log.pem", may_make=True), "bench", always_sign=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench verify")
    parser.add_argument("--titles", type=int, default=50_000)
    parser.add_argument("--acts", type=int, default=3, help="sealed acts of each title")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
