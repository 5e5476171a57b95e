"""``cadastre backup``, ``restore``, ``exit-kit``: keep the register, bring it back, hand it on."""

from __future__ import annotations

from pathlib import Path

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.sentences import say
from cadastre.services.backup import make_backup, restore_backup
from cadastre.services.checks import today
from cadastre.services.exit_kit import make_exit_kit

FAULT = 1
FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("folder", type=FOLDER)
@language_option
def backup(folder: Path, lang: str) -> None:
    """Copy database, documents, log and public keys into the new FOLDER, with their hashes."""
    settings, ruleset = deployment()
    done = make_backup(settings, ruleset, folder)
    rows = sum(facts.rows for facts in done.manifest.tables.values())
    output.data(
        {
            "folder": str(done.folder),
            "rows": rows,
            "titles": done.manifest.tables["title"].rows,
            "documents": done.documents,
            "log_leaves": done.leaves,
            "keys": list(done.keys),
            "bytes": sum(piece.size for piece in done.manifest.pieces),
            "seconds": round(done.seconds, 1),
        }
    )
    output.note(say("backup.made", lang, where=str(folder), seconds=round(done.seconds, 1)))


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--into", metavar="NAME", help="A new database on the same server, for a drill.")
@language_option
@click.pass_context
def restore(ctx: click.Context, folder: Path, into: str | None, lang: str) -> None:
    """Bring the backup in FOLDER back into an empty register and recount it; code 1 on a fault."""
    settings, ruleset = deployment()
    done = restore_backup(settings, ruleset, folder, day=today(ruleset), into=into)
    for proof in done.proofs:
        verdict = say("cli.verify.passed" if proof.passed else "cli.verify.failed", lang)
        output.line(f"{verdict:<7}{say(proof.code, lang, **proof.values)}")
        for one in proof.found:
            output.line(f"       {one}")
    seconds = round(done.seconds, 1)
    code = "backup.restored" if done.is_sound else "backup.restored-unsound"
    output.note(say(code, lang, where=str(folder), seconds=seconds))
    if not done.is_sound:
        ctx.exit(FAULT)


@click.command("exit-kit")
@click.argument("folder", type=FOLDER)
@click.option("--full", is_flag=True, help="All tables and documents, personal data included.")
@language_option
def exit_kit(folder: Path, full: bool, lang: str) -> None:
    """Write everything into the new FOLDER: open formats, a site of files, log, verifier, rules."""
    settings, ruleset = deployment()
    done = make_exit_kit(settings, ruleset, folder, full=full, language=lang)
    output.data(
        {
            "folder": str(done.folder),
            "titles": done.titles,
            "tables": done.tables,
            "rows": done.rows,
            "files": done.files,
            "seconds": round(done.seconds, 1),
        }
    )
    output.note(say("exit-kit.made", lang, where=str(folder), seconds=round(done.seconds, 1)))
