"""Open the demonstration's accounts, whose password is public on purpose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from cadastre.models import Account, Draft, IdempotencyKey, Mandate, Party
from cadastre.services.accounts import create_account
from cadastre.services.actors import ALL_POWERS
from cadastre.services.demonstration.sources import read_description
from cadastre.services.second_factor import needs_second_factor
from cadastre.vocabulary import PartyKind


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """An account that the sign-in page of a demonstration offers to try."""

    email: str
    name: str
    password: str


@cache
def shown_accounts(folder: Path) -> tuple[ShownAccount, ...]:
    """List the accounts to try, as the demonstration opens them."""
    described = read_description(folder, "accounts")
    return tuple(
        ShownAccount(row["email"], row["display_name"], described["password"])
        for row in described["accounts"]
    )


def load_accounts(session: Session, folder: Path) -> int:
    """Open the accounts that are missing, with mandates for the first demonstration companies."""
    described = read_description(folder, "accounts")
    for row in described["accounts"]:
        parties = session.scalars(
            select(Party)
            .where(Party.is_demonstration, Party.kind == PartyKind.COMPANY.value)
            .order_by(Party.id)
            .limit(row.get("parties", 0))
        ).all()
        account = session.scalar(select(Account).where(Account.email == row["email"]))
        if account is None:
            account = create_account(
                session,
                email=row["email"],
                display_name=row["display_name"],
                password=described["password"],
                is_demonstration=True,
            )
        account.is_active, account.confirmed_at = True, account.confirmed_at or func.now()
        account.roles, account.body = sorted(row["roles"]), row.get("body")
        account.mandates = [Mandate(party=party, powers=list(ALL_POWERS)) for party in parties]
        if needs_second_factor(account):
            account.totp_secret = public_secret(described["second_factor"])
    session.flush()
    return len(described["accounts"])


def public_secret(key: str) -> str:
    """Write an authenticator's secret that everybody may know in the form secrets are kept in."""
    return json.dumps({"v": 1, "type": "totp", "key": key})


def clear_accounts(session: Session) -> None:
    """Close the demonstration's accounts; the journal names them, so their rows stay."""
    ours = select(Account.id).where(Account.is_demonstration)
    for table in (Mandate, Draft, IdempotencyKey):
        session.execute(delete(table).where(table.account_id.in_(ours)))
    session.execute(update(Account).where(Account.is_demonstration).values(is_active=False))
