"""Rights over one thing and not its neighbour: parties, areas, subjects, days, two people."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.errors import NotAllowed, NotSignedIn
from cadastre.rules import permissions as may
from cadastre.rules.permissions import (
    AccountRef,
    Actor,
    Audience,
    DossierRef,
    Power,
    Role,
    Standing,
)
from tests.rules.permissions.test_matrix import ACTORS, ACTS, DAY, MINE, OTHERS, somebody

REGIONS = ("TG-M", "TG-P", "TG-C", "TG-K", "TG-S")


def holder(*powers: Power, starts=dt.date(2026, 1, 1), ends=None, party=MINE) -> Actor:
    standing = Standing(party, frozenset(powers), starts, ends)
    return Actor(3, frozenset({Role.APPLICANT}), (standing,), day=DAY)


POWERS = {
    Power.FILE: lambda x: may.can_edit_dossier(x, DossierRef(party_id=MINE, opened_by=1)),
    Power.SIGN: lambda x: may.can_lodge(x, DossierRef(party_id=MINE, opened_by=1)),
    Power.PAY: lambda x: may.can_pay(x, DossierRef(party_id=MINE, opened_by=1)),
    Power.MANAGE: lambda x: may.can_manage_mandates(x, MINE),
}


@pytest.mark.parametrize("held", list(Power))
@pytest.mark.parametrize("wanted", list(POWERS))
def test_a_power_gives_its_own_act_only(held: Power, wanted: Power) -> None:
    assert POWERS[wanted](holder(held)) is (held is wanted)


@pytest.mark.parametrize("held", list(Power))
def test_any_power_follows_and_none_reaches_another_company(held: Power) -> None:
    assert may.can_read_dossier(holder(held), DossierRef(party_id=MINE, opened_by=1))
    assert not may.can_read_dossier(holder(held), DossierRef(party_id=OTHERS, opened_by=1))


@pytest.mark.parametrize(
    ("day", "counts"),
    [(-1, False), (0, True), (1, True), (2, False), (3, False)],
)
def test_a_delegation_counts_from_its_first_day_to_the_day_before_its_end(day, counts) -> None:
    person = holder(Power.FILE, starts=DAY, ends=DAY + dt.timedelta(days=2))
    person = dataclasses.replace(person, day=DAY + dt.timedelta(days=day))
    assert may.can_open_dossier(person, MINE) is counts


def test_leaving_the_company_means_leaving_its_dossiers_even_those_one_opened() -> None:
    left = Actor(3, frozenset({Role.APPLICANT}), (), day=DAY)
    assert not may.can_read_dossier(left, DossierRef(party_id=MINE, opened_by=3))
    assert may.can_read_dossier(left, DossierRef(opened_by=3))  # control: one's own


def test_a_draft_is_for_those_who_write_it() -> None:
    draft = DossierRef(party_id=MINE, opened_by=1, is_draft=True)
    seen = {role for role, actor in ACTORS.items() if may.can_read_dossier(actor, draft)}
    assert seen == {Role.APPLICANT}


def test_a_clerk_reads_what_they_received_and_no_other() -> None:
    clerk = somebody(Role.CLERK, 5)
    received = DossierRef(party_id=MINE, opened_by=5, opened_at_counter=True)
    assert may.can_read_dossier(clerk, received)
    assert not may.can_read_dossier(clerk, dataclasses.replace(received, opened_by=6))
    assert not may.can_pay(clerk, received)
    assert not may.can_withdraw(clerk, received)


OFFICE = (Role.AGENT, Role.DECIDER, Role.SUPERVISOR)


@given(
    st.sampled_from(OFFICE), st.sets(st.sampled_from(REGIONS)), st.sets(st.sampled_from(REGIONS)),
    st.sets(st.sampled_from(("mines", "energy"))), st.sampled_from(("mines", "energy", None)),
)  # fmt: skip
def test_an_office_works_in_its_area_and_on_its_subject(role, office, ground, subjects, sector):
    actor = somebody(role, 4, areas=frozenset(office), subjects=frozenset(subjects))
    dossier = DossierRef(
        party_id=MINE, opened_by=1, areas=frozenset(ground), sector=sector, proposed_by=9
    )
    in_reach = (not office or bool(office & ground)) and (not subjects or sector in subjects)
    assert may.can_see_office(actor, dossier) is in_reach
    assert may.can_write_message(actor, dossier, Audience.OFFICE) is in_reach
    if role is Role.DECIDER:
        assert may.can_confirm_decision(actor, dossier) is in_reach
    assigned = dataclasses.replace(dossier, assigned_to=4)
    assert may.can_see_office(actor, assigned)


@given(st.sampled_from(tuple(ACTS)), st.sampled_from(tuple(Role)), st.sampled_from(REGIONS))
def test_narrowing_an_office_never_gives_a_right(act, role, area):
    question = ACTS[act][1]
    wide, narrow = somebody(role, 4), somebody(role, 4, areas=frozenset({area}))
    assert question(wide) or not question(narrow)


def test_who_proposed_does_not_confirm_and_nobody_decides_on_their_own() -> None:
    decider = somebody(Role.DECIDER, 9)
    dossier = DossierRef(party_id=MINE, opened_by=1, proposed_by=8)
    assert may.can_confirm_decision(decider, dossier)
    assert not may.can_confirm_decision(decider, dataclasses.replace(dossier, proposed_by=9))
    assert not may.can_confirm_decision(decider, dataclasses.replace(dossier, proposed_by=None))
    owner = dataclasses.replace(decider, standings=holder(Power.FOLLOW).standings)
    assert not may.can_confirm_decision(owner, dossier)
    assert not may.can_propose_decision(owner, dossier)


def test_an_adviser_speaks_for_its_own_body_when_it_was_asked() -> None:
    adviser = somebody(Role.ADVISER, 6, body="electricity")
    asked = DossierRef(party_id=MINE, opened_by=1, asked_bodies=frozenset({"electricity"}))
    assert may.can_give_opinion(adviser, asked, "electricity")
    assert not may.can_give_opinion(adviser, asked, "environment")
    assert not may.can_read_dossier(adviser, dataclasses.replace(asked, asked_bodies=frozenset()))


def test_nobody_changes_their_own_rights() -> None:
    administrator = somebody(Role.ADMINISTRATOR, 2)
    assert may.can_change_account(administrator, AccountRef(3))
    assert not may.can_change_account(administrator, AccountRef(2))


def test_a_key_makes_no_keys_and_reaches_no_further_than_its_scopes() -> None:
    program = somebody(Role.AGENT, 2, scopes=frozenset({"read"}))
    assert not may.can_make_token(program, "read")
    assert may.allows(program, "read")
    assert not may.allows(program, "examine")
    assert may.allows(somebody(Role.AGENT), "examine")  # a person is not held by scopes


def test_a_refusal_names_the_way_out() -> None:
    with pytest.raises(NotSignedIn, match="sign-in-first"):
        may.ensure(False, may.PUBLIC)
    with pytest.raises(NotAllowed, match="second-factor"):
        may.ensure(False, somebody(Role.DECIDER, second_factor=False))
    with pytest.raises(NotAllowed, match="not-allowed"):
        may.ensure(False, somebody(Role.AGENT))
    may.ensure(True, may.PUBLIC)
    with pytest.raises(NotAllowed, match="second-factor"):
        may.ensure_second_factor(somebody(Role.SUPERVISOR, second_factor=False))
