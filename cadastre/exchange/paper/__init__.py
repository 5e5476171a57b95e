"""What papers have in common: the style that certificates and sheets are typeset with."""

from __future__ import annotations

from pathlib import Path

PAPER = Path(__file__).parent
