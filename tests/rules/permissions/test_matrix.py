"""Every act by every role, allowed and forbidden, written out once."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

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

DAY = dt.date(2026, 11, 24)
MINE, OTHERS = 7, 8
ALL_POWERS = frozenset(Power)
BODY = "environment"


def somebody(role: Role, number: int = 1, **facts) -> Actor:
    """Give an officer of that role, or an applicant with every power for a party."""
    given = {"account_id": number, "roles": frozenset({role}), "second_factor": True, "day": DAY}
    if role is Role.APPLICANT:
        given["standings"] = (Standing(MINE, ALL_POWERS, dt.date(2026, 1, 1)),)
    if role is Role.ADVISER:
        given["body"] = BODY
    return Actor(**given | facts)


ACTORS = {role: somebody(role, number) for number, role in enumerate(Role, 1)}
CLERK = ACTORS[Role.CLERK].account_id
DOSSIER = DossierRef(
    party_id=MINE, opened_by=1, areas=frozenset({"TG-C"}), sector="mines",
    asked_bodies=frozenset({BODY}), proposed_by=99,
)  # fmt: skip
COUNTER = DossierRef(party_id=MINE, opened_by=CLERK, opened_at_counter=True)
A, C, G, V, D, S, N, U, M = Role  # applicant, clerk, agent, adviser, decider, supervisor, …

# act: (roles allowed, the question)
ACTS = {
    "open for a party": ({A}, lambda x: may.can_open_dossier(x, MINE)),
    "open for oneself": ({A}, lambda x: may.can_open_dossier(x, None)),
    "open for a stranger": (set(), lambda x: may.can_open_dossier(x, OTHERS)),
    "file at the counter": ({C}, may.can_file_at_counter),
    "read": ({A, G, V, D, S, U}, lambda x: may.can_read_dossier(x, DOSSIER)),
    "read a counter's": ({A, C, G, D, S, U}, lambda x: may.can_read_dossier(x, COUNTER)),
    "see the office": ({G, D, S}, lambda x: may.can_see_office(x, DOSSIER)),
    "edit": ({A}, lambda x: may.can_edit_dossier(x, DOSSIER)),
    "edit a counter's": ({A, C}, lambda x: may.can_edit_dossier(x, COUNTER)),
    "lodge": ({A}, lambda x: may.can_lodge(x, DOSSIER)),
    "lodge a counter's": ({A, C}, lambda x: may.can_lodge(x, COUNTER)),
    "withdraw": ({A}, lambda x: may.can_withdraw(x, DOSSIER)),
    "examine": ({G}, lambda x: may.can_examine(x, DOSSIER)),
    "assign": ({G, S}, lambda x: may.can_assign(x, DOSSIER)),
    "give the opinion asked": ({V}, lambda x: may.can_give_opinion(x, DOSSIER, BODY)),
    "give another's opinion": (set(), lambda x: may.can_give_opinion(x, DOSSIER, "electricity")),
    "object": (set(Role) - {A}, lambda x: may.can_object(x, DOSSIER)),
    "propose": ({G, D}, lambda x: may.can_propose_decision(x, DOSSIER)),
    "confirm": ({D}, lambda x: may.can_confirm_decision(x, DOSSIER)),
    "sign the act": ({D}, lambda x: may.can_sign_act(x, DOSSIER)),
    "issue": ({G, D}, lambda x: may.can_issue(x, DOSSIER)),
    "pay": ({A}, lambda x: may.can_pay(x, DOSSIER)),
    "read the invoice": ({A, G, V, D, S, U}, lambda x: may.can_read_invoice(x, DOSSIER)),
    "record a payment": ({C, G}, may.can_record_payment),
    "reconcile": ({G}, may.can_reconcile),
    "read a message": (
        {A, G, D, S, U}, lambda x: may.can_read_message(x, DOSSIER, Audience.APPLICANT)),
    "read a note": ({G, D, S, U}, lambda x: may.can_read_message(x, DOSSIER, Audience.OFFICE)),
    "write a message": (
        {A, G, D, S}, lambda x: may.can_write_message(x, DOSSIER, Audience.APPLICANT)),
    "write a note": ({G, D, S}, lambda x: may.can_write_message(x, DOSSIER, Audience.OFFICE)),
    "open a document": (
        {A, G, V, D, S, U}, lambda x: may.can_read_document(x, DOSSIER, Audience.APPLICANT)),
    "open the office's": (
        {G, D, S, U}, lambda x: may.can_read_document(x, DOSSIER, Audience.OFFICE)),
    "add a document": ({A, G, V, D}, lambda x: may.can_add_document(x, DOSSIER)),
    "have a desk": ({G, V, D, S}, may.can_see_desk),
    "see every case": ({G, D, S, U, M}, may.can_see_cases),
    "read the journal": ({S, U}, may.can_read_journal),
    "read a dossier's journal": ({G, D, S, U}, lambda x: may.can_read_dossier_journal(x, DOSSIER)),
    "see persons": ({G, D, S, U}, may.can_see_personal),
    "see persons of a dossier": ({A, G, D, S, U}, lambda x: may.can_see_personal(x, DOSSIER)),
    "export persons": ({S, U}, may.can_export_personal),
    "see secrets": ({D, S}, may.can_see_confidential),
    "see figures": ({G, D, S, N, U}, may.can_see_statistics),
    "supervise": ({S}, may.can_supervise),
    "audit": ({S, U, M}, may.can_audit),
    "train": (set(Role) - {A}, may.can_train),
    "open the office": ({G, D, S, M}, may.can_open_office),
    "open a dossier at the desk": ({G, D, S, U}, lambda x: may.can_open_at_desk(x, DOSSIER)),
    "hand out dossiers": ({G, S}, may.can_hand_out),
    "ask for oneself": ({A}, may.can_ask_for_oneself),
    "see opinions asked": ({V}, may.can_see_opinions),
    "receive people": ({C}, may.can_receive_people),
    "keep the register by hand": ({G}, may.can_keep_register),
    "watch the sector": ({G, D, S, M, N}, may.can_watch_sector),
    "see money": ({C, G, D, S, U, M}, may.can_see_money),
    "cancel an order": ({G, S}, may.can_cancel_invoice),
    "propose acts": ({G, D}, may.can_propose_acts),
    "confirm acts": ({D}, may.can_confirm_acts),
    "see papers": ({C, G, D, S, U}, may.can_see_certificates),
    "keep works": ({G}, may.can_keep_works),
    "edit a work": ({A, G}, lambda x: may.can_edit_work(x, MINE)),
    "end a paper": ({D}, may.can_end_certificate),
    "administer accounts": ({M}, may.can_administer_accounts),
    "change an account": ({M}, lambda x: may.can_change_account(x, AccountRef(99))),
    "manage mandates": ({A}, lambda x: may.can_manage_mandates(x, MINE)),
    "confirm a mandate": ({C, G}, may.can_confirm_mandate),
    "key to read": (set(Role), lambda x: may.can_make_token(x, "read")),
    "key to file": ({A, C}, lambda x: may.can_make_token(x, "file")),
    "key to examine": ({C, G, V, S}, lambda x: may.can_make_token(x, "examine")),
    "key to decide": ({D}, lambda x: may.can_make_token(x, "decide")),
    "key to rule": (set(), lambda x: may.can_make_token(x, "everything")),
}  # fmt: skip


@pytest.mark.parametrize("act", list(ACTS))
def test_each_act_is_for_these_roles_and_no_other(act: str) -> None:
    allowed, question = ACTS[act]
    assert {role for role, actor in ACTORS.items() if question(actor)} == allowed


@pytest.mark.parametrize("act", list(ACTS))
def test_the_public_does_none_of_it(act: str) -> None:
    assert not ACTS[act][1](may.PUBLIC)


def test_every_question_of_the_room_is_in_the_matrix() -> None:
    asked = {name for name in may.__all__ if name.startswith("can_")}
    seen = set()
    for name in asked:
        for _, question in ACTS.values():
            code = question.__code__
            if question.__name__ == name or name in code.co_names:
                seen.add(name)
    assert asked - seen == set()


WANTING = {
    "propose", "confirm", "sign the act", "issue", "see secrets", "key to decide",
    "administer accounts", "change an account", "write a note", "write a message",
}  # fmt: skip


@pytest.mark.parametrize("act", sorted(WANTING))
@pytest.mark.parametrize("role", [Role.DECIDER, Role.ADMINISTRATOR])
def test_deciding_roles_do_nothing_with_one_factor(act: str, role: Role) -> None:
    question = ACTS[act][1]
    assert not question(somebody(role, 50, second_factor=False))
    assert question(somebody(role, 50)) is (role in ACTS[act][0])  # the control


@pytest.mark.parametrize(("left", "right"), list(itertools.permutations(Role, 2)))
def test_two_roles_give_what_either_gives_and_nothing_more(left: Role, right: Role) -> None:
    both = somebody(
        left, 40, roles=frozenset({left, right}), body=BODY,
        standings=(Standing(MINE, ALL_POWERS, dt.date(2026, 1, 1)),)
        if Role.APPLICANT in (left, right) else (),
    )  # fmt: skip
    never_on_ones_own = {"propose", "confirm", "object"} if both.standings else set()
    for act, (allowed, question) in ACTS.items():
        if "counter" not in act and act not in never_on_ones_own:
            assert question(both) is bool({left, right} & allowed), act
    for act in never_on_ones_own:
        assert not ACTS[act][1](both), act
