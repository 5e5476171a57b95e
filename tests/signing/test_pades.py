"""What is signed: PAdES B-B, B-T where an authority stamps the time, and PDF/A left as it was."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import keys, tsp, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper

from cadastre.config import read_settings
from cadastre.errors import NotAvailable
from cadastre.exchange.pdf import html_to_pdf
from cadastre.signing.identity import Identity, open_identity
from cadastre.signing.inspection import look
from cadastre.signing.longterm import Authorities, stamper_at
from cadastre.signing.pades import sign_pdf
from cadastre.signing.place import SignPlace

PAGE = '<html lang="fr"><title>Essai</title><meta name="keywords" content="a b"><p>é</p></html>'


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    home = tmp_path_factory.mktemp("pades")
    SignPlace(home).make_folders()
    return open_identity(read_settings({"CADASTRE_HOME": str(home)}))


@pytest.fixture(scope="module")
def paper() -> bytes:
    return html_to_pdf(PAGE, variant="pdf/a-3a")


@pytest.fixture
def authority(identity: Identity) -> Iterator[str]:
    """Answer time-stamp requests over HTTP as an authority does."""
    loaded = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in identity.chain]
    dummy = DummyTimeStamper(loaded[0], keys.PrivateKeyInfo.load(identity.key))

    class Stamping(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = dummy.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Stamping)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def unsigned_attributes(pdf: bytes) -> list[str]:
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return [one["type"].native for one in signature.signer_info["unsigned_attrs"] or ()]


def test_level_b_b_adds_and_changes_nothing_else(identity, paper):
    signed = sign_pdf(identity, paper, reason="essai")
    assert signed.startswith(paper)
    seen = look(signed)
    assert (seen.is_signed, seen.is_whole, seen.covers_all) == (True, True, True)
    assert seen.signer_sha256 == identity.sha256
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level.value == 1  # no change permitted
    attributes = {one["type"].native for one in signature.signer_info["signed_attrs"]}
    assert {"content_type", "message_digest", "signing_certificate_v2"} <= attributes
    assert len(signature.other_embedded_certs) == 1  # the chain goes with it


def test_level_b_t_carries_the_stamp_of_an_authority(identity, paper, authority):
    stamping = Authorities(stamper_at(authority))
    signed = sign_pdf(identity, paper, reason="essai", authorities=stamping)
    assert unsigned_attributes(signed) == ["signature_time_stamp_token"]
    assert look(signed).is_whole
    assert stamper_at(None) is None


def test_an_authority_that_is_away_gives_no_signature(identity, paper):
    away = Authorities(stamper_at("http://127.0.0.1:9/"))
    with pytest.raises(NotAvailable, match="no-time-stamp"):
        sign_pdf(identity, paper, reason="essai", authorities=away)


def test_each_of_many_changed_bytes_breaks_it(identity, paper):
    signed = sign_pdf(identity, paper, reason="essai")
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    covered = signature.sig_object["/ByteRange"]
    for place in range(200, int(covered[1]), 1500):
        changed = bytearray(signed)
        changed[place] ^= 1
        try:
            assert not look(bytes(changed)).is_whole, place
        except Exception:  # broken beyond reading is told as well, by the process that looks
            continue


def test_a_demonstration_root_cannot_pass_for_a_signer(identity: Identity):
    root = identity.chain[1]
    usage = root.extensions.get_extension_for_class(certificates.KeyUsage).value
    assert usage.key_cert_sign
    assert not usage.digital_signature
    assert not usage.content_commitment
