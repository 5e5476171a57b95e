"""Hand what two people entered alike to the import of titles, and tie the act to the title."""

from __future__ import annotations

import csv
import datetime as dt
import io

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAllowed
from cadastre.models import (
    Account,
    ActEntry,
    ActRead,
    Document,
    Dossier,
    ImportJob,
    Share,
    Step,
    Title,
)
from cadastre.rules.ruleset import Ruleset
from cadastre.services.acts_read.entering import compare, latest_entries
from cadastre.services.acts_read.receiving import write
from cadastre.services.import_jobs import order_trial, receive
from cadastre.services.import_jobs.ordering import Sent

SERVICE = "legacy-import"
COLUMNS = (
    "number", "name", "kind", "substances", "holder", "applied_on", "granted_on", "expires_on",
    "instrument", "published_area",
)  # fmt: skip


def order_recording(
    session: Session, ruleset: Ruleset, account: Account, act: ActRead
) -> ImportJob:
    """Order the trial of the import that will write the title; the other person confirms it.

    Raises
    ------
    Blocked
        ``acts-read.not-now``, or ``acts-read.not-agreed``: two people have not entered the same.
    NotAllowed
        ``acts-read.not-yours``: neither of the two who entered it.
    """
    entries = latest_entries(session, act)
    if act.state != "entered":
        raise Blocked("acts-read.not-now", where=act.filename)
    if len(entries) < 2 or not all(one.same for one in compare(ruleset, *entries[:2])):
        raise Blocked("acts-read.not-agreed", where=act.filename)
    if account.id not in {entry.account_id for entry in entries[:2]}:
        raise NotAllowed("acts-read.not-yours", where=act.filename)
    first = entries[0]
    sent = Sent(f"acte-{act.id}.csv", _as_csv(first), "titles")
    job = receive(session, account, sent, scanner=None)
    fields = {name: name for name in (*COLUMNS, "corners")}
    mapping = {"fields": fields, "area_unit": "ha", "constants": {"source": act.filename}}
    order_trial(session, account, job, mapping, first.crs)
    act.state, act.import_job_id = "recording", job.id
    write(session, account, act, "agreed", import_job=job.id)
    return job


def _as_csv(entry: ActEntry) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow([*COLUMNS, "corners"])
    rows.writerow([*(entry.fields.get(name, "") for name in COLUMNS), entry.corners])
    return out.getvalue().encode()


def finish(session: Session, act_id: int) -> bool:
    """Tie an act to the title its import wrote; give it back to its readers when none was written.

    Gives False while the import is under way. The session must be the owner's.
    """
    act = session.get_one(ActRead, act_id, with_for_update=True)
    job = session.get_one(ImportJob, act.import_job_id)
    if act.state != "recording" or job.state not in ("done", "abandoned"):
        return False
    first, second = latest_entries(session, act)[:2]
    written = job.state == "done" and (job.report or {}).get("outcomes", {}).get("refused") == 0
    title = session.scalar(select(Title).where(Title.number == first.fields["number"]))
    if not written or title is None:
        act.state = "entered"
        act.fault = {"code": "acts-read.import-refused", "where": act.filename,
                     "values": {"number": job.id}}  # fmt: skip
        return True
    _tie(session, act, title, first, second)
    act.state = "recorded"
    two = [first.account_id, second.account_id]
    write(session, None, act, "recorded", title=title.number, by=two)
    return True


def _tie(
    session: Session, act: ActRead, title: Title, first: ActEntry, second: ActEntry
) -> None:
    fields = first.fields
    if title.dossier_id is None:
        holder = session.scalar(select(Share.party_id).where(Share.title_id == title.id).limit(1))
        dossier = Dossier(
            number=f"REPRISE-{title.number}", service=SERVICE, procedure=SERVICE,
            procedure_version="1", party_id=holder, form={"act": act.id},
        )  # fmt: skip
        session.add(dossier)
        session.flush()
        title.dossier_id = dossier.id
    document = Document(
        dossier_id=title.dossier_id, kind="act", title=fields["instrument"] or act.filename,
        reference=fields["instrument"] or None, filename=act.filename, sha256=act.sha256,
        dated=dt.date.fromisoformat(fields["granted_on"]), media_type=act.media_type,
        account_id=act.account_id,
    )  # fmt: skip
    session.add(document)
    session.flush()
    now = session.scalar(select(func.now()))
    session.add(
        Step(
            dossier_id=title.dossier_id, kind=SERVICE, happened_at=now,
            account_id=first.account_id, second_account_id=second.account_id, title_id=title.id,
            document_id=document.id, facts={"act": act.id},
        )
    )  # fmt: skip
