"""Write old records into the register by bulk copy: thousands of rights in seconds."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cadastre.models import Party
from cadastre.rules.substances import plain
from cadastre.services.legacy.records import Record
from cadastre.services.legacy.standing import Standings, period_of, wkb_of
from cadastre.services.legacy.values import party_kind
from cadastre.vocabulary import EdgeModel, OccupantKind

SERVICE = "legacy-import"
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""})


class Writer:
    """Write records with what belongs to them: party, title, share, parcel, dossier, journal."""

    def __init__(
        self,
        session: Session,
        ruleset: str,
        source: str,
        zone: ZoneInfo,
        account_id: int | None,
        document_id: int,
    ) -> None:
        self.session, self.ruleset, self.source, self.zone = session, ruleset, source, zone
        self.account_id, self.document_id = account_id, document_id
        self.now = dt.datetime.now(dt.UTC)
        self.parties = 0

    def write(self, records: list[Record], standings: Standings) -> None:
        """Write everything in the order in which the tables lean on one another."""
        holders = self._holders(records)
        dossiers = self._numbers("dossier", len(records))
        titles = self._numbers("title", len(records))
        on_ground = [i for i, record in enumerate(records) if record.ground.perimeter is not None]
        parcels = dict(zip(on_ground, self._numbers("parcel", len(on_ground)), strict=True))
        self._dossiers(records, dossiers, holders)
        self._titles(records, titles, dossiers)
        self._shares(records, titles, holders)
        self._parcels(records, titles, parcels)
        self._occupations(records, parcels, standings)
        self._history(records, titles, dossiers)

    def _numbers(self, table: str, count: int) -> list[int]:
        rows = self.session.execute(
            text(
                f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))"
                " FROM generate_series(1, :count)"
            ),
            {"count": count},
        )
        return [row[0] for row in rows]

    def _holders(self, records: list[Record]) -> dict[str, int]:
        """Give the party of each name; one name written two ways is one party."""
        wanted = {plain(r.holder): r.holder for r in records if r.holder}
        known: dict[str, int] = {}
        for number, name in self.session.execute(select(Party.id, Party.name)):
            known.setdefault(plain(name), number)
        new = {key: name for key, name in wanted.items() if key not in known}
        numbers = self._numbers("party", len(new))
        self._copy(
            "party", "id, kind, name",
            ((n, party_kind(name), name) for n, name in zip(numbers, new.values(), strict=True)),
        )  # fmt: skip
        self.parties = len(new)
        return known | dict(zip(new, numbers, strict=True))

    def _dossiers(
        self, records: list[Record], dossiers: Sequence[int], holders: dict[str, int]
    ) -> None:
        self._copy(
            "dossier", "id, number, service, procedure, procedure_version, party_id, form",
            (
                (
                    number, f"REPRISE-{record.number}", SERVICE, SERVICE, "1",
                    holders.get(plain(record.holder or "")),
                    as_json({"row": record.row} | record.raw),
                )
                for number, record in zip(dossiers, records, strict=True)
            ),
        )  # fmt: skip

    def _titles(
        self, records: list[Record], titles: Sequence[int], dossiers: Sequence[int]
    ) -> None:
        columns = (
            "id, number, name, kind, substances, exclusivity_group, ruleset, applied_on,"
            " granted_on, starts_on, expires_on, ended_on, end_reason, instrument,"
            " published_area_m2, source, doubts, dossier_id"
        )
        self._copy("title", columns, map(self._title, records, titles, dossiers))

    def _title(self, record: Record, title: int, dossier: int) -> tuple[Any, ...]:
        return (
            title, record.number, record.name, record.kind, _array(record.substances),
            record.groups[0], self.ruleset, record.dates["applied_on"], record.dates["granted_on"],
            record.starts_on, record.expires_on, record.ended_on,
            "legacy" if record.ended_on else None, record.instrument, record.area_m2, self.source,
            _array(record.doubts), dossier,
        )  # fmt: skip

    def _shares(
        self, records: list[Record], titles: Sequence[int], holders: dict[str, int]
    ) -> None:
        self._copy(
            "share", "title_id, party_id, starts_on",
            (
                (title, holders[plain(record.holder)], record.starts_on)
                for record, title in zip(records, titles, strict=True)
                if record.holder
            ),
        )  # fmt: skip

    def _parcels(
        self, records: list[Record], titles: Sequence[int], parcels: dict[int, int]
    ) -> None:
        columns = (
            "id, title_id, geom, period, original_text, original_crs, edge_model, planar_area_m2,"
            " planar_crs, geodesic_area_m2"
        )
        self._copy(
            "parcel", columns,
            (self._parcel(records[at], titles[at], parcel) for at, parcel in parcels.items()),
        )  # fmt: skip

    def _parcel(self, record: Record, title: int, parcel: int) -> tuple[Any, ...]:
        ground = record.ground
        return (
            parcel, title, wkb_of(record), period_of(record, self.zone), ground.original_text,
            ground.original_crs, EdgeModel.LONLAT, ground.planar_area_m2, ground.planar_crs,
            ground.geodesic_area_m2,
        )  # fmt: skip

    def _occupations(
        self, records: list[Record], parcels: dict[int, int], standings: Standings
    ) -> None:
        """Write the occupations in order of date, past the guard that refuses a wrong standing."""
        self._copy(
            "occupation", "parcel_id, occupant, exclusivity_group, period, standing, geom",
            (
                (
                    parcels[place], OccupantKind.TITLE, group, period_of(records[place], self.zone),
                    standings.of(place), wkb_of(records[place]),
                )
                for place in sorted(parcels, key=lambda place: records[place].standing_order)
                for group in records[place].groups
            ),
        )  # fmt: skip

    def _history(
        self, records: list[Record], titles: Sequence[int], dossiers: Sequence[int]
    ) -> None:
        self._copy(
            "step", "dossier_id, kind, happened_at, account_id, title_id, document_id, facts",
            (
                (
                    dossier, SERVICE, self.now, self.account_id, title, self.document_id,
                    as_json({"row": record.row}),
                )
                for record, title, dossier in zip(records, titles, dossiers, strict=True)
            ),
        )  # fmt: skip
        self._copy(
            "journal_entry", "action, subject, subject_id, account_id, by_rule, facts",
            (
                (
                    "title.legacy-import", "title", record.number, self.account_id,
                    self.account_id is None, as_json({"row": record.row, "doubts": record.doubts}),
                )
                for record in records
            ),
        )  # fmt: skip

    def _copy(self, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
        cursor = self.session.connection().connection.cursor()
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", _Stream(map(_line, rows)))


class _Stream(io.TextIOBase):
    """Hand lines to COPY without holding them all."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._rest = lines, ""

    def read(self, size: int | None = -1) -> str:
        wanted = 1 << 16 if size is None or size < 0 else size
        while len(self._rest) < wanted:
            line = next(self._lines, None)
            if line is None:
                break
            self._rest += line
        given, self._rest = self._rest[:wanted], self._rest[wanted:]
        return given


def _line(row: tuple[Any, ...]) -> str:
    return "\t".join(map(_cell, row)) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).translate(_SPECIAL)


def _array(words: Iterable[str]) -> str:
    """Write words as an array of PostgreSQL, each quoted."""
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"


def as_json(facts: dict[str, Any]) -> str:
    """Write facts as JSON that any database takes: days as ISO text, no NaN, no zero bytes."""
    written = json.dumps(_plain(facts), ensure_ascii=False, allow_nan=False)
    return written.replace("\\u0000", "")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)
