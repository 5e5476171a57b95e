"""Every hostile file ends in a sentence, in bounded memory, and tells nothing of other files."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cadastre.config import ROOT
from cadastre.errors import CadastreError, NotAvailable, TooLarge, UnusableInput
from cadastre.exchange import read_perimeters
from cadastre.sentences import load_sentences, say_all
from tests.exchange.hostile.corpus import CASES, pack, shapefile, vrt

SECRET = "CANARY-7d1f"


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plant a file that no answer may quote."""
    path = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    path.write_text(f"nom,x\n{SECRET},1\n")
    path.chmod(0o644)
    return path


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize("name", sorted(CASES))
def test_ends_in_a_sentence(name: str, secret: Path) -> None:
    filename, content = CASES[name](secret)
    with pytest.raises(UnusableInput) as refused:
        read_perimeters(content, filename)
    fault = refused.value
    assert fault.code in load_sentences(ROOT / "data" / "sentences"), fault.code
    said = say_all(fault.code, {"where": fault.where, **fault.values})
    assert set(said) == {"fr", "en"}
    assert "{" not in said["fr"] + said["en"]
    assert SECRET not in repr(fault) + repr(said)


@pytest.mark.parametrize("name", ["vrt_named_geojson", "vrt_as_shp_in_zip"])
def test_the_stock_reader_does_leak(name: str, secret: Path, tmp_path: Path) -> None:
    """Control: the same files, opened the usual way, quote another file."""
    import geopandas

    path = tmp_path / "a.geojson"
    path.write_bytes(vrt(secret))
    if name.endswith("zip"):
        path = tmp_path / "a.zip"
        path.write_bytes(pack({"a.shp": vrt(secret)}))
    frame = geopandas.read_file(path)
    assert SECRET in frame.to_string()


def test_memory_of_the_reading_process_stays_small(secret: Path) -> None:
    """The whole corpus, one file after another in one process, below 256 MB."""
    script = (
        "import resource,sys;from pathlib import Path;"
        "from cadastre.exchange import read_perimeters;from cadastre.errors import CadastreError;"
        "from tests.exchange.hostile.corpus import CASES\n"
        "def peak():\n"
        "    status = Path('/proc/self/status').read_text()\n"
        "    return int(status.partition('VmHWM:')[2].split()[0])\n"
        "for name, build in CASES.items():\n"
        "    file, content = build(Path(sys.argv[1]))\n"
        "    Path('/proc/self/clear_refs').write_text('5'); before = peak()\n"
        "    try: read_perimeters(content, file)\n"
        "    except CadastreError: pass\n"
        "    assert peak() - before < 150_000, (name, peak(), before)\n"
        "workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "assert workers < 400_000, workers\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(secret)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-500:]


def test_an_honest_shapefile_is_read() -> None:
    """Control: the hand-made shapefile of the corpus is not refused for being hand-made."""
    (reading,) = read_perimeters(pack(shapefile()), "a.zip", crs="EPSG:4326")
    assert reading.perimeter is not None
    assert len(reading.rings[0].corners) == 4


def test_no_hostile_file_looks_like_an_outage_or_stays(
    secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault is the file's, and its folder is gone afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for build in (CASES["geopackage_cut_off"], CASES["zip_bomb"]):
        filename, content = build(secret)
        with pytest.raises(CadastreError) as refused:
            read_perimeters(content, filename)
        assert not isinstance(refused.value, NotAvailable)
        assert isinstance(refused.value, (TooLarge, UnusableInput))
    assert not list(tmp_path.iterdir())
