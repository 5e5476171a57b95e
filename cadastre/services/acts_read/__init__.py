"""Bring old acts into the register: read by the machine, entered by two people, then recorded."""

from __future__ import annotations

from cadastre.services.acts_read.entering import (
    Compared,
    compare,
    enter,
    latest_entries,
)
from cadastre.services.acts_read.receiving import (
    abandon_act,
    find_act,
    list_acts,
    picture_of,
    receive_act,
)
from cadastre.services.acts_read.recording import order_recording
from cadastre.services.acts_read.running import run_next_act

__all__ = [
    "Compared",
    "abandon_act",
    "compare",
    "enter",
    "find_act",
    "latest_entries",
    "list_acts",
    "order_recording",
    "picture_of",
    "receive_act",
    "run_next_act",
]
