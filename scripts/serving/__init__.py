"""Keep the cadastre served from one clone: port, register, web server, and who watches them."""

from __future__ import annotations

import sys


def tell(french: str, english: str) -> None:
    """Say what is being done to the person at the terminal, in both languages."""
    print(f"{french} / {english}", file=sys.stderr, flush=True)
