"""Who sees money, records, confirms and cancels it: every role, the forbidden ones included."""

from __future__ import annotations

import datetime as dt

import pytest

from cadastre.models import Account, Invoice, Mandate
from cadastre.rules.permissions import Role
from cadastre.services.money.access import (
    may_cancel,
    may_reconcile,
    may_record,
    may_see,
    sees_money,
)

DAY = dt.date(2026, 11, 24)
# role: sees all, records, confirms, cancels
MATRIX = {
    Role.APPLICANT: (False, False, False, False),
    Role.CLERK: (True, True, False, False),
    Role.AGENT: (True, True, True, True),
    Role.ADVISER: (False, False, False, False),
    Role.DECIDER: (True, False, False, False),
    Role.SUPERVISOR: (True, False, False, True),
    Role.ANALYST: (False, False, False, False),
    Role.AUDITOR: (True, False, False, False),
    Role.ADMINISTRATOR: (True, False, False, False),
}


def test_every_role_is_in_the_matrix():
    assert set(MATRIX) == set(Role)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_it_may_and_nothing_else(role: Role):
    account = Account(id=1, roles=[role.value])
    acts = (sees_money, may_record, may_reconcile, may_cancel)
    assert tuple(act(account) for act in acts) == MATRIX[role]
    assert not any(act(None) for act in acts)


@pytest.mark.parametrize(
    ("starts", "ends", "party", "sees"),
    [(-1, None, 7, True), (0, 1, 7, True), (1, None, 7, False), (-9, 0, 7, False),
     (-1, None, 8, False)],
)  # fmt: skip
def test_an_applicant_sees_what_a_mandate_of_the_day_covers(starts, ends, party, sees):
    invoice = Invoice(number="OP-1", code="ABCDEFGH22", party_id=7)
    mandate = Mandate(
        party_id=party, starts_on=DAY + dt.timedelta(starts),
        ends_on=None if ends is None else DAY + dt.timedelta(ends),
    )  # fmt: skip
    account = Account(id=1, roles=["applicant"], mandates=[mandate])
    assert may_see(invoice, account, None, DAY) is sees
    assert may_see(invoice, account, "abcdefgh22", DAY)
    assert not may_see(invoice, None, "é" * 10, DAY)
    assert not may_see(invoice, None, None, DAY)
