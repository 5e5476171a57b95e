"""Sign a PDF (PAdES, ETSI EN 319 142-1) so that any change to it afterwards is told by readers.

Level B-B; B-T or B-LT with the authorities of :mod:`cadastre.signing.longterm`.
"""

from __future__ import annotations

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko_certvalidator.errors import PathValidationError

from cadastre.errors import NotAvailable
from cadastre.signing.identity import Identity
from cadastre.signing.longterm import NOBODY, Authorities

FIELD = "Cadastre"
# In the signed revision: one signature over the whole file, proofs included, nothing after it.
PROOFS_INSIDE = DSSContentSettings(
    include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
)


def sign_pdf(
    identity: Identity, pdf: bytes, *, reason: str, authorities: Authorities = NOBODY
) -> bytes:
    """Certify a PDF: one signature over all of it, and no change permitted afterwards.

    Raises
    ------
    NotAvailable
        ``signing.no-time-stamp``: the authority that was configured does not answer;
        ``signing.no-revocation-proof``: key or authority were revoked, or nobody can tell.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=True)
    told = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
        validation_context=authorities.revocation(),
        embed_validation_info=authorities.level == "B-LT",
        dss_settings=PROOFS_INSIDE,
    )
    signer, signed = identity.signer(), io.BytesIO()
    try:
        PdfSigner(told, signer, timestamper=authorities.stamper).sign_pdf(writer, output=signed)
    except OSError as fault:  # only authorities are asked anything over a line
        raise NotAvailable("signing.no-time-stamp") from fault
    except (SigningError, PathValidationError) as fault:
        raise NotAvailable("signing.no-revocation-proof") from fault
    return signed.getvalue()
