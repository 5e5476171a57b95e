"""The signing process as it is started: it signs for whom it knows, and nobody reads its key."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cadastre.cluster.tuning import WEB_USER
from cadastre.config import ROOT, read_settings
from cadastre.errors import NotAvailable
from cadastre.exchange.pdf import html_to_pdf
from cadastre.services.certificates.issuing import new_code
from cadastre.signing.client import SigningClient
from cadastre.signing.frames import MOST_BODY_BYTES, MOST_HEADER_BYTES
from cadastre.signing.place import SignPlace
from cadastre.signing.policy import Wanted, mark

PROGRAM = Path(sys.executable).parent / "cadastre"
START_SECONDS = 60.0
STRANGER = 65534  # nobody


@pytest.fixture(scope="module")
def place() -> Iterator[SignPlace]:
    """Start the process as the supervisor does: as its own user where root may."""
    home = Path("/tmp") / f"cadastre-signing-{os.getpid()}"  # pytest's own folders are closed
    home.mkdir(mode=0o755)
    (home / "log").mkdir()
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from serving.signing import SigningProcess
        from serving.web_server import WebServer, make_web_user

        make_web_user()
        settings = read_settings({"CADASTRE_HOME": str(home)})
        with socket.create_server(("127.0.0.1", 0)) as listener:
            process = SigningProcess(settings, {}, WebServer(settings, listener, {}))
        process.start()
        found = SignPlace(home)
        _wait(found)
        yield found
        process.stop()
    finally:
        sys.path.remove(str(ROOT / "scripts"))
        shutil.rmtree(home, ignore_errors=True)


def _wait(place: SignPlace) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            SigningClient(place.socket).about()
        except NotAvailable:
            time.sleep(0.05)
        else:
            return
    raise AssertionError((place.home / "log" / "sign.log").read_text("utf-8"))


def paper(code: str, kind: str = "title", demonstration: bool = True) -> bytes:
    words = mark(Wanted(kind, code, demonstration))
    page = f'<html lang="fr"><title>x</title><meta name="keywords" content="{words}">x</html>'
    return html_to_pdf(page, variant="pdf/a-3u")


def as_user(uid: int, *command: str) -> subprocess.CompletedProcess[str]:
    drop = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"]
    return subprocess.run([*drop, *command], capture_output=True, text=True, check=False, cwd="/")


def written_down(place: SignPlace) -> str:
    return place.log.read_text("utf-8") if place.log.exists() else ""


def is_apart(place: SignPlace) -> bool:
    return os.geteuid() == 0 and place.keys.stat().st_uid != 0


def web_uid() -> int:
    return pwd.getpwnam(WEB_USER).pw_uid


def test_it_signs_papers_of_ours_and_writes_each_down(place):
    code = new_code()
    unsigned = paper(code)
    signed = SigningClient(place.socket).sign(
        unsigned, kind="title", code=code, is_demonstration=True
    )
    assert signed.startswith(unsigned)
    assert b"/ETSI.CAdES.detached" in signed
    line = json.loads(place.log.read_text("utf-8").splitlines()[-1])
    assert (line["kind"], line["asked_by"], line["demonstration"]) == ("title", os.geteuid(), True)
    assert code not in place.log.read_text("utf-8")


@pytest.mark.parametrize(
    ("pdf", "kind", "demonstration", "why"),
    [
        (lambda code: b"%PDF-1.7 nothing", "title", True, "not-our-paper"),
        (lambda code: b"hello", "title", True, "not-our-paper"),
        (lambda code: paper(new_code()), "title", True, "not-our-paper"),
        (lambda code: paper(code, "refusal"), "title", True, "not-our-paper"),
        (lambda code: paper(code), "cheque", True, "unknown-kind"),
        (lambda code: paper(code, demonstration=False), "title", False, "demonstration-key"),
    ],
    ids=["broken", "no-pdf", "other-code", "other-kind", "unknown-kind", "not-for-show"],
)
def test_it_signs_nothing_else(place, pdf, kind, demonstration, why):
    code, before = new_code(), written_down(place)
    with pytest.raises(NotAvailable, match="refused") as refusal:
        SigningClient(place.socket).sign(
            pdf(code), kind=kind, code=code, is_demonstration=demonstration
        )
    assert refusal.value.values["reason"] == f"signing.{why}"
    assert written_down(place) == before


def test_what_was_signed_is_not_signed_again(place):
    code = new_code()
    told = {"kind": "title", "code": code, "is_demonstration": True}
    once = SigningClient(place.socket).sign(paper(code), **told)
    with pytest.raises(NotAvailable):
        SigningClient(place.socket).sign(once, **told)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        (MOST_HEADER_BYTES + 1).to_bytes(4, "big") + b"x" * 100,
        b"\x00\x00\x00\x05[1,2]",
        b"\x00\x00\x00\x02{}",
        b"\xff\xff\xff\xff",
    ],
)
def test_garbled_requests_are_refused_and_it_goes_on(place, content):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(place.socket))
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        assert b"signing.garbled" in connection.recv(4096)
    header = json.dumps({"verb": "sign", "length": MOST_BODY_BYTES + 1}).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(place.socket))
        connection.sendall(len(header).to_bytes(4, "big") + header)
        assert b"signing.garbled" in connection.recv(4096)
    assert SigningClient(place.socket).about().is_demonstration


def test_the_key_is_closed_to_everybody_else(place):
    for path in (place.keys, *place.keys.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the web server's user")
def test_the_web_user_cannot_read_the_key_and_still_has_papers_signed(place):
    if not is_apart(place):
        pytest.skip("the signer's user cannot walk to this clone")
    (key,) = place.keys.iterdir()
    tried = as_user(web_uid(), "cat", str(key))
    assert tried.returncode != 0
    assert "Permission denied" in tried.stderr
    assert as_user(web_uid(), "ls", str(place.keys)).returncode != 0
    # The failing control: the same try on a key left readable succeeds, so the try is a real one.
    beside = place.home / "left-open.pem"
    beside.write_bytes(key.read_bytes())
    beside.chmod(0o644)
    assert "PRIVATE KEY" in as_user(web_uid(), "cat", str(beside)).stdout
    beside.unlink()
    ask = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from cadastre.signing.client import SigningClient
told = SigningClient(Path({str(place.socket)!r})).about()
print(told.is_isolated, told.is_demonstration)
"""
    asked = as_user(web_uid(), sys.executable, "-c", ask)
    assert asked.stdout == "True True\n", asked.stderr
    asked = as_user(STRANGER, sys.executable, "-c", ask)
    assert "signing.unknown-asker" in asked.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the web server's user")
def test_the_web_user_cannot_read_the_key_of_the_log(place):
    from cadastre.sealing.keys import open_key

    path = place.home / "keys" / "log.pem"
    open_key(path, may_make=True)
    assert as_user(web_uid(), "cat", str(path)).returncode != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_is_served_and_told_that_nothing_is_isolated(tmp_path_factory):
    home = Path("/tmp") / f"cadastre-alone-{os.getpid()}"
    home.mkdir()
    uid = web_uid()
    os.chown(home, uid, -1)
    command = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--pdeathsig=TERM"]
    told = {"CADASTRE_HOME": str(home), "PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    with subprocess.Popen([*command, str(PROGRAM), "sign"], cwd=ROOT, env=told) as alone:
        try:
            place = SignPlace(home)
            _wait_as(uid, place)
            ask = [*command, str(PROGRAM), "sign", "--status"]
            status = subprocess.run(
                ask, cwd=ROOT, env=told, capture_output=True, text=True, check=True
            )
            assert "n'est pas isolée" in status.stderr
        finally:
            alone.terminate()
            alone.wait(10)
            shutil.rmtree(home, ignore_errors=True)


def _wait_as(uid: int, place: SignPlace) -> None:
    end = time.monotonic() + START_SECONDS
    while not place.socket.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
