"""Each guard refuses with a sentence that names what lacks, and lets the rest pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cadastre.config import ROOT
from cadastre.errors import Blocked, InvalidRuleset, NotAllowed, NotFound
from cadastre.procedures.facts import Refusal
from cadastre.procedures.machine import DossierFacts, ensure_possible, possible, replay
from cadastre.procedures.machine.guards import GUARDS, guard_named
from cadastre.sentences import load_sentences, say
from tests.procedures.machine.walks import DAY, NOTHING_LACKS, account, after, procedures, step

TITRE = procedures()["titre-minier"]
READY = ["open", "lodge", "admit", "request-opinion", "give-opinion", "request-opinion",
         "give-opinion", "open-objections", "consult", "+31"]  # fmt: skip
LACKS: list[tuple[list[str], str, dict[str, Any], str, str]] = [
    (["open"], "lodge", {"form_faults": ("capital",)}, "procedures.form-incomplete", "capital"),
    (["open"], "lodge", {"pieces_missing": ({"fr": "statuts", "en": "articles"},)},
     "procedures.pieces-missing", "statuts"),
    (["open"], "lodge", {"unsafe_documents": ("plan.pdf",)},
     "procedures.documents-unsafe", "plan.pdf"),
    (["open"], "lodge", {"perimeter_missing": True}, "procedures.perimeter-missing", "périmètre"),
    (["open"], "lodge", {"blocking_findings": ("zone",)}, "procedures.findings-block", "zone"),
    (["open"], "lodge", {"counter_unconfirmed": True}, "procedures.counter-unconfirmed", "code"),
    (["open"], "lodge", {"suspended_by_rule": {"fr": "gel de 2025", "en": "freeze"}},
     "procedures.frozen", "gel de 2025"),
    (["open"], "lodge", {"unpaid": frozenset({"lodgement"})},
     "procedures.unpaid-lodgement", "dépôt"),
    (READY, "propose-grant", {"open_cases": ("CHV-7",)}, "procedures.cases-open", "CHV-7"),
    (READY, "propose-grant", {"unpaid": frozenset({"decision"})},
     "procedures.unpaid-decision", "récépissé"),
    ([*READY, "propose-grant", "confirm", "sign-act"], "issue", {"unpaid": frozenset({"issue"})},
     "procedures.unpaid-issue", "délivrance"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "kind", "lacks", "code", "named"), LACKS)
def test_what_lacks_stops_the_step_and_is_named(
    words: list[str], kind: str, lacks: dict[str, Any], code: str, named: str
) -> None:
    standing, now = after(TITRE, words)
    taken = step(TITRE, kind, now)
    who: Any = {"roles": {taken.role}, "account_id": taken.account_id}
    with pytest.raises(Blocked) as refused:
        ensure_possible(TITRE, standing, taken, DossierFacts(**lacks), **who)
    assert refused.value.code == code
    assert named in say(code, "fr", **refused.value.values)
    ensure_possible(TITRE, standing, taken, NOTHING_LACKS, **who)  # the control
    offered = {p.kind: p for p in possible(TITRE, standing, DossierFacts(**lacks), role=taken.role)}
    assert [r.code for r in offered[kind].refusals] == [code]


def test_every_reason_is_given_at_once() -> None:
    standing, now = after(TITRE, ["open"])
    facts = DossierFacts(pieces_missing=("a", "b"), perimeter_missing=True, form_faults=("c",))
    with pytest.raises(Blocked) as refused:
        ensure_possible(
            TITRE, standing, step(TITRE, "lodge", now), facts, roles={"applicant"}, account_id=1
        )
    codes = [refusal.code for refusal in refused.value.values["refusals"]]
    assert codes == [
        "procedures.form-incomplete", "procedures.pieces-missing", "procedures.perimeter-missing",
    ]  # fmt: skip


def test_a_title_gives_its_own_reasons() -> None:
    acte = procedures()["acte-sur-titre"]
    standing, now = after(acte, ["open"])
    facts = DossierFacts(title_refusals=(Refusal("titles.is-ended", {"number": "PR-1"}),))
    with pytest.raises(Blocked, match=r"titles\.is-ended"):
        ensure_possible(
            acte, standing, step(acte, "lodge", now), facts, roles={"applicant"}, account_id=1
        )


def test_who_proposed_may_not_confirm_even_with_both_roles() -> None:
    standing, now = after(TITRE, [*READY, "propose-grant"])
    proposer = account("agent")
    confirm = replace(step(TITRE, "confirm", now), account_id=proposer)
    with pytest.raises(Blocked, match=r"procedures\.same-person"):
        ensure_possible(
            TITRE, standing, confirm, NOTHING_LACKS,
            roles={"agent", "decider"}, account_id=proposer,
        )  # fmt: skip
    with pytest.raises(Blocked, match=r"procedures\.same-person"):  # nor may a forged log say so
        replay(TITRE, [*standing.log, confirm], now=now)
    offered = {
        p.kind: p
        for p in possible(TITRE, standing, NOTHING_LACKS, role="decider", account_id=proposer)
    }
    assert [r.code for r in offered["confirm"].refusals] == ["procedures.same-person"]


def test_the_account_that_acts_counts_not_the_one_the_step_claims() -> None:
    standing, now = after(TITRE, [*READY, "propose-grant"])
    claims = replace(step(TITRE, "confirm", now), account_id=999)
    with pytest.raises(Blocked, match=r"procedures\.same-person"):
        ensure_possible(
            TITRE, standing, claims, NOTHING_LACKS, roles={"decider"}, account_id=account("agent")
        )


def test_a_role_that_was_not_given_is_not_taken_at_its_word() -> None:
    standing, now = after(TITRE, ["open", "lodge"])
    admit = step(TITRE, "admit", now, role="agent")
    with pytest.raises(NotAllowed, match=r"procedures\.not-your-step"):
        ensure_possible(TITRE, standing, admit, NOTHING_LACKS, roles={"applicant"}, account_id=1)


def test_a_refusal_sent_back_must_be_confirmed_again() -> None:
    standing, _ = after(TITRE, [*READY, "propose-grant", "confirm", "send-back"])
    assert standing.proposal is None
    again, _ = after(TITRE, [*READY, "propose-grant", "confirm", "send-back", "propose-grant"])
    assert again.proposal is not None
    assert again.proposal.confirmed_at is None


@pytest.mark.parametrize(
    ("kind", "without", "code"),
    [
        ("request-completion", "reason", "procedures.needs-reason"),
        ("consult", "document_id", "procedures.needs-document"),
        ("request-opinion", "facts", "procedures.needs-body"),
        ("suspend", "facts", "procedures.needs-until"),
    ],
)
def test_what_must_come_with_a_step(kind: str, without: str, code: str) -> None:
    standing, now = after(TITRE, ["open", "lodge", "admit"])
    whole = step(TITRE, kind, now, **({"body": "electricity"} if "opinion" in kind else {}))
    bare = replace(whole, **{without: {} if without == "facts" else None})
    who: Any = {"roles": {whole.role}, "account_id": whole.account_id}
    ensure_possible(TITRE, standing, whole, NOTHING_LACKS, **who)
    with pytest.raises(Blocked) as refused:
        ensure_possible(TITRE, standing, bare, NOTHING_LACKS, **who)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"body": "electricity", "opinion": "favourable"}, "procedures.opinion-not-asked"),
        ({"body": "nobody", "opinion": "favourable"}, "procedures.needs-body"),
        ({"body": ["environment"], "opinion": "favourable"}, "procedures.needs-body"),
        ({"body": "environment", "opinion": "perhaps"}, "procedures.needs-opinion"),
        ({"body": "environment"}, "procedures.needs-opinion"),
    ],
)
def test_an_opinion_makes_sense_or_is_refused(facts: dict[str, Any], code: str) -> None:
    standing, now = after(TITRE, ["open", "lodge", "admit", "request-opinion"])
    given = replace(step(TITRE, "give-opinion", now), facts=facts)
    with pytest.raises(Blocked) as refused:
        ensure_possible(TITRE, standing, given, NOTHING_LACKS, roles={"adviser"}, account_id=4)
    assert refused.value.code == code


def test_time_does_not_go_back() -> None:
    standing, now = after(TITRE, ["open", "lodge"])
    with pytest.raises(Blocked, match=r"procedures\.before-last"):
        ensure_possible(
            TITRE, standing, step(TITRE, "admit", now - DAY), NOTHING_LACKS,
            roles={"agent"}, account_id=3,
        )  # fmt: skip


def test_names_nobody_knows_are_refused() -> None:
    with pytest.raises(NotFound, match=r"procedures\.unknown-step"):
        TITRE.step("dance")
    with pytest.raises(InvalidRuleset, match=r"procedures\.unknown-guard"):
        guard_named("dance")


def test_every_guard_is_used_by_a_procedure_or_kept_for_old_dossiers() -> None:
    used = {
        name
        for procedure in procedures().values()
        for names in [
            *(rule.guards for rule in procedure.steps.values()),
            *(line.unmet + line.met for line in procedure.awaits),
        ]
        for name in names
    }
    kept = {name for name in GUARDS if name.startswith(("after-", "once-"))}
    assert set(GUARDS) - kept == used - kept
    sentences = load_sentences(ROOT / "data" / "sentences")
    assert {"procedures.needs-reason", "procedures.needs-document"} <= set(sentences)
