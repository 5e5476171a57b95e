"""``cadastre procedure``: look at a procedure before it is trusted, or taught."""

from __future__ import annotations

import click

from cadastre.cli import output
from cadastre.cli.language import language_option
from cadastre.config import read_settings
from cadastre.errors import NotFound
from cadastre.procedures.machine import load_procedures
from cadastre.procedures.machine.diagram import as_dot, as_lines, as_mermaid

FORMATS = ("text", "mermaid", "dot", "json")


@click.command()
@click.argument("name", required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@language_option
def procedure(name: str | None, form: str, lang: str) -> None:
    """Show the procedure NAME: its steps, who takes them, its delays; all names without NAME.

    Every file is proved on the way: a procedure that is listed can be used.
    """
    found = load_procedures(read_settings().data / "procedures")
    if name is None:
        for each in found.values():
            output.line(f"{each.id}  {each.name[lang]}")
        return
    if name not in found:
        raise NotFound("procedures.unknown", where=name, given=name, known=", ".join(found))
    shown = found[name]
    if form == "json":
        output.data(shown.as_json())
    elif form == "text":
        for text in as_lines(shown, lang):
            output.line(text)
    else:
        output.line(as_mermaid(shown, lang) if form == "mermaid" else as_dot(shown, lang))
