"""Build hostile files: each a way somebody has attacked, or could attack, a reader of uploads."""

from __future__ import annotations

import gzip
import io
import json
import math
import sqlite3
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

SQUARE = [[1.0, 6.5], [1.1, 6.5], [1.1, 6.6], [1.0, 6.6], [1.0, 6.5]]
GPKG_ID = 0x47504B47

Built = tuple[str, bytes]
CASES: dict[str, Callable[[Path], Built]] = {}


def case(build: Callable[[Path], Built]) -> Callable[[Path], Built]:
    """Add a builder to the corpus under its name; it is given the path of the planted secret."""
    CASES[build.__name__] = build
    return build


def pack(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a zip of members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def polygon(ring: object) -> bytes:
    """Write a GeoJSON polygon of one ring."""
    return json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()


def vrt(secret: Path) -> bytes:
    """Write a virtual dataset that quotes the secret's rows as its own."""
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="{secret.stem}"><SrcDataSource>{secret}'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    ).encode()


def shapefile(
    ring: list[list[float]] | None = None, *, corners: int | None = None
) -> dict[str, bytes]:
    """Write a minimal shapefile by hand; ``corners`` is the number its header claims."""
    points = ring or SQUARE
    body = struct.pack("<i4d2i", 5, 1.0, 6.5, 1.1, 6.6, 1, corners or len(points))
    body += struct.pack("<i", 0) + b"".join(struct.pack("<2d", *p) for p in points)
    record = struct.pack(">2i", 1, len(body) // 2) + body

    def head(size: int) -> bytes:
        return (
            struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + size) // 2)
            + struct.pack("<2i8d", 1000, 5, 1.0, 6.5, 1.1, 6.6, 0, 0, 0, 0)
        )

    field = b"NOM".ljust(11, b"\0") + b"C" + bytes(4) + bytes([20, 0]) + bytes(14)
    table = struct.pack("<4BIHH20x", 3, 126, 1, 1, 1, 65, 21) + field + b"\r " + b"x".ljust(20)
    return {
        "a.shp": head(len(record)) + record,
        "a.shx": head(8) + struct.pack(">2i", 50, len(body) // 2),
        "a.dbf": table,
    }


def geopackage(statements: list[str]) -> bytes:
    """Write a GeoPackage skeleton and run statements in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        base = sqlite3.connect(path)
        base.executescript(
            f"PRAGMA application_id={GPKG_ID}; PRAGMA user_version=10300;"
            "CREATE TABLE gpkg_spatial_ref_sys(srs_name TEXT,srs_id INTEGER PRIMARY KEY,"
            "organization TEXT,organization_coordsys_id INTEGER,definition TEXT,description TEXT);"
            "CREATE TABLE gpkg_contents(table_name TEXT PRIMARY KEY,data_type TEXT,identifier TEXT,"
            "description TEXT,last_change TEXT,min_x,min_y,max_x,max_y,srs_id INTEGER);"
            "CREATE TABLE gpkg_geometry_columns(table_name TEXT,column_name TEXT,"
            "geometry_type_name TEXT,srs_id INTEGER,z INTEGER,m INTEGER);"
        )
        for statement in statements:
            base.execute(statement)
        base.commit()
        base.close()
        return path.read_bytes()


def registered(table: str) -> list[str]:
    """Name a table or view as a layer of a GeoPackage."""
    return [
        f"INSERT INTO gpkg_contents(table_name,data_type,srs_id) VALUES('{table}','features',4326)",
        f"INSERT INTO gpkg_geometry_columns VALUES('{table}','geom','POLYGON',4326,0,0)",
    ]


def kml(inside: str, head: str = "") -> bytes:
    """Write a KML around some elements."""
    text = f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2">{inside}</kml>'
    return text.encode()


def placemark(coordinates: str, name: str = "a") -> str:
    """Write a placemark with a polygon."""
    return (
        f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{coordinates}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


RING_TEXT = "1,6.5 1.1,6.5 1.1,6.6 1,6.5"
BILLION = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"


@case
def vrt_named_geojson(secret: Path) -> Built:
    return "a.geojson", vrt(secret)


@case
def vrt_named_shp(secret: Path) -> Built:
    return "a.shp", vrt(secret)


@case
def vrt_named_tif(secret: Path) -> Built:
    return "a.tif", b"<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>"


@case
def vrt_named_kml(secret: Path) -> Built:
    return "a.kml", b"<?xml version='1.0'?>\n<!-- kml -->" + vrt(secret)


@case
def vrt_named_gpkg(secret: Path) -> Built:
    return "a.gpkg", vrt(secret)


@case
def vrt_named_txt(secret: Path) -> Built:
    return "a.txt", vrt(secret)


@case
def vrt_named_dxf(secret: Path) -> Built:
    return "a.dxf", vrt(secret)


@case
def vrt_as_shp_in_zip(secret: Path) -> Built:
    return "a.zip", pack({"a.shp": vrt(secret), "a.dbf": b"", "a.shx": b""})


@case
def vrt_beside_shp_in_zip(secret: Path) -> Built:
    return "a.zip", pack({**shapefile(), "a.shp": vrt(secret), "a.vrt": vrt(secret)})


@case
def vrt_alone_in_zip(secret: Path) -> Built:
    return "a.zip", pack({"a.vrt": vrt(secret)})


@case
def geojson_of_a_url(secret: Path) -> Built:
    return "a.geojson", b'"/vsicurl/http://127.0.0.1:9/a.geojson"'


@case
def path_in_csv(secret: Path) -> Built:
    return "a.csv", f"wkt;nom\n{secret};x\n".encode()


@case
def xxe_in_kml(secret: Path) -> Built:
    head = f'<!DOCTYPE k [<!ENTITY s SYSTEM "file://{secret}">]>'
    return "a.kml", kml(placemark(RING_TEXT, "&s;"), head)


@case
def xxe_in_kml_utf16(secret: Path) -> Built:
    head = f'<!DOCTYPE k [<!ENTITY s SYSTEM "{secret}">]>'
    return "a.kml", kml(placemark(RING_TEXT, "&s;"), head).decode().encode("utf-16")


@case
def entity_bomb_in_kml(secret: Path) -> Built:
    return "a.kml", kml(placemark(RING_TEXT, "&i;"), BILLION)


@case
def entity_bomb_in_gpx(secret: Path) -> Built:
    inside = '<gpx><wpt lon="1" lat="2">&i;</wpt></gpx>'
    return "a.gpx", f'<?xml version="1.0"?>{BILLION}{inside}'.encode()


@case
def xxe_in_kmz(secret: Path) -> Built:
    head = f'<!DOCTYPE k [<!ENTITY s SYSTEM "file://{secret}">]>'
    return "a.kmz", pack({"doc.kml": kml(placemark(RING_TEXT, "&s;"), head)})


def _workbook(sheet: str, strings: str = "") -> bytes:
    spread = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return pack({
        "[Content_Types].xml": (
            f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
            f'ContentType="application/xml"/><Default Extension="rels" ContentType="application/'
            f'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{mime}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
            f'ContentType="{mime}.worksheet+xml"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{spread}" xmlns:r="{office}"><sheets><sheet name="a" sheetId="1" '
            'r:id="r1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ).encode(),
        "xl/worksheets/sheet1.xml": strings.encode()
        + f'<worksheet xmlns="{spread}"><sheetData>{sheet}</sheetData></worksheet>'.encode(),
    })


@case
def entity_bomb_in_xlsx(secret: Path) -> Built:
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&i;</t></is></c></row>'
    return "a.xlsx", _workbook(row, BILLION)


@case
def xxe_in_xlsx(secret: Path) -> Built:
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&s;</t></is></c></row>'
    return "a.xlsx", _workbook(row, f'<!DOCTYPE k [<!ENTITY s SYSTEM "file://{secret}">]>')


@case
def xlsx_of_a_distant_cell(secret: Path) -> Built:
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in (1, 1_048_576))
    return "a.xlsx", _workbook(rows)


@case
def xlsx_that_lies_about_its_content(secret: Path) -> Built:
    return "a.xlsx", pack({"xl/workbook.xml": b"<not-a-workbook/>"})


@case
def zip_bomb(secret: Path) -> Built:
    return "a.zip", pack({"a.shp": bytes(40_000_000), "a.dbf": b"", "a.shx": b""})


@case
def zip_bomb_that_lies(secret: Path) -> Built:
    content = bytearray(pack({"a.shp": bytes(60_000_000)}))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 1000)
    return "a.zip", bytes(content)


@case
def kmz_bomb(secret: Path) -> Built:
    return "a.kmz", pack({"doc.kml": b"<kml>" + b" " * 30_000_000 + b"</kml>"})


@case
def zip_slip(secret: Path) -> Built:
    return "a.zip", pack({"../../../tmp/a.shp": shapefile()["a.shp"]})


@case
def zip_of_an_absolute_path(secret: Path) -> Built:
    return "a.zip", pack({"/etc/cron.d/a.shp": shapefile()["a.shp"]})


@case
def zip_slip_with_backslash(secret: Path) -> Built:
    return "a.zip", pack({"..\\..\\a.shp": shapefile()["a.shp"]})


@case
def zip_with_a_link(secret: Path) -> Built:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("a.shp")
        entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, str(secret))
    return "a.zip", out.getvalue()


@case
def zip_in_zip(secret: Path) -> Built:
    return "a.zip", pack({"b.zip": pack(shapefile()), "a.shp": b""})


@case
def zip_of_many_members(secret: Path) -> Built:
    return "a.zip", pack({f"{n}.shp": b"" for n in range(5_000)})


@case
def zip_cut_off(secret: Path) -> Built:
    whole = pack(shapefile())
    return "a.zip", whole[: len(whole) // 2]


@case
def gzip_named_geojson(secret: Path) -> Built:
    return "a.geojson", gzip.compress(polygon(SQUARE))


@case
def tar_named_zip(secret: Path) -> Built:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.add(secret, "a.shp")
    return "a.zip", out.getvalue()


@case
def deep_json(secret: Path) -> Built:
    return "a.geojson", b'{"type":"Polygon","coordinates":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@case
def deep_collections(secret: Path) -> Built:
    inner: object = {"type": "Polygon", "coordinates": [SQUARE]}
    for _ in range(100):
        inner = {"type": "GeometryCollection", "geometries": [inner]}
    return "a.geojson", json.dumps(inner).encode()


@case
def deep_xml(secret: Path) -> Built:
    return "a.kml", kml("<Folder>" * 50_000 + "</Folder>" * 50_000)


@case
def json_of_nan(secret: Path) -> Built:
    return "a.geojson", polygon([*SQUARE, [math.nan, 1.0]])


@case
def json_of_infinity(secret: Path) -> Built:
    return "a.geojson", polygon([*SQUARE, [math.inf, 1.0]])


@case
def json_of_1e308(secret: Path) -> Built:
    return "a.geojson", polygon([*SQUARE, [1e308, 1.0]])


@case
def json_of_1e999(secret: Path) -> Built:
    return "a.geojson", polygon(SQUARE).replace(b"1.1", b"1e999")


@case
def json_of_a_number_of_a_million_digits(secret: Path) -> Built:
    return "a.geojson", polygon(SQUARE).replace(b"1.1", b"9" * 1_000_000)


@case
def json_of_words_for_numbers(secret: Path) -> Built:
    return "a.geojson", polygon([["1", "6"], [None, True], [{}, []]])


@case
def json_said_twice(secret: Path) -> Built:
    ring = json.dumps([SQUARE])
    return "a.geojson", f'{{"type":"Polygon","coordinates":[],"coordinates":{ring}}}'.encode()


@case
def kml_of_nan(secret: Path) -> Built:
    return "a.kml", kml(placemark("nan,1 2,inf 3,4 5,6"))


@case
def million_corners(secret: Path) -> Built:
    ring = ",".join(["[1,6]"] * 300_000)
    return "a.geojson", f'{{"type":"Polygon","coordinates":[[{ring}]]}}'.encode()


@case
def million_corners_in_shapefile(secret: Path) -> Built:
    ring = [[1 + math.cos(n), 6 + math.sin(n)] for n in range(500_000)]
    return "a.zip", pack(shapefile(ring))


@case
def comb(secret: Path) -> Built:
    ring = [[1 + n / 1e5, 6.5 + (n % 2)] for n in range(2_000)]
    return "a.geojson", polygon([*ring, ring[0]])


@case
def million_features(secret: Path) -> Built:
    feature = '{"type":"Feature","properties":null,"geometry":null}'
    features = ",".join([feature] * 30_000)
    return "a.geojson", f'{{"type":"FeatureCollection","features":[{features}]}}'.encode()


@case
def many_parts(secret: Path) -> Built:
    content = {"type": "MultiPolygon", "coordinates": [[SQUARE]] * 50}
    return "a.geojson", json.dumps(content).encode()


@case
def three_megabytes(secret: Path) -> Built:
    return "a.geojson", polygon(SQUARE) + b" " * 3_000_000


@case
def shapefile_that_claims_a_thousand_million_corners(secret: Path) -> Built:
    return "a.zip", pack(shapefile(corners=1_000_000_000))


@case
def shapefile_cut_off(secret: Path) -> Built:
    files = shapefile()
    return "a.zip", pack({**files, "a.shp": files["a.shp"][:120]})


@case
def shapefile_with_a_path_for_encoding(secret: Path) -> Built:
    return "a.zip", pack({**shapefile(), "a.cpg": str(secret).encode(), "a.shp": b"garbage" * 30})


@case
def lone_shp(secret: Path) -> Built:
    return "a.shp", shapefile()["a.shp"]


@case
def lone_dbf(secret: Path) -> Built:
    return "a.dbf", shapefile()["a.dbf"]


@case
def geopackage_cut_off(secret: Path) -> Built:
    return "a.gpkg", geopackage([])[:5_000]


@case
def geopackage_of_garbage(secret: Path) -> Built:
    return "a.gpkg", b"SQLite format 3\0" + bytes(range(256)) * 40


@case
def geopackage_with_a_view_on_another_file(secret: Path) -> Built:
    view = (
        "CREATE VIEW v AS SELECT 1 AS fid, NULL AS geom, readfile('" + str(secret) + "') AS nom"
    )
    return "a.gpkg", geopackage([view, *registered("v")])


@case
def geopackage_with_a_virtual_table(secret: Path) -> Built:
    # What CREATE VIRTUAL TABLE would leave behind, written straight into the schema.
    return "a.gpkg", geopackage([
        "PRAGMA writable_schema=ON",
        "INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql) VALUES('table','v','v',0,"
        f"'CREATE VIRTUAL TABLE v USING VirtualOGR(''{secret}'')')",
        *registered("v"),
    ])


@case
def geopackage_with_an_endless_view(secret: Path) -> Built:
    view = (
        "CREATE VIEW v AS WITH RECURSIVE c(fid) AS (SELECT 1 UNION ALL SELECT fid+1 FROM c) "
        "SELECT max(fid) AS fid, NULL AS geom FROM c"
    )
    return "a.gpkg", geopackage([view, *registered("v")])


@case
def dxf_with_an_external_drawing(secret: Path) -> Built:
    text = (
        "0\nSECTION\n2\nBLOCKS\n0\nBLOCK\n8\n0\n2\nX\n70\n4\n10\n0\n20\n0\n3\nX\n1\n"
        f"{secret}\n0\nENDBLK\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n0\nINSERT\n8\n0\n2\nX\n10\n0\n20\n0\n"
        "0\nENDSEC\n0\nEOF\n"
    )
    return "a.dxf", text.encode()


@case
def dxf_cut_off(secret: Path) -> Built:
    return "a.dxf", b"0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n"


@case
def csv_of_formulas(secret: Path) -> Built:
    return "a.csv", f"nom;x;y\n=cmd|'/c cat {secret}'!A1;@SUM(1);+1+1\n".encode()


@case
def csv_of_one_endless_cell(secret: Path) -> Built:
    return "a.csv", b'a;b\n"' + b"x;" * 500_000


@case
def csv_of_a_million_rows(secret: Path) -> Built:
    return "a.csv", b"x;y\n" + b"1;2\n" * 300_000


@case
def null_bytes(secret: Path) -> Built:
    return "a.txt", b"1\0\0\0\0\0\0\x002" * 100


@case
def empty(secret: Path) -> Built:
    return "a.geojson", b""


@case
def mark_only(secret: Path) -> Built:
    return "a.txt", b"\xef\xbb\xbf \r\n"


@case
def pdf_and_zip_in_one(secret: Path) -> Built:
    return "a.zip", b"%PDF-1.7\n" + pack(shapefile())


@case
def geojson_and_zip_in_one(secret: Path) -> Built:
    return "a.geojson", polygon(SQUARE) + pack({"a.shp": vrt(secret)})


@case
def png_named_kml(secret: Path) -> Built:
    return "a.kml", b"\x89PNG\r\n\x1a\n" + bytes(100)


@case
def script_named_kml(secret: Path) -> Built:
    return "a.kml", b"<html><script>alert(1)</script></html>"


@case
def old_office_file(secret: Path) -> Built:
    return "a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@case
def name_with_a_path(secret: Path) -> Built:
    return f"../../..{secret}\0.geojson", b"{}"


@case
def wkt_that_never_closes(secret: Path) -> Built:
    return "a.wkt", b"POLYGON" + b"(" * 100_000


@case
def numbers_that_take_long_to_match(secret: Path) -> Built:
    return "a.txt", b"1" * 50_000 + b" " * 50_000 + b"N" * 50_000


@case
def vrt_as_mapinfo_table(secret: Path) -> Built:
    return "a.zip", pack({"a.tab": vrt(secret), "a.dat": vrt(secret)})


@case
def mapinfo_view_of_another_file(secret: Path) -> Built:
    table = f'!table\nOpen Table "{secret}" Hide\nCreate View v As Select * From secret\n'
    return "a.zip", pack({"a.tab": table.encode(), "a.dat": bytes(40)})
