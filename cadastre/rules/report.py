"""The whole answer of a check: areas, findings, overlaps, fees and proposals, all at once."""

from __future__ import annotations

from dataclasses import dataclass

from cadastre.rules.finding import Fee, Finding, Overlap, Proposal
from cadastre.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Area:
    """The area of a perimeter, measured twice.

    ``planar_ha`` is on the plane of ``crs``, as orders print it (None where that plane does not
    reach); ``geodesic_ha`` on the WGS 84 ellipsoid. Both join the corners as given. ``methods``
    names them for the certificate.
    """

    planar_ha: float | None
    geodesic_ha: float
    crs: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a check found, in an order that does not change from one run to the next."""

    area: Area
    findings: tuple[Finding, ...]
    overlaps: tuple[Overlap, ...]
    fees: tuple[Fee, ...]
    proposals: tuple[Proposal, ...]

    @property
    def blocks(self) -> bool:
        """Tell whether the law as configured forbids the filing."""
        return any(finding.severity is Severity.BLOCK for finding in self.findings)

    @property
    def codes(self) -> tuple[str, ...]:
        """List the codes found, in order."""
        return tuple(finding.code for finding in self.findings)
