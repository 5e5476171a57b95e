"""The ``cadastre`` command: data on stdout, progress and notes on stderr, exit codes with meaning.

Codes: 0 fine, 1 findings that block, 2 unusable input, 3 not allowed, 4 not available.
Verbs live in modules of their own, imported when called: ``cadastre --help`` must answer at once,
and only ``overlaps --engine memory`` needs what it needs.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from cadastre.cli.language import language_of
from cadastre.errors import CadastreError
from cadastre.sentences import say

# Verb: where it is, and the line that the overview shows without importing it.
VERBS = {
    "read": ("cadastre.cli.read:read", "Read coordinates or a map file into GeoJSON."),
    "check": ("cadastre.cli.check:check", "Check a perimeter against law and register."),
    "export": ("cadastre.cli.export:export", "Write a collection to a file."),
    "eiti": ("cadastre.cli.eiti:eiti", "Write what the EITI asks of licences, and how complete."),
    "import": ("cadastre.cli.imports:import_", "Load a file into the register."),
    "raster": ("cadastre.cli.raster:raster", "Register rasters: elevation, land cover, old maps."),
    "title": ("cadastre.cli.titles:title", "Grant, renew, transfer, split… titles."),
    "legacy": ("cadastre.cli.legacy:legacy", "Take over an older register, doubts included."),
    "cases": ("cadastre.cli.cases:cases", "Work off overlaps: recount, list, show."),
    "overlaps": ("cadastre.cli.overlaps:overlaps", "List all pairs that share ground."),
    "verify": ("cadastre.cli.verify:verify", "Recount overlaps, constraints and rights."),
    "seal": ("cadastre.cli.seal:seal", "Seal the journal and sign the log's head."),
    "keep": ("cadastre.cli.keep:keep", "Seal, sweep and recount by itself, without end."),
    "stream": ("cadastre.cli.stream:stream", "Tell supervision screens what happens."),
    "sign": ("cadastre.cli.sign:sign", "Hold the key of certificates, and sign over a socket."),
    "certificate": ("cadastre.cli.certificate:certificate", "Check or revoke a paper by its code."),
    "services": ("cadastre.cli.services:services", "List services and what each asks for."),
    "granting": ("cadastre.cli.granting:granting", "See or lift the stop put on granting."),
    "procedure": ("cadastre.cli.procedure:procedure", "Show a procedure: steps, delays, diagram."),
    "user": ("cadastre.cli.user:user", "Open accounts and make keys for programs."),
    "backup": ("cadastre.cli.backup:backup", "Copy the register aside, with hashes."),
    "restore": ("cadastre.cli.backup:restore", "Bring a backup back, and prove it."),
    "exit-kit": ("cadastre.cli.backup:exit_kit", "Hand everything over in open formats."),
    "migrate": ("cadastre.cli.database:migrate", "Bring the database to the newest schema."),
    "cluster": ("cadastre.cli.database:cluster", "Start, stop or look at the private PostGIS."),
    "demo": ("cadastre.cli.demo:demo", "Load the demonstration register."),
}
UNEXPECTED = 4


class Verbs(click.Group):
    """A group that imports a verb only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs in the order of a person's work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview from the table, so that ``--help`` imports nothing."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, about) for verb, (_, about) in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cadastre")
def verbs() -> None:
    """Read, check and keep a register of mining and energy perimeters.

    Exit codes: 0 fine, 1 findings that block, 2 unusable input, 3 not allowed, 4 not available.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command; whatever goes wrong ends in one sentence and a code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = verbs.main(given, prog_name="cadastre", standalone_mode=False)
    except click.ClickException as refusal:
        refusal.show()
        code = refusal.exit_code
    except click.exceptions.Exit as end:
        code = end.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough; python must not complain when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        code = _explain(error, language_of(given))
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception, language: str) -> int:
    """Say an error in one sentence on stderr and give its exit code; traces only on demand."""
    if os.environ.get("CADASTRE_TRACE"):
        raise error
    if isinstance(error, CadastreError):
        words = say(error.code, language, **{"where": error.where, **error.values})
        click.echo(words if words != error.code else str(error), err=True)
        return error.exit_code
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()
    first = reason[0] if reason else type(error).__name__
    click.echo(say("cli.unexpected", language, reason=first), err=True)
    return UNEXPECTED
