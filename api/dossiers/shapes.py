"""What goes in and out of the routes of dossiers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from api.schemas import Shape

Answer = str | int | float | bool | list[str] | None


class PersonShape(Shape):
    """Somebody at the counter, who files through a clerk."""

    name: str = Field(max_length=200, examples=["Coopérative Exemple (fictive)"])
    kind: Literal["company", "person", "administration"] = "person"
    email: str | None = Field(None, max_length=254)
    address: str | None = Field(None, max_length=500)


class OpenRequest(Shape):
    """Which service is asked for, in whose name, about which title."""

    service: str = Field(max_length=100, examples=["declaration-autoproduction"])
    party_id: int | None = Field(None, ge=1, le=2**62)
    person: PersonShape | None = None
    title: str | None = Field(None, max_length=100)


class PerimeterShape(Shape):
    """Ground as it is given: a geometry or pasted corners, with the system they are in."""

    geometry: dict[str, Any] | None = None
    corners: str | None = Field(None, max_length=2_000_000)
    crs: str | None = Field(None, max_length=200)
    answers: dict[str, str] = Field(default_factory=dict, max_length=50)
    clip: bool = False
    name: str | None = Field(None, max_length=200)


class SaveRequest(Shape):
    """What changed: some answers, the ground; ``edition`` is the one that was read."""

    form: dict[str, Answer] | None = Field(None, max_length=200)
    perimeter: PerimeterShape | None = None
    edition: int | None = Field(None, ge=0, le=2**62)


class StepRequest(Shape):
    """A step to take, and what comes with it."""

    step: str = Field(max_length=60, examples=["lodge"])
    reason: str | None = Field(None, max_length=5000)
    document_id: int | None = Field(None, ge=1, le=2**62)
    facts: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict, max_length=20
    )


class MessageRequest(Shape):
    """A message to the other side, or a note of the office to itself."""

    text: str = Field(max_length=10_000)
    audience: Literal["applicant", "office"] = "applicant"


class AssignRequest(Shape):
    """Who is to carry the dossier; None: nobody."""

    account_id: int | None = Field(None, ge=1, le=2**62)


class VerdictRequest(Shape):
    """What an agent says of a piece."""

    verdict: Literal["accepted", "to-replace"]
    reason: str | None = Field(None, max_length=2000)


class OrderRequest(Shape):
    """A moment whose order of payment is wanted."""

    moment: Literal["lodgement", "decision", "issue"]


class CodeRequest(Shape):
    """The code of the slip, or how to give one."""

    code: str | None = Field(None, max_length=40)
    channel: Literal["paper", "phone"] | None = None


class Open(Shape):
    """An answer whose further members are told by its description."""

    model_config = ConfigDict(extra="allow")


class DossierShape(Open):
    """A dossier: where it stands, what is awaited, what may be done, and its content."""

    number: str = Field(examples=["DOS-2026-000012"])
    state: str | None = None
    closed: bool = False
    edition: int = 0


class DossierListShape(Shape):
    """Dossiers of a list, and how many there are."""

    dossiers: list[dict[str, Any]]
    total: int


class FollowedShape(Open):
    """Where a dossier stands, without its content."""

    number: str
    state: str | None = None
    closed: bool = False


class MessagesShape(Shape):
    """The messages somebody may read, oldest first."""

    messages: list[dict[str, Any]]


class DocumentShape(Open):
    """A document of a dossier."""

    id: int
    title: str
    sha256: str | None = None
