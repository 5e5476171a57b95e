"""MapInfo tables go through the same jail as any file, whole or with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas
import pyogrio
import pytest
import shapely

from cadastre.errors import CadastreError, UnusableInput
from cadastre.exchange import read_perimeters
from cadastre.exchange.layers import list_layers, read_layer
from cadastre.sentences import say
from tests.exchange.hostile.corpus import pack

FORMS = ("tab", "mif")
POINTERS = (
    b"!table\n!version 900\n!charset WindowsLatin1\n\nDefinition Table\n  Type LINKED\n",
    b'!table\n!version 100\nOpen Table "/etc/passwd" Hide\nCreate View x As Select * From passwd',
    b'!table\nDefinition Table\nType NATIVE\nbegin_metadata\n"\\IsSeamless" = "TRUE"\n',
)


def zipped(folder: Path, form: str, crs: str = "EPSG:32631", **more: bytes) -> bytes:
    """Write two squares as a MapInfo table, and zip what was written."""
    folder.mkdir(exist_ok=True)
    shapes = [shapely.box(1.0, 8.0, 1.1, 8.1), shapely.box(1.2, 8.0, 1.3, 8.1)]
    frame = geopandas.GeoDataFrame(
        {"code": ["A", "B"], "nom": ["Kpémé", "Réserve"]}, geometry=shapes, crs="EPSG:4326"
    )
    pyogrio.write_dataframe(frame.to_crs(crs), folder / f"parcs.{form}", driver="MapInfo File")
    members = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return pack(members | more)


def fate(read: Callable[[], object]) -> str | None:
    """Read, and give the code of the refusal, said in words; None when all went well."""
    try:
        read()
    except CadastreError as refusal:
        said = say(refusal.code, "fr", where=refusal.where, **refusal.values)
        if said == refusal.code or "{" in said:
            pytest.fail(f"no sentence: {refusal.code}")
        return refusal.code
    return None


@pytest.mark.parametrize("form", FORMS)
def test_perimeters_and_layers_of_a_table(form: str, tmp_path: Path) -> None:
    content = zipped(tmp_path / "t", form)
    readings = read_perimeters(content, "parcs.zip")
    assert [reading.name for reading in readings] == ["Kpémé", "Réserve"]
    west, south, east, north = readings[0].perimeter.bounds
    assert (west, south, east, north) == pytest.approx((1.0, 8.0, 1.1, 8.1), abs=2e-6)

    path = tmp_path / "parcs.zip"
    path.write_bytes(content)
    assert [(one.name, one.features) for one in list_layers(path)] == [("parcs", 2)]
    (batch,) = read_layer(path)
    assert batch.crs == "EPSG:32631"
    assert [cells["nom"] for cells in batch.attributes] == ["Kpémé", "Réserve"]


@pytest.mark.parametrize("form", FORMS)
def test_windows_letters_of_a_silent_table(form: str, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    zipped(folder, form)
    for path in folder.iterdir():
        if path.suffix in (".dat", ".mid"):
            content = path.read_bytes().replace("é".encode(), "é".encode("cp1252"))
            if path.suffix == ".dat":  # fixed widths: put back what became shorter
                content = path.read_bytes().replace("é".encode(), "é".encode("cp1252") + b" ")
            path.write_bytes(content)
    readings = read_perimeters(pack({p.name: p.read_bytes() for p in folder.iterdir()}), "p.zip")
    assert readings[0].name.replace(" ", "") == "Kpémé"
    assert "exchange.encoding-assumed" in {note.code for note in readings[0].notes}


@pytest.mark.parametrize("pointer", POINTERS)
def test_a_table_that_points_elsewhere_is_refused(pointer: bytes, tmp_path: Path) -> None:
    content = pack({"a.tab": pointer, "a.dat": b"\x03" + b"\0" * 40})
    with pytest.raises(UnusableInput) as refusal:
        read_perimeters(content, "a.zip")
    assert refusal.value.code == "exchange.mapinfo-pointer"


@pytest.mark.parametrize(
    ("name", "members", "code"),
    [
        ("a.tab", None, "exchange.lone-mapinfo"),
        ("a.zip", {"a.tab": b"!table\nDefinition Table\n  Type NATIVE\n"}, "exchange.mapinfo-lone"),
        ("a.zip", {"a.tab": b'!table\nDefinition Table\nFile "a.jpg"\nType "RASTER"\n'},
         "exchange.mapinfo-picture"),
        ("a.zip", {"a.tab": b"<OGRVRTDataSource/>", "a.dat": b"x" * 40}, "exchange.unreadable"),
        ("a.zip", {"a.mif": b"Version 300\nColumns 999999999\n"}, None),
        ("a.zip", {"a.mif": b"Version 300\nColumns 0\nData\nRegion 2000000000\n2000000000\n1 1\n"},
         None),
        ("a.zip", {"a.mif": b'Version 300\nCharset "x"\nCoordSys Earth Projection 999\nColumns 0\n'
                            b"Data\nRegion 1\n4\n1 8\n1 9\n2 9\n1 8\n"}, None),
    ],
)  # fmt: skip
def test_dirty_tables_end_in_a_sentence(name, members, code, tmp_path: Path) -> None:
    content = b"!table\n!version 300\n" if members is None else pack(members)
    path = tmp_path / name
    path.write_bytes(content)

    def read_as_layer() -> None:
        list(read_layer(path))

    said = fate(lambda: read_perimeters(content, name))
    assert code is None or said == code
    fate(read_as_layer)


def test_cut_tables_end_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    zipped(folder, "tab")
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    for part in whole:
        for kept in (10, len(whole[part]) // 2):
            cut = pack(whole | {part: whole[part][:kept]})
            fate(lambda cut=cut: read_perimeters(cut, "cut.zip"))


def test_every_table_of_a_zip_is_a_layer(tmp_path: Path) -> None:
    members = {}
    for form in FORMS:
        zipped(tmp_path / form, form)
        for path in (tmp_path / form).iterdir():
            members[f"{form}/{path.name}"] = path.read_bytes()
    path = tmp_path / "deux.zip"
    path.write_bytes(pack(members))
    assert {one.name for one in list_layers(path)} == {"tab/parcs.tab", "mif/parcs.mif"}
    (batch,) = read_layer(path, layer="mif/parcs.mif")
    assert len(batch.attributes) == 2
