"""Accounts and keys from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from cadastre.database import sqlalchemy_url
from cadastre.models import Account, ApiToken
from cadastre.services.tokens import token_hash
from tests.databases import TestUrls


@pytest.fixture
def environment(fresh_database: TestUrls) -> dict[str, str]:
    return {
        **os.environ,
        "CADASTRE_DATABASE_URL": fresh_database.owner_url,
        "CADASTRE_APP_DATABASE_URL": fresh_database.app_url,
    }


def cadastre(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from cadastre.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_an_account_is_opened_and_a_key_is_shown_once(
    environment: dict[str, str], fresh_database: TestUrls
) -> None:
    opened = cadastre(
        environment, "user", "add", "op@exemple.test", "--name", "Opérateur",
        "--company", "Mines Exemple SA (fictive)", "--password", "un mot de passe",
    )  # fmt: skip
    assert opened.returncode == 0, opened.stderr
    assert json.loads(opened.stdout)["roles"] == ["applicant"]
    made = cadastre(environment, "user", "token", "op@exemple.test", "--days", "7")
    assert made.returncode == 0, made.stderr
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine) as session:
        account = session.scalars(select(Account)).one()
        assert [mandate.party.name for mandate in account.mandates] == [
            "Mines Exemple SA (fictive)"
        ]
        assert session.scalars(select(ApiToken.token_hash)).all() == [
            token_hash(made.stdout.strip())
        ]
    engine.dispose()


def test_refusals_end_in_a_sentence_and_a_code(environment: dict[str, str]) -> None:
    short = cadastre(
        environment, "user", "add", "op@exemple.test", "--name", "O", "--password", "court"
    )
    assert (short.returncode, "au moins 12 caractères" in short.stderr) == (2, True)
    nobody = cadastre(environment, "user", "token", "nobody@exemple.test", "--lang", "en")
    assert (nobody.returncode, "No account has this address" in nobody.stderr) == (2, True)
