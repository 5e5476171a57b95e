"""Twenty forced stops under load: whatever was acknowledged is there, nothing is there twice.

Eight writers file applications with idempotency keys through the application's own services, on a
private server whose postmaster is killed again and again. After each loss a writer repeats its
request with the same key, as a browser does, until it is answered.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from shapely.geometry import box
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from cadastre.cluster import ClusterUrls, ensure_running, status, stop
from cadastre.cluster.binaries import find_binaries
from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url, upgrade
from cadastre.errors import Blocked, NotAvailable
from cadastre.models import Account, Application, IdempotencyKey, Party
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from cadastre.services.accounts import create_account
from cadastre.services.filing import Filing, file_application
from cadastre.services.once import do_once
from cadastre.services.readings import read_geometry

STOPS = 20
WRITERS = 8
BETWEEN_STOPS_S = 0.4
SIGNALS = (signal.SIGQUIT, signal.SIGKILL)  # immediate shutdown; a machine that dies
OVERLAPS = """
SELECT count(*) FROM occupation a JOIN occupation b ON a.geom && b.geom AND a.id < b.id
 AND a.standing = 'exclusive' AND b.standing = 'exclusive' AND a.period && b.period
 AND a.exclusivity_group = b.exclusivity_group AND ST_Relate(a.geom, b.geom, '2********')
"""


def has_postgis() -> bool:
    try:
        find_binaries()
    except NotAvailable:
        return False
    return True


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_postgis(), reason="no PostGIS server programs here"),
]


@dataclass
class Ledger:
    """What the outside world was told, and how often it had to ask again."""

    told: dict[str, dict[str, object]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    losses: int = 0
    already_done: int = 0  # answered from an act whose first answer was lost
    strange: list[str] = field(default_factory=list)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    stop(tmp_path / "home")


def test_twenty_forced_stops_lose_nothing_and_double_nothing(home: Path) -> None:
    urls = ensure_running(home)  # durable: a commit is on the disk before it is answered
    upgrade(sqlalchemy_url(urls.owner_url))
    ruleset = load_ruleset(ROOT / "data" / "rulesets" / "togo")
    account_id, party_id = people(urls)
    ledger, over = Ledger(), threading.Event()
    writers = [
        threading.Thread(
            target=write, args=(number, urls, ruleset, account_id, party_id, ledger, over)
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    try:
        for turn in range(STOPS):
            time.sleep(BETWEEN_STOPS_S)
            force_stop(home, SIGNALS[turn % 2])
            ensure_running(home)
    finally:
        over.set()
        for writer in writers:
            writer.join(60)
    assert not ledger.strange, ledger.strange[:3]
    assert ledger.losses >= STOPS  # the load was really there at the stops
    assert len(ledger.told) > STOPS
    prove(ensure_running(home), ledger, ruleset, account_id, party_id)


def prove(
    urls: ClusterUrls, ledger: Ledger, ruleset: Ruleset, account_id: int, party_id: int
) -> None:
    """Hold the register against what was acknowledged."""
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    with Session(engine) as session:
        kept = {row.key: row.answer for row in session.query(IdempotencyKey)}
        numbers = Counter(number for (number,) in session.query(Application.number))
        assert set(ledger.told) == set(kept)  # every writer ended with an answer to its last key
        assert all(kept[key] == answer for key, answer in ledger.told.items())
        assert Counter(str(answer["number"]) for answer in kept.values()) == numbers
        assert max(numbers.values()) == 1
        assert not ledger.refused & set(kept)
        assert session.execute(text(OVERLAPS)).scalar() == 0
        ranks = [rank for (rank,) in session.query(Application.rank)]
        assert len(set(ranks)) == len(ranks)
    for key, answer in ledger.told.items():
        again, done_now = file_once(engine, ruleset, key, account_id, party_id)
        assert (again, done_now) == (answer, False)
    engine.dispose()


def write(
    number: int, urls: ClusterUrls, ruleset: Ruleset, account_id: int, party_id: int,
    ledger: Ledger, over: threading.Event,
) -> None:  # fmt: skip
    """File one application after another until told to stop, each until it is answered."""
    engine = create_engine(sqlalchemy_url(urls.app_url), poolclass=NullPool)
    turn = 0
    while not over.is_set():
        turn += 1
        key, asked_again = f"writer-{number}-{turn}", False
        while True:
            try:
                answer, done_now = file_once(engine, ruleset, key, account_id, party_id)
                ledger.told[key] = answer
                ledger.already_done += asked_again and not done_now
                break
            except Blocked:
                ledger.refused.add(key)
                break
            except DBAPIError:  # the server is gone, or two decisions met: ask again
                ledger.losses += 1
                asked_again = True
                time.sleep(0.05)
            except Exception as strange:
                ledger.strange.append(repr(strange))
                return


def file_once(
    engine: object, ruleset: Ruleset, key: str, account_id: int, party_id: int
) -> tuple[dict[str, object], bool]:
    """File the application of a key the way a request does: one transaction, one key."""
    chance = random.Random(key)
    west, south = chance.uniform(0.9, 1.2), chance.uniform(7.0, 9.0)
    shape = box(west, south, west + 0.02, south + 0.02)
    reading = read_geometry(ruleset, json.loads(json.dumps(shape.__geo_interface__)))
    filing = Filing("permis-materiaux-construction", ("sable",), reading, name=key)
    with Session(engine) as session, session.begin():  # type: ignore[call-overload]

        def act() -> dict[str, object]:
            account, party = session.get_one(Account, account_id), session.get_one(Party, party_id)
            made = file_application(session, ruleset, filing, account=account, applicant=party)
            return {"number": made.number, "rank": made.rank, "code": made.follow_up_code}

        return do_once(session, key=key, account_id=account_id, request={"key": key}, act=act)


def force_stop(home: Path, how: signal.Signals) -> None:
    """Kill the server's first process without a word to anybody."""
    process = status(home).process
    assert process is not None
    os.kill(process, how)


def people(urls: ClusterUrls) -> tuple[int, int]:
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    with Session(engine) as session, session.begin():
        party = Party(kind="company", name="Carrières Exemple SARL (fictive)")
        session.add(party)
        session.flush()
        account = create_account(
            session, email="operateur@exemple.test", display_name="Opérateur",
            password="un mot de passe", parties=[party],
        )  # fmt: skip
        ids = account.id, party.id
    engine.dispose()
    return ids
