"""Read the acts that were sent, and tie those whose import is done; run by the keeper."""

from __future__ import annotations

import logging

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cadastre.errors import CadastreError, NotAvailable, UnusableInput
from cadastre.exchange.read.acts import ReadAct, read_act
from cadastre.models import ActRead, ActReadPage, StoredFile
from cadastre.queries.asof import as_of
from cadastre.rules.ruleset import Ruleset
from cadastre.services.acts_read.reading import understand
from cadastre.services.acts_read.receiving import write
from cadastre.services.acts_read.recording import finish
from cadastre.services.again import decide
from cadastre.services.import_jobs.ordering import keep_bytes
from cadastre.services.import_jobs.report import storable

LOG = logging.getLogger(__name__)


def run_next_act(engine: Engine, ruleset: Ruleset) -> int | None:
    """Do one thing that waits: tie a recorded act, or read one; give its number, None if none."""
    with Session(engine) as session:
        waiting = session.execute(
            select(ActRead.id, ActRead.state)
            .where(ActRead.state.in_(("recording", "ordered")))
            .order_by(ActRead.id)
        ).all()
    for act_id, state in waiting:
        if state == "recording":
            if decide(engine, lambda session, one=act_id: finish(session, one)):  # type: ignore[misc]
                return act_id
            continue
        _read(engine, ruleset, act_id)
        return act_id
    return None


def _read(engine: Engine, ruleset: Ruleset, act_id: int) -> None:
    with Session(engine) as session:
        act = session.get_one(ActRead, act_id)
        content, where = session.get_one(StoredFile, act.sha256).content, act.filename
    # No transaction is held open while a scan is read: it takes ten seconds a page.
    try:
        read = read_act(content, where)
    except NotAvailable:
        raise
    except CadastreError as fault:
        _fail(engine, act_id, fault)
    except Exception as error:  # said to who waits; the next act goes on
        LOG.exception("act %s", act_id)
        _fail(engine, act_id, UnusableInput("acts-read.broke", reason=type(error).__name__))
    else:
        decide(engine, lambda session: _keep(session, ruleset, act_id, read))


def _keep(session: Session, ruleset: Ruleset, act_id: int, read: ReadAct) -> None:
    act = session.get_one(ActRead, act_id, with_for_update=True)
    if act.state != "ordered":
        return
    day = as_of(None, ruleset.time_zone).day
    act.reading = storable(understand(session, ruleset, read, day))
    for page, picture in enumerate(read.pictures):
        session.add(ActReadPage(act_read_id=act.id, page=page, sha256=keep_bytes(session, picture)))
    act.state = "read"
    write(session, None, act, "read", pages=len(read.pages))


def _fail(engine: Engine, act_id: int, fault: CadastreError) -> None:
    told = {"code": fault.code, "where": fault.where, "values": dict(fault.values)}

    def keep(session: Session) -> None:
        act = session.get_one(ActRead, act_id, with_for_update=True)
        act.state, act.fault = "failed", storable(told)

    decide(engine, keep)
