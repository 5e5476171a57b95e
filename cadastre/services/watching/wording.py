"""Say a public event in words: what, where, since when, and the way to object while it is open."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from cadastre.models import AreaWatch, PublicEvent
from cadastre.queries.public_events import TITLE, UNIT
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say, write_day
from cadastre.services.labels import label_of, page_address


def headline(event: PublicEvent, ruleset: Ruleset, language: str) -> str:
    """Say in one line what happened to what."""
    return f"{step_name(event, language)} – {_thing(event, ruleset, language)}"


def step_name(event: PublicEvent, language: str) -> str:
    """Name what happened; an act without a name of its own is a decision, a change, a filing."""
    code = f"titles.act.{event.step}"
    if event.collection != "titles":
        code = f"watch.step-{event.collection}-{event.step}"
    words = say(code, language)
    words = words if words != code else say(f"watch.what-{event.what}", language)
    return words[:1].upper() + words[1:]


def _thing(event: PublicEvent, ruleset: Ruleset, language: str) -> str:
    kind = label_of(ruleset, event.collection, event.kind, language) if event.kind else None
    one = kind or say(f"watch.one-{event.collection}", language)
    name = say("watch.named", language, name=event.name) if event.name else ""
    return f"{one} {event.number}{name}"


def address_of(event: PublicEvent) -> str:
    """Give the page of what an event is about, a path of this site."""
    return page_address(event.collection, event.number) or f"/openings/{event.number}"


def objection_of(event: PublicEvent, today: dt.date) -> str | None:
    """Give the page where to object, None where no window is open any more."""
    if event.objections_until is None or event.objections_until < today:
        return None
    return f"{address_of(event)}/object"


def lines(event: PublicEvent, ruleset: Ruleset, base: str, language: str) -> str:
    """Write an event as a paragraph of a letter."""
    zone = ZoneInfo(ruleset.time_zone)
    told = [
        headline(event, ruleset, language),
        write_day(event.happened_at.astimezone(zone).date(), language),
        base + address_of(event),
    ]
    objection = objection_of(event, dt.datetime.now(zone).date())
    if objection and event.objections_until:
        until = write_day(event.objections_until, language)
        told.append(say("watch.may-object", language, day=until) + f" {base}{objection}")
    return "\n".join(told)


def event_json(event: PublicEvent, ruleset: Ruleset, base: str) -> dict[str, Any]:
    """Represent an event for programs; the sentence stands in both languages."""
    objection = objection_of(event, dt.datetime.now(ZoneInfo(ruleset.time_zone)).date())
    return {
        "id": str(event.serial),
        "at": event.happened_at.isoformat(timespec="seconds"),
        "what": event.what,
        "step": event.step,
        "collection": event.collection,
        "number": event.number,
        "kind": event.kind,
        "href": base + address_of(event),
        "objections_until": event.objections_until.isoformat() if event.objections_until else None,
        "object_at": base + objection if objection else None,
        "message": {
            language: headline(event, ruleset, language) for language in ("fr", "en")
        },
    }


def feed_query(watch: AreaWatch) -> dict[str, str]:
    """Give the parameters of the feed of what a watch follows."""
    if watch.scope in (UNIT, TITLE):
        return {watch.scope: watch.subject}
    return {"zone": watch.subject} if watch.geom is not None else {"holder": watch.label}
