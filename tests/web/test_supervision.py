"""The room in a real browser: a wall that does not scroll, a phone, live, and without scripts."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page
from shapely.geometry import box
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.database import sqlalchemy_url
from cadastre.models import OutboxEvent
from tests.databases import TestUrls
from tests.factories import make_application, make_party, make_title, make_unit, square
from tests.services.money.conftest import PASSWORD, make_account
from tests.services.supervision.conftest import StreamProcess
from tests.web.entering import enter
from tests.web.served import Serve, Served
from tests.web.visitor import LOCALES, TELL_VIOLATIONS, axe, scrolls_sideways

pytestmark = pytest.mark.browser
SIZES = {"full-hd": (1920, 1080), "hd": (1280, 720), "phone": (360, 740)}
TODAY = dt.datetime.now(dt.UTC).date()
CUT_OFF = """[...document.querySelectorAll('.head, main, .view, .tile, .alerts, .tables, .ground')]
  .filter((one) => one.offsetParent && (one.scrollWidth > one.clientWidth + 1
                                        || one.scrollHeight > one.clientHeight + 1))
  .map((one) => one.className)"""


@dataclass
class Room:
    """A served room: open pages as somebody, and hear what went wrong in them."""

    url: str
    urls: TestUrls
    stream: StreamProcess
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    def enter(self, who: str | None, path: str = "/supervision", *, size=SIZES["hd"],
              language="fr", script=True) -> Page:  # fmt: skip
        """Open a page in a browser that remembers nothing, signed in or not."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=LOCALES[language],
            java_script_enabled=script, color_scheme="dark",
        )  # fmt: skip
        context.add_init_script(TELL_VIOLATIONS)
        if who is not None:
            enter(context, self.url, who, PASSWORD)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        page.goto(self.url + path)
        return page


@pytest.fixture(scope="session")
def served_room(
    serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, StreamProcess]]:
    """Serve a small register with its stream process beside."""
    served = serve("room", fill, home=tmp_path_factory.mktemp("r"))
    stream = StreamProcess(served.urls, served.home)
    stream.start()
    yield served, stream
    stream.kill()


@pytest.fixture
def room(served_room, chromium: Browser) -> Iterator[Room]:
    """Hand over the room; a script error or something forbidden in a page fails the test."""
    served, stream = served_room
    room = Room(served.url, served.urls, stream, chromium)
    yield room
    for context in chromium.contexts:
        context.close()
    assert room.complaints == []


def fill(session: Session) -> None:
    """Make people and a few rights."""
    for who in ("supervisor", "analyst", "applicant"):
        make_account(session, who, who, password=PASSWORD)
    make_unit(session, box(0.0, 6.1, 1.7, 11.1), code="TG", name="Togo", level=0)
    owner = make_party(session, "Carrières de l'Oti SARL (fictive)")
    for place in range(6):
        make_title(
            session, square(0.3 + place * 0.2, 8.0), number=f"PR-{place}", holder=owner,
            granted_on=TODAY, expires_on=TODAY + dt.timedelta(days=20 + place * 30),
        )  # fmt: skip
    make_application(session, square(0.9, 8.9), number="DEM-1")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_it_fits_and_axe_finds_nothing(room: Room, size: tuple[int, int]):
    page = room.enter("supervisor", size=size, language="en" if size[0] == 1280 else "fr")
    page.locator("#link.link-live").wait_for()
    assert not scrolls_sideways(page)
    for place in range(page.locator("section.view").count()):
        if size[0] > 1000:
            page.locator("#views button").nth(place).click()
            assert page.locator("section.view:visible").count() == 1
            assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
            assert page.evaluate(CUT_OFF) == []
        assert axe(page) == []
    if size[0] > 1000:
        page.locator("#theme").click()
        assert axe(page) == []


def test_a_grant_shows_without_a_hand(room: Room):
    page = room.enter("analyst")
    page.locator("#link.link-live").wait_for()
    assert page.locator("[data-tile='titles.in-force'] .tile-num").text_content() == "6"
    engine = create_engine(sqlalchemy_url(room.urls.app_url))
    with Session(engine) as session, session.begin():
        make_title(session, square(0.3, 9.4), number="PR-NEW", granted_on=TODAY)
        session.add(OutboxEvent(topic="title.grant", subject_id="PR-NEW"))
    engine.dispose()
    shown = page.locator("[data-tile='titles.in-force'] .tile-num", has_text=re.compile("^7$"))
    shown.wait_for(state="attached")
    page.locator("#moves", has_text="PR-NEW").wait_for(state="attached")


def test_old_figures_turn_amber_then_red(room: Room):
    page = room.enter("analyst")
    page.context.route(re.compile("/supervision/(stream|figures)"), lambda route: route.abort())
    page.clock.install()
    page.reload()
    tones = []
    for seconds in (30, 40, 240):
        page.clock.run_for(seconds * 1000)
        tones.append(page.locator("html").get_attribute("data-tone"))
    assert tones == ["fresh", "amber", "red"]
    assert "il y a 5 min" in (page.locator("#age").text_content() or "")
    assert page.locator("#link.link-cut").count() == 1
    room.complaints.clear()  # the browser notes what we cut


def test_a_figure_leads_to_its_list_and_to_the_title(room: Room):
    page = room.enter("analyst", size=SIZES["phone"])
    page.locator("[data-alert='alerts.expiring'] a").click()
    page.wait_for_url("**/supervision/list/alerts.expiring")
    assert page.locator("table.rows tbody tr").count() == 1
    assert axe(page) == []
    assert not scrolls_sideways(page)
    page.get_by_role("link", name="PR-0").click()
    page.wait_for_url("**/titles/PR-0")


def test_without_scripts_it_is_a_page_that_refreshes(room: Room):
    page = room.enter("supervisor", script=False)
    assert 'http-equiv="refresh"' in page.content()
    assert page.locator("section.view:visible").count() == 4
    page.goto(f"{room.url}/supervision/history")
    assert page.locator(".chart rect").count() == 48
    page.goto(f"{room.url}/statistics")
    assert page.locator("#delays").is_visible()


def test_a_screen_is_linked_and_taken_off(room: Room):
    page = room.enter("supervisor", "/supervision/devices", language="en")
    page.get_by_label("Name of the screen").fill("Hall")
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#device-link").text_content() or ""
    assert axe(page) == []
    screen = room.enter(None, link.removeprefix(room.url), language="en")
    screen.get_by_role("button", name="Link this screen").click()
    screen.wait_for_url("**/supervision")
    screen.locator("#link.link-live").wait_for()
    page.goto(f"{room.url}/supervision/devices")
    page.get_by_role("button", name="Take off Hall").click()
    screen.wait_for_url("**/login**")
    room.complaints.clear()  # the browser notes that a refused stream is refused


def test_strangers_are_led_away_and_refreshes_are_light(room: Room):
    page = room.enter(None, "/supervision")
    assert "/login" in page.url
    assert page.request.get(f"{room.url}/supervision/stream").status == 401
    signed = room.enter("applicant", "/account")
    refused = signed.request.get(f"{room.url}/supervision")
    assert refused.status == 403
    assert signed.request.get(f"{room.url}/supervision/devices").status == 403
    watching = room.enter("analyst")
    told = watching.request.get(f"{room.url}/supervision/figures").body()
    assert len(gzip.compress(told)) <= 5_000
    book = watching.request.get(f"{room.url}/supervision/history.xlsx")
    assert book.body()[:2] == b"PK"
    manifest = watching.request.get(f"{room.url}/supervision/manifest.webmanifest").json()
    assert manifest["start_url"] == "/supervision"
    for name in ("delays.csv", "months.json"):
        assert page.request.get(f"{room.url}/statistics/{name}").status == 200
