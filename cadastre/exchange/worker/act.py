"""Read the words of an act, each with its place on the page, inside the jail.

A page with text of its own is taken at its word. A scan is straightened and read by tesseract, a
child of the jail, twice with two ways of cutting the page: where the two differ, nobody knows.
"""

from __future__ import annotations

import base64
import codecs
import contextlib
import csv
import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any, BinaryIO

import pdfplumber
from PIL import Image, ImageOps, ImageSequence

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.worker.picture import straighten, without_rules

READ_DPI = 300
SHOWN_DPI = 150
MOST_PIXELS = 40_000_000  # an A3 page at 300 dpi has 17 million
FEWEST_WORDS = 12
SCAN_SHARE = 0.7  # a picture over this share of a page is the page: text under it is a machine's
LONGEST_WORD = 200
ENCODINGS = (
    "ascii", "latin-1", "cp1252", "utf-8", "utf-16", "utf-16be", "utf-16le", "mac_roman", "idna",
    "utf-8-sig", "iso8859-15",
)  # fmt: skip
CUTTINGS = ("4", "6")  # tesseract's page segmentation: columns of varied size; one even block


def prepare(order: dict[str, Any]) -> None:
    """Load what pictures and the text of PDF files need before files are out of reach."""
    for page in ENCODINGS:
        codecs.lookup(page)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    Image.init()
    blank = io.BytesIO()
    Image.new("L", (72, 72), 255).save(blank, "PDF")
    with pdfplumber.open(blank) as document:  # loads what is loaded at first use
        document.pages[0].extract_words()
        straighten(document.pages[0].to_image(resolution=72).original.convert("L"))


def run(order: dict[str, Any], folder: Path, out: BinaryIO) -> None:
    """Answer the pages: size, words with boxes in dots of the picture, and the picture."""
    path = folder / order["file"]
    pages = _pdf(path, order) if order["is_pdf"] else _pictures(path, order)
    answer = {"pages": pages, "held": order["held"], "can_scan": bool(order["tesseract"])}
    out.write(json.dumps(answer).encode())


def _pdf(path: Path, order: dict[str, Any]) -> list[dict[str, Any]]:
    with pdfplumber.open(path) as document:
        _refuse_long(len(document.pages), order)
        return [_pdf_page(page, order) for page in document.pages]


def _pdf_page(page: Any, order: dict[str, Any]) -> dict[str, Any]:
    if page.width * page.height * (READ_DPI / 72) ** 2 > MOST_PIXELS:
        raise TooLarge("acts-read.page-too-large")
    words = page.extract_words(keep_blank_chars=False, use_text_flow=False)
    if len(words) < FEWEST_WORDS or _is_scan(page):
        return _scanned(page.to_image(resolution=READ_DPI).original.convert("L"), order)
    per_point = SHOWN_DPI / 72
    told = [
        _word(
            each["text"], each["x0"] * per_point, each["top"] * per_point,
            each["x1"] * per_point, each["bottom"] * per_point, 100.0,
        )
        for each in words
    ]  # fmt: skip
    shown = page.to_image(resolution=SHOWN_DPI).original.convert("L")
    return _page("text", shown, told, [])


def _is_scan(page: Any) -> bool:
    whole = page.width * page.height
    return any(
        one["width"] * one["height"] > SCAN_SHARE * whole
        for one in page.images
    )


def _pictures(path: Path, order: dict[str, Any]) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = []
    with Image.open(path, formats=("PNG", "JPEG", "TIFF")) as file:
        _refuse_long(getattr(file, "n_frames", 1), order)
        for frame in ImageSequence.Iterator(file):
            pages.append(_scanned(ImageOps.exif_transpose(frame).convert("L"), order))
    return pages


def _refuse_long(count: int, order: dict[str, Any]) -> None:
    if count > order["pages"]:
        raise TooLarge("acts-read.too-many-pages", count=count, limit=order["pages"])
    if count == 0:
        raise UnusableInput("acts-read.no-page")


def _scanned(picture: Image.Image, order: dict[str, Any]) -> dict[str, Any]:
    """Read a page from its picture, or show it alone where nothing here reads scans."""
    upright, _ = straighten(picture)
    shown = upright.resize(
        (max(upright.width * SHOWN_DPI // READ_DPI, 1),
         max(upright.height * SHOWN_DPI // READ_DPI, 1))
    )  # fmt: skip
    if not order["tesseract"]:
        return _page("unread", shown, [], [])
    Path("page.png").unlink(missing_ok=True)
    without_rules(upright).save("page.png", dpi=(READ_DPI, READ_DPI))
    first, second = (_recognised(order, cutting) for cutting in CUTTINGS)
    return _page("scan", shown, first, second)


def _recognised(order: dict[str, Any], cutting: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [order["tesseract"], "page.png", "-", "-l", order["language"], "--psm", cutting,
         "--dpi", str(READ_DPI), "tsv"],
        stdin=subprocess.PIPE, capture_output=True, check=False,
        env={"OMP_THREAD_LIMIT": "1", "LANG": "C.UTF-8", "PATH": os.defpath},
    )  # fmt: skip
    if done.returncode != 0:
        raise UnusableInput("acts-read.scan-unread")
    share = SHOWN_DPI / READ_DPI
    lines = csv.DictReader(
        io.StringIO(done.stdout.decode("utf-8", "replace")), delimiter="\t",
        quoting=csv.QUOTE_NONE,
    )  # fmt: skip
    words = []
    for line in lines:
        with contextlib.suppress(KeyError, TypeError, ValueError):
            left, top = int(line["left"]), int(line["top"])
            right, bottom = left + int(line["width"]), top + int(line["height"])
            if line["text"].strip():
                box = (left * share, top * share, right * share, bottom * share)
                words.append(_word(line["text"].strip(), *box, float(line["conf"])))
    return words


def _word(
    text: str, left: float, top: float, right: float, bottom: float, sure: float
) -> dict[str, Any]:
    box = [round(value, 1) for value in (left, top, right, bottom)]
    return {"text": text[:LONGEST_WORD], "box": box, "sure": round(sure)}


def _page(
    method: str, shown: Image.Image, words: list[dict[str, Any]], second: list[dict[str, Any]]
) -> dict[str, Any]:
    kept = io.BytesIO()
    shown.save(kept, "JPEG", quality=72, optimize=True)
    return {
        "method": method, "width": shown.width, "height": shown.height, "words": words,
        "second": second, "picture": base64.b64encode(kept.getvalue()).decode(),
    }  # fmt: skip
