"""Run a process beside the web server, and start it again when it ends by itself."""

from __future__ import annotations

import contextlib
import pwd
import subprocess
import time

from cadastre.config import ROOT, Settings
from serving.web_server import leash

PAUSE_SECONDS = 30  # before a process that ended by itself is started again
LONGEST_PAUSE_SECONDS = 300  # what cannot start must not fill the log with its complaint
SHORT_LIFE_SECONDS = 10
STOP_SECONDS = 5


class Companion:
    """A process that reading does not wait for; its end never ends the serving."""

    name = "companion"
    pause_seconds = PAUSE_SECONDS

    def __init__(self, settings: Settings, urls: dict[str, str]) -> None:
        self.settings = settings
        self.urls = urls
        self.log = settings.home / "log" / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.pause = float(self.pause_seconds)

    def user(self) -> pwd.struct_passwd | None:
        """Give the system user it drops to; None when it stays who we are."""
        return None

    def command(self) -> list[str]:
        """Give what is run."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Give all that it is told."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it; it dies with us even when we are killed without a word."""
        self.started = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*leash(self.user()), *self.command()], cwd=ROOT, env=self.environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def keep_running(self) -> bool:
        """Start it again when it ended some time ago, and tell whether it had to be.

        One that dies soon after each start is given longer and longer pauses.
        """
        age = time.monotonic() - self.started
        if self.process is None or self.process.poll() is None:
            if age > SHORT_LIFE_SECONDS:
                self.pause = float(self.pause_seconds)
            return False
        if age < self.pause:
            return False
        self.pause = min(2 * self.pause, LONGEST_PAUSE_SECONDS)
        self.start()
        return True

    def stop(self) -> None:
        """End it; what is cut leaves nothing half done, and is done at the next start."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
            self.process.terminate()
            self.process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
