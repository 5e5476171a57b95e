"""Name administrative units that come without a code, always in the same way."""

from __future__ import annotations

import re
import unicodedata


def unit_code(parent: str | None, name: str) -> str:
    """Give the code of a unit that has none: its parent's and its name in plain capitals.

    ``TG-S`` and ``Tône`` give ``TG-S-TONE``, so that limits imported later find the unit whose
    name alone was known.
    """
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.findall(r"[A-Z0-9]+", bare)
    return "-".join(([parent] if parent else []) + words)
