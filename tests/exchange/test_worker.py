"""The jail holds: no other file, no network, bounded time and memory, one driver."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.worker.client import ENVIRONMENT, UPLOAD, ask
from tests.exchange.hostile.corpus import geopackage, registered, shapefile

SCRIPT = """
import json, socket, sys
from pathlib import Path
from cadastre.exchange.worker import jail
def tried(deed):
    try: deed()
    except OSError as fault: return type(fault).__name__
    return 'done'
def connect():
    with socket.socket() as s: s.connect(('127.0.0.1', int(sys.argv[2])))
deeds = {
    'read': lambda: Path(sys.argv[1]).read_text(),
    'write': lambda: Path(sys.argv[1]).write_text(''),
    'own': lambda: Path('own.txt').write_text('x'),
    'connect': connect,
}
before = {name: tried(deed) for name, deed in deeds.items() if name != 'write'}
network = jail.leave_network()
held = jail.shut(Path.cwd(), [])
after = {name: tried(deed) for name, deed in deeds.items()}
print(json.dumps({'before': before, 'after': after, 'held': held, 'network': network}))
"""


def test_shut_closes_files_and_network(tmp_path: Path) -> None:
    """With the control: before the jail is shut, the same process reads and connects."""
    import socket

    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    secret.chmod(0o666)
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "own.txt").write_text("")
    for path in (tmp_path, folder, folder / "own.txt"):
        path.chmod(0o777)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = str(server.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-I", "-c", SCRIPT, str(secret), port], cwd=folder,
            env=ENVIRONMENT, capture_output=True, text=True, check=True,
        )
    seen = json.loads(done.stdout)
    assert seen["before"] == {"read": "done", "own": "done", "connect": "done"}
    assert "no-new-privileges" in seen["held"]
    if "landlock" not in seen["held"]:
        pytest.skip("this kernel has no Landlock")
    assert seen["after"]["read"] == seen["after"]["write"] == "PermissionError"
    assert seen["after"]["own"] == "done"
    assert seen["after"]["connect"] != "done"
    assert secret.read_text() == "secret"


def _order(**more: object) -> dict[str, object]:
    return {
        "driver": "ESRI Shapefile", "sources": [{"file": "a.shp"}], "features": 10, "corners": 500,
        **more,
    }


def test_an_answer_names_its_guards() -> None:
    answer = ask("vector", shapefile(), **_order())
    assert answer["features"][0]["attributes"] == {"NOM": "x"}
    assert "no-new-privileges" in answer["held"]
    assert ("nobody" in answer["held"]) == (os.geteuid() == 0)


def test_another_driver_s_file_is_refused() -> None:
    with pytest.raises(UnusableInput, match=r"exchange\.unreadable"):
        ask("vector", shapefile(), **_order(driver="GPKG"))


def test_it_is_killed_from_outside() -> None:
    """A worker with all the processor time in the world still ends with the clock."""
    endless = geopackage([
        "CREATE VIEW v AS WITH RECURSIVE c(fid) AS (SELECT 1 UNION ALL SELECT fid+1 FROM c) "
        "SELECT max(fid) AS fid, NULL AS geom FROM c",
        *registered("v"),
    ])
    patient = replace(UPLOAD, cpu_seconds=100, wall_seconds=1.5)
    with pytest.raises(TooLarge, match=r"exchange\.too-slow"):
        ask(
            "vector", {"a.gpkg": endless}, allowance=patient,
            **_order(driver="GPKG", sources=[{"file": "a.gpkg"}]),
        )


def test_memory_is_bounded() -> None:
    starved = replace(UPLOAD, memory_bytes=60_000_000)
    with pytest.raises(UnusableInput):
        ask("vector", shapefile(), allowance=starved, **_order())


def test_a_talkative_answer_is_cut() -> None:
    with pytest.raises(TooLarge, match=r"exchange\.answer-too-large"):
        ask("vector", shapefile(), allowance=replace(UPLOAD, answer_bytes=10), **_order())
