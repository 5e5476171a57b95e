"""A process that was warmed has read its data; one whose data is broken serves the rest."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from api.state import EXTENSION, CadastreState, warm
from cadastre.config import ROOT, read_settings
from web.app import create_app


def test_law_services_and_procedures_are_read_at_start_when_asked() -> None:
    cold = create_app(read_settings({}))
    assert not {"ruleset", "catalogue", "procedures"} & set(vars(cold.extensions[EXTENSION]))
    warmed = create_app(read_settings({}), warmed=True)
    assert {"ruleset", "catalogue", "procedures"} <= set(vars(warmed.extensions[EXTENSION]))


def test_broken_services_do_not_keep_the_rest_from_being_served(tmp_path: Path) -> None:
    for name in ("rulesets", "services"):
        shutil.copytree(ROOT / "data" / name, tmp_path / name)
    (tmp_path / "services" / "togo" / "certificat-kimberley.yaml").write_text("id: [\n", "utf-8")
    kept = CadastreState(replace(read_settings({}), data=tmp_path))
    warm(kept)
    assert kept.ruleset.id == "togo"
