"""Take the port once, and hold it for as long as the cadastre is served."""

from __future__ import annotations

import errno
import socket

from cadastre.errors import NotAvailable

HOST = "127.0.0.1"  # a proxy on this machine faces the network, with its certificates
WAITING_CLIENTS = 1024


def take_port(port: int) -> socket.socket:
    """Listen on a port; the web server inherits the socket.

    Because the supervisor holds it, clients wait instead of being refused while a killed web
    server comes back.

    Raises
    ------
    NotAvailable
        The port is taken, or may not be used by this user.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as refusal:
        listener.close()
        taken = refusal.errno == errno.EADDRINUSE
        code = "serve.port-taken" if taken else "serve.port-refused"
        raise NotAvailable(code, port=str(port)) from refusal
    listener.listen(WAITING_CLIENTS)
    listener.set_inheritable(True)
    return listener
