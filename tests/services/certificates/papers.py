"""Read papers in tests the way outsiders do."""

from __future__ import annotations

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pypdf
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from cadastre.signing.identity import Identity


def signature_of(pdf: bytes, identity: Identity) -> PdfSignatureStatus:
    """Validate the one signature with pyHanko, trusting the root of an identity."""
    root = x509.Certificate.load(identity.chain[-1].public_bytes(Encoding.DER))
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    validation = async_validate_pdf_signature(signature, signer_validation_context=context)
    # In a thread of its own: where a browser was started, its event loop runs in this one.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, validation).result()


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def attached(pdf: bytes) -> dict[str, Any]:
    found = pypdf.PdfReader(io.BytesIO(pdf)).attachments
    return {name: json.loads(files[0]) for name, files in found.items()}
