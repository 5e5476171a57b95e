"""Who follows the feed of changes misses none and is told each once, in JSON and in Atom."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories import make_title, square

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def moved(register: Session, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Look from a moment at which everything the test wrote is settled."""
    for west in range(5):
        make_title(register, square(0.5 + west * 0.05, 9.6, 0.04), number=f"T{west}")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    monkeypatch.setattr("cadastre.queries.changes.settled_at", lambda _session: later)
    return register


def test_pages_tell_each_change_once(client: FlaskClient, moved: Session) -> None:
    path, told, pages = "/api/changes?since=2020-01-01&limit=2", [], 0
    while path:
        body = client.get(path).json
        told += [item["_cadastre"]["number"] for item in body["items"]]
        parts = urlsplit(body.get("next_url", ""))
        path, pages = parts.path and f"{parts.path}?{parts.query}", pages + 1
    every = text("SELECT number FROM title UNION SELECT number FROM application")
    numbers = set(moved.scalars(every))
    assert sorted(told) == sorted(numbers)
    assert pages == (len(numbers) + 1) // 2
    # Nothing is new behind the last; what changes again comes again.
    resume = urlsplit(body["_cadastre"]["resume"])
    again = f"{resume.path}?{resume.query}"
    assert client.get(again).json["items"] == []
    moved.execute(text("UPDATE title SET name = 'Autre' WHERE number = 'T3'"))
    (item,) = client.get(again).json["items"]
    assert "Autre" in item["title"]
    assert item["url"].endswith("/titles/T3")


def test_the_feed_of_atom_says_the_same(client: FlaskClient, moved: Session) -> None:
    told = client.get("/api/changes?since=2020-01-01").json["items"]
    feed = ElementTree.fromstring(client.get("/api/changes?since=2020-01-01&format=atom").data)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [item["id"] for item in told]
    assert "Une Personne Privée" not in ElementTree.tostring(feed, "unicode")


@pytest.mark.parametrize(
    "query", ["since=x", "after=x", "after=WzEsMiwzXQ", "format=rss", "limit=0"]
)
def test_what_cannot_be_read_is_told(
    client: FlaskClient, register: Session, query: str
) -> None:
    answer = client.get(f"/api/changes?{query}")
    assert answer.status_code in (400, 422)
    assert answer.json["detail"]
