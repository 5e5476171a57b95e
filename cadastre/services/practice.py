"""Begin an exercise, count what was done since, mark it, and set the practice register back."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import NotFound, UnusableInput
from cadastre.models import Account, Application, ExportJob, JournalEntry, PracticeAttempt
from cadastre.rules.practice import Check, Exercise
from cadastre.services.demonstration import clear_demonstration, load_demonstration

ORDER, DONE, SUBJECT = "practice.reset-order", "practice.reset", "practice"
LONGEST_NAME = 60
SHOWN = 200


def begin(session: Session, account: Account, exercise: Exercise, trainee: str) -> PracticeAttempt:
    """Begin an exercise under the name somebody goes by; an open one of the account is left.

    Raises
    ------
    UnusableInput
        ``practice.no-name``.
    """
    name = " ".join(trainee.split())[:LONGEST_NAME]
    if not name:
        raise UnusableInput("practice.no-name", where="trainee")
    attempt = PracticeAttempt(account_id=account.id, trainee=name, exercise=exercise.id)
    session.add(attempt)
    session.flush()
    return attempt


def current(session: Session, account: Account, exercise: Exercise) -> PracticeAttempt | None:
    """Give the latest try of an exercise by an account."""
    return session.scalar(
        select(PracticeAttempt)
        .where(
            PracticeAttempt.account_id == account.id, PracticeAttempt.exercise == exercise.id
        )
        .order_by(PracticeAttempt.id.desc())
        .limit(1)
    )


def examine(session: Session, attempt: PracticeAttempt, exercise: Exercise) -> PracticeAttempt:
    """Count what the account did since the try began; a finished try keeps its mark."""
    if attempt.finished_at is not None:
        return attempt
    reached = {check.id: _held(session, attempt, check) for check in exercise.checks}
    attempt.reached, attempt.mark = reached, exercise.mark(reached)
    if all(reached.values()):
        attempt.finished_at = session.scalar(select(func.now()))
    session.flush()
    return attempt


def finish(session: Session, account: Account, exercise: Exercise) -> PracticeAttempt:
    """End a try with the mark it has reached.

    Raises
    ------
    NotFound
        ``practice.not-begun``.
    """
    attempt = current(session, account, exercise)
    if attempt is None:
        raise NotFound("practice.not-begun", where=exercise.id)
    examine(session, attempt, exercise)
    attempt.finished_at = attempt.finished_at or session.scalar(select(func.now()))
    return attempt


def attempts(session: Session) -> list[PracticeAttempt]:
    """List the tries of everybody, the latest first, for the trainer."""
    query = select(PracticeAttempt).order_by(PracticeAttempt.id.desc()).limit(SHOWN)
    return list(session.scalars(query))


def _held(session: Session, attempt: PracticeAttempt, check: Check) -> bool:
    who, since = attempt.account_id, attempt.recorded_at
    if check.kind == "journal":
        query = select(func.count(func.distinct(JournalEntry.subject_id))).where(
            JournalEntry.account_id == who, JournalEntry.recorded_at >= since,
            JournalEntry.action.in_(check.actions),
        )  # fmt: skip
    elif check.kind == "filed":
        query = select(func.count(Application.id)).where(
            Application.account_id == who, Application.filed_at >= since,
            ~func.jsonb_path_exists(Application.findings, '$.**.severity ? (@ == "block")'),
        )  # fmt: skip
    else:
        query = select(func.count(ExportJob.id)).where(
            ExportJob.account_id == who, ExportJob.recorded_at >= since,
            ExportJob.state == "done",
        )  # fmt: skip
    return (session.scalar(query) or 0) >= check.count


def order_reset(session: Session, account: Account) -> None:
    """Ask the keeper to set the practice register back; it takes a moment."""
    session.add(
        JournalEntry(account_id=account.id, action=ORDER, subject=SUBJECT, subject_id="register")
    )


def reset_if_ordered(session: Session, settings: Settings) -> bool:
    """Set the practice register back when somebody asked; tries and marks stay.

    The session must be the owner's. Never does anything outside practice.
    """
    if not settings.is_practice or not _is_ordered(session):
        return False
    clear_demonstration(session, settings)
    load_demonstration(session, settings)
    session.add(JournalEntry(action=DONE, subject=SUBJECT, subject_id="register", by_rule=True))
    session.flush()
    return True


def _is_ordered(session: Session) -> bool:
    last = session.scalar(
        select(JournalEntry.action)
        .where(JournalEntry.action.in_((ORDER, DONE)))
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )
    return last == ORDER
