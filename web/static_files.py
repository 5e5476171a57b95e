"""Serve scripts and styles already compressed, and for ever under a hashed name."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory, url_for

FOLDER = Path(__file__).resolve().parent / "static"
BUILT = "dist/"
ONE_YEAR_S = 31_536_000
COMPRESSED = (("br", ".br"), ("gzip", ".gz"))
static_files = Blueprint("static_files", __name__)


def register(app: Flask) -> None:
    """Mount ``/static`` and give templates :func:`asset`."""
    app.register_blueprint(static_files)
    app.jinja_env.globals["asset"] = asset


@static_files.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """Send a file of ``web/static``, its compressed sibling where the browser takes one."""
    encoding, suffix = _best_encoding(name)
    response = send_from_directory(
        FOLDER, name + suffix, mimetype=_media_type(name), conditional=True
    )
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.vary.add("Accept-Encoding")
    if name.startswith(BUILT):
        response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR_S}, immutable"
    else:
        response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def asset(key: str) -> str | None:
    """Give the address of a built script or style, None when the pages were not built.

    A page without its script still works for reading and searching.
    """
    built = built_names().get(key)
    return url_for("static_files.static_file", name=BUILT + built) if built else None


def built_names() -> dict[str, str]:
    """Read the build's manifest: source name to hashed name; empty before any build."""
    path = FOLDER / BUILT / "manifest.json"
    try:
        return _read_manifest(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@lru_cache(maxsize=2)
def _read_manifest(path: Path, _changed_ns: int) -> dict[str, str]:
    return dict(json.loads(path.read_text("utf-8")))


def _best_encoding(name: str) -> tuple[str | None, str]:
    for encoding, suffix in COMPRESSED:
        if encoding in request.accept_encodings and (FOLDER / (name + suffix)).is_file():
            return encoding, suffix
    return None, ""


MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}


def _media_type(name: str) -> str:
    return MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
