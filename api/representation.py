"""Write answers as JSON (RFC 8259): no NaN, dates as ISO 8601 has them."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from enum import Enum
from typing import Any

from flask import Response

GEOJSON = "application/geo+json"


def json_response(
    body: Any, status: int = 200, *, content_type: str = "application/json"
) -> Response:
    """Answer with JSON; numbers that JSON does not have are refused rather than written."""
    return Response(json_text(body), status, content_type=content_type)


def json_text(body: Any) -> str:
    """Write JSON without a space too many; numbers that JSON does not have are refused."""
    return json.dumps(
        body, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")
