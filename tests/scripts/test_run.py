"""``scripts/run`` as a person meets it: ready, hard to kill, easy to stop, plain when it fails."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cadastre.cluster import status
from cadastre.cluster.binaries import find_binaries
from cadastre.config import ROOT
from cadastre.errors import NotAvailable

SECONDS = 90


def has_postgis() -> bool:
    try:
        find_binaries()
    except NotAvailable:
        return False
    return True


pytestmark = [
    pytest.mark.skipif(not has_postgis(), reason="no PostGIS server programs here"),
    pytest.mark.xdist_group("serving"),  # one of them serves while the others disturb it
]


class Serving:
    """One running ``scripts/run`` with a home of its own and no demonstration."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port
        self.process = start(home, "--port", str(port), "--no-demo")

    def wait_until_ready(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def is_healthy(self) -> bool:
        address = f"http://127.0.0.1:{self.port}/healthz"
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return answer.status == 200
        except OSError:
            return False

    def web_masters(self) -> list[int]:
        return [number for number in children(self.process.pid) if "gunicorn" in words_of(number)]

    def complaint(self) -> str:
        self.end()
        return self.process.communicate()[1]

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(SECONDS)


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items()
                   if key not in {"CADASTRE_DATABASE_URL", "CADASTRE_APP_DATABASE_URL"}}
    return subprocess.Popen(
        ["scripts/run", *arguments], cwd=ROOT, text=True, stdin=subprocess.DEVNULL,
        env=environment | {"CADASTRE_HOME": str(home)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split()
    return [int(number) for number in listed]


def words_of(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_text("utf-8").replace("\0", " ")
    except OSError:
        return ""


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def is_listened_to(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    running = Serving(tmp_path_factory.mktemp("served"), free_port())
    try:
        said = running.wait_until_ready()
        assert said == f"ready http://127.0.0.1:{running.port}/\n", running.complaint()
        yield running
    finally:
        running.end()
        running.process.communicate()


def test_ready_means_that_it_answers(serving: Serving) -> None:
    assert serving.is_healthy()


def test_a_killed_web_server_comes_back_and_nobody_is_refused(serving: Serving) -> None:
    (master,) = serving.web_masters()
    os.kill(master, signal.SIGKILL)
    assert is_listened_to(serving.port)
    assert eventually(lambda: serving.web_masters() not in ([], [master]))
    assert eventually(serving.is_healthy)


def test_a_killed_worker_comes_back(serving: Serving) -> None:
    (master,) = serving.web_masters()
    assert eventually(lambda: len(children(master)) == 2)
    victim = children(master)[0]
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: len(children(master)) == 2 and victim not in children(master))
    assert serving.is_healthy()


def test_a_killed_database_comes_back(serving: Serving) -> None:
    former = status(serving.home).process
    assert former is not None
    os.kill(former, signal.SIGKILL)
    assert eventually(lambda: status(serving.home).process not in (None, former))
    assert eventually(serving.is_healthy)


def test_a_taken_port_ends_in_one_sentence_per_language(serving: Serving, tmp_path: Path) -> None:
    second = start(tmp_path, "--port", str(serving.port))
    said, complained = second.communicate(timeout=SECONDS)
    assert second.returncode == 4
    assert said == ""
    french, english = complained.splitlines()
    assert f"{serving.port} est déjà pris" in french
    assert f"{serving.port} is taken" in english


def test_one_home_is_served_once(serving: Serving) -> None:
    second = start(serving.home, "--port", str(free_port()), "--no-demo")
    _, complained = second.communicate(timeout=SECONDS)
    assert second.returncode == 4
    assert "déjà servi" in complained
    assert "Traceback" not in complained
    assert serving.is_healthy()


@pytest.mark.parametrize("port", ["0", "65536", "http", "", "-1"])
def test_what_is_no_port_is_said_at_once(tmp_path: Path, port: str) -> None:
    refused = start(tmp_path, "--port", port)
    _, complained = refused.communicate(timeout=SECONDS)
    assert refused.returncode == 2
    assert "1 to 65535" in complained


def test_sigterm_leaves_nothing_behind(serving: Serving) -> None:
    group = [serving.process.pid, *serving.web_masters()]
    workers = [number for master in serving.web_masters() for number in children(master)]
    assert serving.end() == 0
    assert not is_listened_to(serving.port)
    assert not status(serving.home).is_running
    assert not [number for number in [*group, *workers] if words_of(number)]


def test_after_a_kill_of_the_supervisor_the_port_is_free_and_a_start_works(tmp_path: Path) -> None:
    port = free_port()
    for turn in ("killed", "stopped"):
        running = Serving(tmp_path, port)
        assert running.wait_until_ready().startswith("ready ")
        if turn == "killed":
            running.process.kill()
            running.process.communicate()
            assert eventually(lambda: not is_listened_to(port))
        else:
            assert running.end() == 0
            running.process.communicate()
    assert not status(tmp_path).is_running
