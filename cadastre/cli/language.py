"""Choose the language of the command: asked for, set in the environment, else French."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from cadastre.vocabulary import Language

Command = TypeVar("Command", bound=Callable[..., Any])
KNOWN = [language.value for language in Language]


def default_language() -> str:
    """Give the language of the environment: CADASTRE_LANG, else the locale's, else French."""
    for name in ("CADASTRE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        wanted = os.environ.get(name, "")[:2].lower()
        if wanted in KNOWN:
            return wanted
    return Language.FR.value


def language_of(arguments: Sequence[str]) -> str:
    """Find the language in raw arguments, for errors that come before they are read."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            wanted = value or (arguments[position + 1] if position + 1 < len(arguments) else "")
            if wanted in KNOWN:
                return wanted
    return default_language()


def language_option(command: Command) -> Command:
    """Add ``--lang``."""
    return click.option(
        "--lang",
        type=click.Choice(KNOWN),
        default=default_language,
        help="Language of sentences; also decides letters (O is west in French).",
    )(command)
