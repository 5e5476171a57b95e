"""Typeset orders as a ministry prints them, and scan them as an office scans them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image

from cadastre.exchange.pdf import html_to_pdf

STYLE = """
@page { size: A4; margin: 22mm }
body { font: 11.5pt/1.45 "DejaVu Serif", serif }
h1 { font-size: 12.5pt; text-align: center } header { text-align: center; font-size: 10pt }
table { border-collapse: collapse; margin: 4mm auto }
td, th { border: 0.4pt solid; padding: 1.5mm 4mm }
"""


@dataclass(frozen=True)
class Order:
    """What an order says, as it is printed and as it should be read."""

    instrument: str
    kind: str
    name: str
    holder: str
    substances: str
    prefecture: str
    region: str
    area: str
    applied_on: str
    corners: tuple[tuple[str, str, str], ...]
    expected: dict[str, Any]
    granted_on: str = ""
    duration: str = ""
    sides: str = ""
    extra: tuple[str, ...] = field(default=())

    def html(self) -> str:
        """Set the order as a page."""
        rows = "".join(
            f"<tr><td>{escape(a)}</td><td>{escape(x)}</td><td>{escape(y)}</td>"
            + (f'<td rowspan="{len(self.corners)}">{escape(self.area)}</td>' if not at else "")
            + "</tr>"
            for at, (a, x, y) in enumerate(self.corners)
        )
        granted = f"<p>Fait à Lomé, le {self.granted_on}</p>" if self.granted_on else ""
        duration = (
            f"<p><b>Article 3 :</b> Le présent permis est accordé pour une durée de {self.duration}"
            " à compter de la date de signature du présent arrêté.</p>" if self.duration else ""
        )
        sides = f"<p>{escape(self.sides)}</p>" if self.sides else ""
        return (
            f'<html lang="fr"><head><title>Arrêté</title><style>{STYLE}</style></head><body>'
            "<header>MINISTÈRE DES MINES ET DE L'ÉNERGIE<br>RÉPUBLIQUE TOGOLAISE<br>"
            "Travail - Liberté - Patrie</header>"
            f"<h1>ARRÊTÉ N° {escape(self.instrument)}<br>portant attribution d'un "
            f"{escape(self.kind)} pour {escape(self.substances)} à la société"
            f" {escape(self.holder)}</h1>"
            "<p>Vu la loi n° 96-004/PR du 26 février 1996 portant code minier ;</p>"
            f"<p>Vu la demande en date du {self.applied_on} introduite par la société"
            f" {escape(self.holder)} ;</p>"
            f"<p><b>Article 1er :</b> Il est accordé à la société {escape(self.holder)} un"
            f" {escape(self.kind)} pour {escape(self.substances)} dénommé"
            f" « {escape(self.name)} » dans la préfecture de {escape(self.prefecture)},"
            f" région {escape(self.region)}.</p>"
            f"<p><b>Article 2 :</b> Le périmètre, d'une superficie de {escape(self.area)}, est"
            " défini par les parallèles et méridiens passant par les sommets dont les coordonnées"
            " géographiques sont les suivantes :</p>"
            "<table><tr><th>SOMMETS</th><th>LONGITUDE EST</th><th>LATITUDE NORD</th>"
            f"<th>SUPERFICIE</th></tr>{rows}</table>{sides}{duration}{granted}</body></html>"
        )

    def pdf(self) -> bytes:
        """Typeset the order as a PDF with text."""
        return html_to_pdf(self.html(), variant="pdf/a-3u")


def scan(pdf: bytes, *, degrees: float = 0.4, noise: float = 12.0) -> bytes:
    """Give the scan of a page at 300 dpi: grey, a little askew, with the grain of a glass plate."""
    document = pypdfium2.PdfDocument(pdf)
    pages = []
    grain = np.random.default_rng(20181)
    for page in document:
        grey = page.render(scale=300 / 72).to_pil().convert("L")
        askew = grey.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
        pixels = np.asarray(askew, dtype=np.float64) * 0.9 + 14
        pixels += grain.normal(0, noise, pixels.shape)
        pages.append(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    document.close()
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=300, quality=80)
    return out.getvalue()


def _dms(degrees: float) -> str:
    tenths = round(degrees * 36000)
    whole, rest = divmod(tenths, 36000)
    minutes, seconds = divmod(rest, 600)
    return f"{whole}° {minutes:02d}' {seconds // 10:02d},{seconds % 10}\""


def togo_orders(shared: Path) -> list[Order]:
    """Give the two orders of Togo whose corners are known, from the folder of real cases."""
    known = json.loads((shared / "domain" / "permits.json").read_text("utf-8"))["perimeters"]
    return [_togo(one) for one in known if one.get("jurisdiction") == "TG"]


def _togo(one: dict[str, Any]) -> Order:
    area = f"{one['published_area_km2']:.2f}".replace(".", ",") + " km²"
    year, month, day = one["application_date"].split("-")
    months = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    return Order(
        # The printed numbers cannot be read in the source: these stand in their place.
        instrument=f"000/MME/CAB/DGMG/DRGM/{one['id'][3:7]}",
        kind=one["type"], name=one["name"], holder=one["holder"],
        substances=one["substances"][0], prefecture=one["prefecture"], region=one["region"],
        area=area, applied_on=f"{int(day)} {months.split()[int(month) - 1]} {year}",
        corners=tuple(
            (letter, _dms(lon), _dms(lat))
            for letter, (lon, lat) in zip("ABCDEFGH", one["vertices_lonlat"], strict=False)
        ),
        expected={
            "kind": "permis-recherche", "name": one["name"], "holder": one["holder"],
            "substances": one["substances"][0], "prefecture": one["prefecture"],
            "region": one["region"], "area_ha": one["published_area_km2"] * 100,
            "applied_on": one["application_date"],
            "lonlat": one["vertices_lonlat"],
        },
    )  # fmt: skip


FICTITIOUS = Order(
    instrument="007/MME/CAB/DGMG/2015", kind="permis de recherche", name="Essai-Nord",
    holder="Exemple Minière SARL", substances="or", prefecture="Exemple", region="Fictive",
    area="2 400 ha", applied_on="3 février 2015", granted_on="1er juin 2015",
    duration="trois (3) ans", sides="Côtés : AB = 6 000 m ; BC = 4 000 m.",
    corners=(
        ("A", "1° 00' 05,7\"", "8° 28' 50,3\""), ("B", "1° 03' 21,9\"", "8° 28' 51,3\""),
        ("C", "1° 03' 22,5\"", "8° 26' 41,1\""), ("D", "1° 00' 06,4\"", "8° 26' 40,1\""),
    ),
    expected={
        "kind": "permis-recherche", "name": "Essai-Nord", "holder": "Exemple Minière SARL",
        "substances": "or", "prefecture": "Exemple", "region": "Fictive", "area_ha": 2400.0,
        "applied_on": "2015-02-03", "granted_on": "2015-06-01",
        "lonlat": [
            [1.0015833, 8.4806389], [1.0560833, 8.4809167], [1.05625, 8.44475],
            [1.0017778, 8.4444722],
        ],
    },
)  # fmt: skip
