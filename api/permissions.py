"""Every route says who may call it; the list is proved complete by a test."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """Who may call a route."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed-in"
    AGENT = "agent"  # who works at the cadastre's desks: agents, decision makers, supervisors


ATTRIBUTE = "__cadastre_access__"


def open_to(access: Access) -> Callable[[View], View]:
    """Declare who may call a view; a view of the API without it fails the test of all routes."""

    def declare(view: View) -> View:
        setattr(view, ATTRIBUTE, access)
        return view

    return declare


def access_of(view: Callable[..., Any]) -> Access | None:
    """Give what a view declares, None when it declares nothing."""
    return getattr(view, ATTRIBUTE, None)
