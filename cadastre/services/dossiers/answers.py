"""Save a form as it is being written, and read it with what the register knows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, TooLarge, UnusableInput
from cadastre.models import AdministrativeUnit, Dossier, Party, Title
from cadastre.procedures.machine import State
from cadastre.rules.catalogue import Answers, References, read_form, references_of
from cadastre.rules.permissions import Actor, can_edit_dossier, ensure
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.catalogue import Rules, rules_of
from cadastre.services.dossiers.counter import reopen_confirmation
from cadastre.services.dossiers.standing import ensure_writable, standing_of
from cadastre.vocabulary import PartyKind

LARGEST_FORM_BYTES = 200_000
LARGEST_PERIMETER_BYTES = 2_000_000
PERIMETER_KEYS = frozenset({"geometry", "corners", "crs", "answers", "clip", "name", "draft"})


def save(
    session: Session,
    dossier: Dossier,
    actor: Actor,
    *,
    form: Mapping[str, Any] | None = None,
    perimeter: Mapping[str, Any] | None = None,
    edition: int | None = None,
) -> int:
    """Keep answers and ground as they are, right or wrong; give the new edition.

    Only the answers that are given change. ``edition`` is the one the writer has read: when
    somebody else saved meanwhile nothing is overwritten.

    Raises
    ------
    Blocked
        ``dossiers.not-writable``: lodged already; ``dossiers.edited-meanwhile``;
        ``dossiers.title-fixed``: the title named at lodgement is named no more by another.
    TooLarge, UnusableInput
        More than a form holds; a perimeter of unknown make.
    """
    ensure(can_edit_dossier(actor, ref_of(session, dossier)), actor, "dossiers.not-yours")
    standing = standing_of(session, dossier)
    ensure_writable(standing, dossier)
    if edition is not None and edition != dossier.edition:
        raise Blocked("dossiers.edited-meanwhile", where=dossier.number, edition=dossier.edition)
    if form is not None:
        merged = {**dossier.form, **form}
        if len(json.dumps(merged)) > LARGEST_FORM_BYTES:
            raise TooLarge("dossiers.form-too-large", where=dossier.number)
        written = {name: value for name, value in merged.items() if value is not None}
        if written != dossier.form:
            _keep_to_its_title(session, dossier, written, lodged=standing.state != State.DRAFT)
            reopen_confirmation(session, dossier)
        dossier.form = written
    if perimeter is not None:
        sound = _sound(perimeter)
        if sound != dossier.perimeter:
            reopen_confirmation(session, dossier)
        dossier.perimeter = sound
    dossier.edition += 1
    session.flush()
    return dossier.edition


def _keep_to_its_title(
    session: Session, dossier: Dossier, written: Mapping[str, Any], *, lodged: bool
) -> None:
    """Let the form alone say which title a draft is about; once lodged it names no other.

    The title whose ground a lodgement holds is the one whose wait must end with the dossier.
    """
    for question in rules_of(session, dossier).service.fields:
        if question.type != "title" or written.get(question.id) == dossier.form.get(question.id):
            continue
        if lodged:
            raise Blocked("dossiers.title-fixed", where=dossier.number)
        dossier.title_id = None


def _sound(perimeter: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(perimeter) - PERIMETER_KEYS)
    if unknown:
        raise UnusableInput("dossiers.odd-perimeter", where=unknown[0])
    if len(json.dumps(perimeter)) > LARGEST_PERIMETER_BYTES:
        raise TooLarge("dossiers.form-too-large", where="perimeter")
    return dict(perimeter)


def read_answers(
    session: Session, ruleset: Ruleset, rules: Rules, dossier: Dossier, day: dt.date
) -> Answers:
    """Read the form of a dossier as it stands, with what the register knows."""
    return read_form(
        rules.service,
        dossier.form,
        day,
        language=dossier.language,
        references=references(session, ruleset),
    )


def references(session: Session, ruleset: Ruleset) -> References:
    """Give the lookups of titles, companies and places in the register."""

    def title(written: str) -> str | None:
        return session.scalar(select(Title.number).where(Title.number == written.strip()))

    def company(written: str) -> Any:
        found = session.scalar(companies_called(written).limit(1))
        return written.strip() if found is None else found.name

    def place(written: str) -> str | None:
        unit = AdministrativeUnit
        return session.scalar(
            select(unit.name)
            .where((unit.code == written) | _same(unit.name, written))
            .order_by(unit.level, unit.id)
            .limit(1)
        )

    lookups = {"title": title, "company": company}
    if session.scalar(select(AdministrativeUnit.id).limit(1)) is not None:
        lookups |= {"place": place, "commune": place}
    return references_of(ruleset, **lookups)


def companies_called(written: str) -> Select[Party]:
    """Select the companies of a name, or of a number of the trade register.

    People are never among them: whoever opens an account under the name of a company would
    receive what is meant for it, and anybody could ask who is who.
    """
    number = "".join(written.split()).upper()
    return (
        select(Party)
        .where(
            Party.kind != PartyKind.PERSON.value,
            (Party.registration_number == number) | _same(Party.name, written),
        )
        .order_by((Party.registration_number == number).desc().nulls_last(), Party.id)
    )


def _same(column: Any, written: str) -> Any:
    return func.searchable(column) == func.searchable(written)
