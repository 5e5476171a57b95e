"""Let only those who work at the cadastre's desks through, and say who is asking otherwise."""

from __future__ import annotations

from api.sign_in import require_account
from cadastre.errors import NotAllowed
from cadastre.models import Account
from cadastre.services.cases.access import sees_desk


def require_agent() -> Account:
    """Give the account that is asking when it works at a desk of the cadastre.

    Raises
    ------
    NotSignedIn
        Nobody is signed in.
    NotAllowed
        ``cases.desk-only``.
    """
    account = require_account()
    if not sees_desk(account):
        raise NotAllowed("cases.desk-only", where=account.display_name)
    return account
