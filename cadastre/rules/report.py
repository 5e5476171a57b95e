"""The whole answer of a check: areas, findings, overlaps, fees and proposals, all at once."""

from __future__ import annotations

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from cadastre.errors import UnusableInput
from cadastre.geometry.perimeter import geodesic_area_m2, planar_area_m2, planar_crs
from cadastre.rules.finding import Fee, Finding, Overlap, Proposal
from cadastre.units import m2_to_ha
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


def measure_area(shape: BaseGeometry, planar: str, as_read: str | None = None) -> Area:
    """Measure a perimeter (EPSG:4326) on the plane of the law and on the ellipsoid.

    ``planar`` is the CRS the law measures in, ``as_read`` the one of the corners; see
    :func:`cadastre.geometry.perimeter.planar_crs` for which of them is used where.
    """
    crs = planar_crs(shape, planar, as_read)
    try:
        planar_ha = m2_to_ha(planar_area_m2(shape, crs))
    except UnusableInput:
        planar_ha = None
    methods = (f"planar {crs}", "geodesic WGS 84")
    return Area(planar_ha, m2_to_ha(geodesic_area_m2(shape)), crs, methods)


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
