"""Check second factors: six digits, a recovery code, or a passkey's answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import cast

from flask import current_app, session
from flask_security import Security
from sqlalchemy import select

from api.engine import Codes, Visitor
from api.session import db_session
from api.sign_in import current_account
from api.state import state
from cadastre.errors import NotAllowed
from cadastre.models import Account
from cadastre.services.accounts import account_by_id
from cadastre.services.second_factor import looks_like_recovery_code, use_recovery_code
from cadastre.services.throttle import ensure_not_too_often, forget_failures, note_failure

PENDING = "pending"  # in the session: who gave a right password and owes a second factor
SETTING_UP = "setting_up"  # in the session: the encrypted secret of a new authenticator
PENDING_S = 600
DRIFT_S = 30  # a clock may be half a minute off


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose second factor is asked for, and whether they are signed in already."""

    account: Account
    is_signed_in: bool


def owe_second_factor(account: Account) -> None:
    """Keep in mind who gave the right password, without opening a session for them."""
    session.clear()
    session[PENDING] = [account.id, account.session_key, int(time.time())]


def asked_for() -> Asked | None:
    """Give whose second factor is asked for: who gave a password just now, or who is signed in."""
    account = current_account()
    if account is not None:
        return Asked(account, is_signed_in=True)
    account_id, session_key, at = session.get(PENDING, (None, None, 0))
    if account_id is None or time.time() - at > PENDING_S:
        return None
    found = account_by_id(db_session(), account_id)
    if found is None or found.session_key != session_key:
        return None
    return Asked(found, is_signed_in=False)


def check_code(account: Account, code: str) -> None:
    """Accept six digits of the authenticator or a recovery code; each serves once.

    Raises
    ------
    TooOften
        ``accounts.too-many-tries``.
    NotAllowed
        ``second-factor.wrong-code``; the failure is counted and committed.
    """
    database, name = db_session(), throttle_name(account)
    ensure_not_too_often(database, name)
    if looks_like_recovery_code(code):
        served = use_recovery_code(database, account, code)
    else:
        served = _is_current(account, code)
    if not served:
        note_failure(database, name)
        database.commit()
        raise NotAllowed("second-factor.wrong-code", where="code")
    forget_failures(database, name)


def throttle_name(account: Account) -> str:
    """Give the name under which failures of a second factor are counted."""
    return f"second-factor:{account.id}"


def new_authenticator() -> str:
    """Begin to set up an authenticator: its secret, encrypted, is kept in the session."""
    session[SETTING_UP] = codes().generate_totp_secret()
    return str(session[SETTING_UP])


def being_set_up() -> str:
    """Give the secret being set up: a mistyped code does not ask to scan again."""
    return str(session.get(SETTING_UP) or new_authenticator())


def confirm_authenticator(account: Account, code: str) -> tuple[str, int] | None:
    """Give secret and counter of the authenticator set up, once it shows the right code."""
    secret = session.get(SETTING_UP)
    if secret is None:
        return None
    trial = Account(totp_secret=secret, is_demonstration=False)
    if not _verified(trial, code):
        return None
    session.pop(SETTING_UP)
    return secret, cast(int, trial.totp_counter)


def shown_code(account: Account) -> str | None:
    """Give the present code of a demonstration account, in a demonstration only."""
    if not (state().settings.is_demo and account.is_demonstration and account.totp_secret):
        return None
    return str(codes().generate_totp_password(account.totp_secret))


def codes() -> Codes:
    """Give what makes and checks the codes of authenticators."""
    security: Security = current_app.extensions["security"]
    return cast(Codes, security.totp_factory)


def _is_current(account: Account, code: str) -> bool:
    if account.totp_secret is None:
        return False
    # Two requests with one code: the second waits here, and finds it used.
    counter = db_session().scalar(
        select(Account.totp_counter).where(Account.id == account.id).with_for_update()
    )
    account.totp_counter = counter
    return _verified(account, code)


def _verified(account: Account, code: str) -> bool:
    digits = "".join(sign for sign in code if sign.isdigit())
    if len(digits) != 6 or not account.totp_secret:
        return False
    return codes().verify_totp(digits, account.totp_secret, Visitor(account), window=DRIFT_S)
