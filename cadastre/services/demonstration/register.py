"""Write the planned register: parties, dossiers, rights, ground, history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from geoalchemy2.shape import from_shape
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.geometry.perimeter import geodesic_area_m2, planar_area_m2
from cadastre.models import (
    Application,
    Dossier,
    JournalEntry,
    Occupation,
    Parcel,
    Party,
    Share,
    Step,
    Title,
    TitleRelation,
)
from cadastre.models.application import RANK_SEQUENCE
from cadastre.models.base import SRID
from cadastre.rules.ruleset import Ruleset
from cadastre.services.demonstration.plan import (
    Plan,
    PlannedApplication,
    PlannedTitle,
    Printed,
)
from cadastre.services.filing import transformation
from cadastre.vocabulary import OccupantKind, PartyKind

SOURCE = "Démonstration : titre fictif"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: rows by table, and the number each planned application received."""

    counts: dict[str, int]
    numbers: dict[str, str]


def load_register(session: Session, plan: Plan, ruleset: Ruleset) -> Written:
    """Write a planned register; the caller's session must be the owner's (legacy overlaps)."""
    writer = _Writer(session, plan, ruleset)
    writer.parties()
    writer.titles()
    numbers = writer.applications()
    session.flush()
    counts = {
        "parties": len(plan.companies),
        "titles": len(plan.titles),
        "applications": len(plan.applications),
    }
    return Written(counts, numbers)


class _Writer:
    def __init__(self, session: Session, plan: Plan, ruleset: Ruleset) -> None:
        self.session, self.plan, self.ruleset = session, plan, ruleset
        self.clock = ZoneInfo(ruleset.time_zone)
        self.party_ids: list[int] = []

    def parties(self) -> None:
        """Write the companies; one whose row stayed because the journal names it is used again."""
        stayed = self.session.scalars(select(Party).where(Party.is_demonstration))
        known = {party.name: party for party in stayed}
        parties = [
            known.get(company.name)
            or Party(
                kind=PartyKind.COMPANY, name=company.name, country="TG",
                registration_number=company.registration_number, is_demonstration=True,
            )
            for company in self.plan.companies
        ]  # fmt: skip
        self.session.add_all(parties)
        self.session.flush()
        self.party_ids = [party.id for party in parties]

    def titles(self) -> None:
        """Write titles in the order of their grant, each with dossier, shares, ground, history."""
        planned = sorted(self.plan.titles, key=lambda title: (title.granted_on, title.number))
        rows = [(each, self._title(each)) for each in planned]
        self.session.add_all([title for _, title in rows])
        self.session.flush()
        ids = {title.number: title.id for _, title in rows}
        for each, title in rows:
            until = each.ended_on or each.expires_on
            last = self._midnight(until) if until else None
            period = Range(self._midnight(each.granted_on), last)
            self._ground(each.printed, each.substances, each.kind, period, each.standing,
                         OccupantKind.TITLE, title_id=title.id)  # fmt: skip
            if each.parent and each.relation:
                self.session.add(
                    TitleRelation(parent_id=ids[each.parent], child_id=title.id, kind=each.relation)
                )
        self.session.flush()

    def applications(self) -> dict[str, str]:
        """Write applications in the order of filing, under the ranks the register gives next."""
        planned = sorted(self.plan.applications, key=lambda each: (each.filed_at, each.key))
        ranks = self.session.scalars(
            text("SELECT nextval(:sequence) FROM generate_series(1, :count)"),
            {"sequence": RANK_SEQUENCE.name, "count": len(planned)},
        ).all()
        rows = [
            (each, self._application(each, rank))
            for each, rank in zip(planned, ranks, strict=True)
        ]
        self.session.add_all([application for _, application in rows])
        self.session.flush()
        for each, application in rows:
            period = Range(each.filed_at, each.closed_at)
            self._ground(each.printed, each.substances, each.kind, period, each.standing,
                         OccupantKind.APPLICATION, application_id=application.id)  # fmt: skip
        return {each.key: application.number for each, application in rows}

    def _title(self, each: PlannedTitle) -> Title:
        ended = each.ended_on
        planar = planar_area_m2(each.printed.geom, self.ruleset.legal_crs)
        return Title(
            number=each.number,
            name=each.name,
            kind=each.kind,
            substances=list(each.substances),
            exclusivity_group=self._group(each.kind, each.substances),
            ruleset=self.ruleset.id,
            applied_on=each.applied_on,
            granted_on=each.granted_on if each.grant_was_read else None,
            starts_on=each.granted_on,
            expires_on=each.expires_on,
            ended_on=ended,
            end_reason=each.end_reason,
            suspended_from=each.suspended_from,
            suspended_until=each.suspended_until,
            instrument=each.instrument or f"Arrêté fictif {each.number}/DEMO",
            published_area_m2=each.published_area_m2 or round(planar),
            source=each.source or SOURCE,
            doubts=list(each.doubts),
            dossier=self._title_dossier(each),
            shares=[
                Share(party_id=self.party_ids[company], numerator=part, denominator=whole,
                      starts_on=each.granted_on)
                for company, part, whole in each.holders
            ],
            is_demonstration=True,
        )  # fmt: skip

    def _title_dossier(self, each: PlannedTitle) -> Dossier:
        moments: list[tuple[str, dt.date | None]] = [
            ("file", each.applied_on),
            ("grant", each.granted_on if self._was_granted(each) else None),
            ("suspend", each.suspended_from),
            ("end", each.ended_on),
        ]
        steps = [(kind, self._noon(day)) for kind, day in moments if day is not None]
        return self._dossier(each.number, each.kind, each.holders[0][0], steps)

    def _was_granted(self, each: PlannedTitle) -> bool:
        return each.grant_was_read and each.granted_on <= self.plan.reference_day

    def _application(self, each: PlannedApplication, rank: int) -> Application:
        local = each.filed_at.astimezone(self.clock)
        number = f"DEM-{local.year}-{rank:06d}"
        steps = [("file", each.filed_at)]
        if each.closed_at and each.outcome:
            verb = {"refused": "refuse", "withdrawn": "withdraw", "accepted": "accept"}
            steps.append((verb[each.outcome], each.closed_at))
        return Application(
            number=number,
            name=each.name,
            kind=each.kind,
            substances=list(each.substances),
            exclusivity_group=self._group(each.kind, each.substances),
            ruleset=self.ruleset.id,
            ruleset_version=self.ruleset.version,
            applicant_id=self.party_ids[each.applicant],
            filed_at=each.filed_at,
            rank=rank,
            closed_at=each.closed_at,
            outcome=each.outcome,
            follow_up_code=f"DEM{rank:07d}",
            dossier=self._dossier(number, each.kind, each.applicant, steps),
            is_demonstration=True,
        )

    def _dossier(
        self, number: str, kind: str, company: int, steps: list[tuple[str, dt.datetime]]
    ) -> Dossier:
        dossier = Dossier(
            number=number, service=kind, procedure=kind,
            procedure_version=self.ruleset.version, party_id=self.party_ids[company],
        )  # fmt: skip
        self.session.add(dossier)
        self.session.flush()
        self.session.add_all(
            Step(dossier_id=dossier.id, kind=step, happened_at=instant,
                 on_behalf_of_id=self.party_ids[company] if step == "file" else None)
            for step, instant in steps
        )  # fmt: skip
        self.session.add(
            JournalEntry(
                action="demonstration.enter", subject="dossier", subject_id=number, by_rule=True
            )
        )
        return dossier

    def _ground(
        self,
        printed: Printed,
        substances: tuple[str, ...],
        kind: str,
        period: Range[dt.datetime],
        standing: str,
        occupant: OccupantKind,
        **belongs: int,
    ) -> None:
        shape = from_shape(printed.geom, SRID)
        day = self.plan.reference_day
        parcel = Parcel(
            geom=shape,
            period=period,
            original_text=printed.text,
            original_crs=printed.crs,
            transformation=transformation(printed.crs),
            edge_model=self.ruleset.edge_model(day),
            corners=printed.corners,
            planar_area_m2=planar_area_m2(printed.geom, self.ruleset.legal_crs),
            planar_crs=self.ruleset.legal_crs,
            geodesic_area_m2=geodesic_area_m2(printed.geom),
            **belongs,
        )
        self.session.add(parcel)
        self.session.add_all(
            Occupation(
                parcel=parcel, occupant=occupant, exclusivity_group=group, period=period,
                standing=standing, geom=shape,
            )
            for group in self._groups(kind, substances)
        )  # fmt: skip

    def _group(self, kind: str, substances: tuple[str, ...]) -> str:
        return self.ruleset.exclusivity_group(kind, substances, self.plan.reference_day)

    def _groups(self, kind: str, substances: tuple[str, ...]) -> tuple[str, ...]:
        main = self._group(kind, substances)
        if main == "none":
            return (main,)
        return self.ruleset.exclusivity_groups(substances, self.plan.reference_day)

    def _midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), self.clock)

    def _noon(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(12), self.clock)
