"""Write what a verb gives: data on stdout, notes for a person on stderr."""

from __future__ import annotations

import json
from typing import Any

import click


def data(body: Any) -> None:
    """Write JSON on stdout."""
    click.echo(json.dumps(body, ensure_ascii=False, indent=2, allow_nan=False))


def line(text: str = "") -> None:
    """Write a line of data on stdout."""
    click.echo(text)


def note(text: str) -> None:
    """Write a remark on stderr."""
    click.echo(text, err=True)
