"""The demonstration loads whole, once, never in production, and goes away again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.config import Settings, read_settings
from cadastre.errors import NotAllowed
from cadastre.models import (
    Account,
    AdministrativeUnit,
    Application,
    BaseMapFeature,
    Dossier,
    DossierStanding,
    JournalEntry,
    Occupation,
    Parcel,
    Title,
    Work,
    Zone,
)
from cadastre.services.demonstration import (
    clear_demonstration,
    list_cases,
    load_demonstration,
)

TOLD = 5  # dossiers of the accounts to try
COUNTED = (Title, Application, Parcel, Occupation, Dossier, Zone, Work, BaseMapFeature)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(read_settings({}), environment="demo", home=tmp_path)


def counts(session: Session) -> dict[str, int]:
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
        for table in COUNTED
    }


def test_loads_once_and_clears(session: Session, settings: Settings) -> None:
    first = load_demonstration(session, settings)
    whole = counts(session)
    journal = session.scalar(select(func.count()).select_from(JournalEntry))

    assert first.changed
    assert whole["title"] >= 300
    assert whole["application"] == 40
    assert whole["parcel"] == whole["title"] + whole["application"]
    assert whole["dossier"] == whole["parcel"] + TOLD
    states = session.scalars(select(DossierStanding.state).order_by(DossierStanding.state)).all()
    assert states == ["completing", "draft", "draft", "issued", "lodged"]
    assert session.scalar(select(func.count()).where(Title.is_demonstration.is_(False))) == 0
    assert len(list_cases(session)) == 17

    assert not load_demonstration(session, settings).changed
    assert counts(session) == whole
    assert session.scalar(select(func.count()).select_from(JournalEntry)) == journal

    clear_demonstration(session, settings)
    left = counts(session)
    assert left.pop("dossier") == TOLD  # the journal names their documents
    assert set(left.values()) == {0}
    assert session.scalar(select(func.count()).select_from(AdministrativeUnit)) == 0
    assert not any(session.scalars(select(Account.is_active).where(Account.is_demonstration)))

    assert load_demonstration(session, settings).changed
    assert counts(session) == whole


def test_leaves_official_units_alone(session: Session, settings: Settings) -> None:
    official = AdministrativeUnit(code="TG-M", level=1, name="Maritime", source="officiel")
    session.add(official)
    session.flush()

    load_demonstration(session, settings)
    clear_demonstration(session, settings)

    assert session.scalars(select(AdministrativeUnit.source)).all() == ["officiel"]


@pytest.mark.parametrize("act", [load_demonstration, clear_demonstration])
def test_production_refuses(session: Session, settings: Settings, act) -> None:
    with pytest.raises(NotAllowed) as refusal:
        act(session, replace(settings, environment="production"))
    assert refusal.value.code == "demonstration.refused"
