"""Take in a statement of the bank or the Treasury (CSV): its credits, each known once."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cadastre.errors import TooLarge, UnusableInput
from cadastre.models import Account, JournalEntry, StatementLine
from cadastre.services.money.access import ensure_staff, may_reconcile
from cadastre.services.money.amounts import read_amount
from cadastre.services.money.transfers import clean_reference

MOST_BYTES = 2_000_000
MOST_ROWS = 20_000
DELIMITERS = ";,\t|"
DAY_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
# Names that banks of the region give their columns; the first that is there counts.
COLUMNS = {
    "booked_on": ("date", "date operation", "date d'operation", "booking date", "date valeur"),
    "reference": ("reference", "reference operation", "numero", "quittance", "receipt", "ref"),
    "amount": ("credit", "montant", "amount", "montant credit"),
    "label": ("libelle", "label", "description", "motif", "details"),
}
ACCENTS = str.maketrans("éèêëàâîïôûùç’", "eeeeaaiiouuc'")


@dataclass(frozen=True, slots=True)
class Credit:
    """Money that came in, as a statement writes it."""

    booked_on: dt.date
    reference: str
    amount: int
    label: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a statement brought: credits that are new, and those that were there."""

    added: int
    known: int


def import_statement(
    session: Session, content: bytes, *, currency: str, account: Account
) -> Imported:
    """Take in the credits of a statement; the whole file or, with one faulty row, nothing.

    Raises
    ------
    UnusableInput
        The text, a column or a row cannot be read; the row is named.
    TooLarge
        More than 2 MB or 20 000 rows.
    """
    ensure_staff(account, may_reconcile(account))
    credits = read_statement(content, currency)
    digest = hashlib.sha256(content).hexdigest()
    alike: Counter[Credit] = Counter()
    added = 0
    for credit in credits:
        alike[credit] += 1
        row = insert(StatementLine).values(
            fingerprint=_fingerprint(credit, currency, alike[credit]),
            reference=credit.reference, booked_on=credit.booked_on, amount=credit.amount,
            currency=currency, label=credit.label, file_sha256=digest, account_id=account.id,
        )  # fmt: skip
        done = session.execute(row.on_conflict_do_nothing().returning(StatementLine.id))
        added += done.scalar() is not None
    known = len(credits) - added
    session.add(
        JournalEntry(
            account_id=account.id, action="statement.import", subject="statement",
            subject_id=digest[:16], facts={"added": added, "known": known, "sha256": digest},
        )
    )  # fmt: skip
    session.flush()
    return Imported(added, known)


def read_statement(content: bytes, currency: str) -> list[Credit]:
    """Read the credits of a statement; debits and empty rows are passed over."""
    if len(content) > MOST_BYTES:
        raise TooLarge("http.too-large", where="file")
    lines = _decoded(content).replace("\0", "").splitlines()
    if len(lines) > MOST_ROWS:
        raise TooLarge("http.too-large", where="file")
    delimiter = max(DELIMITERS, key=lambda mark: lines[0].count(mark) if lines else 0)
    rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, strict=False)
    try:
        header = [_plain(cell) for cell in next(rows, [])]
        places = {name: _place(header, name) for name in COLUMNS}
        return list(_credits(rows, places, currency))
    except csv.Error as error:
        raise UnusableInput("money.statement-unreadable", where="file") from error


def _credits(
    rows: Iterator[list[str]], places: dict[str, int], currency: str
) -> Iterator[Credit]:
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        where = f"row {number}"
        if len(row) <= max(places.values()):
            raise UnusableInput("money.row-too-short", where=where)
        amount = row[places["amount"]].strip().removeprefix("+")
        if not amount or amount.startswith("-"):
            continue
        yield Credit(
            _day(row[places["booked_on"]], where),
            clean_reference(row[places["reference"]]),
            read_amount(amount, currency, where),
            " ".join(row[places["label"]].split())[:300],
        )


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _plain(cell: str) -> str:
    return " ".join(cell.lower().translate(ACCENTS).split())


def _place(header: list[str], name: str) -> int:
    for known in COLUMNS[name]:
        if known in header:
            return header.index(known)
    wanted = " / ".join(COLUMNS[name][:3])
    raise UnusableInput("money.column-missing", where=name, wanted=wanted)


def _day(text: str, where: str) -> dt.date:
    for form in DAY_FORMS:
        try:
            return dt.datetime.strptime(text.strip(), form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise UnusableInput("http.not-a-date", where=where, given=text[:40])


def _fingerprint(credit: Credit, currency: str, occurrence: int) -> str:
    """Know a credit again in a later statement; two truly alike on one day count as two."""
    parts = (credit.booked_on, credit.reference, credit.amount, currency, credit.label, occurrence)
    return hashlib.sha256(repr(tuple(map(str, parts))).encode()).hexdigest()
