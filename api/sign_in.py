"""Who is asking: a signed-in browser session, or a program with a bearer token.

A browser's change must carry the CSRF token of its session; a bearer token cannot be sent by a
foreign page and needs none.
"""

from __future__ import annotations

from flask import Flask, g, request
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from sqlalchemy import func, select

from api.session import db_session
from cadastre.errors import NotAllowed, NotSignedIn
from cadastre.models import Account, ApiToken
from cadastre.services.accounts import account_by_id
from cadastre.services.tokens import token_hash

csrf = CSRFProtect()
BEARER = "Bearer "


class Visitor(UserMixin):
    """The thread between a browser session and an account."""

    def __init__(self, account_id: int) -> None:
        self.id = str(account_id)


def init_sign_in(app: Flask) -> None:
    """Let pages and API know who is asking."""
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", 8 * 3600)
    csrf.init_app(app)
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(lambda account_id: Visitor(int(account_id)))


def current_account() -> Account | None:
    """Give the account that is asking, None for the public; one look-up a request."""
    if "account" not in g:
        header = request.headers.get("Authorization", "")
        if header.startswith(BEARER):
            g.account = _account_of_token(header.removeprefix(BEARER))
        elif current_user.is_authenticated:
            g.account = account_by_id(db_session(), int(current_user.id))
        else:
            g.account = None
    return g.account


def require_account() -> Account:
    """Give the account that is asking, with its CSRF token checked when it changes something.

    Raises
    ------
    NotSignedIn
        Nobody is signed in.
    NotAllowed
        The session's CSRF token is missing or too old.
    """
    account = current_account()
    if account is None:
        raise NotSignedIn("accounts.sign-in-first")
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        check_csrf()
    return account


def check_csrf() -> None:
    """Refuse a change that does not come from one of our own pages.

    Raises
    ------
    NotAllowed
        The token is missing, foreign or too old.
    """
    if request.headers.get("Authorization", "").startswith(BEARER):
        return
    try:
        csrf.protect()
    except CSRFError as error:
        raise NotAllowed("accounts.form-expired", where="csrf_token") from error


def sign_in(account: Account) -> None:
    """Open a browser session for an account."""
    login_user(Visitor(account.id))


def sign_out() -> None:
    """Close the browser session."""
    logout_user()


def csrf_token() -> str:
    """Give the token that a form or script of our own sends back."""
    return generate_csrf()


def _account_of_token(token: str) -> Account:
    session = db_session()
    account_id = session.scalar(
        select(ApiToken.account_id).where(
            ApiToken.token_hash == token_hash(token),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > func.now(),
        )
    )
    account = None if account_id is None else account_by_id(session, account_id)
    if account is None:
        raise NotSignedIn("accounts.token-not-recognised", where="Authorization")
    return account
