"""Sign certificates in a process of its own, whose key no web process can read.

The process (``cadastre sign``) runs as a system user of its own where root started it, listens on
a Unix socket, takes length-limited requests from users it knows, signs only papers of the kinds it
knows and writes each signature down before giving it. Web processes know :mod:`~.client` alone.
"""

from __future__ import annotations
