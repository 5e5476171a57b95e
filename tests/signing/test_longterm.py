"""A paper of level B-LT is checked from its own bytes alone, when its authority is gone."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from cadastre.config import Settings, read_settings
from cadastre.errors import NotAvailable
from cadastre.signing.identity import open_identity
from cadastre.signing.inspection import look
from cadastre.signing.longterm import authorities_of
from cadastre.signing.pades import sign_pdf
from tests.signing.authority import Authority
from tests.signing.test_pades import paper  # noqa: F401


@pytest.fixture
def authority(tmp_path) -> Iterator[Authority]:
    with Authority(tmp_path) as made:
        yield made


def settings_of(authority: Authority, **changed: str) -> Settings:
    told = {"CADASTRE_HOME": str(authority.folder), **authority.environment(), **changed}
    return read_settings(told)


def signed_by(settings: Settings, pdf: bytes) -> bytes:
    identity, authorities = open_identity(settings), authorities_of(settings)
    return sign_pdf(identity, pdf, reason="essai", authorities=authorities)


def stands_alone(pdf: bytes, authority: Authority) -> bool:
    """Validate without asking anybody, revocation known for every certificate."""
    root = x509.Certificate.load(authority.root.certificate.public_bytes(Encoding.DER))
    told = {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "require"}
    reader = PdfFileReader(io.BytesIO(pdf))
    if "/DSS" in reader.root:
        context = DocumentSecurityStore.read_dss(reader).as_validation_context(told)
    else:
        context = ValidationContext(ocsps=[], crls=[], **told)
    (signature,) = reader.embedded_signatures
    status = validate_pdf_signature(
        signature, signer_validation_context=context, ts_validation_context=context
    )
    return bool(status.bottom_line and status.timestamp_validity.trusted)


def test_it_stands_alone_and_stays_one_revision(authority, paper):  # noqa: F811
    settings = settings_of(authority)
    assert authorities_of(settings).level == "B-LT"
    signed = signed_by(settings, paper)
    assert {"/ocsp", "/root.crl", "/stamp"} <= set(authority.asked)
    authority.close()
    assert stands_alone(signed, authority)
    seen = look(signed)
    assert (seen.is_whole, seen.covers_all) == (True, True)
    assert signed.startswith(paper)


def test_the_control_without_proofs_does_not_stand_alone(authority, paper):  # noqa: F811
    settings = settings_of(authority, CADASTRE_SIGN_TRUST="")
    assert authorities_of(settings).level == "B-T"
    signed = signed_by(settings, paper)
    authority.close()
    assert not stands_alone(signed, authority)


@pytest.mark.parametrize("who", ["signer", "stamper"])
def test_nothing_is_signed_once_key_or_authority_was_revoked(authority, paper, who):  # noqa: F811
    authority.revoked.add(getattr(authority, who).certificate.serial_number)
    with pytest.raises(NotAvailable, match="no-revocation-proof"):
        signed_by(settings_of(authority), paper)


def test_nothing_is_signed_while_nobody_can_tell(authority, paper):  # noqa: F811
    settings = settings_of(authority)
    authority.about = lambda asked: b"not an answer"  # type: ignore[method-assign]
    with pytest.raises(NotAvailable, match="no-revocation-proof"):
        signed_by(settings, paper)


def test_a_file_without_roots_and_roots_without_time_are_refused(authority):
    settings = settings_of(authority)
    (authority.folder / "roots.pem").write_text("nothing")
    with pytest.raises(NotAvailable, match="bad-trust"):
        authorities_of(settings)
    with pytest.raises(NotAvailable, match="trust-alone"):
        authorities_of(settings_of(authority, CADASTRE_SIGN_TSA=""))
