"""What proves a person beside a password: an authenticator, passkeys, codes for a bad day."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from cadastre.errors import NotAllowed, UnusableInput
from cadastre.models import Account, JournalEntry, Passkey, RecoveryCode
from cadastre.rules.permissions import SECOND_FACTOR_ROLES

CODES = 10
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read as something else
LETTERS = 16  # of 31: 79 bits, so that a plain hash of them cannot be undone


def has_second_factor(session: Session, account: Account) -> bool:
    """Tell whether an account has an authenticator or a passkey."""
    if account.totp_secret is not None:
        return True
    return bool(session.scalar(select(exists().where(Passkey.account_id == account.id))))


def needs_second_factor(account: Account) -> bool:
    """Tell whether the roles of an account act only with a second factor."""
    return any(role in SECOND_FACTOR_ROLES for role in account.roles)


def set_authenticator(session: Session, account: Account, secret: str, counter: int | None) -> None:
    """Give an account an authenticator, in place of the one it had."""
    account.totp_secret, account.totp_counter = secret, counter
    _journal(session, account, "second-factor.authenticator")
    session.flush()


def remove_authenticator(session: Session, account: Account) -> None:
    """Take the authenticator away; whoever must have a second factor keeps one."""
    if account.totp_secret is None:
        return
    _ensure_one_stays(account, others=len(passkeys_of(session, account)))
    account.totp_secret = account.totp_counter = None
    _journal(session, account, "second-factor.authenticator-removed")


def passkeys_of(session: Session, account: Account) -> Sequence[Passkey]:
    """List the passkeys of an account, oldest first."""
    query = select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)
    return session.scalars(query).all()


def passkey_of_credential(session: Session, credential_id: bytes) -> Passkey | None:
    """Give the passkey a browser names, None when it was never registered here."""
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def add_passkey(
    session: Session,
    account: Account,
    *,
    name: str,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
    transports: Sequence[str] = (),
) -> Passkey:
    """Keep the public half of a passkey.

    Raises
    ------
    UnusableInput
        ``second-factor.passkey-known``: the key is registered already.
    """
    if passkey_of_credential(session, credential_id) is not None:
        raise UnusableInput("second-factor.passkey-known")
    passkey = Passkey(
        account_id=account.id,
        name=name.strip()[:60] or "—",
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        transports=list(transports),
    )
    session.add(passkey)
    session.flush()
    _journal(session, account, "second-factor.passkey", passkey=passkey.id, name=passkey.name)
    return passkey


def touch_passkey(session: Session, passkey: Passkey, sign_count: int) -> None:
    """Remember that a passkey was used, and its counter."""
    passkey.sign_count = sign_count
    passkey.last_used_at = session.scalar(select(func.now()))


def remove_passkey(session: Session, account: Account, passkey_id: int) -> None:
    """Forget a passkey of an account; whoever must have a second factor keeps one."""
    keys = passkeys_of(session, account)
    if passkey_id not in {key.id for key in keys}:
        return
    _ensure_one_stays(account, others=len(keys) - 1 + (account.totp_secret is not None))
    session.execute(delete(Passkey).where(Passkey.id == passkey_id))
    _journal(session, account, "second-factor.passkey-removed", passkey=passkey_id)


def make_recovery_codes(session: Session, account: Account) -> list[str]:
    """Make ten codes that each replace the second factor once; earlier ones are void.

    They are shown once; what is kept does not give them back.
    """
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(CODES)]
    session.add_all(
        RecoveryCode(account_id=account.id, code_hash=_hash(account, code)) for code in codes
    )
    _journal(session, account, "second-factor.recovery-codes")
    session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, LETTERS, 4)) for code in codes]


def codes_left(session: Session, account: Account) -> int:
    """Count the recovery codes that still serve."""
    query = select(func.count()).where(
        RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(query) or 0


def use_recovery_code(session: Session, account: Account, code: str) -> bool:
    """Use up a recovery code, and tell whether it served; two at once cannot both succeed."""
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == _hash(account, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=func.now())
        .returning(RecoveryCode.id)
    ).first()
    if used is None:
        return False
    _journal(session, account, "second-factor.recovery-code-used")
    return True


def looks_like_recovery_code(text: str) -> bool:
    """Tell a recovery code from the six digits of an authenticator."""
    return len(_plain(text)) == LETTERS


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())


def _hash(account: Account, code: str) -> str:
    return hashlib.sha256(f"{account.id}:{_plain(code)}".encode()).hexdigest()


def _ensure_one_stays(account: Account, others: int) -> None:
    if others == 0 and needs_second_factor(account):
        raise NotAllowed("second-factor.last-one")


def _journal(session: Session, account: Account, action: str, **facts: object) -> None:
    session.add(
        JournalEntry(
            account_id=account.id,
            action=action,
            subject="account",
            subject_id=str(account.id),
            facts=facts,
        )
    )
