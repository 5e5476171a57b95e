"""Keep the version a dossier started under: the whole service and its procedure, as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

from cadastre.errors import UnusableInput
from cadastre.rules.catalogue.build import service_of
from cadastre.rules.catalogue.service import Service
from cadastre.sealing.entry import canonical

FORMAT = 1


class AsJson(Protocol):
    """A procedure that can be written as JSON."""

    def as_json(self) -> Mapping[str, Any]:
        """Give the whole definition as JSON values."""


def snapshot(service: Service, procedure: AsJson | Mapping[str, Any]) -> dict[str, Any]:
    """Give a service and its procedure as one JSON object that needs no other file to be read."""
    steps = procedure if isinstance(procedure, Mapping) else procedure.as_json()
    return {"format": FORMAT, "service": dict(service.raw), "procedure": dict(steps)}


def service_from(kept: Mapping[str, Any]) -> Service:
    """Build the service back from a snapshot.

    Raises
    ------
    UnusableInput
        ``services.unknown-format``: written by a later version of the cadastre.
    """
    if kept.get("format") != FORMAT:
        raise UnusableInput("services.unknown-format", given=str(kept.get("format")), known=FORMAT)
    return service_of(kept["service"])


def fingerprint(kept: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a snapshot, in hexadecimal; the order of its keys does not count."""
    return hashlib.sha256(canonical(kept)).hexdigest()
