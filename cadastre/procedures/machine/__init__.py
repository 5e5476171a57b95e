"""Dated procedures: replay the steps of a dossier, say who is awaited and what may happen.

Read in this order: ``definition`` (what a procedure is), ``facts`` (what the machine is told),
``course`` and ``clocks`` (the fold), ``guards`` (conditions), ``replay`` (where a dossier stands),
``possible`` (what may happen next).
"""

from cadastre.procedures.machine.against import OPINIONS
from cadastre.procedures.machine.clocks import Clock
from cadastre.procedures.machine.definition import (
    CLOSED,
    GRANT,
    REFUSAL,
    Procedure,
    State,
    StepRule,
)
from cadastre.procedures.machine.facts import (
    PUBLIC,
    SYSTEM,
    DossierFacts,
    Opinion,
    Proposal,
    StepFact,
)
from cadastre.procedures.machine.load import load_procedures
from cadastre.procedures.machine.possible import (
    PossibleStep,
    automatic_due,
    correctable,
    ensure_possible,
    possible,
    reasons_against,
)
from cadastre.procedures.machine.replay import Awaited, Standing, replay

__all__ = [
    "CLOSED",
    "GRANT",
    "OPINIONS",
    "PUBLIC",
    "REFUSAL",
    "SYSTEM",
    "Awaited",
    "Clock",
    "DossierFacts",
    "Opinion",
    "PossibleStep",
    "Procedure",
    "Proposal",
    "Standing",
    "State",
    "StepFact",
    "StepRule",
    "automatic_due",
    "correctable",
    "ensure_possible",
    "load_procedures",
    "possible",
    "reasons_against",
    "replay",
]
