"""``cadastre certificate``: say what a paper is worth, revoke it, say that another replaces it."""

from __future__ import annotations

import datetime as dt

import click
from sqlalchemy import select

from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.database import app_engine, transaction
from cadastre.errors import NotFound
from cadastre.models import Account
from cadastre.queries.asof import as_of
from cadastre.services.actors import actor_of
from cadastre.services.certificates.checking import certificate_named, truth_of
from cadastre.services.certificates.ending import end_by_hand
from cadastre.services.certificates.telling import told
from cadastre.vocabulary import CertificateState


@click.group()
def certificate() -> None:
    """Say what a paper is worth; revoke or replace one that was issued."""


@certificate.command()
@click.argument("code")
@language_option
def show(code: str, lang: str) -> None:
    """Tell what is true of the paper with CODE, as /verify does."""
    settings, ruleset = deployment()
    with transaction(app_engine(settings)) as session:
        truth = truth_of(session, code, as_of(None, ruleset.time_zone))
        facts = told(truth, lang, ruleset.time_zone)
    output.data({k: v.isoformat() if isinstance(v, dt.datetime) else v for k, v in facts.items()})


@certificate.command()
@click.argument("code")
@click.option("--by", required=True, metavar="EMAIL", help="The decision maker who answers for it.")
@click.option("--reason", required=True, help="Why; anybody who checks the paper reads it.")
@click.option("--replaced", is_flag=True, help="It was right, and another takes its place.")
@click.confirmation_option(prompt="Definitive / définitif ?")
@language_option
def revoke(code: str, by: str, reason: str, replaced: bool, lang: str) -> None:
    """Revoke the paper with CODE for ever, in the name of a decision maker.

    Whoever has a shell here could write to the database: no second factor is asked for, the
    journal names the account.
    """
    settings, ruleset = deployment()
    at = as_of(None, ruleset.time_zone)
    end = CertificateState.SUPERSEDED if replaced else CertificateState.REVOKED
    with transaction(app_engine(settings)) as session:
        account = session.scalar(select(Account).where(Account.email == by.strip().lower()))
        if account is None:
            raise NotFound("accounts.no-such-account", where=by)
        actor = actor_of(account, day=at.day, second_factor=True)
        end_by_hand(session, certificate_named(session, code), actor, end, reason)
        now = as_of(None, ruleset.time_zone)
        output.note(told(truth_of(session, code, now), lang, ruleset.time_zone)["message"])
