"""Ask QGIS, without a screen and in its own Python, what it sees of a file or an address."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PYTHON = "/usr/bin/python3"
JUDGE = Path(__file__).with_name("qgis_judge.py")
SECONDS = 120


@cache
def why_not() -> str | None:
    """Give the reason why QGIS cannot judge here, None when it can."""
    if not Path(PYTHON).exists():
        return f"needs {PYTHON}, for which Debian builds QGIS"
    found = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    return "needs python3-qgis (scripts/setup --for test, as root)" if found.returncode else None


def judged(*sources: tuple[str, str]) -> list[dict[str, Any]]:
    """Open sources (provider, where) in one QGIS; the test is skipped where there is none."""
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    words = [word for source in sources for word in source]
    answer = subprocess.run(
        [PYTHON, str(JUDGE), *words],
        capture_output=True, check=False, text=True, timeout=SECONDS,
        env={"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": "/tmp"},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    told: list[dict[str, Any]] = json.loads(answer.stdout.splitlines()[-1])
    return told
