"""Passkeys (WebAuthn level 2): made by who is signed in, used beside or instead of a password.

User verification is demanded both times, so that a passkey is two factors in one: the device, and
the finger or the number that unlocks it.
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

from flask import session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.engine import ISSUER
from api.letters import site_address
from api.session import db_session
from cadastre.errors import NotAllowed
from cadastre.models import Account, Passkey
from cadastre.services.accounts import account_by_id
from cadastre.services.second_factor import (
    add_passkey,
    passkey_of_credential,
    passkeys_of,
    touch_passkey,
)

CHALLENGE = "passkey_challenge"
CHALLENGE_S = 300
REQUIRED = UserVerificationRequirement.REQUIRED


def registration_options(account: Account) -> dict[str, Any]:
    """Say to the browser what passkey to make; the challenge is kept in the session."""
    options = generate_registration_options(
        rp_id=site_host(),
        rp_name=ISSUER,
        user_id=account.passkey_handle.encode(),
        user_name=account.email,
        user_display_name=account.display_name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=REQUIRED
        ),
        exclude_credentials=_descriptors(account),
    )
    return _remembered(options)


def register(account: Account, answer: dict[str, Any], name: str) -> Passkey:
    """Keep the passkey a browser made.

    Raises
    ------
    NotAllowed
        ``second-factor.passkey-refused``: the answer is not to our challenge, or not for us.
    """
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=_challenge(),
            expected_rp_id=site_host(),
            expected_origin=site_address(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise NotAllowed("second-factor.passkey-refused") from error
    transports = answer.get("response", {}).get("transports") or []
    return add_passkey(
        db_session(),
        account,
        name=name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=[one for one in transports if isinstance(one, str)][:8],
    )


def use_options(account: Account | None) -> dict[str, Any]:
    """Ask the browser for a passkey: of an account, or of whoever has one for this site."""
    options = generate_authentication_options(
        rp_id=site_host(),
        user_verification=REQUIRED,
        allow_credentials=None if account is None else _descriptors(account),
    )
    return _remembered(options)


def use(answer: dict[str, Any], expected: Account | None) -> Account:
    """Give the account whose passkey answered.

    Raises
    ------
    NotAllowed
        ``second-factor.passkey-refused``: unknown, of somebody else, a copy, or not fresh.
    """
    try:
        credential_id = base64url_to_bytes(str(answer.get("rawId") or answer.get("id") or ""))
        passkey = passkey_of_credential(db_session(), credential_id)
        if passkey is None or (expected is not None and passkey.account_id != expected.id):
            raise NotAllowed("second-factor.passkey-refused")
        proof = verify_authentication_response(
            credential=answer,
            expected_challenge=_challenge(),
            expected_rp_id=site_host(),
            expected_origin=site_address(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise NotAllowed("second-factor.passkey-refused") from error
    account = account_by_id(db_session(), passkey.account_id)
    if account is None or not _is_of(account, answer):
        raise NotAllowed("second-factor.passkey-refused")
    touch_passkey(db_session(), passkey, proof.new_sign_count)
    return account


def site_host() -> str:
    """Give the name passkeys are bound to: a key made here opens nothing elsewhere."""
    return urlsplit(site_address()).hostname or "localhost"


def _is_of(account: Account, answer: dict[str, Any]) -> bool:
    handle = answer.get("response", {}).get("userHandle")
    return not handle or base64url_to_bytes(handle) == account.passkey_handle.encode()


def _descriptors(account: Account) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=passkey.credential_id)
        for passkey in passkeys_of(db_session(), account)
    ]


def _remembered(options: Any) -> dict[str, Any]:
    session[CHALLENGE] = [bytes_to_base64url(options.challenge), int(time.time())]
    written: dict[str, Any] = json.loads(options_to_json(options))
    return written


def _challenge() -> bytes:
    """Give the challenge of this session, once."""
    challenge, at = session.pop(CHALLENGE, ("", 0))
    if not challenge or time.time() - at > CHALLENGE_S:
        raise NotAllowed("second-factor.passkey-refused")
    return base64url_to_bytes(challenge)
