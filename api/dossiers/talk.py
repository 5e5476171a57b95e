"""Messages inside a dossier, who carries it, and who else is reading it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from api.again import tried_again
from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.dossiers.common import asked_for, once, shown
from api.dossiers.shapes import AssignRequest, DossierShape, MessageRequest, MessagesShape
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.representation import json_response
from api.session import db_session
from cadastre.models import Message
from cadastre.rules.permissions import Audience, can_see_office
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.assignment import assign, be_here
from cadastre.services.dossiers.meanwhile import mark_of
from cadastre.services.dossiers.messages import mark_read, messages_for, write_message

talk_routes = Blueprint("dossier_talk", __name__)


@talk_routes.get("/api/dossiers/<number>/messages")
@open_to(Access.SIGNED_IN)
@documented(Operation("Read the messages", MessagesShape, None, (LANG,)))
def read(number: str) -> Response:
    """List the messages somebody may read."""
    dossier, actor = asked_for(number)
    in_office = can_see_office(actor, ref_of(db_session(), dossier))
    found = messages_for(db_session(), dossier, actor)
    return json_response({"messages": [message_json(one, named=in_office) for one in found]})


@talk_routes.post("/api/dossiers/<number>/messages")
@limiter.limit(HEAVY)
@open_to(Access.SIGNED_IN)
@documented(Operation("Write a message", body=MessageRequest, parameters=(LANG,), status=201))
@tried_again
def write(number: str) -> Response:
    """Write to the other side, or a note of the office."""
    asked = json_body(MessageRequest)

    def act() -> dict[str, Any]:
        dossier, actor = asked_for(number)
        message = write_message(
            db_session(), dossier, actor, asked.text, audience=Audience(asked.audience)
        )
        return message_json(message, named=True)

    return once(asked.model_dump(mode="json"), act)


@talk_routes.post("/api/dossiers/<number>/messages/read")
@open_to(Access.SIGNED_IN)
@documented(Operation("Mark messages as read"))
def have_read(number: str) -> Response:
    """Remember that everything was read so far."""
    dossier, actor = asked_for(number)
    mark_read(db_session(), dossier, actor)
    return Response(status=204)


@talk_routes.post("/api/dossiers/<number>/assignment")
@open_to(Access.AGENT)
@documented(Operation("Give the dossier to somebody", DossierShape, AssignRequest, (LANG,)))
def give(number: str) -> Response:
    """Give the dossier to somebody of the office, or to nobody."""
    asked = json_body(AssignRequest)
    dossier, actor = asked_for(number, lock=True)
    assign(db_session(), dossier, actor, asked.account_id)
    return shown(dossier, actor)


@talk_routes.post("/api/dossiers/<number>/presence")
@open_to(Access.AGENT, second_factor=False)
@documented(Operation("Say that one has the dossier open"))
def here(number: str) -> Response:
    """Say that one has the dossier open; hear who else has, and a mark that grows with its news."""
    dossier, actor = asked_for(number)
    others = be_here(db_session(), dossier, actor)
    return json_response(
        {
            "others": [one.display_name for one in others],
            "edition": dossier.edition,
            "mark": mark_of(db_session(), dossier),
        }
    )


def message_json(message: Message, *, named: bool) -> dict[str, Any]:
    """Represent a message; people of the office are named to the office only."""
    author = message.account.display_name if named or not message.by_office else None
    return {
        "id": message.id,
        "by_office": message.by_office,
        "author": author,
        "audience": message.audience,
        "text": message.text,
        "document": message.document_id,
        "at": message.recorded_at.isoformat(),
    }
