"""The services that can be asked for, found by id, sector, applicant or words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cadastre.errors import NotFound, UnusableInput
from cadastre.rules.catalogue.service import Service, Term
from cadastre.rules.ruleset import Text
from cadastre.rules.substances import plain
from cadastre.vocabulary import PartyKind


@dataclass(frozen=True)
class Catalogue:
    """Every service of a deployment, in the order of their ids."""

    id: str
    services: Mapping[str, Service]
    terms: Mapping[str, Term]
    sectors: Mapping[str, Text]

    def __iter__(self) -> Iterator[Service]:
        """Go through the services."""
        return iter(self.services.values())

    def __len__(self) -> int:
        """Count the services."""
        return len(self.services)

    def service(self, service_id: str) -> Service:
        """Give a service.

        Raises
        ------
        NotFound
            ``services.unknown``, listing the services there are.
        """
        found = self.services.get(service_id)
        if found is None:
            raise NotFound(
                "services.unknown", where=service_id[:80], given=service_id[:80],
                known=sorted(self.services),
            )  # fmt: skip
        return found

    def search(
        self, *, sector: str | None = None, applicant: PartyKind | None = None, text: str = ""
    ) -> tuple[Service, ...]:
        """Find services of a sector, open to a sort of applicant, that speak of every word.

        Accents and capitals do not count; words are looked for in titles, summaries and bodies of
        both languages.

        Raises
        ------
        UnusableInput
            ``services.unknown-sector``.
        """
        if sector is not None and sector not in self.sectors:
            known = sorted(self.sectors)
            raise UnusableInput(
                "services.unknown-sector", where="sector", given=sector[:40], known=known
            )
        words = plain(text).split()
        return tuple(
            service
            for service in self
            if (sector is None or service.sector == sector)
            and (applicant is None or applicant in service.applicants)
            and all(word in _words(service) for word in words)
        )


def _words(service: Service) -> str:
    said = [service.title, service.summary, service.outcome.name]
    said += [body.name for body in service.authority]
    shorts = [body.short or "" for body in service.authority]
    return plain(
        " ".join([service.id, *shorts, *(words for text in said for words in text.values())])
    )
