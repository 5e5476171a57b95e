"""Plan titles and applications one by one: the same seed always gives the same ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from cadastre.geometry.perimeter import polygons, project
from cadastre.rules.ruleset import Ruleset
from cadastre.services.demonstration.lives import Lives
from cadastre.services.demonstration.plan import Company, Plan, PlannedApplication, PlannedTitle
from cadastre.services.demonstration.printing import METRES, Part, print_perimeter
from cadastre.services.demonstration.room import Room
from cadastre.services.demonstration.shapes import research_parts, slanted_parts, western_half
from cadastre.services.demonstration.sources import read_description

# Least and greatest area of a perimeter of each kind, in square metres.
AREAS = {
    "permis-exploitation-petite-echelle": (0.6e6, 6e6),
    "permis-exploitation-grande-echelle": (6e6, 40e6),
    "permis-materiaux-construction": (0.11e6, 0.8e6),
    "autorisation-exploitation-artisanale": (0.01e6, 0.095e6),
}
WIDE = ("permis-recherche", "autorisation-prospection")
SIDES = ("Nord", "Sud", "Est", "Ouest", "Centre")


class Planner:
    """Everything one planning needs at hand: chance, room, numbers, and the plan that grows."""

    def __init__(self, folder: Path, described: dict[str, Any], ruleset: Ruleset) -> None:
        self.folder = folder
        self.random = Random(described["seed"])
        self.described = described
        self.ruleset = ruleset
        self.room = Room(folder, self.random)
        self.lives = Lives(self.random, described, ruleset)
        companies = make_companies(read_description(folder, "companies"))
        self.plan = Plan(described["reference_day"], companies)
        self.districts = {d["name"]: d for d in described["districts"]}
        self.numbers: Counter[tuple[str, int]] = Counter()
        self.names: Counter[str] = Counter()

    def add_real(self, titles: list[PlannedTitle]) -> None:
        """Take real titles into the plan, and keep the fictitious ones off their ground."""
        for title in titles:
            self.plan.titles.append(title)
            ground = project(title.printed.geom, METRES)
            corners = [[(x, y) for x, y in part.exterior.coords] for part in polygons(ground)]
            self.room.take([(ring, ()) for ring in corners])
            self.described["total_titles"] += 1  # the total counts fictitious titles

    def plan_districts(self) -> None:
        """Plan the titles each district counts, then fill up to the total with quarries."""
        for district in self.described["districts"]:
            for kind, count in district["titles"].items():
                for _ in range(count):
                    self.add_anywhere(district, self.described["kinds"][kind])
        filler = self.districts[self.described["fill_with"]]
        while len(self.plan.titles) < self.described["total_titles"]:
            self.add_anywhere(filler, "permis-materiaux-construction")

    def plan_applications(self) -> None:
        """Plan applications on ground of their own up to the total."""
        kinds = tuple(AREAS)
        districts = self.described["districts"]
        while len(self.plan.applications) < self.described["total_applications"]:
            district = self.random.choice(districts)
            kind = self.random.choice(kinds)
            if not self._class_allowed(kind, district["substances"][0]):
                continue
            self.add_application(district, kind, self.place(district, kind))
            self._perhaps_close()

    def add_anywhere(self, district: dict[str, Any], kind: str) -> PlannedTitle:
        """Plan a title on free ground of a district, with its renewal when it had one."""
        parts = self.place(district, kind)
        title = self.add_title(district, kind, parts)
        if kind == "permis-recherche" and title.ended_on is None and _is_plain(parts):
            self._perhaps_renew(district, title, parts)
        return title

    def place(self, district: dict[str, Any], kind: str) -> list[Part]:
        """Find free ground for a kind in a district."""
        random = self.random
        if kind in WIDE:
            return self.room.place(
                district["at"], district["spread_km"] * 1000.0,
                lambda x, y: research_parts(random, x, y),
            )  # fmt: skip
        least, most = AREAS[kind]
        area = random.uniform(least, most)
        return self.room.place(
            district["at"], district["spread_km"] * 1000.0,
            lambda x, y: slanted_parts(random, x, y, area),
        )  # fmt: skip

    def add_title(
        self, district: dict[str, Any], kind: str, parts: list[Part], **facts: Any
    ) -> PlannedTitle:
        """Plan a title on given ground; ``facts`` replace what chance would choose."""
        substances = self._substances(district, kind)
        life = self.lives.draw(kind, substances) | facts
        as_dms = facts.pop("as_dms", kind in WIDE or self.random.random() < 0.4)
        life.pop("as_dms", None)
        fields: dict[str, Any] = {
            "number": self._number(kind, life["granted_on"].year),
            "name": self._name(district),
            "kind": kind,
            "substances": substances,
            "printed": print_perimeter(parts, as_dms=as_dms),
            "holders": self._holders(district["trade"]),
        }
        title = PlannedTitle(**(fields | life))
        self.plan.titles.append(title)
        return title

    def add_application(
        self, district: dict[str, Any], kind: str, parts: list[Part], **facts: Any
    ) -> PlannedApplication:
        """Plan an application on given ground; ``facts`` replace what chance would choose."""
        as_dms = facts.pop("as_dms", False)
        day = self.lives.filing_day(kind)
        fields: dict[str, Any] = {
            "key": f"application-{len(self.plan.applications) + 1}",
            "name": self._name(district),
            "kind": kind,
            "substances": self._substances(district, kind),
            "printed": print_perimeter(parts, as_dms=as_dms),
            "applicant": self._company(district["trade"]),
            "filed_at": self.lives.office_hour(day),
        }
        application = PlannedApplication(**(fields | facts))
        self.plan.applications.append(application)
        return application

    def _perhaps_close(self) -> None:
        """Decide one application in five, between one and three months after it was filed."""
        draw = self.random.random()
        if draw > 0.2:
            return
        last = self.plan.applications.pop()
        closed = last.filed_at + dt.timedelta(days=self.random.randint(30, 90))
        outcome = "refused" if draw > 0.08 else "withdrawn"
        if closed.date() > self.plan.reference_day:
            self.plan.applications.append(last)
            return
        self.plan.applications.append(replace(last, closed_at=closed, outcome=outcome))

    def _perhaps_renew(
        self, district: dict[str, Any], parent: PlannedTitle, parts: list[Part]
    ) -> None:
        reference, begins = self.plan.reference_day, parent.expires_on
        if begins is None or begins > reference or self.random.random() < 0.25:
            return
        years = self.ruleset.kind(parent.kind).at("renewal_years", begins)
        term = int(years.value) if years is not None and years.value else 2
        self.add_title(
            district, parent.kind, western_half(parts),
            number=f"{parent.number}-R1", name=f"{parent.name} (renouvelé)",
            holders=parent.holders, substances=parent.substances,
            applied_on=begins - dt.timedelta(days=120),
            granted_on=begins, expires_on=years_later(begins, term),
            ended_on=None, end_reason=None, suspended_from=None, suspended_until=None,
            parent=parent.number, relation="renewed",
        )  # fmt: skip
        self.names[district["name"]] -= 1

    def _class_allowed(self, kind: str, substance: str) -> bool:
        classes = self.ruleset.kind(kind).classes
        return not classes or self.ruleset.substance(substance).class_id in classes

    def _substances(self, district: dict[str, Any], kind: str) -> tuple[str, ...]:
        known = [s for s in district["substances"] if self._class_allowed(kind, s)]
        both = len(known) > 1 and self.random.random() < 0.4
        return tuple(known) if both else tuple(known[:1])

    def _number(self, kind: str, year: int) -> str:
        self.numbers[kind, year] += 1
        return f"{self.described['prefixes'][kind]}-{year}-{self.numbers[kind, year]:03d}"

    def _name(self, district: dict[str, Any]) -> str:
        self.names[district["name"]] += 1
        turn, side = divmod(self.names[district["name"]] - 1, len(SIDES))
        return f"{district['name']} {SIDES[side]}" + (f" {turn + 1}" if turn else "")

    def _company(self, trade: str) -> int:
        ours = [i for i, c in enumerate(self.plan.companies) if c.trade == trade]
        return self.random.choice(ours)

    def _holders(self, trade: str) -> tuple[tuple[int, int, int], ...]:
        first = self._company(trade)
        second = self._company(trade)
        if first != second and self.random.random() < 0.12:
            return ((first, 3, 4), (second, 1, 4))
        return ((first, 1, 1),)


def make_companies(described: dict[str, Any]) -> list[Company]:
    """Name one company per trade and stem, each plainly fictitious."""
    companies: list[Company] = []
    forms = described["forms"]
    for trade, word in described["trades"].items():
        for stem in described["stems"]:
            number = len(companies) + 1
            name = described["pattern"].format(
                trade=word, stem=stem, form=forms[number % len(forms)]
            )
            registration = described["registration"].format(number=number)
            companies.append(Company(name, registration, trade))
    return companies


def years_later(day: dt.date, years: int) -> dt.date:
    """Give the same day some years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def _is_plain(parts: list[Part]) -> bool:
    return len(parts) == 1 and len(parts[0][0]) == 4 and not parts[0][1]
