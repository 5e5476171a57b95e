"""What the pages of a dossier share: the dossier as it stands, its pages in order, its dates."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from flask import Blueprint, Response, request, url_for

from api.dossiers.common import asked_for
from api.language import current_language
from api.session import db_session
from api.state import state
from cadastre.models import Dossier
from cadastre.procedures.facts import Refusal
from cadastre.procedures.machine import Standing
from cadastre.rules.catalogue import FormPage, Piece, Service, pieces_asked, pieces_missing
from cadastre.rules.finding import Finding
from cadastre.rules.permissions import (
    Actor,
    DossierRef,
    can_edit_dossier,
    is_applicant,
    is_clerk_of,
)
from cadastre.sentences import LOCALES, say, write_day, write_instant
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.circumstances import Circumstances
from cadastre.services.dossiers.documents import pieces_given
from cadastre.services.dossiers.move import steps_open_to
from cadastre.services.dossiers.standing import OPEN_TO_WRITE, server_instant, standing_of
from cadastre.services.once import do_once
from cadastre.services.representation import finding_as_json
from cadastre.vocabulary import Severity

pages = Blueprint("dossier_words", __name__)
PREFIX = "a-"  # ids and names of questions, so that none meets a name of the page's own
GUARDS = ("form-complete", "pieces-complete", "perimeter-drawn", "nothing-blocks")


@dataclass(frozen=True, slots=True)
class Stop:
    """A page on the way to lodging: ``state`` is done, todo or wrong."""

    id: str
    title: str
    address: str
    state: str


@dataclass
class Desk:
    """A dossier open before whoever may read it; each part is looked at when a page needs it."""

    dossier: Dossier
    actor: Actor

    @cached_property
    def service(self) -> Service:
        """Give the service as it stood when the dossier was opened."""
        return rules_of(db_session(), self.dossier).service

    @cached_property
    def about(self) -> Circumstances:
        """Give what guards look at, at this instant."""
        at = server_instant(db_session())
        return Circumstances(db_session(), state().ruleset, self.dossier, at)

    @cached_property
    def standing(self) -> Standing:
        """Replay the dossier."""
        return standing_of(db_session(), self.dossier, now=self.about.at)

    @property
    def number(self) -> str:
        """Give the number of the dossier."""
        return self.dossier.number

    @property
    def is_writable(self) -> bool:
        """Tell whether answers, ground and pieces may change now."""
        return self.standing.state in OPEN_TO_WRITE and self.may_write

    @cached_property
    def ref(self) -> DossierRef:
        """Give what permissions need to know of it."""
        return ref_of(db_session(), self.dossier)

    @cached_property
    def may_write(self) -> bool:
        """Tell whether the reader stands on the side that writes."""
        return can_edit_dossier(self.actor, self.ref)

    @cached_property
    def is_clerk(self) -> bool:
        """Tell whether the reader is the clerk who received it."""
        return is_clerk_of(self.actor, self.ref)

    @cached_property
    def is_ours(self) -> bool:
        """Tell whether the reader stands on the applicant's side, or at its counter."""
        return self.is_clerk or is_applicant(self.actor, self.ref)

    @cached_property
    def form_pages(self) -> tuple[FormPage, ...]:
        """List the pages of which at least one question is asked."""
        asked = set(self.about.answers.asked)
        return tuple(
            page for page in self.service.form if any(q.id in asked for q in page.fields)
        )

    @cached_property
    def ground(self) -> str:
        """Tell what ground the answers call for: none, a point or an area."""
        return self.service.perimeter_for(self.about.answers.values)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """List the pieces the answers call for."""
        return pieces_asked(self.service, self.about.answers.values)

    @cached_property
    def missing(self) -> tuple[Piece, ...]:
        """List the required pieces that are not there yet."""
        given = pieces_given(self.dossier)
        return pieces_missing(self.service, self.about.answers.values, given)

    @cached_property
    def facts(self) -> Any:
        """Gather what stands against lodging in form, pieces and ground."""
        return self.about.facts(GUARDS)

    @cached_property
    def against_lodging(self) -> tuple[Refusal, ...]:
        """List every reason against lodging (or completing) now; the step must be the reader's."""
        wanted = self.sending
        facts = self.about.facts(GUARDS_OF_SENDING)
        steps = steps_open_to(
            db_session(), self.dossier, self.actor, self.standing, facts, ref=self.ref
        )
        return next((step.refusals for step in steps if step.kind == wanted), ())

    @property
    def sending(self) -> str:
        """Name the step that sends what was written."""
        return "complete" if self.standing.happened_at("lodge") else "lodge"

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """List the pages to go through before lodging, in order."""
        language, number = current_language(), self.number
        wrong = {one.where for one in self.about.answers.findings if one.code != "form.missing"
                 and one.severity is Severity.BLOCK}  # fmt: skip
        empty = {one.where for one in self.about.answers.findings if one.code == "form.missing"}
        found = [
            Stop(page.id, page.title[language],
                 url_for("dossier_form.page", number=number, page_id=page.id),
                 _state({q.id for q in page.fields}, wrong, empty))
            for page in self.form_pages
        ]  # fmt: skip
        if self.ground != "none":
            blocked = bool(self.facts.blocking_findings)
            state_of = "todo" if self.facts.perimeter_missing else "wrong" if blocked else "done"
            found.append(Stop("perimeter", "", url_for("dossier_ground.show", number=number),
                              state_of))  # fmt: skip
        if self.pieces:
            state_of = "todo" if self.missing else "done"
            found.append(Stop("pieces", "", url_for("dossier_pieces.show", number=number),
                              state_of))  # fmt: skip
        return tuple(found)

    def after(self, stop_id: str) -> str:
        """Give the address of the page after one; the last leads to the check of all answers."""
        ids = [stop.id for stop in self.stops]
        at = ids.index(stop_id) if stop_id in ids else -1
        if at + 1 < len(ids):
            return self.stops[at + 1].address
        return url_for("dossier_lodging.check", number=self.number)

    def before(self, stop_id: str) -> str:
        """Give the address of the page before one; before the first is the list of tasks."""
        ids = [stop.id for stop in self.stops]
        at = ids.index(stop_id) if stop_id in ids else len(ids)
        if at > 0:
            return self.stops[at - 1].address
        return url_for("my_dossiers.show", number=self.number)

    def place(self, stop_id: str) -> tuple[int, int]:
        """Give where a page stands among all, the check of answers counted."""
        ids = [stop.id for stop in self.stops]
        return (ids.index(stop_id) if stop_id in ids else len(ids)) + 1, len(ids) + 1


GUARDS_OF_SENDING = (
    *GUARDS, "counter-confirmed", "not-frozen", "lodgement-paid", "title-allows",
)  # fmt: skip


def _state(own: set[str], wrong: set[str | None], empty: set[str | None]) -> str:
    return "wrong" if own & wrong else "todo" if own & empty else "done"


def opened(number: str, *, lock: bool = False) -> Desk:
    """Open the dossier of a request before whoever may read it."""
    return Desk(*asked_for(number, lock=lock))


def said(finding: Finding) -> dict[str, Any]:
    """Say a finding in the reader's language."""
    return finding_as_json(finding, current_language())


def new_key() -> str:
    """Draw the key that lets one form act once."""
    return uuid.uuid4().hex


def act_once(desk: Desk, act: Callable[[], Any], **asked: Any) -> None:
    """Do something once for each form that was shown, however often it is sent."""

    def done() -> dict[str, Any]:
        act()
        return {}

    do_once(
        db_session(), key=request.form.get("key", ""), account_id=desk.actor.account_id or 0,
        request={"path": request.path, **asked}, act=done,
    )  # fmt: skip


def wants_json() -> bool:
    """Tell whether the page's own script is asking."""
    return request.accept_mimetypes.best == "application/json"


def uncached(response: Response) -> Response:
    """Keep a page with personal data out of every cache."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.app_template_global()
def counted(code: str, count: float) -> str:
    """Say how many in the singular or the plural of the reader's language."""
    language = current_language()
    is_one = abs(count) == 1 or (language == "fr" and abs(count) < 2)
    return say(f"{code}-one" if is_one else code, language, count=count)


@pages.app_template_filter("degrees")
def degrees(value: float) -> str:
    """Write degrees to a tenth of a metre."""
    return format_decimal(value, "0.000000", locale=LOCALES[current_language()])


@pages.app_template_global()
def colon() -> str:
    """Give the colon as the reader's language writes it after a word."""
    return "\u00a0:" if current_language() == "fr" else ":"


@pages.app_template_filter("iso_day")
def iso_day(value: str | None) -> str:
    """Write the day of an ISO day or instant, on the clock of the law."""
    if not value:
        return "—"
    if len(value) > 10:
        return write_day(_legal(value).date(), current_language(), "long")
    return write_day(dt.date.fromisoformat(value), current_language(), "long")


@pages.app_template_filter("iso_instant")
def iso_instant(value: str | None) -> str:
    """Write an ISO instant on the clock of the law."""
    return "—" if not value else write_instant(_legal(value), current_language())


@pages.app_template_filter("of_file")
def of_file(size: int | None) -> str:
    """Write the size of a file in the unit people know."""
    if size is None:
        return "—"
    units = ("o", "ko", "Mo") if current_language() == "fr" else ("B", "kB", "MB")
    number, unit = float(size), 0
    while number >= 1000 and unit < 2:
        number, unit = number / 1000, unit + 1
    written = f"{number:.0f}" if unit < 2 else f"{number:.1f}"
    return f"{written.replace('.', ',') if current_language() == 'fr' else written} {units[unit]}"


def _legal(value: str) -> dt.datetime:
    return dt.datetime.fromisoformat(value).astimezone(ZoneInfo(state().ruleset.time_zone))
