"""Exercises that people did in practice, and how far they came."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from cadastre.models.base import Base, Recorded, identifier


class PracticeAttempt(Recorded, Base):
    """One try of an exercise: ``reached`` says of each check whether it held; the mark is of 20.

    ``trainee`` is the name somebody goes by in practice: accounts there are shared and fictitious.
    """

    __tablename__ = "practice_attempt"

    id: Mapped[identifier]
    account_id: Mapped[int] = mapped_column(index=True)
    trainee: Mapped[str]
    exercise: Mapped[str]
    reached: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    mark: Mapped[int | None]
    finished_at: Mapped[dt.datetime | None]
