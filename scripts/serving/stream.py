"""Run the process that streams to screens, as the web server's user and with its rights."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from cadastre.config import Settings
from serving.companion import Companion
from serving.web_server import WebServer

SECRETS = ("SECRET_KEY", "LOG_KEY", "PAYMENTS_SECRET", "SECOND_FACTOR_KEY", "SMTP_URL")


class StreamProcess(Companion):
    """The process that runs ``cadastre stream``; it signs nobody in and knows no key."""

    name = "stream"
    pause_seconds = 2  # screens wait, and ask the web server meanwhile

    def __init__(self, settings: Settings, urls: dict[str, str], web: WebServer) -> None:
        super().__init__(settings, urls)
        self.web = web

    def user(self) -> pwd.struct_passwd | None:
        """Give the user of the web server, who hands connections over."""
        return self.web.user

    def command(self) -> list[str]:
        """Give what is run."""
        return [str(Path(sys.executable).parent / "cadastre"), "stream"]

    def environment(self) -> dict[str, str]:
        """Hand over the database as the web server has it, and no secret."""
        told = os.environ | self.urls | {"CADASTRE_HOME": str(self.settings.home)}
        return {name: value for name, value in told.items() if not name.endswith(SECRETS)}
