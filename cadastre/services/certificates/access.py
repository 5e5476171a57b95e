"""Who is handed the certificate of a title: its holders, and those who keep the register."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from cadastre.models import Account, Title
from cadastre.services.titles.facts import holders_of

KEEPERS = frozenset({"clerk", "agent", "decider", "supervisor", "auditor"})


def may_have_certificate(
    session: Session, title: Title, account: Account | None, day: dt.date
) -> bool:
    """Tell whether an account may have the certificate of a title on a day."""
    if account is None or not account.is_active:
        return False
    if KEEPERS & set(account.roles):
        return True
    holders = holders_of(session, title, day)
    return any(
        mandate.party_id in holders
        and mandate.starts_on <= day
        and (mandate.ends_on is None or day < mandate.ends_on)
        for mandate in account.mandates
    )
