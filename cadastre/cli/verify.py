"""``cadastre verify``: recount what the register promises."""

from __future__ import annotations

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.database import owner_engine, transaction
from cadastre.sentences import say
from cadastre.services.checks import today
from cadastre.services.verification import Proof
from cadastre.services.verification import verify as recount

FAULT = 1


@click.command()
@language_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def verify(ctx: click.Context, lang: str, form: str) -> None:
    """Recount overlaps, guards, constraints and rights; code 1 on any fault."""
    settings, ruleset = deployment()
    with transaction(owner_engine(settings)) as session:
        proofs = recount(session, ruleset, today(ruleset))
    if form == "json":
        output.data({"proofs": [_json(proof, lang) for proof in proofs]})
    else:
        for proof in proofs:
            _tell(proof, lang)
    if not all(proof.passed for proof in proofs):
        ctx.exit(FAULT)


def _json(proof: Proof, language: str) -> dict[str, object]:
    return {
        "code": proof.code,
        "passed": proof.passed,
        "message": say(proof.code, language, **proof.values),
        "found": list(proof.found),
    }


def _tell(proof: Proof, language: str) -> None:
    verdict = say("cli.verify.passed" if proof.passed else "cli.verify.failed", language)
    output.line(f"{verdict:<7}{say(proof.code, language, **proof.values)}")
    for one in proof.found:
        output.line(f"       {one}")
