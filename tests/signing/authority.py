"""A throw-away authority: a root with its revocation list, OCSP answers and time stamps."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

DAY, CURVE = dt.timedelta(days=1), ec.SECP256R1()
PURPOSES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass
class Issued:
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)


@dataclass
class Authority:
    """Answers at ``address``; ``revoked`` holds serial numbers taken back."""

    folder: Path
    revoked: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Authority:
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.root = self.issue("Racine d'essai", is_root=True)
        self.signer = self.issue("Signataire d'essai")
        self.stamper = self.issue("Horodatage d'essai", stamps=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Be gone, as every authority is one day; twice is once."""
        if self.thread.is_alive():
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()

    def environment(self) -> dict[str, str]:
        """Write key and root down; give the settings that name them."""
        key, root = self.folder / "signer.pem", self.folder / "roots.pem"
        key.write_bytes(self.signer.pem + self.root.certificate.public_bytes(Encoding.PEM))
        key.chmod(0o600)
        root.write_bytes(self.root.certificate.public_bytes(Encoding.PEM))
        return {
            "CADASTRE_SIGN_KEY": str(key), "CADASTRE_SIGN_TRUST": str(root),
            "CADASTRE_SIGN_TSA": f"{self.address}/stamp",
        }  # fmt: skip

    def issue(self, name: str, *, is_root: bool = False, stamps: bool = False) -> Issued:
        """Issue a certificate that says where its revocation is asked about."""
        # The library's stand-in for a stamping authority knows RSA only.
        key = rsa.generate_private_key(65537, 2048) if stamps else ec.generate_private_key(CURVE)
        now = dt.datetime.now(dt.UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        above = Issued(key, None) if is_root else self.root  # type: ignore[arg-type]
        granted = {"key_cert_sign", "crl_sign", "digital_signature"} if is_root else {
            "digital_signature" if stamps else "content_commitment"
        }  # fmt: skip
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if is_root else self.root.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 300 * DAY)
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**{one: one in granted for one in PURPOSES}), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key()), False
            )
        )
        if stamps:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            made = made.add_extension(usage, critical=True)
            made = made.add_extension(self._list_at(), critical=False)
        elif not is_root:
            made = made.add_extension(self._ocsp_at(), critical=False)
        return Issued(key, made.sign(above.key, hashes.SHA256()))

    def _list_at(self) -> x509.CRLDistributionPoints:
        place = x509.UniformResourceIdentifier(f"{self.address}/root.crl")
        return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])

    def _ocsp_at(self) -> x509.AuthorityInformationAccess:
        place = x509.UniformResourceIdentifier(f"{self.address}/ocsp")
        told = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
        return x509.AuthorityInformationAccess([told])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(authority.revocation_list())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stamps = self.path.endswith("/stamp")
                self._answer(authority.stamp(body) if stamps else authority.about(body))

            def _answer(self, content: bytes) -> None:
                authority.asked.append(self.path)
                kind = {"/stamp": "timestamp-reply", "/ocsp": "ocsp-response"}
                self.send_response(200)
                self.send_header("Content-Type", f"application/{kind.get(self.path, 'pkix-crl')}")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        return Answering

    def revocation_list(self) -> bytes:
        """Give the list of what was revoked."""
        now = dt.datetime.now(dt.UTC)
        made = x509.CertificateRevocationListBuilder(
            issuer_name=self.root.certificate.subject, last_update=now - DAY, next_update=now + DAY
        )
        for serial in self.revoked:
            one = x509.RevokedCertificateBuilder(serial, now - DAY)
            made = made.add_revoked_certificate(one.build())
        number = made.add_extension(x509.CRLNumber(1), critical=False)
        key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root.key.public_key())
        signed = number.add_extension(key, critical=False).sign(self.root.key, hashes.SHA256())
        return signed.public_bytes(Encoding.DER)

    def about(self, asked: bytes) -> bytes:
        """Answer whether the signer's certificate was revoked."""
        now, one = dt.datetime.now(dt.UTC), self.signer.certificate
        gone = one.serial_number in self.revoked
        answer = ocsp.OCSPResponseBuilder().add_response(
            cert=one, issuer=self.root.certificate, algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if gone else ocsp.OCSPCertStatus.GOOD,
            this_update=now - DAY, next_update=now + DAY,
            revocation_time=now - DAY if gone else None, revocation_reason=None,
        )  # fmt: skip
        for extension in ocsp.load_der_ocsp_request(asked).extensions:
            answer = answer.add_extension(extension.value, extension.critical)
        responder = answer.responder_id(ocsp.OCSPResponderEncoding.HASH, self.root.certificate)
        return responder.sign(self.root.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def stamp(self, asked: bytes) -> bytes:
        """Stamp the time on a hash."""
        der = self.stamper.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        loaded = asn1_x509.Certificate.load(
            self.stamper.certificate.public_bytes(Encoding.DER)
        )
        stamper = DummyTimeStamper(loaded, keys.PrivateKeyInfo.load(der))
        stamped: bytes = stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
        return stamped
