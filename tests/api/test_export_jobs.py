"""Large exports become jobs: made by a worker, fetched with the rights of the order, forgotten."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cadastre.models import ExportJob, ExportPiece
from cadastre.rules.permissions import Role
from cadastre.services.export_jobs import bulk, ordering, working
from tests.api.test_visibility import PERSON, asking


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch, register: Session) -> Session:
    """Call two features many, and let the worker see what the test wrote."""
    monkeypatch.setattr(ordering, "MOST_STREAMED", 1)
    monkeypatch.setattr(working, "PIECE_BYTES", 100)
    monkeypatch.setattr(working, "TELL_EVERY", 1)

    @contextlib.contextmanager
    def inside(_engine: object):
        with register.begin_nested():
            yield register
        register.expire_all()

    monkeypatch.setattr(working, "transaction", inside)
    return register


def work() -> int | None:
    return working.work_once(None)


@pytest.mark.parametrize("format", ["geojson", "gpkg"])
def test_an_order_is_followed_and_fetched(
    client: FlaskClient, large: Session, format: str
) -> None:
    answer = client.get(f"/api/exports/titles?format={format}&at=2026-06-01")
    assert answer.status_code == 202
    href = answer.headers["Location"]
    assert client.get(href).json["state"] == "waiting"
    assert client.get(f"{href}/file").status_code == 409
    again = client.get(f"/api/exports/titles?format={format}&at=2026-06-01")
    assert again.headers["Location"] == href
    assert work() is not None
    told = client.get(href).json
    assert (told["state"], told["share"], told["done"]) == ("done", 1.0, 2)
    got = client.get(told["file"]["href"])
    assert got.status_code == 200
    assert len(got.data) == told["file"]["size"]
    assert hashlib.sha256(got.data).hexdigest() == told["file"]["sha256"]
    assert large.query(ExportPiece).count() > 1
    assert PERSON.encode() not in got.data
    assert work() is None


def test_small_ones_still_stream(client: FlaskClient, register: Session) -> None:
    assert client.get("/api/exports/titles?format=csv").status_code == 200
    assert register.query(ExportJob).count() == 0


def test_a_browser_is_led_to_the_page_of_the_job(client: FlaskClient, large: Session) -> None:
    answer = client.get("/api/exports/titles?format=csv", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/data/jobs/")


def test_what_was_ordered_by_an_officer_is_theirs_while_they_are_one(
    client: FlaskClient, large: Session
) -> None:
    officer, account = asking(large, Role.SUPERVISOR)
    other, _ = asking(large, Role.AUDITOR)
    href = client.get("/api/exports/titles?format=csv", headers=officer).headers["Location"]
    work()
    assert PERSON in client.get(f"{href}/file", headers=officer).text
    for headers in ({}, other):
        assert client.get(href, headers=headers).status_code == 404
        assert client.get(f"{href}/file", headers=headers).status_code == 404
    account.roles = [Role.CLERK.value]
    large.flush()
    assert client.get(f"{href}/file", headers=officer).status_code == 404


def test_rights_lost_before_the_work_make_no_file(client: FlaskClient, large: Session) -> None:
    officer, account = asking(large, Role.SUPERVISOR)
    client.get("/api/exports/titles?format=csv", headers=officer)
    account.roles = [Role.CLERK.value]
    large.flush()
    work()
    job = large.query(ExportJob).one()
    assert (job.state, job.fault["code"]) == ("failed", "exports.no-longer-allowed")
    assert large.query(ExportPiece).count() == 0


def test_an_expired_job_is_gone_with_its_bytes(client: FlaskClient, large: Session) -> None:
    href = client.get("/api/exports/titles?format=csv").headers["Location"]
    work()
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    assert working.forget_expired(large, later) == 1
    assert client.get(href).status_code == 404
    assert large.query(ExportPiece).count() == 0


def test_a_dead_worker_is_replaced(large: Session, client: FlaskClient) -> None:
    client.get("/api/exports/titles?format=csv")
    job = large.query(ExportJob).one()
    job.state, job.seen_at = "running", dt.datetime.now(dt.UTC)
    large.flush()
    assert work() is None
    job.seen_at -= dt.timedelta(minutes=6)
    large.flush()
    assert work() == job.id


def test_orders_have_an_end(
    client: FlaskClient, large: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "MOST_WAITING", 1)
    client.get("/api/exports/titles?format=csv")
    assert client.get("/api/exports/titles?format=kml").status_code == 503


def test_public_files_are_made_again_only_when_the_collection_changed(large: Session) -> None:
    now = dt.datetime.now(dt.UTC)
    first = bulk.order_bulk(large, "Africa/Lome", now)
    assert first == len(bulk.FORMATS) * 7
    while work():
        pass
    later = now + dt.timedelta(minutes=11)
    assert bulk.order_bulk(large, "Africa/Lome", later) == 0
    assert len(bulk.bulk_files(large)) == first
    assert not {job.collection for job in bulk.bulk_files(large)} & {"overlaps"}
    for job in large.query(ExportJob).filter_by(collection="zones"):
        job.version = "of another day"
    large.flush()
    assert bulk.order_bulk(large, "Africa/Lome", later) == len(bulk.FORMATS)
    assert bulk.order_bulk(large, "Africa/Lome", later) == 0
