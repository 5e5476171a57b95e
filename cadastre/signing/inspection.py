"""Look into a PDF somebody hands in: is it signed, by whom, is the signature whole?

The file is hostile until proven otherwise: it is parsed in a process of its own, with limits.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass

LONGEST_SECONDS = 20
CPU_SECONDS = 15
MOST_MEMORY_BYTES = 800_000_000


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a PDF's signature says.

    ``is_whole``: the signature is good over the bytes it covers; ``covers_all``: it covers the
    whole file, nothing was added later; ``signer_sha256``: the fingerprint of the signer's
    certificate; ``keywords``: how the paper names itself.
    """

    is_pdf: bool = False
    is_signed: bool = False
    is_whole: bool = False
    covers_all: bool = False
    signer_sha256: str | None = None
    keywords: str | None = None


def inspect(pdf: bytes) -> Inspection:
    """Look into a file; one that cannot be read in time is none of ours."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cadastre.signing.inspection"],
            input=pdf, capture_output=True, timeout=LONGEST_SECONDS, check=True,
        )  # fmt: skip
        return Inspection(**json.loads(done.stdout))
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError, ValueError):
        return Inspection(is_pdf=pdf.startswith(b"%PDF-"))


def look(pdf: bytes) -> Inspection:
    """Look in this process; run as ``python -m cadastre.signing.inspection``."""
    # Deferred: only the child process may carry the library.
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    keywords = str(reader.trailer["/Info"].get("/Keywords", ""))
    if not reader.embedded_signatures:
        return Inspection(is_pdf=True, keywords=keywords)
    signature = reader.embedded_signatures[0]
    nobody = ValidationContext(trust_roots=[], allow_fetching=False)
    status = validate_pdf_signature(signature, signer_validation_context=nobody)
    return Inspection(
        is_pdf=True,
        is_signed=True,
        is_whole=status.intact and status.valid,
        covers_all=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        signer_sha256=signature.signer_cert.sha256.hex(),
        keywords=keywords,
    )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    print(json.dumps(asdict(look(sys.stdin.buffer.read()))))
