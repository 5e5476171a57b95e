"""Watch the cluster, the web server and its companions, and bring back whichever died."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence

from cadastre.errors import NotAvailable
from serving import tell
from serving.companion import Companion
from serving.web_server import WebServer

LOOK_SECONDS = 0.3
READY_SECONDS = 90
SHORT_LIFE_SECONDS = 10
MOST_SHORT_LIVES = 5


class Supervisor:
    """Keeps one web server answering.

    Parameters
    ----------
    web : WebServer
        Started here, and started again whenever its master is gone.
    companions : sequence of Companion
        The signer and the keeper, started with it and kept running; the end of one never ends the
        serving, since reading must go on.
    revive_database : callable
        Starts the private cluster if it is down and tells whether it had to; returns False for a
        server that is not ours to start.
    """

    def __init__(
        self,
        web: WebServer,
        companions: Sequence[Companion],
        revive_database: Callable[[], bool],
        address: str,
    ) -> None:
        self.web = web
        self.companions = companions
        self.revive_database = revive_database
        self.address = address
        self.short_lives = 0
        self.started = 0.0

    def start(self) -> None:
        """Start the web server and wait until it answers that all is well.

        Raises
        ------
        NotAvailable
            It ended at once or never answered; its own last words are given.
        """
        self._start_web()
        for companion in self.companions:
            companion.start()
        end = time.monotonic() + READY_SECONDS
        while not self._is_healthy():
            if not self.web.is_running() or time.monotonic() > end:
                raise self._failure()
            time.sleep(0.1)

    def watch(self) -> None:
        """Look around for ever; a signal ends it by raising.

        Raises
        ------
        NotAvailable
            The web server died again and again within seconds of its start.
        """
        while True:
            time.sleep(LOOK_SECONDS)
            if self.revive_database():
                tell("Base arrêtée : relancée", "The database had stopped: restarted")
            if not self.web.is_running():
                self._count_short_life()
                tell("Serveur web arrêté : relancé", "The web server had stopped: restarted")
                self.web.stop()  # workers that outlived their master
                self._start_web()
            for companion in self.companions:
                if companion.keep_running():
                    tell(f"{companion.name} arrêté : relancé", f"{companion.name}: restarted")

    def _start_web(self) -> None:
        self.started = time.monotonic()
        self.web.start()

    def _count_short_life(self) -> None:
        lived = time.monotonic() - self.started
        self.short_lives = self.short_lives + 1 if lived < SHORT_LIFE_SECONDS else 0
        if self.short_lives >= MOST_SHORT_LIVES:
            raise self._failure()

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _failure(self) -> NotAvailable:
        return NotAvailable(
            "serve.web-failed", where=str(self.web.log), answer=self.web.last_words()
        )
