"""``cadastre verify``: recount what the register promises, and stop granting on any fault."""

from __future__ import annotations

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.database import owner_engine, transaction
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.checks import today
from cadastre.services.verification import Proof, stop_on_faults
from cadastre.services.verification import verify as recount

FAULT = 1


@click.command()
@click.option("--look-only", is_flag=True, help="Report faults without stopping granting.")
@language_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def verify(ctx: click.Context, look_only: bool, lang: str, form: str) -> None:
    """Recount overlaps, guards, rights, chains of steps and the sealed log; code 1 on any fault.

    A fault stops granting until a supervisor lifts it (cadastre granting lift).
    """
    settings, ruleset = deployment()
    with transaction(owner_engine(settings)) as session:
        proofs = recount(session, ruleset, today(ruleset))
    if form == "json":
        output.data({"proofs": [_json(proof, lang) for proof in proofs]})
    else:
        for proof in proofs:
            _tell(proof, lang)
    if all(proof.passed for proof in proofs):
        return
    if not look_only:
        decide(owner_engine(settings), lambda session: stop_on_faults(session, proofs))
        output.note(say("verify.granting-stopped", lang))
    ctx.exit(FAULT)


def _json(proof: Proof, language: str) -> dict[str, object]:
    return {
        "code": proof.code,
        "passed": proof.passed,
        "watched": proof.watched,
        "message": say(proof.code, language, **proof.values),
        "found": _places(proof, language),
        "seconds": round(proof.seconds, 3),
    }


def _tell(proof: Proof, language: str) -> None:
    verdict = "watched" if proof.watched else "passed" if proof.passed else "failed"
    words = say(proof.code, language, **proof.values)
    output.line(f"{say(f'cli.verify.{verdict}', language):<8}{words} ({proof.seconds:.1f} s)")
    for place in _places(proof, language):
        output.line(f"        {place}")


def _places(proof: Proof, language: str) -> list[str]:
    """Give places as they are and faults as sentences."""
    return [*proof.found, *(say(each.code, language, **each.values) for each in proof.said)]
