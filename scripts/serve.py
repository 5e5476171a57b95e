"""Serve the cadastre of this clone until told to stop; ``scripts/run`` calls this after set-up."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import signal
import sys
from collections.abc import Iterator

from cadastre.cluster import admit_web_user, ensure_running, status, stop
from cadastre.config import Settings, read_settings
from cadastre.errors import CadastreError, NotAvailable
from cadastre.sentences import say
from cadastre.vocabulary import Language
from serving.keeper import Keeper
from serving.payments import PaymentProvider, free_port, payment_urls
from serving.port import HOST, take_port
from serving.register import load_demonstration, migrate
from serving.signing import SigningProcess
from serving.stream import StreamProcess
from serving.supervisor import Supervisor
from serving.web_server import WebServer, make_web_user


class ToldToStop(BaseException):
    """SIGTERM, Ctrl-C or the terminal's end: leave through every ``finally``."""


def main() -> int:
    """Serve, and turn whatever cannot work into one sentence in both languages."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _tell_to_stop)
    arguments = _arguments()
    try:
        serve(read_settings(), arguments.port, with_demonstration=not arguments.no_demo)
    except ToldToStop:
        return 0
    except CadastreError as error:
        return _complain(error)
    except OSError as error:  # a disk that filled up or a folder we may not write
        return _complain(
            NotAvailable("serve.cannot-write", where=error.filename, answer=error.strerror)
        )
    return 0


def serve(settings: Settings, port: int, *, with_demonstration: bool) -> None:
    """Start everything from the bottom up, watch it, and stop it from the top down."""
    (settings.home / "log").mkdir(parents=True, exist_ok=True)
    with _only_one(settings), take_port(port) as listener, _database(settings) as urls:
        migrate(urls["CADASTRE_DATABASE_URL"])
        if with_demonstration and settings.is_demo:
            load_demonstration(urls["CADASTRE_DATABASE_URL"])
        payments = _payments(settings, urls, port)
        for provider in payments:
            urls |= payment_urls(settings, provider.port)
        web = WebServer(settings, listener, urls)
        companions = [
            SigningProcess(settings, urls, web), StreamProcess(settings, urls, web),
            Keeper(settings, urls), *payments,
        ]  # fmt: skip
        address = f"http://{HOST}:{port}/"
        try:
            supervisor = Supervisor(web, companions, lambda: _revive(settings), address)
            supervisor.start()
            print(f"ready {address}", flush=True)
            supervisor.watch()
        finally:
            _ignore_signals()
            web.stop()
            for companion in companions:
                companion.stop()


def _payments(settings: Settings, urls: dict[str, str], port: int) -> list[PaymentProvider]:
    """Give a demonstration a provider that moves no money, unless it names one."""
    if not settings.is_demo or settings.payments_url is not None:
        return []
    return [PaymentProvider(settings, urls, free_port(port + 1))]


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[dict[str, str]]:
    """Hand over the addresses of the database; a private cluster stops at the end."""
    if not settings.uses_private_cluster:
        yield {"CADASTRE_DATABASE_URL": settings.database_url or ""}
        return
    try:
        make_web_user()
        urls = ensure_running(settings.home)
        admit_web_user(settings.home)
        yield {
            "CADASTRE_DATABASE_URL": urls.owner_url,
            "CADASTRE_APP_DATABASE_URL": urls.app_url,
        }
    finally:
        _ignore_signals()
        stop(settings.home)


def _revive(settings: Settings) -> bool:
    """Start our cluster again if it is down, and tell whether it was."""
    if not settings.uses_private_cluster or status(settings.home).is_running:
        return False
    ensure_running(settings.home)
    admit_web_user(settings.home)
    return True


@contextlib.contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Refuse to serve one home twice: the second would stop the first one's cluster."""
    with (settings.home / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as refusal:
            raise NotAvailable("serve.already-serving", home=str(settings.home)) from refusal
        yield


def _complain(error: CadastreError) -> int:
    """Say an error in each language, and return the exit code it stands for."""
    for language in Language:
        print(say(error.code, language, where=error.where, **error.values), file=sys.stderr)
    return error.exit_code


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-demo", action="store_true")
    return parser.parse_args()


def _tell_to_stop(_number: int, _frame: object) -> None:
    raise ToldToStop


def _ignore_signals() -> None:
    """Let the stopping itself end: it is bounded in time."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
