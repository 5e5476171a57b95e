"""``cadastre services``: what can be asked for, and what one service asks."""

from __future__ import annotations

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.rules.catalogue import checklist, load_catalogue, suspension
from cadastre.sentences import say
from cadastre.services.catalogue_summary import service_json, service_row
from cadastre.services.checks import today
from cadastre.vocabulary import PartyKind


@click.group()
def services() -> None:
    """Look at the catalogue of services; every file is proved when it is read."""


@services.command("list")
@click.option("--sector", help="One sector only, such as mines.")
@click.option("--applicant", type=click.Choice([kind.value for kind in PartyKind]))
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
@click.argument("words", nargs=-1)
@language_option
def list_(
    sector: str | None, applicant: str | None, as_json: bool, words: tuple[str, ...], lang: str
) -> None:
    """List services, of which WORDS tell something."""
    settings, ruleset = deployment()
    catalogue = load_catalogue(settings.data / "services" / settings.ruleset)
    kind = PartyKind(applicant) if applicant else None
    found = catalogue.search(sector=sector, applicant=kind, text=" ".join(words))
    day = today(ruleset)
    if as_json:
        output.data([service_row(service, ruleset, day, lang) for service in found])
        return
    width = max((len(service.id) for service in found), default=0)
    for service in found:
        frozen = suspension(service, ruleset, day)
        mark = f"  [{say('services.suspended-mark', lang)}]" if frozen else ""
        attested = f"{service.evidence.value:<11}"
        output.line(f"{service.id:<{width}}  {attested}  {service.title[lang]}{mark}")


@services.command()
@click.argument("service")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON, form schema included.")
@language_option
def show(service: str, as_json: bool, lang: str) -> None:
    """Show the checklist of SERVICE."""
    settings, ruleset = deployment()
    found = load_catalogue(settings.data / "services" / settings.ruleset).service(service)
    if as_json:
        output.data(service_json(found, ruleset, today(ruleset), lang))
        return
    output.line(checklist(found, lang).rstrip())
