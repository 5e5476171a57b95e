"""What a piece is, told by its bytes."""

from __future__ import annotations

import io
import zipfile

import pytest

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.pieces.media import LARGEST_PIECE_BYTES, media_type_of, safe_name

PDF = b"%PDF-1.7\n%%EOF"


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "filename", "media_type"),
    [
        (PDF, "statuts.pdf", "application/pdf"),
        (PDF, "statuts.html", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "photo.jpg", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "plan.png", "image/png"),
        (b"II*\0data", "carte.tif", "image/tiff"),
        (b"SQLite format 3\0", "carte.gpkg", "application/geopackage+sqlite3"),
        (zipped("levé.shp", "levé.dbf"), "levé.zip", "application/zip"),
        (b'{"type": "Feature"}', "carte.geojson", "application/geo+json"),
        (b"a;b\n1;2\n", "budget.csv", "text/csv"),
    ],
)
def test_a_piece_is_what_its_bytes_say(content: bytes, filename: str, media_type: str) -> None:
    assert media_type_of(content, filename) == media_type


@pytest.mark.parametrize("part", ["word/document.xml", "xl/workbook.xml"])
def test_office_documents_are_known_by_their_parts(part: str) -> None:
    assert "openxmlformats" in media_type_of(zipped("[Content_Types].xml", part), "a.bin")


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "vide.pdf", "pieces.empty"),
        (b"MZ\x90\0", "statuts.pdf", "pieces.unknown-type"),
        (b"<html><script>alert(1)</script>", "budget.csv", "pieces.unknown-type"),
        (b"<svg onload='x'/>", "plan.svg", "pieces.unknown-type"),
        (zipped("readme.txt"), "a.zip", "pieces.unknown-type"),
        (zipped("word/document.xml", "word/vbaProject.bin"), "a.docx", "pieces.has-macros"),
        (b"PK\x03\x04rest", "a.docx", "exchange.broken-zip"),
    ],
)
def test_what_an_office_cannot_be_asked_to_open_is_refused(
    content: bytes, filename: str, code: str
) -> None:
    with pytest.raises(UnusableInput) as refusal:
        media_type_of(content, filename)
    assert refusal.value.code == code


def test_a_piece_has_a_largest_size() -> None:
    with pytest.raises(TooLarge):
        media_type_of(PDF + b"0" * LARGEST_PIECE_BYTES, "gros.pdf")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\moi\\Statuts 2026.exe", "Statuts 2026.pdf"),
        ('a"\r\nSet-Cookie: x.pdf', "a-Set-Cookie- x.pdf"),
        ("", "piece.pdf"),
    ],
)
def test_a_name_is_made_safe_and_says_the_true_type(given: str, kept: str) -> None:
    assert safe_name(given, "application/pdf") == kept
