"""Run gunicorn with as few rights as it can do with, and end it whole."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from sqlalchemy.engine import make_url

from cadastre.cluster.place import ClusterPlace
from cadastre.cluster.tuning import WEB_USER
from cadastre.config import ROOT, Settings

WORKERS = 2
THREADS = 8
STOP_SECONDS = 15
LONGEST_LOG_BYTES = 20_000_000


class WebServer:
    """The web server's process group: a master and its workers."""

    def __init__(self, settings: Settings, listener: socket.socket, urls: dict[str, str]) -> None:
        self.settings = settings
        self.listener = listener
        self.urls = urls
        host, port = listener.getsockname()
        # Certificates of a demonstration lead back here; a production names its own address.
        here = f"http://{host}:{port}" if settings.is_demo else ""
        self.address = settings.public_url or here
        self.log = settings.home / "log" / "web.log"
        self.log_start = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.user: pwd.struct_passwd | None = None

    def start(self) -> None:
        """Start the master; it dies with us even when we are killed without a word."""
        user = self.user = web_user(self.settings)
        folder = self.settings.home / "web"
        folder.mkdir(parents=True, exist_ok=True)
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".former.log"))
        with self.log.open("ab") as log:
            self.log_start = log.tell()
            self.process = subprocess.Popen(
                [*leash(user), *self._command()], cwd=ROOT, env=self._environment(folder),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                pass_fds=[self.listener.fileno()], start_new_session=True,
            )

    def is_running(self) -> bool:
        """Tell whether the master is alive."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Let requests under way end, then make sure that nobody of the group is left."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self) -> str:
        """Return what the log says last since this start, less gunicorn's own remarks."""
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            lines = log.read().decode("utf-8", errors="replace").splitlines()
        remarks = ("[", " ", "gunicorn.errors.")
        said = [line for line in lines if line and not line.startswith(remarks)]
        return said[-1] if said else "?"

    def _command(self) -> list[str]:
        options = {
            "bind": f"fd://{self.listener.fileno()}",
            "worker-class": "gthread",
            "workers": WORKERS,
            "threads": THREADS,
            "timeout": 60,
            "graceful-timeout": 10,
            "max-requests": 20_000,
            "max-requests-jitter": 2_000,
            "log-level": "warning",
        }
        if os.access("/dev/shm", os.W_OK):
            options["worker-tmp-dir"] = "/dev/shm"  # a busy disk must not look like a hung worker
        gunicorn = [sys.executable, "-m", "gunicorn", "--no-control-socket"]
        return [*gunicorn, *(f"--{name}={value}" for name, value in options.items()),
                "web.app:create_app(warmed=True)"]

    def _environment(self, folder: Path) -> dict[str, str]:
        """Hand over both addresses, so that the web server never touches the cluster itself."""
        return os.environ | self.urls | {
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "CADASTRE_HOME": str(self.settings.home),
            "CADASTRE_PUBLIC_URL": self.address,
            "CADASTRE_SECRET_KEY": self.settings.secret_key or _kept_secret(self.settings.home),
            "PYTHONUNBUFFERED": "1",
        }


def web_user(settings: Settings) -> pwd.struct_passwd | None:
    """Return the user the web server drops to; None when it stays who we are.

    Only root can drop. It does not where that user could not walk to the code, to Python or to the
    database, as in a clone below ``/root``: serving as root is then what the person who put it
    there asked for. Python is started from Python, as uploads and receipts do: the first start
    still has root's right to walk anywhere, the second has not.
    """
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam(WEB_USER)
    except KeyError:
        return None
    start_again = "subprocess.run([sys.executable, '-c', 'import web'], check=True)"
    tries = [
        [sys.executable, "-c", f"import web, gunicorn, subprocess, sys; {start_again}"],
        ["test", "-x", str(settings.home)],
    ]
    if settings.uses_private_cluster:
        tries.append(["test", "-x", str(ClusterPlace(settings.home).socket_folder)])
    elif not _crosses_the_network(settings.database_url or ""):
        return None  # a server behind a socket may know people by their system user
    return user if all(can_run_as(user, command) for command in tries) else None


def can_run_as(user: pwd.struct_passwd, command: list[str]) -> bool:
    """Tell whether a command succeeds with the rights of a system user; only root can ask."""
    tried = subprocess.run([*_drop(user), *command], cwd=ROOT, capture_output=True, check=False)
    return tried.returncode == 0


def _crosses_the_network(url: str) -> bool:
    """Tell whether a database is reached by host name rather than by a socket of this machine."""
    address = make_url(url)
    host = address.host or address.query.get("host") or "/"
    return not str(host).startswith("/")


def make_web_user() -> None:
    """Make the web server's system user where root may and it is missing."""
    make_user(WEB_USER)


def make_user(name: str) -> None:
    """Make a system user without a home or a shell, where root may and it is missing."""
    if os.geteuid() != 0 or shutil.which("useradd") is None:
        return
    with contextlib.suppress(KeyError):
        pwd.getpwnam(name)
        return
    command = ["useradd", "--system", "--user-group", "--no-create-home",
               "--shell", "/usr/sbin/nologin", name]
    subprocess.run(command, capture_output=True, check=False)


def _drop(user: pwd.struct_passwd) -> list[str]:
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
            "--no-new-privs", "--inh-caps=-all"]


def leash(user: pwd.struct_passwd | None) -> list[str]:
    """Prefix a command so that it ends when this process does, with the rights of ``user``."""
    if shutil.which("setpriv") is None:
        return []
    return [*(_drop(user) if user else ["setpriv"]), "--pdeathsig=TERM"]


def _kept_secret(home: Path) -> str:
    """Return the secret that signs sessions, made once, so that a restart signs nobody out."""
    path = home / "secret_key"
    if not path.exists():
        fresh = path.with_suffix(".fresh")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32), "ascii")
        fresh.replace(path)
    return path.read_text("ascii")
