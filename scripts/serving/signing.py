"""Run the process that signs certificates as a system user of its own, and say when it cannot be.

It is told nothing of the database, and nobody else can read its key: neither web processes nor the
database's user.
"""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from cadastre.config import Settings
from cadastre.signing.place import SIGN_USER, SignPlace
from serving import tell
from serving.companion import Companion
from serving.web_server import WebServer, can_run_as, make_user

SECRETS = ("DATABASE_URL", "SECRET_KEY", "LOG_KEY")


class SigningProcess(Companion):
    """The process that runs ``cadastre sign``."""

    name = "sign"
    pause_seconds = 2  # people wait for their papers

    def __init__(self, settings: Settings, urls: dict[str, str], web: WebServer) -> None:
        super().__init__(settings, urls)
        self.web = web

    def user(self) -> pwd.struct_passwd | None:
        """Give the signer's own user, where root can make it and it can walk to the code."""
        return sign_user(self.settings)

    def command(self) -> list[str]:
        """Give what is run."""
        return [str(Path(sys.executable).parent / "cadastre"), "sign"]

    def environment(self) -> dict[str, str]:
        """Hand over where things are, without what opens the database or sessions."""
        kept = {name: value for name, value in os.environ.items() if not name.endswith(SECRETS)}
        return kept | {"CADASTRE_HOME": str(self.settings.home), "HOME": "/nonexistent"}

    def start(self) -> None:
        """Make its folders its own, then start it."""
        user = self.user()
        place = SignPlace(self.settings.home)
        place.make_folders(user and user.pw_uid, user and user.pw_gid)
        if user is None or self.web.user is None:
            tell(
                "Attention : la clé des certificats n'est pas isolée du serveur web ; démarrez en "
                "root, avec un clone et un Python que d'autres utilisateurs peuvent lire",
                "Warning: the key of certificates is not isolated from the web server; start as "
                "root, with a clone and a Python that other users can read",
            )
        super().start()


def sign_user(settings: Settings) -> pwd.struct_passwd | None:
    """Give the system user who signs; None when it must stay who we are."""
    if os.geteuid() != 0:
        return None
    make_user(SIGN_USER)
    try:
        user = pwd.getpwnam(SIGN_USER)
    except KeyError:
        return None
    reached = can_run_as(user, [sys.executable, "-c", "import cadastre.signing.client"])
    return user if reached and can_run_as(user, ["test", "-x", str(settings.home)]) else None
