"""Flask-Security behind our own pages: sessions, one-time links, authenticator codes, freshness.

It keeps sessions (:mod:`api.sign_in` opens and closes them), signs the links of letters and checks
the codes of authenticators; its own pages and forms stay off. Its tables are ours: the store below
finds accounts through the request's transaction.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from flask import Flask, session
from flask_security import RoleMixin, Security, UserDatastore, UserMixin
from flask_security.core import _user_loader
from flask_security.totp import Totp
from passlib.totp import TotpMatch
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from api.session import db_session
from cadastre.config import Settings
from cadastre.errors import NotAvailable
from cadastre.models import Account, Mandate

LONGEST_SESSION = dt.timedelta(hours=12)
FRESH = dt.timedelta(minutes=30)
GRACE = dt.timedelta(minutes=10)
ISSUER = "Cadastre"


class Visitor(UserMixin):
    """An account as Flask-Security sees it, at the moment it was looked up."""

    fs_uniquifier: str = ""  # the account's session key; a new one ends its sessions and links

    def __init__(self, account: Account) -> None:
        self.account = account
        self.id = account.id
        self.email = account.email
        self.password = account.password_hash
        self.active = account.is_active
        self.fs_uniquifier = account.session_key
        self.confirmed_at = account.confirmed_at
        self.roles = []


class Accounts(UserDatastore):
    """Find accounts through the transaction of the request."""

    def __init__(self) -> None:
        super().__init__(Visitor, RoleMixin)

    def find_user(self, case_insensitive: bool = False, **named: Any) -> Visitor | None:
        """Give the account of a session key or a number, with its mandates."""
        column = Account.session_key if "fs_uniquifier" in named else Account.id
        account = db_session().scalar(
            select(Account)
            .where(column == next(iter(named.values())))
            .options(selectinload(Account.mandates).selectinload(Mandate.party))
        )
        return None if account is None else Visitor(account)

    def put(self, model: Any) -> Any:
        """Leave writing to the services: what the request changed is committed at its end."""
        return model


class Codes(Totp):
    """Codes of an authenticator, none of which serves twice.

    The demonstration's accounts are shared by everybody who looks at it: theirs may.
    """

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Give the last code used."""
        account = account_of(user)
        return None if account.is_demonstration else account.totp_counter

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Remember the code just used."""
        account_of(user).totp_counter = tmatch.counter


def account_of(user: UserMixin) -> Account:
    """Give the account behind a user of Flask-Security's."""
    assert isinstance(user, Visitor)
    return user.account


def init_engine(app: Flask, settings: Settings) -> Security:
    """Start Flask-Security on an app, without its pages."""
    app.config.update(
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TOTP_SECRETS={1: second_factor_key(settings)},
        SECURITY_TOTP_ISSUER=ISSUER,
        SECURITY_CONFIRM_EMAIL_WITHIN=dt.timedelta(days=2),
        SECURITY_RESET_PASSWORD_WITHIN=dt.timedelta(hours=1),
        SECURITY_CLI_USERS_NAME=False,
        SECURITY_CLI_ROLES_NAME=False,
        SECURITY_CONFIRMABLE=True,
    )
    security = Security(app, Accounts(), register_blueprint=False, totp_cls=Codes)
    # Its own tokens would be a second door beside ours, and reading one parses every body sent.
    security.login_manager._request_callback = None
    security.login_manager.user_loader(load_visitor)
    # Roles are judged by cadastre.rules.permissions; nobody is looked up before a view asks.
    security.principal.identity_loaders.clear()
    return security


def load_visitor(session_key: str | None) -> Visitor | None:
    """Give who a session belongs to, unless it is older than half a day."""
    age = time.time() - session.get("fs_paa", 0)
    return _user_loader(session_key) if 0 <= age < LONGEST_SESSION.total_seconds() else None


def second_factor_key(settings: Settings) -> str:
    """Give the key that encrypts the secrets of authenticators; a demonstration makes its own.

    Raises
    ------
    NotAvailable
        ``config.no-second-factor-key``: a production site was given none.
    """
    if settings.second_factor_key is not None:
        return settings.second_factor_key
    if not settings.is_demo:
        raise NotAvailable("config.no-second-factor-key", where="CADASTRE_SECOND_FACTOR_KEY")
    path = settings.home / "second_factor.key"
    if not path.exists():
        _make_key(path)
    return path.read_text("ascii")


def _make_key(path: Path) -> None:
    """Write a key whole or not at all; of two processes that start at once, one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)
    os.unlink(fresh)
