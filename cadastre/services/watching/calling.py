"""Call a program at an address somebody gave: https only, never into our own networks, bounded.

The name is looked up once and the call goes to the address that was found, so that a name cannot
mean a public host when it is judged and a private one when it is called. Redirections are not
followed, and of an answer only its status is kept.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, urlsplit

from cadastre.errors import NotAvailable, UnusableInput

PATIENCE_S = 10.0
LONGEST_URL = 500
MOST_READ = 4096
PORTS = (443, 8443)
NAME = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}")
# The whole of "what may be called"; a test that calls its own machine replaces it.
MayCall = Callable[[str], bool]


def is_public(address: str) -> bool:
    """Tell whether an address of the network is anybody's, and not of a private or own network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        hidden = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if hidden is not None:
            return is_public(str(hidden))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


def ensure_url(url: str) -> str:
    """Give an address as it is kept, refusing what is never called.

    Raises
    ------
    UnusableInput
        ``watch.not-https``: no https address of a named host without a password in it.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UnusableInput("watch.not-https", where="url") from None
    is_named = bool(NAME.fullmatch((parts.hostname or "").lower()))
    if (
        parts.scheme != "https" or not is_named or parts.username or parts.password
        or parts.fragment or (port or 443) not in PORTS or len(url) > LONGEST_URL
        or not url.isascii() or not url.isprintable() or " " in url
    ):  # fmt: skip
        raise UnusableInput("watch.not-https", where="url")
    return url


def call(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    may_call: MayCall = is_public,
    context: ssl.SSLContext | None = None,
) -> int:
    """Post a body to an address and give the status of the answer.

    Raises
    ------
    NotAvailable
        ``watch.call-failed``: no connection, no answer in ten seconds, or a host of ours.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        address = _looked_up(host, port, may_call)
        with socket.create_connection((address, port), timeout=PATIENCE_S) as plain:
            sealed = context or ssl.create_default_context()
            with sealed.wrap_socket(plain, server_hostname=host) as line:
                return _ask(line, host, parts, body, headers)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise NotAvailable("watch.call-failed", where=host, reason=type(error).__name__) from None


def _looked_up(host: str, port: int, may_call: MayCall) -> str:
    """Look a name up; one single private address among its answers is enough to refuse it."""
    found = [
        str(place[0])
        for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    if not found or not all(may_call(address) for address in found):
        raise ConnectionRefusedError
    return found[0]


def _ask(
    line: ssl.SSLSocket, host: str, parts: SplitResult, body: bytes, headers: Mapping[str, str]
) -> int:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(host, timeout=PATIENCE_S)
    connection.sock = line
    connection.request("POST", path, body=body, headers={**headers, "Connection": "close"})
    answer = connection.getresponse()
    answer.read(MOST_READ)
    return answer.status
