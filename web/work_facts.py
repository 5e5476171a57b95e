"""Say on pages what is known of a work: attributes with units, corridor, licences, history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.sign_in import current_actor
from api.state import now, state
from cadastre.models import Work
from cadastre.queries.work_history import (
    Version,
    dossiers_of,
    open_cases_of,
    papers_of,
    versions_of,
)
from cadastre.rules.permissions import can_edit_work, can_keep_works, can_see_cases
from cadastre.rules.works import Attribute
from cadastre.sentences import say
from cadastre.services.works.editing import types_of, work_named
from cadastre.vocabulary import Evidence
from web.written import write_value


def work_told(session: Session, code: str, language: str) -> dict[str, Any]:
    """Gather what the page of a work shows beside its facts."""
    work, actor = work_named(session, code), current_actor()
    return {
        "attributes": _told(work.kind, work.attributes, language),
        "corridor": _corridor(work, language),
        "papers": papers_of(session, work),
        "versions": [_version(one, language) for one in versions_of(session, work)],
        "may_edit": can_edit_work(actor, work.operator_id),
        "keeps": can_keep_works(actor),
        "dossiers": dossiers_of(session, work) if can_keep_works(actor) else (),
        "cases": open_cases_of(session, work) if can_see_cases(actor) else (),
    }


def attributes_told(session: Session, code: str, kind: str, language: str) -> str:
    """Say the attributes of a work in a line."""
    values = session.scalar(select(Work.attributes).where(Work.code == code)) or {}
    return ", ".join(one["value"] for one in _told(kind, values, language) if one["short"])


def _told(kind: str, values: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    known = types_of(state().settings.data).get(kind)
    return [
        {
            "label": one.label[language], "value": _written(one, values[one.id], language),
            "short": one.type == "number" or one.required,
        }
        for one in (known.attributes if known else ())
        if values.get(one.id) not in (None, "")
    ]  # fmt: skip


def _written(one: Attribute, value: Any, language: str) -> str:
    if one.choices and value in one.choices:
        return one.choices[value][language]
    text = write_value(value, language)
    return f"{text} {one.unit}" if one.unit else text


def _corridor(work: Work, language: str) -> dict[str, Any] | None:
    """Say the rule of the corridor as it stands today, and how well it is attested."""
    kind, day = state().ruleset.works.get(work.kind), now().day
    if kind is None:
        return None
    half, effect = kind.corridor_m.at(day), kind.effect.at(day)
    if half is None or effect is None:
        return None
    told = say(f"works.effect-{effect.value}", language)
    return {
        "words": say("works.corridor-told", language, half=half.value, effect=told),
        "evidence": half.evidence if half.evidence is not Evidence.CONFIRMED else None,
    }


def _version(version: Version, language: str) -> dict[str, Any]:
    values = version.values | {"state": say(f"status.{version.values['state']}", language)}
    changed = [
        say(f"works.changed-{name}", language, value=values[name] or "—")
        for name in version.changed
    ]
    known = version.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return {
        "at": version.at,
        "words": ", ".join(changed) or say("works.first-known", language),
        "length_km": values["length_km"] or None,
        "known": known.replace("+00:00", "Z"),
    }
