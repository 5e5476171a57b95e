"""Who is asking: a signed-in browser session, or a program with a bearer token.

A browser's change must carry the CSRF token of its session; a bearer token cannot be sent by a
foreign page and needs none. What they may do is for :mod:`cadastre.rules.permissions`, which sees
them as an :class:`~cadastre.rules.permissions.Actor`.
"""

from __future__ import annotations

from flask import Flask, g, request, session
from flask_login import current_user
from flask_security.utils import login_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from sqlalchemy import func, select

from api.engine import Visitor, init_engine
from api.session import db_session
from api.state import now, state
from cadastre.errors import NotAllowed, NotSignedIn
from cadastre.models import Account, ApiToken
from cadastre.rules.permissions import PUBLIC, Actor, allows, ensure_second_factor
from cadastre.services.accounts import account_by_id
from cadastre.services.actors import actor_of
from cadastre.services.tokens import token_hash

csrf = CSRFProtect()
BEARER = "Bearer "
SECOND_FACTOR = "second_factor"  # in the session: this account gave two factors
DECIDE = "decide"  # the scope of a key that stands for a second factor


def init_sign_in(app: Flask) -> None:
    """Let pages and API know who is asking."""
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", 8 * 3600)
    csrf.init_app(app)
    with app.app_context():
        init_engine(app, state().settings)


def current_account() -> Account | None:
    """Give the account that is asking, None for the public; one look-up a request."""
    if "account" not in g:
        header = request.headers.get("Authorization", "")
        if header.startswith(BEARER):
            g.account = _account_of_token(header.removeprefix(BEARER))
        else:
            g.account = current_user.account if current_user.is_authenticated else None
    account: Account | None = g.account
    return account


def current_actor() -> Actor:
    """Give who is asking as permissions see them; the public is an actor too."""
    if "actor" not in g:
        account = current_account()
        g.actor = PUBLIC
        if account is not None:
            g.actor = actor_of(
                account,
                day=now().day,
                second_factor=gave_second_factor(account),
                scopes=g.get("scopes"),
            )
    actor: Actor = g.actor
    return actor


def gave_second_factor(account: Account) -> bool:
    """Tell whether this request comes from a session or key opened with two factors."""
    if "scopes" in g:
        return DECIDE in g.scopes
    return session.get(SECOND_FACTOR) == account.id


def require_account() -> Account:
    """Give the account that is asking, with its CSRF token checked when it changes something.

    Raises
    ------
    NotSignedIn
        Nobody is signed in.
    NotAllowed
        The session's CSRF token is missing or too old, or the key does not reach so far.
    """
    account = current_account()
    if account is None:
        raise NotSignedIn("accounts.sign-in-first")
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        check_csrf()
    return account


def require_actor() -> Actor:
    """Give who is asking as permissions see them, refused and checked as an account is.

    Raises
    ------
    NotSignedIn
        Nobody is signed in.
    NotAllowed
        The session's CSRF token is missing or too old.
    """
    require_account()
    return current_actor()


def require_second_factor() -> Account:
    """Give the account that is asking when its session or key was opened with two factors.

    Raises
    ------
    NotSignedIn
        Nobody is signed in.
    NotAllowed
        ``permissions.second-factor``.
    """
    account = require_account()
    ensure_second_factor(current_actor())
    return account


def require_scope(scope: str) -> None:
    """Refuse a program whose key was not made for this; people in a browser pass.

    Raises
    ------
    NotAllowed
        ``permissions.key-too-narrow``.
    """
    if not allows(current_actor(), scope):
        raise NotAllowed("permissions.key-too-narrow", where="Authorization", scope=scope)


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


def sign_in(account: Account, *, second_factor: bool = False) -> None:
    """Open a browser session for an account: nothing of the one before it is carried over."""
    _forget_who_asked()
    session.clear()
    login_user(Visitor(account), remember=False)
    if second_factor:
        session[SECOND_FACTOR] = account.id


def raise_to_second_factor(account: Account) -> None:
    """Note in the open session that the second factor was given too; the proof is fresh again."""
    sign_in(account, second_factor=True)


def sign_out() -> None:
    """Close the browser session, whatever it held."""
    _forget_who_asked()
    session.clear()


def csrf_token() -> str:
    """Give the token that a form or script of our own sends back."""
    return generate_csrf()


def _forget_who_asked() -> None:
    for name in ("account", "actor", "csrf_token", "csrf_valid", "_login_user"):
        g.pop(name, None)


def _account_of_token(token: str) -> Account:
    database = db_session()
    found = database.execute(
        select(ApiToken.account_id, ApiToken.scopes).where(
            ApiToken.token_hash == token_hash(token),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > func.now(),
        )
    ).first()
    account = None if found is None else account_by_id(database, found.account_id)
    if account is None or found is None:
        raise NotSignedIn("accounts.token-not-recognised", where="Authorization")
    g.scopes = frozenset(found.scopes)
    return account
