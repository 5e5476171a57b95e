"""The private cluster: made on first use, repaired after any kill, closed to everyone else."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from cadastre.cluster import ClusterUrls, ensure_running, life, status, stop
from cadastre.cluster.binaries import find_binaries
from cadastre.cluster.place import LONGEST_SOCKET_FOLDER, ClusterPlace
from cadastre.cluster.processes import is_alive, server_process
from cadastre.cluster.roles import EXTENSIONS, connect
from cadastre.config import APP_ROLE, OWNER_ROLE, ROOT
from cadastre.errors import NotAvailable


def has_postgis() -> bool:
    try:
        find_binaries()
    except NotAvailable:
        return False
    return True


pytestmark = pytest.mark.skipif(not has_postgis(), reason="no PostGIS server programs here")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep one cluster for the tests of this file; each leaves it in any state."""
    home = tmp_path_factory.mktemp("home")
    yield home
    stop(home)


def ask(url: str, question: str) -> object:
    with connect(url) as server, server.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
        return row[0] if row else None


def ask_until_answered(home: Path, question: str) -> object:
    """Ask again while a server that has just lost a backend ends the others' connections."""
    for _ in range(50):
        try:
            return ask(ensure_running(home).owner_url, question)
        except psycopg2.OperationalError:
            time.sleep(0.1)
    raise AssertionError("the server never answered")


def postmaster(home: Path) -> int:
    number = status(home).process
    assert number is not None
    return number


def write_something(urls: ClusterUrls) -> None:
    with connect(urls.owner_url) as server, server.cursor() as cursor:
        cursor.execute("create table if not exists kept (n int)")
        cursor.execute("insert into kept values (1)")


def test_roles_own_no_more_than_they_should(home: Path) -> None:
    urls = ensure_running(home)
    for url, role in ((urls.owner_url, OWNER_ROLE), (urls.app_url, APP_ROLE)):
        assert ask(url, "select current_user") == role
        assert ask(url, "select rolsuper or rolcreaterole or rolcreatedb or rolreplication"
                        " from pg_roles where rolname = current_user") is False
    assert ask(urls.owner_url, "select pg_get_userbyid(datdba) from pg_database"
                               " where datname = current_database()") == OWNER_ROLE
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(urls.app_url, "create table mine (n int)")


def test_extensions_and_settings_are_ours(home: Path) -> None:
    url = ensure_running(home).app_url
    for extension in EXTENSIONS:
        assert ask(url, f"select count(*) from pg_extension where extname = '{extension}'") == 1
    wanted = {"jit": "off", "TimeZone": "UTC", "listen_addresses": "", "data_checksums": "on",
              "server_encoding": "UTF8"}
    for name, value in wanted.items():
        assert ask(url, f"show {name}") == value


def test_nobody_else_can_walk_to_the_socket_or_the_data(home: Path) -> None:
    ensure_running(home)
    place = ClusterPlace(home)
    assert stat.S_IMODE(place.socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.data.stat().st_mode) == 0o700
    if os.geteuid() == 0:
        assert place.data.stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else")
def test_a_stranger_who_reaches_the_socket_is_refused_by_name(home: Path) -> None:
    ensure_running(home)
    place = ClusterPlace(home)
    stranger = pwd.getpwnam("nobody")
    closed = {
        folder: folder.stat().st_mode
        for folder in (place.socket_folder, *place.socket_folder.parents)
        if not folder.stat().st_mode & stat.S_IXOTH
    }
    for folder in closed:  # the folders' guard is taken away; the server's own is left
        folder.chmod(0o755)
    try:
        refused = subprocess.run(
            [find_binaries().program("psql"), place.urls().owner_url, "-c", "select 1"],
            user=stranger.pw_uid, group=stranger.pw_gid, extra_groups=[], cwd="/",
            capture_output=True, text=True, check=False,
        )
    finally:
        for folder, mode in closed.items():
            folder.chmod(mode)
    assert refused.returncode != 0
    assert "eer authentication failed" in refused.stderr


@pytest.mark.parametrize("victim", ["server", "backend", "stopped"])
def test_what_was_committed_survives_a_kill(home: Path, victim: str) -> None:
    urls = ensure_running(home)
    write_something(urls)
    before = ask(urls.owner_url, "select count(*) from kept")
    if victim == "backend":
        with psycopg2.connect(urls.owner_url) as busy:
            os.kill(busy.info.backend_pid, signal.SIGKILL)
    elif victim == "server":
        os.kill(postmaster(home), signal.SIGKILL)
    else:
        stop(home)
        assert not status(home).is_running
    assert ask_until_answered(home, "select count(*) from kept") == before


def test_a_busy_backend_that_outlives_its_server_is_ended(home: Path) -> None:
    urls = ensure_running(home)
    with psycopg2.connect(urls.owner_url) as busy:
        backend = busy.info.backend_pid
        os.kill(backend, signal.SIGSTOP)  # cannot notice that its server is gone
        os.kill(postmaster(home), signal.SIGKILL)
        time.sleep(0.2)
        assert is_alive(backend)
        assert ask_until_answered(home, "select 1") == 1
        assert server_process(ClusterPlace(home).data) != backend
        assert not is_alive(backend)


def test_a_lock_file_that_names_a_stranger_is_not_believed(home: Path) -> None:
    ensure_running(home)
    stop(home)
    place = ClusterPlace(home)
    stranger = subprocess.Popen(
        ["sleep", "60"], user=place.data.stat().st_uid if os.geteuid() == 0 else None
    )
    try:
        (place.data / "postmaster.pid").write_text(f"{stranger.pid}\n{place.data}\n1\n5432\n")
        assert not status(home).is_running
        assert ask(ensure_running(home).owner_url, "select 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_starts_at_the_same_time_make_one_server(tmp_path: Path) -> None:
    words = "import sys, pathlib; from cadastre.cluster import ensure_running as e; " \
            "print(e(pathlib.Path(sys.argv[1])).owner_url)"
    starts = [
        subprocess.Popen([sys.executable, "-c", words, str(tmp_path)], cwd=ROOT,
                         stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    try:
        answers = {start.communicate(timeout=60)[0] for start in starts}
        assert [start.returncode for start in starts] == [0, 0, 0]
        assert answers == {status(tmp_path).urls.owner_url + "\n"}
    finally:
        stop(tmp_path)


def test_a_making_cut_short_is_made_again(home: Path) -> None:
    ensure_running(home)
    stop(home)
    half = ClusterPlace(home).folder / "data.fresh"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    (ClusterPlace(home).folder / life.PREPARED).unlink()
    assert ask(ensure_running(home).app_url, "select 1") == 1


def test_a_socket_path_too_long_for_the_kernel_is_kept_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100)
    place = ClusterPlace(deep)
    assert len(str(place.socket_folder)) <= LONGEST_SOCKET_FOLDER
    assert place.socket_folder == ClusterPlace(deep).socket_folder
    assert place.socket_folder != ClusterPlace(tmp_path / ("b" * 100)).socket_folder


def test_no_postgis_names_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotAvailable) as refusal:
        find_binaries(tmp_path)
    assert refusal.value.code == "cluster.no-postgis"
    assert "postgis" in refusal.value.values["command"]


def test_a_full_disk_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "LEAST_FREE_BYTES", 2**60)
    with pytest.raises(NotAvailable) as refusal:
        ensure_running(tmp_path)
    assert refusal.value.code == "cluster.disk-full"
    assert not ClusterPlace(tmp_path).data.exists()


def test_settings_the_server_refuses_end_in_its_own_words(home: Path) -> None:
    ensure_running(home)
    stop(home)
    main = ClusterPlace(home).data / "postgresql.auto.conf"
    good = main.read_text("utf-8")
    main.write_text("max_connections = 'many'\n", "utf-8")
    try:
        with pytest.raises(NotAvailable) as refusal:
            ensure_running(home)
    finally:
        main.write_text(good, "utf-8")
    assert refusal.value.code == "cluster.cannot-start"
    assert "postgresql.auto.conf" in refusal.value.values["answer"]
