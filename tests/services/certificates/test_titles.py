"""A title's certificate: the same bytes while nothing moves, superseded by the act that does."""

from __future__ import annotations

import hashlib
import io
import json

import pypdf
import pytest
from geoalchemy2.shape import to_shape
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from cadastre.errors import Blocked
from cadastre.models import JournalEntry, Parcel, StoredFile
from cadastre.queries.certificates import signed_bytes, unsound_certificates
from cadastre.services.titles.burdens import Burden, register_charge
from cadastre.services.titles.reduce import withdraw
from tests.factories import make_party, make_title
from tests.services.certificates.papers import attached, signature_of, text_of
from tests.services.titles.people import decision, refused


def test_the_same_title_gives_the_same_bytes_and_is_signed_once(
    session, certified, office, identity
):
    first = certified()
    again = certified()
    assert (first.id, office.signer.signed) == (again.id, 1)
    pdf = signed_bytes(session, first)
    assert hashlib.sha256(pdf).hexdigest() == first.sha256
    status = signature_of(pdf, identity)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.docmdp_ok
    assert status.bottom_line


def test_it_is_one_certificate_a_language(session, certified):
    french, english = certified("fr"), certified("en")
    assert french.code != english.code
    assert "Permis de recherche" in text_of(signed_bytes(session, french))
    assert "Research permit" in text_of(signed_bytes(session, english))


def test_it_prints_what_the_register_holds(session, certified, title):
    certificate = certified()
    words = text_of(signed_bytes(session, certificate))
    plain = words.replace("\u202f", " ").replace("\xa0", " ")
    for part in (
        "PR-2026-000041", "Kpéssi Nord", "Mines du Mono SA", "or", "Plan au 1/", "EPSG:32631",
        "Longitude puis latitude", "DÉMONSTRATION", certificate.code, "géodésique", "page 1 / 2",
        "confirmé", "déduit",
    ):  # fmt: skip
        assert part in plain, part
    parcel = session.scalars(select(Parcel).where(Parcel.title_id == title.id)).one()
    fingerprint = hashlib.sha256(to_shape(parcel.geom).wkb).hexdigest()
    assert fingerprint in words.replace("\n", "")


def test_it_is_pdf_a_3_with_fonts_inside_and_a_colour_profile(session, certified):
    reader = pypdf.PdfReader(io.BytesIO(signed_bytes(session, certified())))
    root = reader.trailer["/Root"]
    meta = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in meta or 'pdfaid:part="3"' in meta
    assert root["/OutputIntents"][0].get_object()["/DestOutputProfile"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert "/Encrypt" not in reader.trailer
    for page in reader.pages:
        assert [round(float(v)) for v in page.mediabox[2:]] == [595, 842]
        for font in page["/Resources"]["/Font"].values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(below["/FontDescriptor"].get_object())


def test_the_proof_inside_names_the_title_and_its_ground(session, certified):
    files = attached(signed_bytes(session, certified()))
    proof, ground = files["proof.json"], files["perimeter.geojson"]
    entry = json.loads(proof["entry"])
    assert entry["subject"] == ["title", "PR-2026-000041"]
    assert proof["certificate"]["number"] == "PR-2026-000041"
    assert proof["certificate"]["fingerprints"] == [one for _, one in entry["ground"]]
    assert ground["properties"]["number"] == "PR-2026-000041"


def test_an_act_supersedes_it_at_once_and_the_next_differs(session, certified, seal, title, togo):
    first = certified()
    bank = make_party(session, "Banque d'essai")
    register_charge(session, togo, title, Burden("mortgage", bank.id), decision(session))
    session.refresh(first)
    assert (first.state, first.state_reason) == ("superseded", "mortgage")
    assert certified() is None  # the act is not sealed yet
    seal()
    second = certified()
    assert second.id != first.id
    assert second.sha256 != first.sha256
    assert "hypothèque, Banque d'essai" in text_of(signed_bytes(session, second))
    assert "hypothèque" not in text_of(signed_bytes(session, first))


def test_a_title_that_ended_is_not_certified(session, certified, seal, title, togo):
    certificate = certified()
    withdraw(session, togo, title, decision(session))
    seal()
    session.refresh(certificate)
    assert certificate.state == "superseded"
    with refused("certificates.title-ended", Blocked):
        certified()


def test_a_title_without_any_act_here_is_entered_first(session, seal, togo, office):
    from cadastre.queries.asof import as_of
    from cadastre.services.certificates.titles import title_certificate

    old = make_title(session, number="PR-1999-07", is_demonstration=True, doubts=["datum-other"])
    at = as_of(None, togo.time_zone)
    assert title_certificate(session, office, togo, old, at, "fr") is None
    assert title_certificate(session, office, togo, old, at, "fr") is None
    entered = select(JournalEntry).where(JournalEntry.subject_id == old.number)
    assert [one.action for one in session.scalars(entered)] == ["title.certify"]
    seal()
    made = title_certificate(session, office, togo, old, at, "fr")
    assert "Réserves" in text_of(signed_bytes(session, made))


def test_nothing_of_a_certificate_changes_but_its_end(app_session, session, certified):
    certificate = certified()
    for change in (
        "UPDATE certificate SET code = 'X'",
        "UPDATE certificate SET sha256 = sha256",
        "UPDATE certificate SET state = 'valid'",
        "DELETE FROM certificate",
        "TRUNCATE certificate",
    ):
        with pytest.raises(ProgrammingError), session.begin_nested():
            session.execute(text(change))
    session.execute(text("UPDATE certificate SET state = 'revoked'"))
    with pytest.raises(ProgrammingError), session.begin_nested():
        session.execute(text("UPDATE certificate SET state = 'superseded'"))
    for change in ("UPDATE certificate SET facts = '{}'", "DELETE FROM certificate"):
        with pytest.raises(ProgrammingError), app_session.begin_nested():
            app_session.execute(text(change))
    session.refresh(certificate)
    assert certificate.state == "revoked"


def test_verification_names_a_changed_byte(session, certified):
    certificate = certified()
    assert unsound_certificates(session) == []
    with session.begin_nested() as undone:
        file = session.get_one(StoredFile, certificate.sha256)
        changed = bytearray(file.content)
        changed[len(changed) // 2] ^= 1
        file.content = bytes(changed)
        session.flush()
        (named,) = unsound_certificates(session)
        assert "PR-2026-000041" in named
        undone.rollback()
    # Bytes and hash changed together still differ from what the journal sealed.
    session.execute(
        text(
            "WITH forged AS (INSERT INTO stored_file (sha256, size, content)"
            " VALUES (encode(sha256('x'), 'hex'), 1, 'x') RETURNING sha256)"
            " SELECT 1 FROM forged"
        )
    )
    session.execute(text("ALTER TABLE certificate DISABLE TRIGGER USER"))
    session.execute(text("UPDATE certificate SET sha256 = encode(sha256('x'), 'hex')"))
    (named,) = unsound_certificates(session)
    assert "PR-2026-000041" in named
