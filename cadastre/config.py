"""Settings, read from the environment once, at the edge.

``CADASTRE_DATABASE_URL`` is the owner's address: migrations and set-up use it. Requests use the
application role, which owns nothing (quality B2, point 5): either ``CADASTRE_APP_DATABASE_URL`` or
the owner's address followed by ``SET ROLE cadastre_app``. Without an address, the private cluster
of ``CADASTRE_HOME`` is meant. ``CADASTRE_LOG_KEY`` is the file of the key that
signs the heads of the sealed log; a demonstration makes its own. ``CADASTRE_SIGN_KEY``,
``CADASTRE_SIGN_PASSPHRASE_FILE``, ``CADASTRE_SIGN_TSA`` and ``CADASTRE_SIGN_TRUST`` are for the
signing process alone (:mod:`cadastre.signing.identity`, :mod:`cadastre.signing.longterm`);
``CADASTRE_PUBLIC_URL`` is the address printed on certificates.
``CADASTRE_PAYMENTS_URL`` and ``CADASTRE_PAYMENTS_SECRET`` are those of the payment provider.
``CADASTRE_SECOND_FACTOR_KEY`` encrypts the secrets of authenticators; ``CADASTRE_SMTP_URL``
(``smtp://name:password@host:587``, or ``smtps://``) and ``CADASTRE_MAIL_FROM`` let the cadastre
write to people; ``CADASTRE_OIDC_ISSUER``, ``…_CLIENT_ID``, ``…_CLIENT_SECRET`` and ``…_NAME`` let
them sign in with a national identity. ``CADASTRE_CLAMAV`` (``unix:/run/clamav/clamd.ctl`` or
``host:port``) has every uploaded piece scanned.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cadastre.errors import NotAvailable

ROOT = Path(__file__).resolve().parent.parent
APP_ROLE = "cadastre_app"
OWNER_ROLE = "cadastre_owner"
DATABASE_NAME = "cadastre"
ENVIRONMENTS = ("demo", "practice", "production")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the program is told from outside."""

    home: Path
    data: Path
    environment: str
    ruleset: str
    database_url: str | None
    app_database_url: str | None
    secret_key: str | None
    log_key: str | None = None
    public_url: str | None = None
    sign_key: str | None = None
    sign_passphrase_file: str | None = None
    sign_tsa: str | None = None
    sign_trust: str | None = None
    payments_url: str | None = None
    payments_secret: str | None = None
    second_factor_key: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_name: str | None = None
    scanner: str | None = None

    @property
    def is_demo(self) -> bool:
        """Tell whether demonstration accounts and data are allowed here."""
        return self.environment in ("demo", "practice")

    @property
    def is_practice(self) -> bool:
        """Tell whether people train here, on a register of its own that is set back at will."""
        return self.environment == "practice"

    @property
    def uses_private_cluster(self) -> bool:
        """Tell whether the database is the one in ``home`` rather than a given server."""
        return self.database_url is None


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises
    ------
    NotAvailable
        ``CADASTRE_ENV`` is none of ``demo``, ``production``.
    """
    env = os.environ if environ is None else environ
    environment = env.get("CADASTRE_ENV", "demo")
    if environment not in ENVIRONMENTS:
        raise NotAvailable(
            "config.unknown-environment",
            where="CADASTRE_ENV",
            given=environment,
            known=", ".join(ENVIRONMENTS),
        )
    return Settings(
        home=Path(env.get("CADASTRE_HOME", ROOT / "var")).resolve(),
        data=Path(env.get("CADASTRE_DATA", ROOT / "data")).resolve(),
        environment=environment,
        ruleset=env.get("CADASTRE_RULESET", "togo"),
        database_url=env.get("CADASTRE_DATABASE_URL") or None,
        app_database_url=env.get("CADASTRE_APP_DATABASE_URL") or None,
        secret_key=env.get("CADASTRE_SECRET_KEY") or None,
        log_key=env.get("CADASTRE_LOG_KEY") or None,
        public_url=env.get("CADASTRE_PUBLIC_URL") or None,
        sign_key=env.get("CADASTRE_SIGN_KEY") or None,
        sign_passphrase_file=env.get("CADASTRE_SIGN_PASSPHRASE_FILE") or None,
        sign_tsa=env.get("CADASTRE_SIGN_TSA") or None,
        sign_trust=env.get("CADASTRE_SIGN_TRUST") or None,
        payments_url=env.get("CADASTRE_PAYMENTS_URL") or None,
        payments_secret=env.get("CADASTRE_PAYMENTS_SECRET") or None,
        second_factor_key=env.get("CADASTRE_SECOND_FACTOR_KEY") or None,
        smtp_url=env.get("CADASTRE_SMTP_URL") or None,
        mail_from=env.get("CADASTRE_MAIL_FROM") or None,
        oidc_issuer=env.get("CADASTRE_OIDC_ISSUER") or None,
        oidc_client_id=env.get("CADASTRE_OIDC_CLIENT_ID") or None,
        oidc_client_secret=env.get("CADASTRE_OIDC_CLIENT_SECRET") or None,
        oidc_name=env.get("CADASTRE_OIDC_NAME") or None,
        scanner=env.get("CADASTRE_CLAMAV") or None,
    )
