"""Send letters once the answer has left: a slow mail server, or an address that nobody bears,
cannot be told from how long the answer took.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import after_this_request, current_app, request
from werkzeug.wrappers import Response

from api.state import state
from cadastre.errors import NotAvailable
from cadastre.services.mail import Letter, send

log = logging.getLogger(__name__)


def site_address() -> str:
    """Give the address people reach this site at, without a slash at its end.

    A production site is told it (``CADASTRE_PUBLIC_URL``): what a request claims its host to be
    must not end up in somebody's letter.
    """
    return (state().settings.public_url or request.host_url).rstrip("/")


def write_after_answer(make: Callable[[], Letter]) -> None:
    """Make and send a letter after the answer of this request was sent and committed.

    Nothing is sent when the request fails. A letter that the mail server does not take is noted in
    the log; the person can ask for another.
    """
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]

    def deliver() -> None:
        with app.app_context():
            try:
                send(state().settings, make())
            except NotAvailable:
                log.exception("a letter was not sent")

    def attach(response: Response) -> Response:
        if response.status_code < 400:
            response.call_on_close(deliver)
        return response

    after_this_request(attach)
