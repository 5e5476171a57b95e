"""Open the demonstration's accounts, whose password is public on purpose."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cadastre.models import Account, Draft, IdempotencyKey, Mandate, Party
from cadastre.services.accounts import create_account
from cadastre.services.actors import ALL_POWERS
from cadastre.services.demonstration.sources import read_description


def load_accounts(session: Session, folder: Path) -> int:
    """Open the accounts that are missing, with mandates for the first demonstration companies."""
    described = read_description(folder, "accounts")
    for row in described["accounts"]:
        parties = session.scalars(
            select(Party).where(Party.is_demonstration).order_by(Party.id).limit(row["parties"])
        ).all()
        known = session.scalar(select(Account).where(Account.email == row["email"]))
        if known is not None:
            known.is_active = True
            known.mandates = [Mandate(party=party, powers=list(ALL_POWERS)) for party in parties]
            continue
        create_account(
            session,
            email=row["email"],
            display_name=row["display_name"],
            password=described["password"],
            roles=row["roles"],
            parties=parties,
            is_demonstration=True,
        )
    session.flush()
    return len(described["accounts"])


def clear_accounts(session: Session) -> None:
    """Close the demonstration's accounts; the journal names them, so their rows stay."""
    ours = select(Account.id).where(Account.is_demonstration)
    for table in (Mandate, Draft, IdempotencyKey):
        session.execute(delete(table).where(table.account_id.in_(ours)))
    session.execute(update(Account).where(Account.is_demonstration).values(is_active=False))
