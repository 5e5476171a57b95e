"""Name the columns that the EITI and ITIE Togo ask for, also those the register does not hold.

EITI Standard 2023, requirements 2.2 (awards and transfers), 2.3 (register of licences) and 2.5
(beneficial ownership); the order follows the licence sheets of ITIE Togo's forms.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and whether the register holds such a thing at all."""

    name: str
    held: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its requirement and its columns in order."""

    id: str
    requirement: str
    columns: tuple[Column, ...]

    def names(self) -> tuple[str, ...]:
        """Give the names of the columns."""
        return tuple(column.name for column in self.columns)


def _not_held(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, held=False) for name in names)


def _held(*names: str) -> tuple[Column, ...]:
    return tuple(map(Column, names))


LICENCES = Sheet(
    "licences",
    "2.3",
    (
        *_held(
            "number", "holder", "kind", "substances", "applied_on", "granted_on", "starts_on",
            "expires_on", "years", "area_km2", "region", "prefecture", "coordinates",
        ),
        *_not_held("impact_report", "impact_report_link"),
    ),
)  # fmt: skip
ALLOCATIONS = Sheet(
    "allocations",
    "2.2",
    (
        *_held(
            "number", "event", "day", "holder", "kind", "substances", "way", "criteria",
            "former_holder", "candidates",
        ),
        *_not_held("consulted_women", "consulted_men", "consent", "deviations"),
    ),
)  # fmt: skip
OWNERS = Sheet(
    "owners",
    "2.5",
    (
        *_held("number", "holder", "holder_kind", "country", "share_percent"),
        *_not_held(
            "beneficial_owner", "nationality", "residence", "ownership_percent", "control",
            "exchange",
        ),
    ),
)  # fmt: skip
CORNERS = Sheet(
    "corners", "2.3", _held("number", "part", "ring", "corner", "longitude", "latitude")
)
SHEETS = (LICENCES, ALLOCATIONS, OWNERS, CORNERS)
JUDGED = (LICENCES, ALLOCATIONS, OWNERS)
# What may rightly be absent: nothing is missing where it is.
OPTIONAL = {("allocations", "former_holder"), ("allocations", "candidates")}
