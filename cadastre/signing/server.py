"""Serve signatures over a Unix socket: one child a request, limited, each signature written down.

Who asks is told by the kernel (``SO_PEERCRED``), not by the asker. A child that a hostile file
hangs or swells dies alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import pwd
import resource
import socket
import socketserver
import struct
from typing import Any

from cryptography.x509 import NameOID

from cadastre.cluster.tuning import WEB_USER
from cadastre.config import Settings
from cadastre.errors import CadastreError, NotAllowed
from cadastre.signing.frames import Garbled, receive, send
from cadastre.signing.identity import Identity, open_identity
from cadastre.signing.longterm import authorities_of
from cadastre.signing.pades import sign_pdf
from cadastre.signing.place import OTHERS_TALK, SignPlace
from cadastre.signing.policy import Wanted, ensure_signable, read_wish

REQUEST_SECONDS = 15
CPU_SECONDS = 20
MOST_MEMORY_BYTES = 1_000_000_000
MOST_CHILDREN = 4
LOG_MODE = 0o640
CREDENTIALS = struct.Struct("3i")  # pid, uid, gid


class SigningServer(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """The socket with the key behind it."""

    max_children = MOST_CHILDREN
    request_queue_size = 64

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.place = SignPlace(settings.home)
        self.place.make_folders()
        self.identity: Identity = open_identity(settings)
        self.authorities = authorities_of(settings)
        self.askers = {0, os.geteuid(), *_uid_of(WEB_USER)}
        self.place.socket.unlink(missing_ok=True)
        super().__init__(str(self.place.socket), Handler)
        self.place.socket.chmod(OTHERS_TALK)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: what a peer sends must not fill our log."""


class Handler(socketserver.BaseRequestHandler):
    """One request, in a child of its own."""

    server: SigningServer
    request: socket.socket

    def handle(self) -> None:
        """Answer, or say why not."""
        _limit()
        self.request.settimeout(REQUEST_SECONDS)
        try:
            uid = _uid_of_peer(self.request)
            if uid not in self.server.askers:
                raise NotAllowed("signing.unknown-asker", where=str(uid))
            header, body = receive(self.request)
            told, answer = self._answer(header, body, uid)
        except CadastreError as refusal:
            told, answer = {"refused": refusal.code}, b""
        except (Garbled, OSError):
            told, answer = {"refused": "signing.garbled"}, b""
        except Exception:  # a paper that breaks the library is refused like any other
            told, answer = {"refused": "signing.not-our-paper"}, b""
        send(self.request, told, answer)

    def _answer(
        self, header: dict[str, Any], body: bytes, uid: int
    ) -> tuple[dict[str, Any], bytes]:
        if header.get("verb") == "about":
            return self._about(uid), b""
        if header.get("verb") == "sign":
            return self._sign(read_wish(header), body, uid)
        raise Garbled("verb")

    def _about(self, uid: int) -> dict[str, Any]:
        identity = self.server.identity
        names = identity.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return {
            "subject": str(names[0].value) if names else "?",
            "certificate_sha256": identity.sha256,
            "is_demonstration": identity.is_demonstration,
            "is_isolated": uid not in (0, os.geteuid()),
            "level": self.server.authorities.level,
        }

    def _sign(self, wanted: Wanted, pdf: bytes, uid: int) -> tuple[dict[str, Any], bytes]:
        identity = self.server.identity
        ensure_signable(pdf, wanted, key_is_demonstration=identity.is_demonstration)
        reason = f"{wanted.kind} {wanted.code}"
        signed = sign_pdf(identity, pdf, reason=reason, authorities=self.server.authorities)
        self._write_down(wanted, pdf, signed, uid)
        return {"signed": True}, signed

    def _write_down(self, wanted: Wanted, pdf: bytes, signed: bytes, uid: int) -> None:
        """Write a signature down before it leaves: one that cannot be is not given."""
        line = {
            "at": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
            "asked_by": uid,
            "kind": wanted.kind,
            "code_sha256": hashlib.sha256(wanted.code.encode()).hexdigest(),
            "demonstration": wanted.is_demonstration,
            "paper_sha256": hashlib.sha256(pdf).hexdigest(),
            "signed_sha256": hashlib.sha256(signed).hexdigest(),
        }
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        log = os.open(self.server.place.log, flags, LOG_MODE)
        try:
            os.write(log, json.dumps(line).encode() + b"\n")
            os.fsync(log)
        finally:
            os.close(log)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _uid_of_peer(connection: socket.socket) -> int:
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    uid: int = CREDENTIALS.unpack(told)[1]
    return uid


def _uid_of(name: str) -> tuple[int, ...]:
    try:
        return (pwd.getpwnam(name).pw_uid,)
    except KeyError:
        return ()
