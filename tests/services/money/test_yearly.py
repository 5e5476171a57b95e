"""Yearly fees fall due by themselves: on the day of signature, once, also after days of stop."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from shapely.geometry import box
from sqlalchemy import func, select

from cadastre.models import Invoice
from cadastre.services.money.issue import cancel_invoice
from cadastre.services.money.yearly import NOTICE_DAYS, fall_due, last_run
from tests.factories import make_title
from tests.services.money.conftest import make_account

KIND = "permis-exploitation-petite-echelle"
_places = itertools.count(0.2, 0.1)
TODAY = dt.date(2026, 11, 24)


def exploitation(session, signed: dt.date, known: str = "2020-01-01", **columns):
    """Make a title of about 4 km², known to the register since a day."""
    columns = {"kind": KIND, "granted_on": signed, "starts_on": signed} | columns
    columns.setdefault("expires_on", signed.replace(year=signed.year + 20))
    since = dt.datetime.fromisoformat(known).replace(tzinfo=dt.UTC)
    place = next(_places)
    ground = box(place, 8.9, place + 0.018, 8.918)
    return make_title(session, ground, recorded_at=since, **columns)


def orders(session, title) -> list[Invoice]:
    query = select(Invoice).where(Invoice.title_id == title.id).order_by(Invoice.id)
    return list(session.scalars(query))


def test_a_year_falls_due_on_the_day_of_signature(session, ruleset):
    title = exploitation(session, dt.date(2020, 12, 1))
    done = fall_due(session, ruleset, TODAY)
    (order,) = orders(session, title)
    assert done.issued == (order.number,)
    assert (order.moment, order.due_on) == ("yearly", dt.date(2026, 12, 1))
    assert (order.period_from, order.period_until) == (dt.date(2026, 12, 1), dt.date(2027, 12, 1))
    (line,) = order.lines
    assert line["code"] == "fees.redevance-superficiaire"
    assert order.total == 4 * 75_000  # 3.9 km², rounded up and said to be unconfirmed
    assert "75,000 XOF/km²" in line["working"]["en"]
    assert order.party_id == title.shares[0].party_id
    assert order.issued_by_id is None


def test_running_again_changes_nothing(session, ruleset):
    title = exploitation(session, dt.date(2020, 12, 1))
    for day in (TODAY, TODAY, TODAY + dt.timedelta(1), dt.date(2026, 12, 1), dt.date(2026, 12, 9)):
        fall_due(session, ruleset, day)
    assert len(orders(session, title)) == 1
    assert last_run(session) == dt.date(2026, 12, 9)


def test_days_of_stop_lose_no_year(session, ruleset):
    fall_due(session, ruleset, dt.date(2026, 6, 1))
    late = exploitation(session, dt.date(2021, 8, 15))
    title = exploitation(session, dt.date(2019, 9, 30))
    fall_due(session, ruleset, TODAY)  # nearly six months later
    assert [order.due_on for order in orders(session, title)] == [dt.date(2026, 9, 30)]
    assert [order.due_on for order in orders(session, late)] == [dt.date(2026, 8, 15)]


def test_years_the_register_did_not_see_are_not_asked_for(session, ruleset):
    fall_due(session, ruleset, dt.date(2026, 6, 1))
    title = exploitation(session, dt.date(2019, 9, 30), known="2026-10-01")
    fall_due(session, ruleset, TODAY)
    assert orders(session, title) == []


@pytest.mark.parametrize(
    ("columns", "count"),
    [
        ({"expires_on": dt.date(2026, 12, 1)}, 0),
        ({"expires_on": dt.date(2026, 12, 2)}, 1),
        ({"ended_on": dt.date(2026, 11, 30)}, 0),
        ({"suspended_from": dt.date(2026, 1, 1)}, 1),
    ],
)
def test_only_titles_in_force_on_the_day_owe_it(session, ruleset, columns, count):
    title = exploitation(session, dt.date(2020, 12, 1), **columns)
    fall_due(session, ruleset, TODAY)
    assert len(orders(session, title)) == count


def test_an_amount_no_text_gives_is_told_and_not_invented(session, ruleset):
    title = exploitation(session, dt.date(2020, 12, 1), kind="permis-recherche")
    done = fall_due(session, ruleset, TODAY)
    (order,) = orders(session, title)
    assert done.unknown == (order.number,)
    assert (order.total, order.lines[0]["amount"]) == (None, None)


def test_an_order_of_a_title_that_ended_before_its_day_is_dropped(session, ruleset):
    title = exploitation(session, dt.date(2020, 12, 1))
    fall_due(session, ruleset, TODAY)
    title.ended_on = dt.date(2026, 11, 28)
    session.flush()
    done = fall_due(session, ruleset, dt.date(2026, 11, 29))
    (order,) = orders(session, title)
    assert done.cancelled == (order.number,)
    assert order.cancelled_at is not None


def test_a_cancelled_year_does_not_come_back(session, ruleset):
    title = exploitation(session, dt.date(2020, 12, 1))
    fall_due(session, ruleset, TODAY)
    agent = make_account(session, "agent", "agent")
    cancel_invoice(session, orders(session, title)[0], account=agent, reason="exonération 2026")
    fall_due(session, ruleset, TODAY + dt.timedelta(1))
    assert len(orders(session, title)) == 1


def test_a_title_signed_on_29_february_pays_on_the_28th(session, ruleset):
    title = exploitation(
        session, dt.date(2024, 2, 29), expires_on=dt.date(2044, 2, 28), known="2024-03-01"
    )
    fall_due(session, ruleset, dt.date(2027, 2, 10))
    assert [order.due_on for order in orders(session, title)] == [dt.date(2027, 2, 28)]


def test_the_notice_is_given_ahead(session, ruleset):
    exploitation(session, dt.date(2020, 12, 24))
    exploitation(session, dt.date(2020, 12, 25), number="PE-2")
    fall_due(session, ruleset, TODAY)
    dues = session.scalars(select(func.max(Invoice.due_on))).one()
    assert dues == TODAY + dt.timedelta(NOTICE_DAYS)
