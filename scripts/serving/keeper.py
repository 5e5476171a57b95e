"""Keep the register in order while it is served, as a process that alone knows the key."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from cadastre.config import ROOT, Settings
from serving.web_server import leash

PAUSE_SECONDS = 30  # before a keeper that ended by itself is started again
STOP_SECONDS = 5


class Keeper:
    """The process that runs ``cadastre keep``; unlike the web server it keeps our own user."""

    def __init__(self, settings: Settings, urls: dict[str, str]) -> None:
        self.settings = settings
        self.urls = urls
        self.log = settings.home / "log" / "keep.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self) -> None:
        """Start it; it dies with us even when we are killed without a word."""
        self.started = time.monotonic()
        command = Path(sys.executable).parent / "cadastre"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*leash(None), str(command), "keep"], cwd=ROOT,
                env=os.environ | self.urls | {"CADASTRE_HOME": str(self.settings.home)},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def keep_running(self) -> bool:
        """Start it again when it ended some time ago, and tell whether it had to be."""
        if self.process is None or self.process.poll() is None:
            return False
        if time.monotonic() - self.started < PAUSE_SECONDS:
            return False
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
