"""Quote what a person wrote in a refusal: short, and always printable."""

from __future__ import annotations

LONGEST = 40


def told(given: object) -> str:
    """Give the beginning of an answer as it can be shown; a structure is only named as one."""
    if isinstance(given, dict):
        return "{…}"
    if isinstance(given, (list, tuple)):
        return "[…]"
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) > 10**LONGEST:
        return f"{'-' if given < 0 else ''}10^{LONGEST}…"
    text = str(given)[:LONGEST].encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in text)
