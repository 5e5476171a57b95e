"""A figure and the list behind it are one condition; what must be an alert is one."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from cadastre.models import Dossier, DossierStanding, OutboxEvent
from cadastre.queries.asof import AsOf
from cadastre.queries.supervision import FIGURES, count_figures, list_figure
from cadastre.sentences import say
from cadastre.services.supervision import history
from cadastre.services.supervision.events import events_after, latest_serial, number_events
from cadastre.services.supervision.room import ALERTS, Sector, changes, room
from tests.factories import make_application, make_party, make_title, make_work, square

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = NOW.date()
DAYS = dt.timedelta(days=1)


def add_dossier(session: Session, number: str, *, due: dt.timedelta | None, **standing) -> None:
    """Add a dossier as it stands."""
    dossier = Dossier(
        number=number, service=standing.pop("service", "permis-recherche"), procedure="titre",
        procedure_version="1", office=standing.pop("office", None),
    )  # fmt: skip
    session.add(dossier)
    session.flush()
    row = {
        "state": "examining", "stage": "examination", "awaited": ["agent"], "moved_at": NOW,
        "lodged_at": NOW - 40 * DAYS, "due_at": None if due is None else NOW + due,
    }  # fmt: skip
    session.add(DossierStanding(dossier_id=dossier.id, **{**row, **standing}))
    session.flush()


def fill(session: Session) -> None:
    """Let there be something of most sorts."""
    owner = make_party(session)
    for place in range(5):
        make_title(
            session, square(0.3 + place * 0.2, 8.0), holder=owner, granted_on=DAY - place * DAYS,
            starts_on=DAY - 400 * DAYS, expires_on=DAY + 20 * DAYS,
        )  # fmt: skip
    make_application(session, square(0.9, 8.9), filed_at=NOW)
    add_dossier(session, "D-1", due=-DAYS, office="TG-K")
    add_dossier(session, "D-2", due=2 * DAYS, awaited=["applicant"])
    add_dossier(session, "D-3", due=None, lodged_at=NOW, service="permis-exploitation")
    add_dossier(session, "D-4", due=None, state="draft", lodged_at=None)
    add_dossier(session, "D-5", due=None, state="issued", is_closed=True, awaited=[])
    make_work(session, square(1.1, 9.4), code="W-1")


def test_a_figure_is_the_length_of_its_list(session: Session, sector: Sector):
    fill(session)
    values = sector.values(AsOf(NOW, DAY))
    counted = count_figures(session, values)
    for code, one in counted.items():
        rows = list_figure(session, code, values)
        assert len(rows) == one.count, code
        assert set(one.first) <= {row["label"] for row in rows}
    told = {code: one.count for code, one in counted.items() if one.count}
    assert told | {
        "dossiers.open": 3, "dossiers.overdue": 1, "dossiers.near": 1, "dossiers.office": 2,
        "dossiers.applicant": 1, "filings.today": 1, "filings.week": 1, "decisions.week": 1,
        "applications.week": 1, "titles.in-force": 5, "titles.granted": 5, "titles.expiring": 5,
        "alerts.expiring": 5, "alerts.concentration": 1,
    } == told  # fmt: skip


def test_a_line_of_a_table_leads_to_its_own_dossiers(session: Session, sector: Sector):
    fill(session)
    told = room(session, sector)
    lines = {row[0]: row[1:] for row in told["tables"]["service"]}
    assert lines["permis-recherche"][0] == 2  # open
    values = sector.values(AsOf(NOW, DAY))
    rows = list_figure(session, "dossiers.open", values, service="permis-recherche")
    assert [row["label"] for row in rows] == ["D-1", "D-2"]
    assert [r["label"] for r in list_figure(session, "dossiers.open", values, office="TG-K")] == [
        "D-1"
    ]


def test_an_owner_below_the_threshold_is_no_alert(session: Session, sector: Sector):
    for place in range(5):
        make_title(session, square(0.3 + place * 0.2, 8.0), starts_on=DAY - DAYS)
    assert count_figures(session, sector.values())["alerts.concentration"].count == 0


def test_the_whole_room_is_few_questions(session: Session, sector: Sector):
    asked: list[str] = []
    event.listen(session.bind, "before_cursor_execute", lambda *args: asked.append(args[2]))
    told = room(session, sector)
    assert len(asked) <= 8  # the savepoint of the test is one
    assert set(ALERTS) <= set(told["figures"])
    assert told["figures"]["services.percent"][0] <= 100


def test_a_screen_is_sent_only_what_changed(session: Session, sector: Sector):
    before = room(session, sector)
    make_title(session, granted_on=DAY, starts_on=DAY - DAYS, number="PR-NEW")
    after = room(session, sector)
    told = changes(before, after)
    assert told["figures"]["titles.in-force"] == [before["figures"]["titles.in-force"][0] + 1]
    assert "works.planned" not in told["figures"]
    assert "tables" not in told
    assert set(changes(after, after)) == {"at"}


def test_every_figure_has_its_name_and_its_meaning():
    for code in (*FIGURES, "services.online", "services.percent", "services.suspended", "log.late"):
        for sort in ("figure", "meaning"):
            name = f"supervision.{sort}-{code.replace('.', '-')}"
            assert say(name, "fr") != name


def test_the_day_is_kept_and_its_last_values_stand(app_session: Session, sector: Sector):
    assert history.keep_day(app_session, sector) == len(FIGURES)
    history.keep_day(app_session, sector)
    day = sector.values()["day"]
    assert history.series(app_session, "works.planned", day) == [(day, 0)]


def test_months_and_delays_are_told(session: Session, sector: Sector):
    fill(session)
    months = history.months(session, sector)
    assert len(months) == history.MONTHS
    assert sum(row["grants"] for row in months[-2:]) == 5
    delays = {row["service"]: row for row in history.delays(session, sector, "fr")}
    assert len(delays) == len(sector.catalogue)
    assert delays["permis-recherche"]["decided"] == 1
    assert delays["permis-recherche"]["half_within_days"] == 40.0
    assert history.as_csv(history.COLUMNS, months).count("\r\n") == 1 + history.MONTHS
    assert history.as_workbook(months, NOW, "en")[:2] == b"PK"


def test_events_are_kept_for_screens_when_others_take_them_from_the_outbox(app_session: Session):
    start = latest_serial(app_session)
    app_session.add(OutboxEvent(topic="invoice.settled", subject_id="OP-1"))
    app_session.flush()
    app_session.execute(text("DELETE FROM outbox_event"))
    assert number_events(app_session) >= 1
    assert events_after(app_session, start)[-1].subject == "OP-1"
    assert number_events(app_session) == 0
