"""Turn a page of HTML into a PDF, in a process of its own.

WeasyPrint and its libraries weigh more than the whole web process and parse fonts and images:
they run apart, with limits, and may open nothing outside the text they are given.
"""

from __future__ import annotations

import base64
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from cadastre.errors import NotAvailable

LONGEST_SECONDS = 30
MOST_MEMORY_BYTES = 1_500_000_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF: its name, what it is, its bytes (PDF/A-3 only)."""

    name: str
    description: str
    content: bytes


def html_to_pdf(
    html: str, *, variant: str = "pdf/a-3u", attachments: Sequence[Attachment] = ()
) -> bytes:
    """Give the PDF of a self-contained page (styles inline, no address is fetched).

    Raises
    ------
    NotAvailable
        The page could not be typeset in time.
    """
    given = {
        "html": html,
        "attachments": [
            {
                "name": one.name,
                "description": one.description,
                "content": base64.b64encode(one.content).decode(),
            }
            for one in attachments
        ],
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cadastre.exchange.pdf", variant],
            input=json.dumps(given).encode(),
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise NotAvailable("pdf.not-made") from error
    return done.stdout


def typeset(given: bytes, variant: str) -> bytes:
    """Typeset in this process; run as ``python -m cadastre.exchange.pdf``."""
    # Deferred: only the child process may carry the typesetter.
    from weasyprint import HTML
    from weasyprint import Attachment as Attached

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    told = json.loads(given)
    attached = [
        Attached(
            string=base64.b64decode(one["content"]),
            name=one["name"],
            description=one["description"],
            relationship="Data",
        )
        for one in told["attachments"]
    ]
    page = HTML(string=told["html"], url_fetcher=_fetch_nothing)
    return page.write_pdf(pdf_variant=variant, custom_metadata=True, attachments=attached)


def _fetch_nothing(url: str, *_args: object, **_named: object) -> dict[str, object]:
    raise ValueError(f"nothing is fetched while typesetting: {url[:80]}")


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read(), sys.argv[1]))
