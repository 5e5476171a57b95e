"""Enter a served site as somebody, once for each person: the door itself has tests of its own."""

from __future__ import annotations

import functools
import html
import re
from typing import Any

import requests
from playwright.sync_api import BrowserContext

PATIENCE_S = 60
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SHOWN_CODE = re.compile(r'id="shown-code">([^<]+)<')


def client_of(url: str, who: str | None, password: str = "") -> requests.Session:
    """Give a client without scripts: a stranger's, or one who signed in with what the site asks."""
    client = requests.Session()
    if who is not None:
        client.cookies.update(dict(_cookies_of(url, who, password)))
    return client


def enter(context: BrowserContext, url: str, who: str, password: str) -> None:
    """Let a browser be somebody's who signed in before, with a second factor where it is asked."""
    cookies: list[Any] = [
        {"name": name, "value": value, "url": url}
        for name, value in _cookies_of(url, who, password)
    ]
    context.add_cookies(cookies)


def send(client: requests.Session, url: str, **fields: Any) -> requests.Response:
    """Send the fields of a form with the token of the page they are on."""
    page = client.get(url, timeout=PATIENCE_S)
    found = TOKEN.search(page.text)
    assert found, page.text[:500]
    return client.post(
        url, data={"csrf_token": html.unescape(found[1]), **fields}, timeout=PATIENCE_S,
        allow_redirects=False,
    )  # fmt: skip


@functools.cache
def _cookies_of(url: str, who: str, password: str) -> tuple[tuple[str, str], ...]:
    with requests.Session() as client:
        answer = send(client, f"{url}/login", email=f"{who}@exemple.test", password=password)
        assert answer.status_code in (302, 303), answer.text[:2000]
        asked = client.get(f"{url}/login/second-factor", timeout=PATIENCE_S)
        code = SHOWN_CODE.search(asked.text)
        if code:
            answer = send(client, f"{url}/login/second-factor", code=code[1])
            assert answer.status_code in (302, 303), answer.text[:2000]
        return tuple((name, value or "") for name, value in client.cookies.items())
