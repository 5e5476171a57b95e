"""Know by which ways a deployment can be paid: online, at the bank, at the Treasury."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cadastre.config import Settings
from cadastre.services.money.providers.online import OnlineProvider
from cadastre.services.money.providers.provider import Provider

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ByHand:
    """A way to pay outside the site: what to do, and to which account if it is known."""

    id: str
    name: Text
    steps: Text
    account: str | None
    evidence: str


def online_provider(settings: Settings) -> Provider | None:
    """Give the online provider of this deployment; None where none was set up."""
    if settings.payments_url is None or settings.payments_secret is None:
        return None
    return OnlineProvider(settings.payments_url, settings.payments_secret)


def ways_by_hand(settings: Settings) -> tuple[ByHand, ...]:
    """List the ways to pay by hand of a country, from ``data/payments/<ruleset>.yaml``."""
    path = Path(settings.data) / "payments" / f"{settings.ruleset}.yaml"
    if not path.exists():
        return ()
    rows: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    return tuple(
        ByHand(name, row["name"], row["steps"], row.get("account"), row["evidence"])
        for name, row in rows.items()
    )
