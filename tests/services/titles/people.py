"""Two people who may decide, and decisions dated as a test needs them."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import pytest
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.errors import Blocked, CadastreError
from cadastre.models import Account
from cadastre.rules.load import load_ruleset
from cadastre.services.titles.decision import Decision

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")
NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
_count = itertools.count(1)


def account(session: Session, *roles: str) -> Account:
    """Open an account with roles."""
    number = next(_count)
    made = Account(
        email=f"agent-{number}@essai.test", display_name=f"Agent {number}", roles=list(roles)
    )
    session.add(made)
    session.flush()
    return made


def decision(
    session: Session, at: dt.datetime | None = NOON, reason: str = "arrêté d'essai"
) -> Decision:
    """Let an agent and a decision maker decide at an instant; None: now."""
    return Decision(account(session, "agent"), account(session, "decider"), reason, at=at)


def refused(code: str, error: type[CadastreError] = Blocked) -> pytest.RaisesExc:
    """Expect a refusal by its code."""
    return pytest.raises(error, match=re.escape(code))
