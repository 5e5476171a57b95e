"""SQLAlchemy tables: data and its constraints, no decisions."""

from cadastre.models.account import Account, ApiToken, Mandate
from cadastre.models.application import Application
from cadastre.models.base import Base
from cadastre.models.dossier import Document, Dossier, Draft, Step, StoredFile
from cadastre.models.journal import IdempotencyKey, JournalEntry, OutboxEvent
from cadastre.models.parcel import GroundCell, Occupation, Parcel
from cadastre.models.party import Party
from cadastre.models.territory import AdministrativeUnit, BaseMapFeature
from cadastre.models.title import Share, Title, TitleRelation
from cadastre.models.work import Work
from cadastre.models.zone import Zone

__all__ = [
    "Account",
    "AdministrativeUnit",
    "ApiToken",
    "Application",
    "Base",
    "BaseMapFeature",
    "Document",
    "Dossier",
    "Draft",
    "GroundCell",
    "IdempotencyKey",
    "JournalEntry",
    "Mandate",
    "Occupation",
    "OutboxEvent",
    "Parcel",
    "Party",
    "Share",
    "Step",
    "StoredFile",
    "Title",
    "TitleRelation",
    "Work",
    "Zone",
]
