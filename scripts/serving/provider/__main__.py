"""Run the simulated provider: ``python -m serving.provider --port 8001 --home var/provider``.

The secret it shares with the merchant is read from ``CADASTRE_PAYMENTS_SECRET``.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from serving.provider.callbacks import Postman
from serving.provider.server import ProviderServer
from serving.provider.store import Store


def main() -> None:
    """Serve until ended; the port taken is said on the first line."""
    parser = argparse.ArgumentParser(prog="provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--first-pause", type=float, default=2.0, help="seconds before a retry")
    parser.add_argument("--for-tests", action="store_true", help="let tests turn switches")
    arguments = parser.parse_args()
    arguments.home.mkdir(parents=True, exist_ok=True)
    secret = os.environ["CADASTRE_PAYMENTS_SECRET"]
    store = Store(arguments.home / "provider.sqlite")
    server = ProviderServer(arguments.port, store, secret, for_tests=arguments.for_tests)
    Postman(store, secret, arguments.first_pause).start()
    print(f"provider http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
