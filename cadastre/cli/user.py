"""``cadastre user``: open accounts and make keys for programs."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.cli import output
from cadastre.cli.language import language_option
from cadastre.config import read_settings
from cadastre.database import app_engine, transaction
from cadastre.errors import NotFound
from cadastre.models import Account, Party
from cadastre.rules.permissions import SCOPES
from cadastre.sentences import say
from cadastre.services.accounts import create_account
from cadastre.services.tokens import make_token
from cadastre.vocabulary import PartyKind


@click.group()
def user() -> None:
    """Open accounts and make keys for programs."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="Name shown to others.")
@click.option("--role", "roles", multiple=True, default=("applicant",), show_default=True)
@click.option("--company", "companies", multiple=True, help="Party to file for; made if unknown.")
@click.password_option(help="At least twelve characters; asked for when not given.")
@language_option
def add(
    email: str,
    name: str,
    roles: tuple[str, ...],
    companies: tuple[str, ...],
    password: str,
    lang: str,
) -> None:
    """Open an account for EMAIL."""
    with transaction(app_engine(read_settings())) as session:
        parties = [party_named(session, company) for company in companies]
        account = create_account(
            session, email=email, display_name=name, password=password, roles=roles, parties=parties
        )
        output.data({"id": account.id, "email": account.email, "roles": account.roles})
    output.note(say("cli.account-open", lang, email=email))


@user.command()
@click.argument("email")
@click.option("--name", default="cli", show_default=True, help="What the key is for.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True)
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(tuple(SCOPES)), default=tuple(SCOPES),
    show_default=True, help="What the key is for; all of it when not given.",
)  # fmt: skip
@language_option
def token(email: str, name: str, days: int, scopes: tuple[str, ...], lang: str) -> None:
    """Make a key for the account of EMAIL and print it, once."""
    with transaction(app_engine(read_settings())) as session:
        account = session.scalar(select(Account).where(Account.email == email.strip().lower()))
        if account is None:
            raise NotFound("accounts.no-such-account", where=email)
        output.line(make_token(session, account, name=name, days=days, scopes=scopes))
    output.note(say("cli.token-once", lang, days=days))


def party_named(session: Session, name: str) -> Party:
    """Give the company of that name, made when there is none."""
    party = session.scalar(select(Party).where(Party.name == name).order_by(Party.id))
    if party is None:
        party = Party(kind=PartyKind.COMPANY, name=name)
        session.add(party)
        session.flush()
    return party
