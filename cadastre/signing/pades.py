"""Sign a PDF (PAdES, ETSI EN 319 142-1) so that any change to it afterwards is told by readers.

Level B-B; B-T when ``CADASTRE_SIGN_TSA`` names a time-stamping authority (RFC 3161). Level B-LT
needs revocation data of a real authority and is left to the archive that keeps the papers.
"""

from __future__ import annotations

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper

from cadastre.errors import NotAvailable
from cadastre.signing.identity import Identity

FIELD = "Cadastre"
TSA_SECONDS = 10


def sign_pdf(
    identity: Identity, pdf: bytes, *, reason: str, stamper: TimeStamper | None = None
) -> bytes:
    """Certify a PDF: one signature over all of it, and no change permitted afterwards.

    Raises
    ------
    NotAvailable
        ``signing.no-time-stamp``: the authority that was configured does not answer.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=True)
    told = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
    )
    signed = io.BytesIO()
    try:
        PdfSigner(told, identity.signer(), timestamper=stamper).sign_pdf(writer, output=signed)
    except OSError as fault:  # only the authority is asked anything over a line
        raise NotAvailable("signing.no-time-stamp") from fault
    return signed.getvalue()


def stamper_at(address: str | None) -> TimeStamper | None:
    """Give the time-stamping authority at an address; None where none is configured."""
    return HTTPTimeStamper(address, timeout=TSA_SECONDS) if address else None
