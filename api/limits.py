"""Keep one client from taking the machine: generous limits on the routes that compute."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

PAGED = "300 per second; 12000 per minute"  # a program that reads a large collection by pages
HEAVY = "60 per second; 1500 per minute"  # per process; a drawing hand asks about five a second

# In memory of each process: enough behind one host, and nothing more to install.
limiter = Limiter(key_func=get_remote_address, storage_uri="memory://")
