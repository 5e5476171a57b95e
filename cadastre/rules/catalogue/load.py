"""Load the catalogue of services from its folder: one YAML file a service, shared parts aside.

``catalogue.yaml`` holds what several services share (sectors, bodies, thresholds, pieces, pages)
and ``glossary.yaml`` the words of the trade; every other file is a service. A service names a
shared part with ``use`` and may change some of its keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cadastre.rules.catalogue.build import service_of
from cadastre.rules.catalogue.catalogue import Catalogue
from cadastre.rules.catalogue.coherence import prove_coherence, prove_known
from cadastre.rules.catalogue.service import Term
from cadastre.rules.files import prove_shape, read_yaml

SHARED, GLOSSARY = "catalogue.yaml", "glossary.yaml"
Raw = dict[str, Any]


def load_catalogue(folder: Path) -> Catalogue:
    """Load and prove every service of a folder such as ``data/services/togo``.

    Schemas are read in ``schema`` beside the folder.

    Raises
    ------
    InvalidRuleset
        ``where`` names file and key; the sentence says what was expected and the way out.
    """
    shared, glossary = _proved(folder / SHARED, "catalogue"), _proved(folder / GLOSSARY, "glossary")
    files = sorted(path for path in folder.glob("*.yaml") if path.name not in (SHARED, GLOSSARY))
    raws = {path: _proved(path, "service") for path in files}
    titles = {raw["id"]: raw["title"] for raw in raws.values()}
    services = {}
    for path, raw in raws.items():
        prove_known(path, "id", [raw["id"]], [path.stem], path.name)
        services[path.stem] = service_of(_Resolving(path, shared, glossary, titles).whole(raw))
    for path in files:
        prove_coherence(path, services[path.stem], services)
    terms = {name: Term(name, raw["word"], raw["meaning"]) for name, raw in glossary.items()}
    return Catalogue(folder.name, services, terms, shared["sectors"])


def _proved(path: Path, schema: str) -> Raw:
    content: Raw = read_yaml(path)
    prove_shape(path, schema, content, path.parent.parent / "schema")
    return content


class _Resolving:
    """Write out the parts that a service shares, so that it can be kept on its own."""

    def __init__(self, path: Path, shared: Raw, glossary: Raw, titles: Raw) -> None:
        self._path, self._shared, self._glossary, self._titles = path, shared, glossary, titles

    def whole(self, raw: Raw) -> Raw:
        """Give the content of a service with every shared part in place of its name."""
        return {
            **raw,
            "sector_name": self._named("sector", self._shared["sectors"], raw["sector"]),
            "phone": self._shared["phone"],
            "drafts": self._shared.get("drafts", {}),
            "authority": self._each("authority", self._shared["authorities"], raw["authority"]),
            "terms": self._each("terms", self._glossary, raw.get("terms", [])),
            "pieces": [self._used("pieces", piece) for piece in raw["pieces"]],
            "form": [self._used("pages", page) for page in raw["form"]],
            "legal_basis": [self._used("laws", law) for law in raw.get("legal_basis", [])],
            "scope": [self._thresholds(scope) for scope in raw.get("scope", [])],
        }

    def _named(self, key: str, known: Mapping[str, Any], name: str, place: str = SHARED) -> Any:
        prove_known(self._path, key, [name], known, place)
        return known[name]

    def _each(self, key: str, known: Mapping[str, Any], names: list[str]) -> list[Raw]:
        place = GLOSSARY if key == "terms" else SHARED
        return [{"id": name, **self._named(key, known, name, place)} for name in names]

    def _used(self, part: str, raw: Raw) -> Raw:
        if "use" not in raw:
            return raw
        own = {key: value for key, value in raw.items() if key != "use"}
        shared = self._named(f"{part}.use", self._shared[part], raw["use"])
        return {"id": raw["use"], **shared, **own}

    def _thresholds(self, scope: Raw) -> Raw:
        """Write out thresholds, and the title of the service to turn to beyond each."""
        key = f"scope.{scope['field']}"
        known = self._shared["thresholds"]
        ends: Raw = {
            end: self._named(key, known, scope[end]) for end in ("least", "most") if end in scope
        }
        others: Raw = {
            f"{side}_text": self._named(key, self._titles, scope[side], self._path.parent.name)
            for side in ("less", "more")
            if side in scope
        }
        return {**others, **scope, **ends}
