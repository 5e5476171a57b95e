"""Hand the whole register over, readable without us: open formats, a site of files, a verifier."""

from cadastre.services.exit_kit.making import KitDone, make_exit_kit

__all__ = ["KitDone", "make_exit_kit"]
