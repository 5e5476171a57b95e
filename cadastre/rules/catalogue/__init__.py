"""Read the catalogue of services: what each asks, checks, costs and gives, all as data."""

from cadastre.rules.catalogue.catalogue import Catalogue
from cadastre.rules.catalogue.checklist import checklist
from cadastre.rules.catalogue.coherence import prove_agreement
from cadastre.rules.catalogue.fees import FeeLine, fees_due
from cadastre.rules.catalogue.form import Answers, check_form, check_page, read_form
from cadastre.rules.catalogue.json_schema import form_schema
from cadastre.rules.catalogue.load import load_catalogue
from cadastre.rules.catalogue.pieces import pieces_asked, pieces_missing
from cadastre.rules.catalogue.references import References, references_of
from cadastre.rules.catalogue.service import (
    Authority,
    Choice,
    FormField,
    FormPage,
    Outcome,
    Piece,
    Scope,
    Service,
    ServiceFee,
    Statement,
    Term,
)
from cadastre.rules.catalogue.snapshot import fingerprint, service_from, snapshot
from cadastre.rules.catalogue.suspension import Suspension, suspension

__all__ = [
    "Answers",
    "Authority",
    "Catalogue",
    "Choice",
    "FeeLine",
    "FormField",
    "FormPage",
    "Outcome",
    "Piece",
    "References",
    "Scope",
    "Service",
    "ServiceFee",
    "Statement",
    "Suspension",
    "Term",
    "check_form",
    "check_page",
    "checklist",
    "fees_due",
    "fingerprint",
    "form_schema",
    "load_catalogue",
    "pieces_asked",
    "pieces_missing",
    "prove_agreement",
    "read_form",
    "references_of",
    "service_from",
    "snapshot",
    "suspension",
]
