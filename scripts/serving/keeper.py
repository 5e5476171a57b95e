"""Keep the register in order while it is served, as a process that alone knows the log's key."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from serving.companion import Companion


class Keeper(Companion):
    """The process that runs ``cadastre keep``; unlike the web server it keeps our own user."""

    name = "keep"

    def command(self) -> list[str]:
        """Give what is run."""
        return [str(Path(sys.executable).parent / "cadastre"), "keep"]

    def environment(self) -> dict[str, str]:
        """Hand over the database, as its owner."""
        return os.environ | self.urls | {"CADASTRE_HOME": str(self.settings.home)}
