"""SQLAlchemy tables: data and its constraints, no decisions."""

from cadastre.models.account import Account, ApiToken, Mandate
from cadastre.models.act_read import ActEntry, ActRead, ActReadPage
from cadastre.models.application import Application
from cadastre.models.base import Base
from cadastre.models.certificate import Certificate
from cadastre.models.charge import Charge
from cadastre.models.dossier import Document, Dossier, Draft, Step, StoredFile
from cadastre.models.export_job import ExportJob, ExportPiece
from cadastre.models.following import (
    Absence,
    Assignment,
    CatalogueEntry,
    CounterConfirmation,
    DossierStanding,
    Message,
    MessageReading,
    Notification,
    Presence,
)
from cadastre.models.grid import CellRun, Grid, GridKind
from cadastre.models.import_job import ImportJob, ImportMapping, ImportRow
from cadastre.models.journal import IdempotencyKey, JournalEntry, OutboxEvent
from cadastre.models.money import (
    Invoice,
    Payment,
    PaymentAttempt,
    PaymentEvent,
    PaymentPart,
    StatementLine,
)
from cadastre.models.opening import Opening, RemnantBundle, SealedFiling
from cadastre.models.overlap_case import OverlapCase
from cadastre.models.parcel import GroundCell, Occupation, Parcel
from cadastre.models.party import Party
from cadastre.models.past import past_of
from cadastre.models.people import (
    Identity,
    MandateInvitation,
    Passkey,
    RecoveryCode,
    SignInFailure,
)
from cadastre.models.practice import PracticeAttempt
from cadastre.models.raster import Raster, RasterReading
from cadastre.models.sealed_log import GrantingStop, LogHead, LogKey, LogLeaf, LogNode
from cadastre.models.supervision import IndicatorDay, LinkedScreen, LiveEvent
from cadastre.models.territory import AdministrativeUnit, BaseMapFeature
from cadastre.models.title import Share, Title, TitleRelation
from cadastre.models.watching import AreaNotice, AreaWatch, EventReader, PublicEvent
from cadastre.models.work import Work, WorkDossier
from cadastre.models.zone import Zone

__all__ = [
    "Absence",
    "Account",
    "ActEntry",
    "ActRead",
    "ActReadPage",
    "AdministrativeUnit",
    "ApiToken",
    "Application",
    "AreaNotice",
    "AreaWatch",
    "Assignment",
    "Base",
    "BaseMapFeature",
    "CatalogueEntry",
    "CellRun",
    "Certificate",
    "Charge",
    "CounterConfirmation",
    "Document",
    "Dossier",
    "DossierStanding",
    "Draft",
    "EventReader",
    "ExportJob",
    "ExportPiece",
    "GrantingStop",
    "Grid",
    "GridKind",
    "GroundCell",
    "IdempotencyKey",
    "Identity",
    "ImportJob",
    "ImportMapping",
    "ImportRow",
    "IndicatorDay",
    "Invoice",
    "JournalEntry",
    "LinkedScreen",
    "LiveEvent",
    "LogHead",
    "LogKey",
    "LogLeaf",
    "LogNode",
    "Mandate",
    "MandateInvitation",
    "Message",
    "MessageReading",
    "Notification",
    "Occupation",
    "Opening",
    "OutboxEvent",
    "OverlapCase",
    "Parcel",
    "Party",
    "Passkey",
    "Payment",
    "PaymentAttempt",
    "PaymentEvent",
    "PaymentPart",
    "PracticeAttempt",
    "Presence",
    "PublicEvent",
    "Raster",
    "RasterReading",
    "RecoveryCode",
    "RemnantBundle",
    "SealedFiling",
    "Share",
    "SignInFailure",
    "StatementLine",
    "Step",
    "StoredFile",
    "Title",
    "TitleRelation",
    "Work",
    "WorkDossier",
    "Zone",
    "past_of",
]
