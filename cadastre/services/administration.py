"""Change what accounts may do: by an administrator, with a reason, in the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound, UnusableInput
from cadastre.models import Account, AdministrativeUnit, ApiToken, Passkey, RecoveryCode
from cadastre.rules.permissions import (
    AccountRef,
    Actor,
    Role,
    can_administer_accounts,
    can_change_account,
    ensure,
)
from cadastre.services.accounts import create_account, end_sessions, ensure_roles, journal
from cadastre.services.registration import ensure_address

PAGE = 50
SHORTEST_REASON = 3
REGION_LEVEL = 1


def find_accounts(session: Session, actor: Actor, words: str = "") -> Sequence[Account]:
    """List accounts whose name or address holds some words, newest first; one page of them.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    """
    ensure(can_administer_accounts(actor), actor)
    query = select(Account).order_by(Account.id.desc()).limit(PAGE)
    if words.strip():
        like = words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(
            or_(Account.email.ilike(f"%{like}%"), Account.display_name.ilike(f"%{like}%"))
        )
    return session.scalars(query).all()


def account_to_change(session: Session, actor: Actor, account_id: int) -> Account:
    """Give an account to an administrator.

    Raises
    ------
    NotAllowed
        The actor is no administrator, or it is their own account.
    NotFound
        ``administration.none``.
    """
    ensure(can_administer_accounts(actor), actor)
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise NotFound("administration.none", where=str(account_id))
    ref = AccountRef(account.id, frozenset(account.roles))
    ensure(can_change_account(actor, ref), actor, "administration.not-ones-own")
    return account


def open_account(
    session: Session, actor: Actor, *, email: str, display_name: str, roles: Iterable[str]
) -> Account:
    """Open an account for somebody, who chooses a password by the link of a letter.

    Raises
    ------
    NotAllowed
        The actor is no administrator.
    UnusableInput
        The address is taken or none, the name is missing, or a role is unknown.
    """
    ensure(can_administer_accounts(actor), actor)
    if not display_name.strip():
        raise UnusableInput("accounts.no-name", where="display_name")
    account = create_account(
        session, email=ensure_address(email), display_name=" ".join(display_name.split()),
        password=None, roles=list(roles), is_confirmed=False,
    )  # fmt: skip
    _journal(session, actor, account, "account.roles", None, roles=account.roles)
    return account


def change_rights(
    session: Session,
    actor: Actor,
    account: Account,
    *,
    roles: Iterable[str],
    areas: Iterable[str],
    subjects: Iterable[str],
    body: str | None,
    reason: str,
) -> None:
    """Give an account other roles, areas, subjects or another body; its sessions end.

    Raises
    ------
    NotAllowed
        The actor may not change this account.
    UnusableInput
        A role or region is unknown, an adviser has no body, or no reason is given.
    """
    ref = AccountRef(account.id, frozenset(account.roles))
    ensure(can_change_account(actor, ref), actor, "administration.not-ones-own")
    reason = _reason(reason)
    roles = sorted(set(roles))
    ensure_roles(roles)
    areas, subjects = sorted(set(areas)), sorted(set(subjects))
    unknown = set(areas) - {code for code, _ in regions(session)}
    if unknown:
        raise UnusableInput("administration.no-such-region", where=sorted(unknown)[0])
    body = (body or "").strip() or None
    if Role.ADVISER in roles and body is None:
        raise UnusableInput("administration.no-body", where="body")
    if Role.ADMINISTRATOR in account.roles and Role.ADMINISTRATOR not in roles:
        _ensure_administrator_stays(session, account)
    before = _rights(account)
    account.roles, account.areas, account.subjects, account.body = roles, areas, subjects, body
    after = _rights(account)
    if before != after:
        end_sessions(session, account)
        _journal(session, actor, account, "account.rights", reason, before=before, after=after)


def close_account(session: Session, actor: Actor, account: Account, *, reason: str) -> None:
    """Close an account: it signs in no more, its keys are void; what it did stays on record.

    Raises
    ------
    NotAllowed
        The actor may not change this account.
    Blocked
        ``administration.last-one``: nobody would be left to administer.
    """
    ref = AccountRef(account.id, frozenset(account.roles))
    ensure(can_change_account(actor, ref), actor, "administration.not-ones-own")
    reason = _reason(reason)
    _ensure_administrator_stays(session, account)
    account.is_active = False
    end_sessions(session, account)
    for token in session.scalars(
        select(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None))
    ):
        token.revoked_at = session.scalar(select(func.now()))
    _journal(session, actor, account, "account.close", reason)


def reopen_account(session: Session, actor: Actor, account: Account, *, reason: str) -> None:
    """Open a closed account again, with the rights it had.

    Raises
    ------
    NotAllowed
        The actor may not change this account.
    """
    ref = AccountRef(account.id, frozenset(account.roles))
    ensure(can_change_account(actor, ref), actor, "administration.not-ones-own")
    account.is_active = True
    _journal(session, actor, account, "account.reopen", _reason(reason))


def reset_second_factor(
    session: Session, actor: Actor, account: Account, *, reason: str
) -> None:
    """Take authenticator, passkeys and recovery codes from who lost them, and their sessions.

    They sign in with the password and set up another before they can decide anything. Whoever does
    this has made sure of who is asking: the reason says how.

    Raises
    ------
    NotAllowed
        The actor may not change this account, or it is the demonstration's.
    """
    ref = AccountRef(account.id, frozenset(account.roles))
    ensure(can_change_account(actor, ref), actor, "administration.not-ones-own")
    ensure(not account.is_demonstration, actor, "accounts.demonstration")
    reason = _reason(reason)
    account.totp_secret = account.totp_counter = None
    for table in (Passkey, RecoveryCode):
        session.execute(delete(table).where(table.account_id == account.id))
    end_sessions(session, account)
    _journal(session, actor, account, "second-factor.reset", reason)


def regions(session: Session) -> list[tuple[str, str]]:
    """List the regions an office may be held to: code and name."""
    query = select(AdministrativeUnit.code, AdministrativeUnit.name).where(
        AdministrativeUnit.level == REGION_LEVEL
    )
    return [(code, name) for code, name in session.execute(query.order_by(AdministrativeUnit.code))]


def _ensure_administrator_stays(session: Session, leaving: Account) -> None:
    if Role.ADMINISTRATOR not in leaving.roles:
        return
    others = session.scalar(
        select(func.count()).where(
            Account.is_active,
            Account.id != leaving.id,
            Account.roles.contains([Role.ADMINISTRATOR.value]),
        )
    )
    if not others:
        raise Blocked("administration.last-one", where=leaving.display_name)


def _reason(reason: str) -> str:
    if len(reason.strip()) < SHORTEST_REASON:
        raise UnusableInput("administration.no-reason", where="reason")
    return reason.strip()


def _rights(account: Account) -> dict[str, object]:
    return {
        "roles": sorted(account.roles),
        "areas": sorted(account.areas),
        "subjects": sorted(account.subjects),
        "body": account.body,
    }


def _journal(
    session: Session, actor: Actor, account: Account, action: str, reason: str | None,
    **facts: object,
) -> None:  # fmt: skip
    by = session.get(Account, actor.account_id) if actor.account_id else None
    journal(session, account, action, by=by, reason=reason, **facts)
