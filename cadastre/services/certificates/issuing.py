"""Issue a certificate: once for what it states, signed apart, kept and sealed.

The signed bytes are kept under their hash; the hash is written in the journal, so that the sealed
log proves for ever which bytes were issued.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import NotAvailable
from cadastre.models import Certificate, JournalEntry, StoredFile
from cadastre.queries.certificates import (
    ISSUE,
    position_of,
    valid_certificate,
    wait_for_turn,
)
from cadastre.queries.sealed_log import latest_head
from cadastre.sentences import say
from cadastre.services.certificates.ending import supersede
from cadastre.services.certificates.paper import Stamp, render_certificate, write
from cadastre.services.certificates.sheets import Sheet, TitleSheet, version_of
from cadastre.services.sealed_log import inclusion_proof
from cadastre.signing.client import Signer, signing_client
from cadastre.vocabulary import CertificateKind, Language

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no letter passes for a digit
GROUPS, GROUP = 4, 4  # 80 bits: not to be guessed, still to be read aloud
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", " ": "", "-": ""})
DEMONSTRATION_ADDRESS = "http://127.0.0.1:8000"
REPLACED = "certificates.replaced"
# Handed over at once; the others wait until the act they state is sealed.
AT_ONCE = frozenset(
    {CertificateKind.LODGEMENT, CertificateKind.PAYMENT, CertificateKind.ORDER}
)


@dataclass(frozen=True, slots=True)
class Office:
    """Where certificates are issued: who signs, the address printed on them, the legal clock."""

    signer: Signer
    address: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class About:
    """What a certificate concerns, and the journal entry of the act it states.

    ``version`` is the fingerprint of the subject; without it, that of the sheet itself.
    """

    dossier_id: int | None = None
    title_id: int | None = None
    account_id: int | None = None
    entry: int | None = None
    version: str | None = None


def office_of(settings: Settings, time_zone: str) -> Office:
    """Give the office of a deployment.

    The address never comes from a request: whoever asks could otherwise have a certificate signed
    that leads to a false page.

    Raises
    ------
    NotAvailable
        ``certificates.no-address`` where ``CADASTRE_PUBLIC_URL`` is missing.
    """
    address = settings.public_url or (DEMONSTRATION_ADDRESS if settings.is_demo else None)
    if address is None:
        raise NotAvailable("certificates.no-address", where="CADASTRE_PUBLIC_URL")
    return Office(signing_client(settings), address.rstrip("/"), time_zone)


def issue(
    session: Session,
    office: Office,
    kind: CertificateKind,
    sheet: Sheet,
    language: str,
    about: About,
) -> Certificate:
    """Give the certificate of what a sheet states: the one issued before while nothing changed.

    Raises
    ------
    NotAvailable
        ``certificates.not-sealed-yet``: the act is not in a signed log yet (under a minute);
        ``signing.…`` or ``pdf.not-made``: a process it needs does not answer.
    """
    wait_for_turn(session, kind.value, sheet.number, language)
    version = about.version or version_of(sheet)
    former = valid_certificate(session, kind.value, sheet.number, language)
    if former is not None and former.version == version:
        return former
    proof = _proof(session, kind, sheet, about.entry)
    if former is not None:
        supersede(session, former, REPLACED, about.account_id)
    stamp = _stamp(session, office, sheet, proof)
    unsigned = render_certificate(kind, sheet, language, stamp)
    pdf = office.signer.sign(
        unsigned, kind=kind.value, code=stamp.code, is_demonstration=stamp.is_demonstration
    )
    certificate = Certificate(
        kind=kind.value, number=sheet.number, language=language, version=version,
        sha256=_keep(session, pdf), facts=public_facts(sheet), **_told(about), **_stamped(stamp),
    )  # fmt: skip
    session.add(certificate)
    session.flush()
    _write_down(session, certificate)
    return certificate


def new_code() -> str:
    """Draw a code: four groups of four, without letters that pass for digits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def read_code(given: str) -> str:
    """Read a code as people type it: small letters, no hyphens, O for 0."""
    plain = given.strip().upper().translate(MISREAD)
    return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))


def public_facts(sheet: Sheet) -> dict[str, list[list[str]]]:
    """Write a sheet's summary in each language: what the verification page shows."""
    return {
        language.value: [
            [say(code, language), write(value, language)]
            for code, value in sheet.summary()
            if value not in (None, "", [])
        ]
        for language in Language
    }


def _proof(
    session: Session, kind: CertificateKind, sheet: Sheet, entry: int | None
) -> dict[str, Any] | None:
    if entry is None:
        return None
    position = position_of(session, entry)
    if position is None or latest_head(session, covering=position) is None:
        if kind in AT_ONCE:
            return None
        raise NotAvailable("certificates.not-sealed-yet", where=sheet.number)
    proof = inclusion_proof(session, position)
    told: dict[str, Any] = {"kind": kind.value, "number": sheet.number}
    if isinstance(sheet, TitleSheet):
        told["fingerprints"] = sheet.fingerprint.split()
    return {**proof, "certificate": told}


def _stamp(
    session: Session, office: Office, sheet: Sheet, proof: dict[str, Any] | None
) -> Stamp:
    signer = office.signer.about()
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    code = new_code()
    if proof is not None:
        proof["certificate"]["code"] = code
    return Stamp(
        code=code,
        address=f"{office.address}/verify/{code}",
        issued_at=now.astimezone(ZoneInfo(office.time_zone)),
        signer=signer,
        is_demonstration=sheet.is_demonstration or signer.is_demonstration,
        proof=proof,
    )


def _told(about: About) -> dict[str, Any]:
    return {
        "dossier_id": about.dossier_id,
        "title_id": about.title_id,
        "account_id": about.account_id,
    }


def _stamped(stamp: Stamp) -> dict[str, Any]:
    return {
        "code": stamp.code,
        "signer_sha256": stamp.signer.certificate_sha256,
        "issued_at": stamp.issued_at,
        "log_position": None if stamp.proof is None else stamp.proof["index"],
        "is_demonstration": stamp.is_demonstration,
    }


def _keep(session: Session, pdf: bytes) -> str:
    digest = hashlib.sha256(pdf).hexdigest()
    session.add(StoredFile(sha256=digest, size=len(pdf), content=pdf))
    session.flush()
    return digest


def _write_down(session: Session, certificate: Certificate) -> None:
    """Write the issue in the journal by its row number: codes open papers and stay secret."""
    session.add(
        JournalEntry(
            action=ISSUE,
            subject="certificate",
            subject_id=str(certificate.id),
            account_id=certificate.account_id,
            by_rule=certificate.account_id is None,
            facts={
                "kind": certificate.kind,
                "number": certificate.number,
                "sha256": certificate.sha256,
            },
        )
    )
    session.flush()
