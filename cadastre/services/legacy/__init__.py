"""Take over an older register as it is: every row kept, graded, marked, and worked off later."""

from cadastre.services.legacy.loading import LegacyLoad, load_legacy
from cadastre.services.legacy.mapping import Mapping, read_mapping
from cadastre.services.legacy.suggestion import suggest_mapping

__all__ = ["LegacyLoad", "Mapping", "load_legacy", "read_mapping", "suggest_mapping"]
