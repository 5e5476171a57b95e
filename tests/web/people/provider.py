"""A provider of identities for tests: discovery, code flow with PKCE, signed answers, keys."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "cadastre", "shared-with-the-provider"


@dataclass
class Provider:
    """What the provider answers; tests change it to lie."""

    address: str = ""
    subject: str = "TG-0001"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048))
    signs_with: RSAKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def app(self) -> Flask:
        """Make the provider's site."""
        app = Flask("provider")
        app.add_url_rule("/.well-known/openid-configuration", "about", self.about)
        app.add_url_rule("/authorize", "authorize", self.authorize)
        app.add_url_rule("/token", "token", self.token, methods=["POST"])
        app.add_url_rule("/keys", "keys", self.keys)
        return app

    def about(self) -> Any:
        """Say where everything is."""
        return jsonify(
            issuer=self.address,
            authorization_endpoint=f"{self.address}/authorize",
            token_endpoint=f"{self.address}/token",
            jwks_uri=f"{self.address}/keys",
        )

    def authorize(self) -> Any:
        """Take a person for signed in and send them back with a code."""
        code = f"code-{len(self.asked)}"
        self.asked[code] = request.args.to_dict()
        back = urlencode({"code": code, "state": request.args["state"]})
        return redirect(f"{request.args['redirect_uri']}?{back}")

    def token(self) -> Any:
        """Exchange a code, once, with the verifier whose hash came before."""
        asked = self.asked.pop(request.form.get("code", ""), None)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        client = request.authorization
        if (
            asked is None
            or asked.get("code_challenge") != challenge
            or asked.get("code_challenge_method") != "S256"
            or client is None
            or (client.username, client.password) != (CLIENT, SECRET)
            or asked["redirect_uri"] != request.form.get("redirect_uri")
        ):
            self.refused.append(request.form.get("code", ""))
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 60,
            "nonce": asked["nonce"], "email": "victim@exemple.test", "email_verified": False,
        } | self.claims  # fmt: skip
        signed = jwt.encode({"alg": "RS256"}, claims, self.signs_with or self.key)
        return jsonify(access_token="a", token_type="Bearer", id_token=signed)

    def keys(self) -> Any:
        """Publish the key that signs."""
        return jsonify(keys=[self.key.as_dict(private=False)])


@contextmanager
def served(provider: Provider) -> Iterator[Provider]:
    """Serve it on this machine."""
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
