"""Orders are read back from print and from a scan; what is wrong and not doubted is counted."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from geoalchemy2.shape import from_shape
from PIL import Image
from shapely.geometry import MultiPolygon, box
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.read import acts as act_files
from cadastre.exchange.read.acts import read_act, recogniser
from cadastre.models import AdministrativeUnit
from cadastre.models.base import SRID
from cadastre.rules.load import load_ruleset
from cadastre.services.acts_read.reading import understand
from tests.services.acts_read.orders import FICTITIOUS, Order, scan, togo_orders

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")
DAY = dt.date(2026, 1, 1)
needs_tesseract = pytest.mark.skipif(recogniser() is None, reason="tesseract is not installed")
FACTS = ("kind", "name", "holder", "substances", "prefecture", "region", "applied_on", "granted_on")


@dataclass
class Count:
    """How much of an order was read right, right but doubted, and wrong."""

    right: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    wrong_doubted: list[str] = field(default_factory=list)
    wrong_silent: list[str] = field(default_factory=list)

    def add(self, name: str, is_right: bool, doubts: object) -> None:
        """Count one thing read."""
        columns = (self.wrong_silent, self.wrong_doubted), (self.right, self.doubtful)
        columns[is_right][bool(doubts)].append(name)

    def __str__(self) -> str:
        return (
            f"right {len(self.right)}, right but doubted {len(self.doubtful)}, wrong and doubted"
            f" {len(self.wrong_doubted)} {self.wrong_doubted}, wrong without a doubt"
            f" {len(self.wrong_silent)} {self.wrong_silent}"
        )


def count(session: Session, order: Order, content: bytes) -> tuple[Count, dict]:
    """Read an order and hold every fact and every coordinate against what was printed."""
    read = understand(session, TOGO, read_act(content, order.name), DAY)
    counted = Count()
    for name in FACTS:
        if name in order.expected:
            fact = read["facts"][name]
            wanted = order.expected[name]
            if name == "substances":
                wanted = TOGO.substances.find(wanted).substance.id
            counted.add(name, fact["value"] == wanted, fact["doubts"])
    area = read["facts"]["published_area"]
    is_right = area["value"] is not None and (
        abs(float(area["value"]) - order.expected["area_ha"]) < 0.01
    )
    counted.add("published_area", is_right, area["doubts"])
    rows = read["corners"]["rows"]
    for at, printed in enumerate(order.corners):
        for axis in (0, 1):
            cell = rows[at]["cells"][axis] if at < len(rows) else None
            taken = cell["taken"].replace(" ", "") if cell else ""
            counted.add(
                f"{printed[0]}{axis}", taken == printed[axis + 1].replace(" ", ""),
                cell["doubts"] if cell else True,
            )  # fmt: skip
    return counted, read


@pytest.fixture
def places(session: Session) -> Session:
    """Name the prefectures and regions the orders speak of, each round its ground."""
    known = (
        ("Tchaoudjo", 2, (0.9, 8.9, 1.3, 9.2)), ("Bassar", 2, (0.5, 9.2, 0.9, 9.5)),
        ("Kozah", 2, (1.0, 9.4, 1.4, 9.7)), ("Exemple", 2, (0.9, 8.3, 1.3, 8.6)),
        ("Centrale", 1, (0.8, 8.7, 1.6, 9.2)), ("Kara", 1, (0.4, 9.2, 1.4, 9.9)),
        ("Fictive", 1, (0.8, 8.2, 1.4, 8.65)),
    )  # fmt: skip
    for name, level, bounds in known:
        session.add(
            AdministrativeUnit(
                code=f"X-{name}", name=name, level=level, geom=_multi(bounds),
                source="tests", licence="CC0-1.0",
            )
        )  # fmt: skip
    session.flush()
    return session


def _multi(bounds: tuple[float, float, float, float]) -> object:
    return from_shape(MultiPolygon([box(*bounds)]), SRID)


def test_a_printed_order_is_read_without_a_fault(places: Session) -> None:
    counted, read = count(places, FICTITIOUS, FICTITIOUS.pdf())
    assert (counted.wrong_doubted, counted.wrong_silent) == ([], []), counted
    assert {check["code"] for check in read["checks"]} == {
        "acts-read.check-area", "acts-read.check-side", "acts-read.check-prefecture",
        "acts-read.check-region", "acts-read.check-dates",
    }  # fmt: skip
    assert all(check["agrees"] for check in read["checks"]), read["checks"]


def test_what_an_order_says_twice_is_held_against_itself(places: Session) -> None:
    wrong = replace(
        FICTITIOUS, area="2 900 ha", prefecture="Bassar", sides="Côtés : AB = 6 400 m",
        corners=(*FICTITIOUS.corners[:3], ("D", "1° 00' 06,4\"", "8° 26' 40,1\"")),
    )  # fmt: skip
    _, read = count(places, wrong, wrong.pdf())
    differing = {check["code"] for check in read["checks"] if not check["agrees"]}
    assert differing == {
        "acts-read.check-area", "acts-read.check-side", "acts-read.check-prefecture",
    }  # fmt: skip


@needs_tesseract
def test_a_scan_is_read_and_nothing_wrong_goes_undoubted(places: Session) -> None:
    counted, read = count(places, FICTITIOUS, scan(FICTITIOUS.pdf()))
    assert read["pages"][0]["method"] == "scan"
    assert counted.wrong_silent == [], counted
    assert len(counted.right) + len(counted.doubtful) >= 15, counted


@needs_tesseract
def test_the_two_togo_orders_are_read_back(
    places: Session, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Print the honest count: pytest -s shows it."""
    lines = []
    for order in togo_orders(shared_data):
        pdf = order.pdf()
        for label, content in (("print", pdf), ("scan", scan(pdf))):
            counted, read = count(places, order, content)
            checks = [c["code"].partition("-read.check-")[2] for c in read["checks"] if c["agrees"]]
            lines.append(f"{order.name}, {label}: {counted}; agreeing: {checks}")
            assert counted.wrong_silent == [], lines[-1]
            if label == "print":
                assert counted.wrong_doubted == [], lines[-1]
    with capsys.disabled():
        print("\n" + "\n".join(lines))


def test_without_the_recogniser_the_page_is_shown_unread(
    places: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act_files, "recogniser", lambda: None)
    picture = io.BytesIO()
    Image.new("L", (1200, 800), 255).save(picture, "PNG")
    read = understand(places, TOGO, read_act(picture.getvalue(), "scan.png"), DAY)
    assert read["can_scan"] is False
    assert read["pages"][0]["method"] == "unread"
    assert read["corners"]["refused"] == "acts-read.no-table"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ not an act", "acts-read.not-an-act"),
        (b"%PDF-1.7\n" + b"\xff" * 500, "exchange.unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "exchange.unreadable"),
    ],
)
def test_what_is_no_act_is_refused_in_words(content: bytes, code: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        read_act(content, "x.pdf")
    assert refused.value.code == code


def test_a_bomb_of_pixels_and_a_book_are_refused() -> None:
    wide = io.BytesIO()
    Image.new("1", (12_000, 8_000)).save(wide, "PNG")
    with pytest.raises((UnusableInput, TooLarge)):
        read_act(wide.getvalue(), "bomb.png")
    book = io.BytesIO()
    leaf = Image.new("1", (40, 40))
    leaf.save(book, "PDF", save_all=True, append_images=[leaf] * 12)
    with pytest.raises(TooLarge) as refused:
        read_act(book.getvalue(), "book.pdf")
    assert refused.value.code == "acts-read.too-many-pages"
