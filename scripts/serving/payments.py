"""Run the simulated payment provider beside a demonstration; a real site names its own provider."""

from __future__ import annotations

import os
import pwd
import secrets
import socket
import sys

from cadastre.config import ROOT, Settings
from serving.companion import Companion
from serving.port import HOST
from serving.web_server import web_user

SECRET_FILE = "payments_secret"


class PaymentProvider(Companion):
    """The process that runs ``python -m serving.provider``, on a port of its own."""

    name = "provider"
    pause_seconds = 2  # people are in the middle of a payment

    def __init__(self, settings: Settings, urls: dict[str, str], port: int) -> None:
        super().__init__(settings, urls)
        self.port = port
        self.folder = settings.home / "provider"

    def user(self) -> pwd.struct_passwd | None:
        """Give the web server's user: it needs no more rights than that."""
        return web_user(self.settings)

    def command(self) -> list[str]:
        """Give what is run."""
        return [sys.executable, "-m", "serving.provider", "--port", str(self.port),
                "--home", str(self.folder)]  # fmt: skip

    def environment(self) -> dict[str, str]:
        """Hand over the shared secret, and nothing that opens the database or sessions."""
        kept = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
        return kept | {
            "PYTHONPATH": f"{ROOT / 'scripts'}{os.pathsep}{ROOT}",
            "CADASTRE_PAYMENTS_SECRET": kept_secret(self.settings),
        }

    def start(self) -> None:
        """Make its folder its own, then start it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        user = self.user()
        if user is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        super().start()


def payment_urls(settings: Settings, port: int) -> dict[str, str]:
    """Tell the web server and the keeper where the simulated provider is, and its secret."""
    return {
        "CADASTRE_PAYMENTS_URL": f"http://{HOST}:{port}",
        "CADASTRE_PAYMENTS_SECRET": kept_secret(settings),
    }


def free_port(wish: int) -> int:
    """Give the port after ours when it is free, else any: people may have opened the first."""
    for port in (wish, 0):
        with socket.socket() as asking:
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                asking.bind((HOST, port))
            except OSError:
                continue
            return int(asking.getsockname()[1])
    return wish


def kept_secret(settings: Settings) -> str:
    """Give the secret both sides share, made once."""
    path = settings.home / SECRET_FILE
    if not path.exists():
        fresh = path.with_suffix(".fresh")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32), "ascii")
        fresh.replace(path)
    return path.read_text("ascii")
