"""The server is killed between the provider's payment and what follows: settled once, never lost.

A real site on a real database, a real provider; both are processes that are killed without a word.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session

from cadastre.cli.money import turn
from cadastre.config import ROOT, read_settings
from cadastre.database import sqlalchemy_url
from cadastre.models import Invoice, JournalEntry, OutboxEvent, Payment, PaymentAttempt
from cadastre.rules.load import load_ruleset
from cadastre.services.tokens import make_token
from tests.databases import TestUrls
from tests.services.money.conftest import make_account, make_invoice
from tests.services.money.provider_process import SECRET, ProviderProcess

pytestmark = pytest.mark.slow
PATIENCE_S = 40


class Site:
    """The site under gunicorn, on a port it keeps when it is started again."""

    def __init__(self, urls: TestUrls, home: Path, provider: ProviderProcess) -> None:
        with socket.socket() as asking:
            asking.bind(("127.0.0.1", 0))
            self.port = int(asking.getsockname()[1])
        self.environment = {
            "CADASTRE_DATABASE_URL": urls.app_url, "CADASTRE_APP_DATABASE_URL": urls.app_url,
            "CADASTRE_HOME": str(home), "CADASTRE_SECRET_KEY": "only for tests " * 3,
            "CADASTRE_PAYMENTS_URL": provider.address, "CADASTRE_PAYMENTS_SECRET": SECRET,
        }  # fmt: skip
        self.log = home / "site.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class=gthread",
                 "--threads=8", f"--bind=127.0.0.1:{self.port}", "web.app:create_app()"],
                cwd=ROOT, env=os.environ | self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        assert eventually(lambda: self.ask("/healthz").get("status") == "ok"), self.words()

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def words(self) -> str:
        return self.log.read_text("utf-8")[-3000:]

    def ask(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", content, headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                text = refusal.read()
                return json.loads(text) if text.startswith(b"{") else {"code": "broken"}
        except (OSError, ValueError):  # not there yet, or ended in the middle of a word
            return {}


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


class Till:
    """A site, its provider, and an order to pay."""

    def __init__(self, site: Site, provider: ProviderProcess, engine: Engine, token: str) -> None:
        self.site, self.provider, self.engine, self.token = site, provider, engine, token

    def new_order(self) -> str:
        with Session(self.engine) as session, session.begin():
            payer = session.execute(text("SELECT party_id FROM mandate")).scalar()
            invoice = make_invoice(session)
            invoice.party_id = payer
            return invoice.number

    def begin(self, number: str) -> dict[str, Any]:
        told = self.site.ask(
            f"/api/invoices/{number}/payments", {},
            **{"Authorization": f"Bearer {self.token}", "Idempotency-Key": number},
        )  # fmt: skip
        assert "pay_address" in told, (told, self.site.words())
        return told

    def payments(self, number: str) -> int:
        with Session(self.engine) as session:
            query = select(func.count(Payment.id)).join(Invoice).where(Invoice.number == number)
            return session.scalar(query) or 0

    def is_settled(self, number: str) -> bool:
        with Session(self.engine) as session:
            outbox = select(func.count(OutboxEvent.id)).where(OutboxEvent.subject_id == number)
            return self.payments(number) == 1 and session.scalar(outbox) == 0

    def prove_once(self, number: str, reference: str) -> None:
        """One charge of the payer, one payment, one entry of the journal, nothing owed."""
        with Session(self.engine) as session:
            query = select(JournalEntry.action).where(JournalEntry.subject_id == number)
            acts = list(session.scalars(query))
        assert self.provider.charged(reference) == 1
        assert acts.count("invoice.pay") == 1
        assert "invoice.refund-due" not in acts


@pytest.fixture(scope="module")
def till(
    cluster, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Till]:
    """Run everything on a database of its own."""
    name = f"test_{os.getpid()}_till_{worker_id}"
    home = tmp_path_factory.mktemp("till")
    with cluster.copy_of_template(name) as urls, ProviderProcess(home / "provider") as provider:
        engine = create_engine(sqlalchemy_url(urls.owner_url))
        with Session(engine) as session, session.begin():
            invoice = make_invoice(session)
            payer = make_account(session, "payeur", parties=[invoice.party])
            token = make_token(session, payer, name="t", days=1)
        site = Site(urls, home, provider)
        site.start()
        yield Till(site, provider, engine, token)
        site.kill()
        engine.dispose()


def test_killed_before_the_payer_accepts(till: Till) -> None:
    number = till.new_order()
    attempt = till.begin(number)
    till.site.kill()
    till.provider.pay(attempt["pay_address"])
    time.sleep(0.5)  # the first messages find nobody
    assert till.payments(number) == 0
    till.site.start()
    assert eventually(lambda: till.is_settled(number)), till.site.words()
    till.prove_once(number, attempt["reference"])


def test_killed_in_the_middle_of_settling(till: Till) -> None:
    number = till.new_order()
    attempt = till.begin(number)
    with till.engine.connect() as holder, holder.begin():
        # The site waits for this order inside its transaction, after it took in the message.
        holder.execute(text("SELECT 1 FROM invoice WHERE number = :n FOR UPDATE"), {"n": number})
        till.provider.pay(attempt["pay_address"])
        assert eventually(lambda: waiting(till.engine) > 0)
        till.site.kill()
    assert till.payments(number) == 0
    till.site.start()
    assert eventually(lambda: till.is_settled(number)), till.site.words()
    till.prove_once(number, attempt["reference"])


def test_killed_with_the_provider_and_no_message_ever(till: Till) -> None:
    number = till.new_order()
    attempt = till.begin(number)
    till.site.kill()
    till.provider.pay(attempt["pay_address"], behaviour="silent")
    till.provider.kill()
    till.provider.start()
    settings = read_settings(till.site.environment)
    with till.engine.begin() as connection:
        connection.execute(text("UPDATE payment_attempt SET next_question_at = now()"))
    ruleset = load_ruleset(ROOT / "data" / "rulesets" / "togo")
    turn(settings, ruleset, "fr")  # what `cadastre keep` does
    turn(settings, ruleset, "fr")
    till.site.start()
    assert till.payments(number) == 1
    till.prove_once(number, attempt["reference"])


@pytest.mark.parametrize("behaviour", ["double", "again", "reversed", "late=0.4,double,again"])
def test_whatever_way_the_answers_come(till: Till, behaviour: str) -> None:
    number = till.new_order()
    attempt = till.begin(number)
    till.provider.pay(attempt["pay_address"], behaviour=behaviour)
    assert eventually(lambda: till.is_settled(number))
    time.sleep(0.6)
    till.prove_once(number, attempt["reference"])


def test_two_tabs_at_once_are_one_payment(till: Till) -> None:
    number = till.new_order()
    told: list[dict[str, Any]] = []
    tabs = [threading.Thread(target=lambda: told.append(till.begin(number))) for _ in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len({one["reference"] for one in told}) == 1
    payers = [
        threading.Thread(target=till.provider.pay, args=(one["pay_address"],)) for one in told
    ]
    for payer in payers:
        payer.start()
    for payer in payers:
        payer.join()
    assert eventually(lambda: till.payments(number) == 1)
    till.prove_once(number, told[0]["reference"])


def test_a_provider_too_slow_to_answer_opens_no_second_session(till: Till) -> None:
    number = till.new_order()
    till.provider.turn(begin_delay=6)
    slow = till.site.ask(
        f"/api/invoices/{number}/payments", {},
        **{"Authorization": f"Bearer {till.token}", "Idempotency-Key": "slow"},
    )  # fmt: skip
    till.provider.turn(begin_delay=0)
    assert slow["code"] == "money.provider-silent"
    attempt = till.begin(number)
    with Session(till.engine) as session:
        query = select(func.count(PaymentAttempt.id)).join(Invoice).where(Invoice.number == number)
        assert session.scalar(query) == 1
    till.provider.pay(attempt["pay_address"])
    assert eventually(lambda: till.payments(number) == 1)
    till.prove_once(number, attempt["reference"])


def waiting(engine: Engine) -> int:
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())
