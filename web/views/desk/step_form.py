"""Say what the form of a step asks, whatever the procedure, and read what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.parameters import parse_day
from api.session import db_session
from cadastre.errors import UnusableInput
from cadastre.models import Dossier
from cadastre.procedures.machine import Procedure, Standing
from cadastre.procedures.machine.definition import StepRule
from cadastre.procedures.machine.possible import correctable
from cadastre.services.dossiers.documents import document_of
from cadastre.services.dossiers.move import Said
from web.views.desk.dossier import number_of

OPINIONS = ("favourable", "reserved", "unfavourable")
LONGEST_REASON = 5000
FIELDS = (
    "reason", "file", "body", "opinion", "days", "until", "amount", "corrects", "expires_on",
    "years", "reference", "dated", "letter", "party",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """What the form of a step asks: the same whatever the procedure, as far as it needs it."""

    fields: tuple[str, ...]
    required: frozenset[str]
    bodies: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()


def form_of(
    procedure: Procedure, standing: Standing, rule: StepRule, outcome_type: str, language: str
) -> Form:
    """Say what a step asks for: what it needs, and what its clock or its outcome may be told."""
    needs = [need for need in rule.needs if (rule.kind, need) != ("give-opinion", "body")]
    fields, required = needs, set(needs)
    adjustable = [c for c in procedure.clocks.values() if rule.kind in c.starts and c.adjustable]
    if adjustable:
        fields.append("days")
    if rule.kind == "quote":
        fields.append("amount")
        required.add("amount")
    if rule.kind == "issue" and outcome_type == "title":
        fields.append("expires_on")
    if rule.kind == "issue" and outcome_type == "act":
        fields.append("years")
    fields += [name for name in ("reason", "document") if name not in fields]
    bodies = tuple(
        (body.id, body.name[language])
        for body in procedure.bodies.values()
        if body.id not in standing.opinions
    )
    wrong = tuple(
        (str(step.id), f"{procedure.step(step.kind).done[language]} ({step.at:%d/%m/%Y %H:%M})")
        for step in (correctable(procedure, standing) if "corrects" in fields else ())
    )
    order = (
        "party", "corrects", "body", "opinion", "days", "until", "amount", "expires_on", "years",
    )  # fmt: skip
    ordered = [name for name in order if name in fields] + ["reason", "document"]
    return Form(tuple(ordered), frozenset(required), bodies, wrong)


def said_of(dossier: Dossier, kind: str, form: Mapping[str, Any]) -> Said:
    """Read what comes with a step from its form.

    Raises
    ------
    UnusableInput
        A number or a day that is none; what is missing is for the procedure to refuse.
    """
    facts: dict[str, Any] = {
        name: form[name].strip()
        for name in ("body", "opinion", "party")
        if form.get(name, "").strip()
    }
    facts |= {name: _whole(form[name], name) for name in ("days", "amount") if form.get(name)}
    facts |= {name: number_of(form[name], name) for name in ("corrects",) if form.get(name)}
    for name in ("until", "expires_on"):
        day = parse_day(form.get(name) or None, name)
        if day is not None:
            facts[name] = day.isoformat()
    if form.get("years"):
        facts["years"] = _years(form["years"])
    reason = form.get("reason", "").replace("\r\n", "\n").strip()[:LONGEST_REASON] or None
    document_id = None
    if form.get("document_id"):
        document_id = number_of(form["document_id"], "file")
        document_of(db_session(), dossier, document_id)
    return Said(reason, document_id, facts)


def _whole(text: str, name: str) -> int:
    plain = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 16):
        raise UnusableInput("desk.not-a-number", where=name, given=text[:40])
    return int(plain)


def _years(text: str) -> float:
    try:
        years = float(text.replace(",", "."))
    except ValueError:
        years = 0.0
    if not 0 < years <= 100:
        raise UnusableInput("desk.not-a-number", where="years", given=text[:40])
    return years
