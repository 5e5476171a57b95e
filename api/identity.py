"""Speak OpenID Connect with the one provider configured: code flow, PKCE, nonce, signed answer.

What comes back is an issuer and a subject. Names and addresses the provider tells are not used:
an address somebody may set freely there must not open an account here.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from flask import session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.letters import site_address
from api.state import state
from cadastre.errors import NotAllowed, NotAvailable

FLOW = "identity_flow"
FLOW_S = 600
PATIENCE_S = 10
LEEWAY_S = 60
SIGNED_WITH = ["RS256", "ES256", "PS256", "EdDSA"]


@dataclass(frozen=True, slots=True)
class Proof:
    """Who somebody is at a provider."""

    issuer: str
    subject: str


def begin(path: str) -> str:
    """Give the address to send the browser to; what must come back is kept in the session.

    Raises
    ------
    NotAvailable
        ``identity.not-available``: the provider does not answer.
    """
    provider, verifier, nonce = _provider(), secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    with _client(path) as client:
        address, given = client.create_authorization_url(
            provider["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
    session[FLOW] = {"state": given, "verifier": verifier, "nonce": nonce, "at": int(time.time())}
    return str(address)


def finish(answer: Mapping[str, str], path: str) -> Proof:
    """Exchange the code that came back and check what the provider signed.

    Raises
    ------
    NotAllowed
        ``identity.refused``: not an answer to our question, or not signed for us.
    NotAvailable
        ``identity.not-available``: the provider does not answer.
    """
    flow = session.pop(FLOW, None)
    if (
        flow is None
        or time.time() - flow["at"] > FLOW_S
        or not secrets.compare_digest(flow["state"], answer.get("state", ""))
        or "code" not in answer
    ):
        raise NotAllowed("identity.refused")
    provider = _provider()
    try:
        with _client(path) as client:
            token = client.fetch_token(
                provider["token_endpoint"], code=answer["code"], code_verifier=flow["verifier"],
                timeout=PATIENCE_S,
            )  # fmt: skip
        return _proof(provider, token["id_token"], flow["nonce"])
    except (AuthlibBaseError, JoseError, KeyError, ValueError) as error:
        raise NotAllowed("identity.refused") from error
    except requests.RequestException as error:
        raise NotAvailable("identity.not-available") from error


def _proof(provider: Mapping[str, Any], id_token: str, nonce: str) -> Proof:
    settings = state().settings
    keys = KeySet.import_key_set(cast(Any, _json(provider["jwks_uri"])))
    signed = jwt.decode(id_token, keys, algorithms=SIGNED_WITH)
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        options={
            "iss": {"essential": True, "value": provider["issuer"]},
            "aud": {"essential": True, "value": settings.oidc_client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        },
        params={"nonce": nonce, "client_id": settings.oidc_client_id},
    )
    claims.validate(leeway=LEEWAY_S)
    return Proof(str(claims["iss"]), str(claims["sub"]))


def _client(path: str) -> OAuth2Session:
    settings = state().settings
    return OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        scope="openid",
        redirect_uri=site_address() + path,
        code_challenge_method="S256",
    )


def _provider() -> dict[str, Any]:
    """Read what the provider says of itself; its name must be the one we were told."""
    issuer = str(state().settings.oidc_issuer).rstrip("/")
    described = _json(f"{issuer}/.well-known/openid-configuration")
    if str(described.get("issuer", "")).rstrip("/") != issuer:
        raise NotAllowed("identity.refused")
    return described


def _json(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=PATIENCE_S)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise NotAvailable("identity.not-available") from error
    return found
