"""Receipts: what was filed, when and under which rank, as the register holds it."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import io
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import segno
from geoalchemy2.shape import to_shape
from shapely.geometry import MultiPolygon
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from cadastre.errors import NotAllowed, NotFound
from cadastre.geometry.corner_labels import shown_label
from cadastre.geometry.corners.writer import format_lonlat
from cadastre.geometry.crs import from_lonlat, transformation_accuracy_m
from cadastre.geometry.sheet import draw_sheet, fit_sheet
from cadastre.models import Account, Application, Document, Parcel, StoredFile
from cadastre.rules.ruleset import Ruleset
from cadastre.services.printed_corners import named_corners
from cadastre.vocabulary import Language

DOCUMENT_KIND = "receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One filing, ready to be shown.

    ``filed_at`` is in the time zone of the law; ``fingerprint`` is the SHA-256 of the perimeter's
    canonical bytes (EWKB, EPSG:4326), by which anyone can check that it was not changed.
    """

    application: Application
    parcel: Parcel
    perimeter: MultiPolygon
    filed_at: dt.datetime
    kind: dict[str, str]
    substances: tuple[dict[str, str], ...]
    legal_crs: str
    fingerprint: str

    @property
    def number(self) -> str:
        """Give the public number of the application."""
        return self.application.number

    def plan(self) -> str:
        """Draw the plan, at a round scale in the CRS of the law."""
        frame = fit_sheet(self.perimeter, self.legal_crs)
        corners = named_corners(self.parcel.corners)
        return draw_sheet(frame, self.perimeter, corners=corners, title=self.number)

    @property
    def accuracy_m(self) -> float | None:
        """Give how well the filed system is tied to WGS 84, in metres; None when unknown."""
        return transformation_accuracy_m(self.parcel.original_crs)

    def scale(self) -> int:
        """Give the denominator of the plan's scale."""
        return int(fit_sheet(self.perimeter, self.legal_crs).scale)

    def corner_rows(self, language: str) -> list[list[dict[str, str]]]:
        """List each ring's corners: label, longitude and latitude in DMS, easting and northing."""
        return [
            [self._corner_row(corner, language) for corner in ring] for ring in self.parcel.corners
        ]

    def _corner_row(self, corner: dict[str, object], language: str) -> dict[str, str]:
        lon, lat = float(str(corner["lon"])), float(str(corner["lat"]))
        easting, northing = from_lonlat(self.legal_crs, [lon], [lat])
        longitude, latitude = format_lonlat(lon, lat, "dms", language=language, decimals=2).split(
            "\t"
        )
        return {
            "label": shown_label(corner),
            "longitude": longitude,
            "latitude": latitude,
            "easting": _metres(easting[0], language),
            "northing": _metres(northing[0], language),
        }


def _metres(value: float, language: str) -> str:
    """Write metres to the decimetre, in the manner of the language (300 000,0)."""
    written = f"{value:,.1f}"
    french = str.maketrans({",": "\u202f", ".": ","})
    return written.translate(french) if language == Language.FR else written


def receipt_for(
    session: Session,
    ruleset: Ruleset,
    number: str,
    *,
    account: Account | None,
    code: str | None,
) -> Receipt:
    """Give the receipt of an application to someone entitled to it.

    The person who filed, anyone with a mandate for the applicant, and whoever holds the follow-up
    code printed on the receipt may read it.

    Raises
    ------
    NotFound
        No application has that number.
    NotAllowed
        The visitor is none of those.
    """
    application = session.scalar(
        select(Application)
        .where(Application.number == number)
        .options(joinedload(Application.applicant))
    )
    if application is None:
        raise NotFound("receipts.no-such-application", where=number)
    if not may_read(application, account, code):
        raise NotAllowed("receipts.not-yours", where=number)
    parcel = session.scalars(
        select(Parcel).where(Parcel.application_id == application.id).order_by(Parcel.id)
    ).first()
    if parcel is None:
        raise NotFound("receipts.no-such-application", where=number)
    perimeter = to_shape(parcel.geom)
    assert isinstance(perimeter, MultiPolygon)
    return Receipt(
        application=application,
        parcel=parcel,
        perimeter=perimeter,
        filed_at=application.filed_at.astimezone(ZoneInfo(ruleset.time_zone)),
        kind=dict(ruleset.kind(application.kind).name),
        substances=tuple(dict(ruleset.substance(one).name) for one in application.substances),
        legal_crs=parcel.planar_crs,
        fingerprint=hashlib.sha256(perimeter.wkb).hexdigest(),
    )


def may_read(application: Application, account: Account | None, code: str | None) -> bool:
    """Tell whether a visitor may read the receipt of an application."""
    if code is not None and hmac.compare_digest(code.upper(), application.follow_up_code):
        return True
    if account is None:
        return False
    parties = {mandate.party_id for mandate in account.mandates}
    return application.account_id == account.id or application.applicant_id in parties


def stored_receipt_pdf(session: Session, receipt: Receipt, language: str) -> bytes | None:
    """Give the PDF made earlier in that language, None the first time."""
    return session.scalar(
        select(StoredFile.content)
        .join(Document, Document.sha256 == StoredFile.sha256)
        .where(
            Document.dossier_id == receipt.application.dossier_id,
            Document.kind == DOCUMENT_KIND,
            Document.reference == language,
        )
        .order_by(Document.id)
        .limit(1)
    )


def store_receipt_pdf(session: Session, receipt: Receipt, language: str, pdf: bytes) -> None:
    """Keep the PDF in the dossier, so that it is the same bytes for ever."""
    digest = hashlib.sha256(pdf).hexdigest()
    if session.get(StoredFile, digest) is None:
        session.add(StoredFile(sha256=digest, size=len(pdf), content=pdf))
        session.flush()
    session.add(
        Document(
            dossier_id=receipt.application.dossier_id,
            kind=DOCUMENT_KIND,
            title=receipt.number,
            reference=language,
            dated=receipt.filed_at.date(),
            filename=f"{receipt.number}-{language}.pdf",
            media_type="application/pdf",
            sha256=digest,
        )
    )


def qr_svg(address: str) -> str:
    """Draw an address as a QR code, an SVG element without style of its own."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", xmldecl=False, svgns=True, scale=3)
    return out.getvalue().decode()
