"""Conversions between the units the law writes and the metres we compute in."""

from __future__ import annotations

M2_PER_HA = 10_000.0
M2_PER_KM2 = 1_000_000.0
HA_PER_KM2 = 100.0


def m2_to_ha(area_m2: float) -> float:
    """Give an area in hectares."""
    return area_m2 / M2_PER_HA


def ha_to_m2(area_ha: float) -> float:
    """Give an area in square metres."""
    return area_ha * M2_PER_HA


def m2_to_km2(area_m2: float) -> float:
    """Give an area in square kilometres."""
    return area_m2 / M2_PER_KM2


def km2_to_ha(area_km2: float) -> float:
    """Give an area in hectares."""
    return area_km2 * HA_PER_KM2
