"""Build a service from its content: from YAML, or from the snapshot a dossier carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cadastre.rules.catalogue.conditions import conditions_of
from cadastre.rules.catalogue.service import (
    Authority,
    Choice,
    Delay,
    FormField,
    FormPage,
    Outcome,
    Piece,
    Scope,
    Service,
    ServiceFee,
    Statement,
    Term,
    Validity,
)
from cadastre.rules.files import parameter_of
from cadastre.vocabulary import Evidence, PartyKind

Raw = Mapping[str, Any]


def service_of(raw: Raw) -> Service:
    """Build a service from its resolved content (shared parts written out).

    Raises
    ------
    InvalidRuleset
        A dated value whose dates do not follow one another.
    """
    return Service(
        id=raw["id"],
        version=raw["version"],
        sector=raw["sector"],
        evidence=Evidence(raw["evidence"]),
        title=raw["title"],
        summary=raw["summary"],
        authority=tuple(Authority(a["id"], a["name"], a.get("short")) for a in raw["authority"]),
        applicants=tuple(PartyKind(kind) for kind in raw["applicants"]),
        procedure=raw["procedure"],
        perimeter=raw["perimeter"],
        outcome=_outcome(raw["outcome"]),
        delay=_delay(raw["delay"]),
        validity=_validity(raw["validity"]),
        pieces=tuple(map(_piece, raw["pieces"])),
        form=tuple(map(_page, raw["form"])),
        sector_name=raw["sector_name"],
        evidence_note=raw.get("evidence_note"),
        source=raw.get("source"),
        applicants_note=raw.get("applicants_note"),
        conditions=_statements(raw, "conditions"),
        legal_basis=_statements(raw, "legal_basis"),
        notes=_statements(raw, "notes"),
        fees=tuple(_fee(raw["id"], fee) for fee in raw.get("fees", ())),
        scope=tuple(_scope(raw["id"], scope) for scope in raw.get("scope", ())),
        perimeter_when=conditions_of(raw.get("perimeter_when")),
        moratoria=tuple(raw.get("moratoria", ())),
        pieces_note=raw.get("pieces_note"),
        terms=tuple(Term(t["id"], t["word"], t["meaning"]) for t in raw.get("terms", ())),
        phone=raw.get("phone", {}),
        drafts={
            name: parameter_of(f"drafts.{name}", limit)
            for name, limit in raw.get("drafts", {}).items()
        },
        raw=raw,
    )


def _statements(raw: Raw, key: str) -> tuple[Statement, ...]:
    said: Sequence[Raw] = raw.get(key, ())
    return tuple(
        Statement(s["text"], Evidence(s["evidence"]), s.get("source"), s.get("article"))
        for s in said
    )


def _outcome(raw: Raw) -> Outcome:
    return Outcome(
        raw["type"], raw["name"], raw.get("kind"), raw.get("act"), raw.get("act_field"),
        raw.get("acts", {}), tuple(raw.get("title_kinds", ())), raw.get("certificate"),
        raw.get("co_holders"),
    )  # fmt: skip


def _delay(raw: Raw) -> Delay:
    return Delay(
        raw["text"], Evidence(raw["evidence"]), raw.get("least_days"), raw.get("most_days"),
        raw.get("source"),
    )  # fmt: skip


def _validity(raw: Raw) -> Validity:
    return Validity(
        raw["text"], Evidence(raw["evidence"]), raw.get("years"), raw.get("source"),
        _statements(raw, "conflicts"),
    )  # fmt: skip


def _piece(raw: Raw) -> Piece:
    return Piece(
        raw["id"], raw["name"], Evidence(raw["evidence"]), raw.get("required", True),
        raw.get("help"), tuple(raw.get("accepts", ("pdf",))), conditions_of(raw.get("when")),
        raw.get("source"), raw.get("classification", "internal"),
    )  # fmt: skip


def _page(raw: Raw) -> FormPage:
    return FormPage(raw["id"], raw["title"], tuple(map(_field, raw["fields"])), raw.get("help"))


def _field(raw: Raw) -> FormField:
    plain = (
        "id", "type", "label", "help", "example", "required", "unit", "minimum", "maximum",
        "longest", "whole", "classification", "gives",
    )  # fmt: skip
    return FormField(
        **{name: raw[name] for name in plain if name in raw},
        choices=tuple(
            Choice(c["value"], c["label"], c.get("help")) for c in raw.get("choices", ())
        ),
        kinds=tuple(raw.get("kinds", ())),
        shown_when=conditions_of(raw.get("shown_when")),
        evidence=Evidence(raw.get("evidence", Evidence.UNCONFIRMED)),
    )


def _fee(service_id: str, raw: Raw) -> ServiceFee:
    path = f"services.{service_id}.{raw['id']}"
    return ServiceFee(
        raw["id"], raw["name"], raw["moment"], raw["basis"], parameter_of(path, raw["amount"]),
        raw.get("field"), conditions_of(raw.get("when")), raw.get("note"),
        raw.get("each"),
    )  # fmt: skip


def _scope(service_id: str, raw: Raw) -> Scope:
    path = f"services.{service_id}.scope.{raw['field']}"
    return Scope(
        field=raw["field"],
        when=conditions_of(raw.get("when")),
        least=parameter_of(f"{path}.least", raw["least"]) if "least" in raw else None,
        most=parameter_of(f"{path}.most", raw["most"]) if "most" in raw else None,
        least_excluded=raw.get("least_excluded", False),
        most_excluded=raw.get("most_excluded", False),
        less=raw.get("less"),
        more=raw.get("more"),
        less_text=raw.get("less_text"),
        more_text=raw.get("more_text"),
    )
