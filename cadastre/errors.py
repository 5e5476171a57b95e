"""One exception class per thing that can go wrong.

An error carries a stable ``code``, the ``values`` of its sentence and, when it has one, the
``where`` (a corner, a row, a file, a key). The sentence itself stands in
``data/sentences`` in French and English and is said at the edge (:mod:`cadastre.sentences`), so
that the same error reads well on a page, in JSON and on the command line.
"""

from __future__ import annotations

from typing import Any


class CadastreError(Exception):
    """Anything the cadastre refuses, with the words to say so."""

    exit_code = 2
    http_status = 400

    def __init__(self, code: str, /, where: str | None = None, **values: Any) -> None:
        super().__init__(code, where, values)
        self.code = code
        self.where = where
        self.values = values

    def __str__(self) -> str:
        place = f" [{self.where}]" if self.where else ""
        facts = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code}{place} {facts}".strip()


class UnusableInput(CadastreError):
    """The input cannot be read as what it claims to be."""

    exit_code = 2
    http_status = 422


class TooLarge(UnusableInput):
    """The input exceeds a cap that protects everyone else."""

    http_status = 413


class Blocked(CadastreError):
    """The law as configured forbids what was asked."""

    exit_code = 1
    http_status = 409


class NotAllowed(CadastreError):
    """The person may not do this."""

    exit_code = 3
    http_status = 403


class NotSignedIn(NotAllowed):
    """Nobody is signed in, and this needs somebody."""

    http_status = 401


class TooOften(NotAllowed):
    """The person tried too often; waiting helps."""

    http_status = 429


class NotFound(CadastreError):
    """Nothing of that name is in the register."""

    exit_code = 2
    http_status = 404


class NotAvailable(CadastreError):
    """Something the cadastre stands on does not answer (database, worker, disk)."""

    exit_code = 4
    http_status = 503


class InvalidRuleset(CadastreError):
    """A ruleset file says something the loader does not know."""

    exit_code = 2
    http_status = 500
