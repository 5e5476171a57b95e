"""Choose how often one is told that there is news in a dossier."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for

from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import require_account
from cadastre.errors import UnusableInput
from cadastre.models import JournalEntry
from cadastre.services.dossiers.notices import PREFERENCES

pages = Blueprint("notices", __name__)


@pages.app_context_processor
def preferences() -> dict[str, Any]:
    """Give the account page what there is to choose."""
    return {"notice_preferences": PREFERENCES}


@pages.post("/account/notices")
@open_to(Access.PERSON, second_factor=False)
def keep() -> Any:
    """Keep how often one is written to: each time, once a day, never.

    Raises
    ------
    UnusableInput
        ``notices.unknown``.
    """
    account, wanted = require_account(), request.form.get("notices", "")
    if wanted not in PREFERENCES:
        raise UnusableInput("notices.unknown", where="notices", known=", ".join(PREFERENCES))
    if wanted != account.notices:
        account.notices = wanted
        entry = JournalEntry(
            action="account.notices", subject="account", subject_id=str(account.id),
            account_id=account.id, facts={"notices": wanted},
        )  # fmt: skip
        db_session().add(entry)
    return redirect(url_for("people.mine", _anchor="notices"), 303)
