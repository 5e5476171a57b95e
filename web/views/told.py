"""Say a refusal on a page: its sentence, then every reason and finding behind it."""

from __future__ import annotations

from dataclasses import dataclass

from cadastre.errors import CadastreError
from cadastre.sentences import say
from cadastre.services.representation import finding_as_json


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal in words; ``field`` is the id of the form's field it speaks of, if any."""

    message: str
    reasons: tuple[str, ...] = ()
    field: str | None = None


def refused(error: CadastreError, language: str, fields: tuple[str, ...] = ()) -> Refused:
    """Word a refusal in the reader's language; reasons that only repeat it are left out."""
    values = dict(error.values)
    findings, refusals = values.pop("findings", ()), values.pop("refusals", ())
    message = say(error.code, language, where=error.where, **values)
    reasons = [say(one.code, language, **one.values) for one in refusals]
    reasons += [finding_as_json(finding, language)["message"] for finding in findings]
    told = tuple(dict.fromkeys(reason for reason in reasons if reason != message))
    return Refused(message, told, error.where if error.where in fields else None)
