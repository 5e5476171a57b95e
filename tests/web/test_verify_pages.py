"""Prove what anybody finds at /verify: the truth about a paper, a changed byte told, no sign-in."""

from __future__ import annotations

import datetime as dt
import io
import re

import brotli
import pytest

from api.limits import limiter
from cadastre.queries.certificates import signed_bytes
from cadastre.services.actors import actor_of
from cadastre.services.certificates.ending import end_by_hand
from cadastre.services.titles.burdens import Burden, register_charge
from cadastre.vocabulary import CertificateState
from tests.api.conftest import app, client  # noqa: F401
from tests.factories import make_party
from tests.services.certificates.conftest import (  # noqa: F401
    certified,
    identity,
    office,
    seal,
    title,
    togo,
)
from tests.services.titles.people import account, decision
from web.views import certificates as certificate_pages

MOST_PAGE_BYTES = 40_000


@pytest.fixture
def paper(session, certified, seal):  # noqa: F811
    """Give a certificate with its bytes, its issue sealed."""
    made = certified()
    seal()
    return made, signed_bytes(session, made)


def sent(content: bytes) -> dict[str, object]:
    return {"file": (io.BytesIO(content), "papier.pdf")}


@pytest.mark.parametrize(("language", "words"), [("fr", "est valable"), ("en", "is valid")])
def test_a_code_tells_what_the_paper_must_say(client, paper, language, words):  # noqa: F811
    page = client.get(f"/verify/{paper[0].code}?lang={language}")
    assert page.status_code == 200
    for part in (words, "Mines du Mono SA", "PR-2026-000041", paper[0].sha256):
        assert part in page.text, part
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    told = client.get(f"/api/verify/{paper[0].code}?lang={language}").json
    assert (told["state"], told["title_status"]) == ("valid", "in-force")
    assert told["log_position"] == 1


def test_the_page_is_light_and_works_without_scripts(client, paper):  # noqa: F811
    page = client.get(f"/verify/{paper[0].code}", headers={"Accept-Encoding": "br"})
    own = len(page.data)
    text = brotli.decompress(page.data).decode()
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', text)
    for one in sheets:
        with client.get(one, headers={"Accept-Encoding": "br"}) as sheet:
            own += len(sheet.data)
    assert own < MOST_PAGE_BYTES
    assert re.search(r'<form method="post" action="/verify/[^"]+" enctype="multipart/form-data">',
                     text)  # fmt: skip


def test_a_code_is_read_as_people_type_it(client, paper):  # noqa: F811
    typed = paper[0].code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    moved = client.get("/verify", query_string={"code": typed})
    assert moved.status_code == 303
    assert moved.location.endswith(f"/verify/{paper[0].code}")


@pytest.mark.parametrize(
    "code", ["AAAA-BBBB-CCCC-DDDD", "x", "%00", "é" * 30, "A" * 500, "..%2F..%2Fetc"]
)
def test_a_code_nobody_issued_is_said_to_be_false(client, paper, code):  # noqa: F811
    expected = 422 if code == "%00" else 404  # no address of ours holds that character
    answer = client.get(f"/api/verify/{code}")
    assert answer.status_code == expected
    page = client.get(f"/verify/{code}?lang=en")
    assert page.status_code == expected
    if "%" not in code:  # a slash leads to no page of ours
        assert "does not exist" in page.text


def test_the_file_that_was_issued_is_intact_and_one_changed_byte_is_told(
    client, paper  # noqa: F811
):
    certificate, pdf = paper
    whole = client.post(f"/api/verify/{certificate.code}", data=sent(pdf)).json
    assert (whole["verdict"], whole["is_intact"], whole["faults"]) == ("identical", True, [])
    assert client.post("/api/verify", data=sent(pdf)).json["verdict"] == "identical"
    for place in (len(pdf) // 3, len(pdf) // 2):
        changed = bytearray(pdf)
        changed[place] ^= 1
        found = client.post(f"/api/verify/{certificate.code}", data=sent(bytes(changed))).json
        assert (found["verdict"], found["is_intact"]) == ("altered", False)
    page = client.post(f"/verify/{certificate.code}?lang=en", data=sent(bytes(changed)))
    assert "The file was altered" in page.text
    broken = client.post(f"/api/verify/{certificate.code}?lang=en", data=sent(bytes(changed))).json
    assert broken["faults"][0]["code"] == "certificates.fault-broken"


def test_what_was_added_after_the_signature_is_told(client, paper):  # noqa: F811
    added = paper[1] + b"\n% more\n"
    found = client.post("/api/verify", data=sent(added)).json
    assert found["verdict"] == "altered"
    assert "certificates.fault-added" in [one["code"] for one in found["faults"]]


def test_a_copy_signed_with_another_key_is_told(
    client, paper, tmp_path_factory  # noqa: F811
):
    from cadastre.config import read_settings
    from cadastre.signing.identity import open_identity
    from tests.signing.local import signed_aside

    home = tmp_path_factory.mktemp("foreign")
    (home / "sign" / "keys").mkdir(parents=True)
    foreign = open_identity(read_settings({"CADASTRE_HOME": str(home)}))
    pdf = paper[1]
    unsigned = pdf[: pdf.index(b"%%EOF") + 6]
    forged = signed_aside(foreign, unsigned, "forged")
    found = client.post(f"/api/verify/{paper[0].code}", data=sent(forged)).json
    assert found["verdict"] == "altered"
    assert [one["code"] for one in found["faults"]] == ["certificates.fault-other-signer"]
    stripped = client.post("/api/verify", data=sent(unsigned)).json
    assert [one["code"] for one in stripped["faults"]] == ["certificates.fault-unsigned"]


def test_what_is_no_certificate_is_told_without_a_trace(client, paper):  # noqa: F811
    for content in (b"hello", b"%PDF-1.7\n" + b"1 0 obj <<" * 2000, b""):
        found = client.post("/api/verify", data=sent(content))
        assert found.status_code == 200
        assert found.json["verdict"] == "unknown"
    assert client.post("/api/verify").status_code == 422
    assert client.post("/verify?lang=en").status_code == 422


def test_superseded_and_revoked_are_told_with_their_reasons(
    session, client, paper, certified, seal, title, togo  # noqa: F811
):
    first, _ = paper
    bank = make_party(session, "Banque d'essai")
    register_charge(session, togo, title, Burden("mortgage", bank.id), decision(session))
    session.refresh(first)
    page = client.get(f"/verify/{first.code}?lang=en").text
    assert "no longer tells the present" in page
    assert "mortgage registered" in page
    seal()
    second = certified()
    pdf = signed_bytes(session, second)
    actor = actor_of(account(session, "decider"), day=dt.date(2026, 11, 24), second_factor=True)
    end_by_hand(session, second, actor, CertificateState.REVOKED, "délivré par erreur")
    # The bytes are intact and the paper is worth nothing: the second must not be drowned.
    by_file = client.post("/api/verify", data=sent(pdf)).json
    assert (by_file["verdict"], by_file["certificate"]["state"]) == ("identical", "revoked")
    assert "was revoked" in client.post("/verify?lang=en", data=sent(pdf)).text
    told = client.get(f"/api/verify/{second.code}?lang=fr").json
    assert told["state"] == "revoked"
    assert "délivré par erreur" in told["message"]


def test_what_moved_without_an_act_is_not_called_valid(session, client, paper, title):  # noqa: F811
    title.name = "Autre nom"
    session.flush()
    assert client.get(f"/api/verify/{paper[0].code}").json["state"] == "superseded"


def test_a_title_page_offers_the_certificate_to_its_holder_only(
    session, client, title, office, monkeypatch, seal  # noqa: F811
):
    from cadastre.models import Mandate

    holder, stranger = account(session, "applicant"), account(session, "applicant")
    session.add(Mandate(account_id=holder.id, party_id=title.shares[0].party_id))
    session.flush()
    monkeypatch.setattr(certificate_pages, "office_of", lambda *_: office)
    asking = []
    monkeypatch.setattr(certificate_pages, "current_account", lambda: asking[0])
    monkeypatch.setattr(certificate_pages, "require_account", lambda: asking[0])
    today = dt.date(2026, 11, 24)
    monkeypatch.setattr(certificate_pages, "current_actor", lambda: actor_of(asking[0], day=today))
    monkeypatch.setattr("api.permissions.require_account", lambda: asking[0], raising=False)
    address = f"/titles/{title.number}/certificate.pdf"
    asking[:] = [stranger]
    assert client.get(address).status_code == 403
    session.expire(holder)
    asking[:] = [holder]
    first, again = client.get(address), client.get(address)
    assert first.status_code == 200
    assert first.data.startswith(b"%PDF-1.7")
    assert first.data == again.data
    assert "PR-2026-000041-fr.pdf" in first.headers["Content-Disposition"]


def test_nobody_is_handed_a_certificate_without_signing_in(client, title):  # noqa: F811
    answer = client.get(f"/titles/{title.number}/certificate.pdf")
    assert answer.status_code in (302, 303, 401)
    assert not answer.data.startswith(b"%PDF")


def test_a_payment_on_a_title_stays_valid_when_the_title_moves(session, client, office, title):  # noqa: F811
    from decimal import Decimal

    from cadastre.services.certificates.issuing import About, issue
    from cadastre.services.certificates.money_sheets import PaidLine, PaymentSheet
    from cadastre.vocabulary import CertificateKind

    sheet = PaymentSheet(
        "Q-1", "F-1", "Mines du Mono SA", dt.datetime(2026, 11, 20, tzinfo=dt.UTC), "virement",
        (PaidLine("Droit fixe", Decimal(500)),), Decimal(500), "XOF",
    )  # fmt: skip
    about = About(title_id=title.id)
    made = issue(session, office, CertificateKind.PAYMENT, sheet, "fr", about)
    title.name = "Autre nom"
    session.flush()
    assert client.get(f"/api/verify/{made.code}").json["state"] == "valid"


def test_whoever_asks_too_often_waits(client):  # noqa: F811
    limiter.enabled = True
    try:
        answers = [client.get("/api/verify/AAAA-BBBB-CCCC-DDDD").status_code for _ in range(61)]
    finally:
        limiter.enabled = False
        limiter.reset()
    assert answers == [404] * 60 + [429]
