"""Refuse a service whose parts do not fit: a name used and defined nowhere, an id twice.

What JSON Schema cannot see: that a condition names a question of the form, that a threshold stands
on a number, that the neighbouring service exists, that kinds and suspensions are in the ruleset.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from cadastre.errors import InvalidRuleset
from cadastre.rules.catalogue.conditions import When
from cadastre.rules.catalogue.service import Service
from cadastre.rules.ruleset import Ruleset

Uses = Iterator[tuple[str, Iterable[str], Collection[str]]]


def prove_coherence(path: Path, service: Service, services: Mapping[str, Service]) -> None:
    """Refuse a service that contradicts itself, or points to a service that is not there.

    Raises
    ------
    InvalidRuleset
        ``catalogue.twice`` or ``catalogue.unknown-name``, naming file and key.
    """
    _prove_once(path, "pieces", [piece.id for piece in service.pieces])
    _prove_once(path, "form", [page.id for page in service.form])
    _prove_once(path, "form.fields", [field.id for field in service.fields])
    for key, names, known in _uses(service, services):
        prove_known(path, key, names, known, path.name)


def prove_agreement(
    service: Service, ruleset: Ruleset, procedures: Collection[str], path: Path | None = None
) -> None:
    """Refuse a service that names a kind, a suspension or a procedure that is nowhere defined.

    Raises
    ------
    InvalidRuleset
        ``catalogue.unknown-name``, naming key, what was found and what there is.
    """
    path = path or Path(f"{service.id}.yaml")
    kinds = [service.outcome.kind] if service.outcome.kind else []
    kinds += [*service.outcome.title_kinds, *(k for field in service.fields for k in field.kinds)]
    prove_known(path, "outcome", kinds, ruleset.kinds, "rulesets: kinds.yaml")
    freezes = ruleset.moratoria
    prove_known(path, "moratoria", service.moratoria, freezes, "rulesets: moratorium.yaml")
    prove_known(path, "procedure", [service.procedure], procedures, "procedures")


def _uses(service: Service, services: Mapping[str, Service]) -> Uses:
    """Give every name that a service uses, with the names it may be."""
    all_fields = {field.id for field in service.fields}
    numbers = {field.id for field in service.fields if field.type == "number"}
    for position, field in enumerate(service.fields):
        before = {earlier.id for earlier in service.fields[:position]}
        yield f"form.{field.id}.shown_when", _named(field.shown_when), before
    yield "perimeter_when", _named(service.perimeter_when), all_fields
    for piece in service.pieces:
        yield f"pieces.{piece.id}.when", _named(piece.when), all_fields
    for fee in service.fees:
        yield f"fees.{fee.id}.when", _named(fee.when), all_fields
        if fee.basis == "per-unit":
            yield f"fees.{fee.id}.field", [fee.field or ""], numbers
    for scope in service.scope:
        yield f"scope.{scope.field}", [scope.field], numbers
        yield f"scope.{scope.field}.when", _named(scope.when), all_fields
        neighbours = [name for name in (scope.less, scope.more) if name is not None]
        yield f"scope.{scope.field}", neighbours, services
    if service.outcome.co_holders is not None:
        ids = {piece.id for piece in service.pieces}
        yield "outcome.co_holders", [service.outcome.co_holders], ids
    if service.outcome.act_field is not None:
        choices = {field.id for field in service.fields if field.type == "choice"}
        yield "outcome.act_field", [service.outcome.act_field], choices


def _named(when: When) -> list[str]:
    return [condition.field for condition in when]


def _prove_once(path: Path, key: str, ids: list[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise InvalidRuleset(
                "catalogue.twice", where=f"{path}: {key}", file=path.name, key=key, found=name
            )


def prove_known(
    path: Path, key: str, names: Iterable[str], known: Collection[str], place: str
) -> None:
    """Refuse a name that is not among the known ones; ``place`` says where to define it.

    Raises
    ------
    InvalidRuleset
        ``catalogue.unknown-name``.
    """
    for name in names:
        if name not in known:
            raise InvalidRuleset(
                "catalogue.unknown-name", where=f"{path}: {key}", file=path.name, key=key,
                found=name, expected=", ".join(sorted(known)), place=place,
            )  # fmt: skip
