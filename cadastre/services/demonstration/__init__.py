"""The demonstration: Togo's reference layers, a few real perimeters, a fictitious register."""

from cadastre.services.demonstration.loading import (
    Loaded,
    clear_demonstration,
    list_cases,
    load_demonstration,
)

__all__ = ["Loaded", "clear_demonstration", "list_cases", "load_demonstration"]
