"""Run the simulated provider as a process, and act as its payer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from cadastre.config import ROOT

SECRET = "a secret of the tests only"
PATIENCE_S = 30


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Let a test see where it would be led."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class ProviderProcess:
    """The provider on a free port; killed and started again without losing anything."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> ProviderProcess:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, on the port it had before."""
        environment = {
            "PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT}", "CADASTRE_PAYMENTS_SECRET": SECRET
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "serving.provider", "--home", str(self.home), "--port",
             str(self.port), "--first-pause", "0.2", "--for-tests"],
            env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().rpartition(":")[2])

    def kill(self) -> None:
        """Kill it without a word."""
        assert self.process is not None
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_S)

    def pay(self, pay_address: str, answer: str = "accept", behaviour: str = "") -> str:
        """Answer as the payer, and give the address one is led back to."""
        body = urllib.parse.urlencode({"answer": answer, "behaviour": behaviour}).encode()
        opener = urllib.request.build_opener(NoRedirect)
        try:
            opener.open(urllib.request.Request(pay_address, body), timeout=PATIENCE_S).close()
        except urllib.error.HTTPError as led:
            led.close()
            return str(led.headers["Location"])
        raise AssertionError("nobody is led back")

    def charged(self, reference: str) -> int:
        """Tell how often the payer of an attempt was charged."""
        with urllib.request.urlopen(f"{self.address}/charged", timeout=PATIENCE_S) as answer:
            return json.load(answer).get(reference, 0)

    def turn(self, path: str = "switches", **wanted: Any) -> None:
        """Turn switches, or let a session expire."""
        body = json.dumps(wanted).encode()
        with urllib.request.urlopen(f"{self.address}/{path}", body, timeout=PATIENCE_S):
            pass
