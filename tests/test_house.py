"""The house as a whole: imports flow down, types hold, the lock says what setup.cfg asks."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cadastre.config import ROOT

PROGRAMS = Path(sys.executable).parent
HASHED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?: ;[^\\]*)?) \\$")
# Files that only a package or a build puts there, wherever they may be committed.
FOREIGN = re.compile(
    r"(^|/)(node_modules|vendor|third_party|site-packages|\.venv)/|\.min\.(js|css)$|\.whl$|\.map$"
)
FOREIGN_MARKS = (b"@license", b"@preserve", b"sourceMappingURL=", b"webpackBootstrap")


def run(*command: str) -> str:
    answer = subprocess.run(
        command, cwd=ROOT, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert answer.returncode == 0, answer.stdout
    return answer.stdout


def committed_files() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a clone, or no git here")
    return run("git", "-c", "safe.directory=*", "ls-files").splitlines()


def locked() -> dict[str, str]:
    """Read the lock: canonical name to version; several versions of one name by marker are kept."""
    found = {}
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines():
        if pinned := HASHED.match(line):
            found[canonicalize_name(pinned[1])] = pinned[2]
    return found


def asked() -> list[Requirement]:
    """Read what setup.cfg asks, of the project and of every extra."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    texts = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    lines = [line.partition("#")[0].strip() for text in texts for line in text.splitlines()]
    return [Requirement(line) for line in lines if line]


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("lint-imports",),
        ("mypy",),
    ],
    ids=lambda command: command[0],
)
def test_the_tools_find_nothing(command: tuple[str, ...]) -> None:
    run(str(PROGRAMS / command[0]), *command[1:])


def test_scripts_are_typed_too() -> None:
    run(str(PROGRAMS / "mypy"), "--config-file", "scripts/mypy.ini")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    "script", ["scripts/run", "scripts/test", "scripts/setup", ".ci/run", *sorted(
        str(path.relative_to(ROOT)) for path in (ROOT / "scripts" / "parts").glob("*.sh"))]
)
def test_shell_scripts_parse(script: str) -> None:
    run("bash", "-n", script)


@pytest.mark.parametrize("script", ["run", "test", "setup"])
def test_scripts_explain_themselves(script: str) -> None:
    words = run(f"scripts/{script}", "--help")
    assert f"scripts/{script}" in words
    assert "CADASTRE_DATABASE_URL" in words


def test_the_lock_holds_what_setup_cfg_asks() -> None:
    lock = locked()
    for requirement in asked():
        name = canonicalize_name(requirement.name)
        assert name in lock, f"{name} is asked in setup.cfg and missing in requirements.lock"
        assert requirement.specifier.contains(lock[name]), f"{name} {lock[name]}: {requirement}"


def test_every_locked_package_has_a_hash() -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text("utf-8").strip())
    assert len(blocks) > 50
    for block in blocks:
        assert HASHED.match(block.splitlines()[0]), block.splitlines()[0]
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_locks_name_no_registry() -> None:
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines():
        assert "://" not in line, line
        assert not line.startswith("-"), line
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert name == "" or package["integrity"].startswith("sha512-"), name


def test_the_npm_lock_holds_what_package_json_asks() -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))
    root = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert root[kind] == wanted[kind]


def test_nothing_of_a_third_party_is_committed() -> None:
    for name in committed_files():
        assert not FOREIGN.search(name), name
        if name.endswith((".js", ".css")):
            head = (ROOT / name).read_bytes()[:4000] if (ROOT / name).exists() else b""
            assert not any(mark in head for mark in FOREIGN_MARKS), name


@pytest.mark.skipif(not (ROOT / "node_modules").exists(), reason="scripts/setup has not run")
def test_the_modules_of_the_pages_pass_their_own_tests() -> None:
    tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/web").glob("*.test.mjs"))
    if not tests:
        pytest.skip("no module has tests yet")
    run("bash", "-c", 'source scripts/parts/pages.sh; choose_node; node --test "$@"', "-", *tests)
