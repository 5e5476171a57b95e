"""``cadastre title``: the acts on titles, one verb each, by two persons named by their address.

For agents at the desk of the register and for tests; over the network each person signs in
separately (``POST /api/titles/{number}/acts``, then a confirmation by somebody else).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.cli import output
from cadastre.cli.inputs import deployment, read_content
from cadastre.cli.keep import why_spared
from cadastre.cli.language import language_option
from cadastre.database import app_engine, transaction
from cadastre.errors import NotFound, UnusableInput
from cadastre.models import Account
from cadastre.procedures.acts import ACTS, act_named
from cadastre.queries.asof import as_of
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.sweep import sweep as sweep_register
from cadastre.services.titles.decision import Decision
from cadastre.services.titles.facts import title_named
from cadastre.services.titles.grant import Grant, application_named
from cadastre.services.titles.grant import grant as grant_application
from cadastre.services.titles.life import life_of
from cadastre.services.titles.perform import Particulars, perform

Command = Callable[..., Any]
GEOMETRY, REPEATED = "geometry", ("geometries", "numbers", "titles")
USED: dict[str, tuple[str, ...]] = {
    "renew": (GEOMETRY, "years"),
    "transfer": ("from_party_id", "to_party_id", "share"),
    "lease": ("to_party_id", "amount", "currency", "terms", "until"),
    "mortgage": ("to_party_id", "amount", "currency", "terms", "until"),
    "charge": ("charge", "to_party_id", "amount", "currency", "terms", "until"),
    "release": ("charge_id",),
    "renounce-part": (GEOMETRY, "creditors_agree"),
    "renounce": ("creditors_agree",),
    "extend": (GEOMETRY,),
    "merge": ("titles", "number", "creditors_agree"),
    "split": ("geometries", "numbers"),
    "convert": ("application", "number", "expires_on", "instrument"),
    "suspend": ("until",),
    "force-majeure": ("until",),
}
KINDS: dict[str, Any] = {
    "years": float,
    "from_party_id": int,
    "to_party_id": int,
    "charge_id": int,
}
FLAGS = {"geometries": "--piece", "numbers": "--child", "titles": "--with"}
SAID = {
    GEOMETRY: "GeoJSON file of the ground that is kept, or of the whole new perimeter.",
    "geometries": "GeoJSON file of one piece; repeat it.",
    "numbers": "Number of a child; repeat it in the order of pieces.",
    "titles": "Number of another title; repeat it.",
    "creditors_agree": "Registered creditors have agreed.",
}


@click.group()
def title() -> None:
    """Grant, renew, transfer, split, merge… titles: two persons, a reason, a document."""


def decided(command: Command) -> Command:
    """Add who decides, who confirms, why, and from which document."""
    for option in (
        click.option("--document", "document_id", type=int, help="Identifier of the document."),
        click.option("--reason", required=True, help="Why, in a few words."),
        click.option("--confirmed-by", required=True, metavar="EMAIL", help="Somebody else."),
        click.option("--by", required=True, metavar="EMAIL", help="Who proposes the act."),
    ):
        command = option(command)
    return language_option(command)


@title.command()
@click.argument("application")
@click.option("--number", help="Number of the title; default: kind, year and rank.")
@click.option("--expires-on", type=click.DateTime(["%Y-%m-%d"]), help="Default: the law's term.")
@click.option("--instrument", help="Reference of the act of grant.")
@decided
def grant(
    application: str,
    number: str | None,
    expires_on: Any,
    instrument: str | None,
    by: str,
    confirmed_by: str,
    reason: str,
    document_id: int | None,
    lang: str,
) -> None:
    """Make a title of APPLICATION (its number)."""
    settings, ruleset = deployment()
    terms = Grant(number, expires_on.date() if expires_on else None, instrument)

    def work(session: Session) -> dict[str, Any]:
        decision = _decision(session, by, confirmed_by, reason, document_id)
        asked = application_named(session, application)
        made = grant_application(session, ruleset, asked, decision, terms)
        return {"titles": [made.number], "expires_on": str(made.expires_on)}

    output.data(decide(app_engine(settings), work))
    output.note(say("titles.cli.done", lang, act="grant", number=application))


@title.command()
@click.argument("number")
@language_option
def show(number: str, lang: str) -> None:
    """Tell acts, family, charges and possible acts of the title NUMBER, with reasons against."""
    settings, ruleset = deployment()
    with transaction(app_engine(settings)) as session:
        at = as_of(None, ruleset.time_zone)
        life = life_of(session, ruleset, title_named(session, number), at, is_agent=True)
    life["possible"] = {
        act: [say(r.code, lang, **r.values) for r in reasons]
        for act, reasons in life["possible"].items()
    }
    output.data(json.loads(json.dumps(life, default=str)))


@title.command()
@language_option
def sweep(lang: str) -> None:
    """Open ground of expired titles and choose late remnants by rule; run it every day."""
    settings, ruleset = deployment()
    done = decide(app_engine(settings), lambda session: sweep_register(session, ruleset))
    output.data(
        {"titles": done.titles, "remnants": done.remnants, "held": [w.number for w in done.spared]}
    )
    told = {"titles": len(done.titles), "remnants": len(done.remnants)}
    output.note(say("titles.cli.swept", lang, **told))
    for line in why_spared(done, lang):
        output.note(line)


def _act_command(name: str) -> click.Command:
    """Make the verb of an act, with the options it uses."""

    def do(
        number_of_title: str,
        by: str,
        confirmed_by: str,
        reason: str,
        document_id: int | None,
        lang: str,
        **said: Any,
    ) -> None:
        settings, ruleset = deployment()
        particulars = Particulars.from_json({key: _read(key, said[key]) for key in said})

        def work(session: Session) -> list[str]:
            decision = _decision(session, by, confirmed_by, reason, document_id)
            subject = title_named(session, number_of_title)
            return perform(session, ruleset, subject, name, particulars, decision)

        output.data({"titles": decide(app_engine(settings), work)})
        output.note(say("titles.cli.done", lang, act=name, number=number_of_title))

    command = decided(do)
    for key in reversed(USED.get(name, ())):
        command = _option(key)(command)
    command = click.argument("number_of_title", metavar="NUMBER")(command)
    about = (act_named(name).guard.__doc__ or "").partition("\n")[0]
    return click.command(name, help=about)(command)


def _option(key: str) -> Callable[[Command], Command]:
    flag = FLAGS.get(key) or "--" + key.removesuffix("_id").replace("_", "-")
    if key == "creditors_agree":
        return click.option(flag, key, is_flag=True, help=SAID[key])
    return click.option(
        flag, key, type=KINDS.get(key, str), multiple=key in REPEATED, help=SAID.get(key)
    )


def _read(key: str, value: Any) -> Any:
    """Read GeoJSON files; everything else stays as it was typed."""
    if key == GEOMETRY and value is not None:
        return _geometry(value)
    if key == "geometries":
        return [_geometry(path) for path in value]
    return value


def _geometry(path: str) -> dict[str, Any]:
    content, _ = read_content(path)
    try:
        raw = json.loads(content)
        while raw.get("type") in ("FeatureCollection", "Feature"):
            raw = raw["geometry"] if raw["type"] == "Feature" else raw["features"][0]
    except (ValueError, KeyError, IndexError, AttributeError, RecursionError):
        raise UnusableInput("http.not-a-geometry", where=path) from None
    found: dict[str, Any] = raw
    return found


def _decision(
    session: Session, by: str, confirmed_by: str, reason: str, document_id: int | None
) -> Decision:
    return Decision(_account(session, by), _account(session, confirmed_by), reason, document_id)


def _account(session: Session, email: str) -> Account:
    found = session.scalar(
        select(Account).where(Account.email == email.strip().lower(), Account.is_active)
    )
    if found is None:
        raise NotFound("titles.unknown-account", where=email, email=email)
    return found


for _name in ACTS:
    title.add_command(_act_command(_name))
