"""Lay a sheet out as PDF/A-3: templates of our own, fonts embedded, the proof attached.

Rendering knows no database and no web: a sheet, a language, a code and an address give a page.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cadastre.exchange.paper import PAPER
from cadastre.exchange.pdf import Attachment, html_to_pdf
from cadastre.sentences import say, write_day, write_instant
from cadastre.services.certificates.plan import corner_rows, perimeter_geojson, plan_of
from cadastre.services.certificates.sheets import Sheet, SlipSheet, TitleSheet, Words
from cadastre.services.receipts import qr_svg
from cadastre.signing.client import SignerFacts
from cadastre.signing.policy import Wanted, mark
from cadastre.vocabulary import CertificateKind

TEMPLATES = Path(__file__).parent / "templates"
VARIANT = "pdf/a-3a"
OF_SERVICE = "service.html"
TEMPLATE: Mapping[CertificateKind, str] = {
    CertificateKind.TITLE: "title.html",
    CertificateKind.REFUSAL: "refusal.html",
    CertificateKind.LODGEMENT: "lodgement.html",
    CertificateKind.PAYMENT: "payment.html",
    CertificateKind.ORDER: "order.html",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a certificate carries beside its facts.

    ``address`` is that of its verification page, printed and as QR; ``proof`` the inclusion proof
    of the entry it rests on, None for a receipt given before that is sealed.
    """

    code: str
    address: str
    issued_at: dt.datetime
    signer: SignerFacts
    is_demonstration: bool
    proof: dict[str, Any] | None = None


def render_certificate(
    kind: CertificateKind, sheet: Sheet, language: str, stamp: Stamp
) -> bytes:
    """Give the unsigned PDF of a certificate.

    Raises
    ------
    NotAvailable
        It could not be typeset.
    """
    return html_to_pdf(
        certificate_html(kind, sheet, language, stamp),
        variant=VARIANT,
        attachments=_attachments(sheet, stamp),
    )


def render_slip(sheet: SlipSheet, language: str) -> bytes:
    """Give the follow-up slip of a dossier: large letters, a QR, nothing to sign."""
    html = _render("slip.html", language, {"sheet": sheet, "qr": _qr(sheet.follow_up_address)})
    return html_to_pdf(html, variant=VARIANT)


def certificate_html(
    kind: CertificateKind, sheet: Sheet, language: str, stamp: Stamp
) -> str:
    """Give the page that is typeset."""
    told: dict[str, Any] = {
        "kind": kind.value,
        "sheet": sheet,
        "stamp": stamp,
        "qr": _qr(stamp.address),
        "keywords": mark(Wanted(kind.value, stamp.code, stamp.is_demonstration)),
        "issued": stamp.issued_at.isoformat(timespec="seconds"),
    }
    if isinstance(sheet, TitleSheet):
        plan, scale = plan_of(sheet)
        told |= {"plan": Markup(plan), "scale": scale, "corner_rings": corner_rows(sheet, language)}
    return _render(TEMPLATE.get(kind, OF_SERVICE), language, told)


def _attachments(sheet: Sheet, stamp: Stamp) -> tuple[Attachment, ...]:
    """Attach the proof, which the verifier reads out of the PDF, and the ground for any GIS."""
    found = []
    if stamp.proof is not None:
        content = json.dumps(stamp.proof, ensure_ascii=False, indent=1).encode()
        found.append(Attachment("proof.json", "Inclusion proof (RFC 9162)", content))
    if isinstance(sheet, TitleSheet):
        ground = json.dumps(perimeter_geojson(sheet)).encode()
        found.append(Attachment("perimeter.geojson", "Perimeter, EPSG:4326", ground))
    return tuple(found)


def _render(template: str, language: str, told: Mapping[str, Any]) -> str:
    words = _environment(language)
    return words.get_template(template).render(language=language, **told)


def _qr(address: str) -> Markup:
    return Markup(qr_svg(address))  # drawn by us


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader([TEMPLATES, PAPER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def t(code: str, /, **values: Any) -> str:
        return say(code, language, **values)

    def written(value: Any) -> str:
        return write(value, language)

    def number(value: float, digits: int = 2) -> str:
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        return str(format_decimal(value, pattern, locale=language))

    made.globals["t"] = t
    made.filters.update(written=written, number=number)
    return made


def write(value: Any, language: str) -> str:
    """Write any value of a sheet in the manner of a language; a dash for nothing."""
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return say("certificates.yes" if value else "certificates.no", language)
    if isinstance(value, Mapping):
        return str(value.get(language) or next(iter(value.values())))
    if isinstance(value, dt.datetime):
        return write_instant(value, language)
    if isinstance(value, dt.date):
        return write_day(value, language)
    if isinstance(value, (list, tuple)):
        return ", ".join(write(one, language) for one in value)
    if isinstance(value, (int, float)):
        return str(format_decimal(value, "#,##0.####", locale=language))
    return str(value)


def words_in(value: Words, language: str) -> str:
    """Give words in a language."""
    return write(value, language)
