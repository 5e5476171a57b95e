"""Imports: layers of other systems into the register, nothing lost without a line in the report."""

from cadastre.services.imports.importing import ImportRequest, import_file
from cadastre.services.imports.mapping import as_yaml, load_mapping, suggest_mapping
from cadastre.services.imports.report import ImportReport, RowFinding

__all__ = [
    "ImportReport",
    "ImportRequest",
    "RowFinding",
    "as_yaml",
    "import_file",
    "load_mapping",
    "suggest_mapping",
]
