"""Have an act read in the jail: a PDF, or the scan of one, into pages of words and pictures."""

from __future__ import annotations

import base64
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import MEGABYTE
from cadastre.exchange.worker.client import Allowance, ask
from cadastre.rules.written_acts.page import Page, Word

MOST_BYTES = 11 * MEGABYTE
MOST_PAGES = 12
LANGUAGE = "fra"
SIGNS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}
# A page at 300 dpi: about 60 MB in every form it takes; twice recognised, 10 s on a slow processor.
READING = Allowance(
    memory_bytes=1_500 * MEGABYTE, cpu_seconds=240, wall_seconds=400.0,
    answer_bytes=40 * MEGABYTE,
)  # fmt: skip
LIBRARIES = ("/usr/lib", "/lib64", "/usr/share/tesseract-ocr")


@dataclass(frozen=True, slots=True)
class ReadAct:
    """The pages of an act, the picture of each (JPEG), and whether scans can be read here."""

    pages: tuple[Page, ...]
    pictures: tuple[bytes, ...]
    can_scan: bool


def media_type_of(content: bytes, where: str) -> str:
    """Tell what a file is by its first bytes; its name is not asked.

    Raises
    ------
    UnusableInput, TooLarge
        ``acts-read.not-an-act``: neither a PDF nor a picture; ``acts-read.too-large``.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge("acts-read.too-large", where=where, most=MOST_BYTES // MEGABYTE)
    for sign, media_type in SIGNS.items():
        if content.startswith(sign):
            return media_type
    raise UnusableInput("acts-read.not-an-act", where=where)


def read_act(content: bytes, where: str) -> ReadAct:
    """Read every page of an act.

    Raises
    ------
    UnusableInput, TooLarge, NotAvailable
        Not an act, or what the jailed reader refused.
    """
    media_type = media_type_of(content, where)
    program = recogniser()
    answer = ask(
        "act", {"act": content}, allowance=READING, label="PDF", file="act",
        is_pdf=media_type == "application/pdf", pages=MOST_PAGES, tesseract=program,
        language=LANGUAGE, runnable=[program, *LIBRARIES] if program else [],
    )  # fmt: skip
    pages = tuple(
        Page(one["method"], one["width"], one["height"], _words(one["words"]),
             _words(one["second"]))
        for one in answer["pages"]
    )  # fmt: skip
    pictures = tuple(base64.b64decode(one["picture"]) for one in answer["pages"])
    return ReadAct(pages, pictures, answer["can_scan"])


def _words(told: list[dict[str, object]]) -> tuple[Word, ...]:
    return tuple(
        Word(str(one["text"]), tuple(one["box"]), float(one["sure"]))  # type: ignore[arg-type]
        for one in told
    )


@cache
def recogniser() -> str | None:
    """Give the program that reads scans in French, or None where it is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        said = subprocess.run(
            [program, "--list-langs"], capture_output=True, timeout=10, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return program if LANGUAGE in said.stdout.decode("utf-8", "replace").split() else None
