"""Recount what the register promises, name every fault, and stop granting on any."""

from __future__ import annotations

from cadastre.services.verification.proof import Proof
from cadastre.services.verification.run import stop_on_faults, verify

__all__ = ["Proof", "stop_on_faults", "verify"]
