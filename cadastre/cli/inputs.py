"""Read what a verb is given: a file, or stdin for ``-``; answers; days; the ruleset."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from cadastre.config import Settings, read_settings
from cadastre.errors import UnusableInput
from cadastre.exchange.limits import UPLOAD
from cadastre.queries.asof import as_of
from cadastre.queries.relation import Box, box_of
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset

Command = TypeVar("Command", bound=Callable[..., Any])
STDIN = "-"


def read_content(path: str) -> tuple[bytes, str]:
    """Give the bytes and the name of a file; ``-`` reads stdin and has no name.

    Raises
    ------
    UnusableInput
        The file is missing, a folder, or may not be read.
    """
    most = UPLOAD.archive_bytes + 1  # one byte more than is accepted, so that the cap speaks
    try:
        if path == STDIN:
            return sys.stdin.buffer.read(most), ""
        with Path(path).open("rb") as stream:
            return stream.read(most), Path(path).name
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise UnusableInput("cli.cannot-open", where=path, reason=reason) from None


def parse_answers(pairs: Iterable[str]) -> dict[str, str]:
    """Read answers written ``code=value``."""
    answers = {}
    for pair in pairs:
        code, equals, value = pair.partition("=")
        if not (code and equals):
            raise UnusableInput("cli.not-an-answer", where="--answer", given=pair)
        answers[code.strip()] = value.strip()
    return answers


def parse_day(text: str | None, today: dt.date) -> dt.date:
    """Read a day written 2026-11-24; without one, today."""
    if not text:
        return today
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UnusableInput("http.not-a-date", where="--at", given=text) from None


def parse_instant(text: str | None, time_zone: str, where: str = "--known") -> dt.datetime | None:
    """Read an instant, or a day as its last instant on the legal clock."""
    if not text:
        return None
    try:
        if len(text) == len("2026-11-24"):
            return as_of(dt.date.fromisoformat(text), time_zone).instant
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UnusableInput("http.not-a-date", where=where, given=text[:40]) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(time_zone))


def parse_box(text: str | None) -> Box | None:
    """Read ``west,south,east,north`` in degrees."""
    try:
        return None if not text else box_of(text)
    except ValueError:
        raise UnusableInput("http.not-a-box", where="--bbox", given=text) from None


def deployment() -> tuple[Settings, Ruleset]:
    """Give the settings of the environment and the ruleset they name."""
    settings = read_settings()
    return settings, load_ruleset(settings.data / "rulesets" / settings.ruleset)


def reading_options(command: Command) -> Command:
    """Add ``FILE``, ``--crs`` and ``--answer``."""
    for option in (
        click.option(
            "--answer", "answers", multiple=True, metavar="CODE=VALUE",
            help="Answer to a question of an earlier reading; may be repeated.",
        ),
        click.option("--crs", help="Coordinate system when the input states none: EPSG:32631."),
        click.argument("file", metavar="FILE"),
    ):  # fmt: skip
        command = option(command)
    return command
