"""What the sign-in page of the demonstration shows is an account that the demonstration opens."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from cadastre.config import ROOT


def test_the_account_shown_is_one_that_is_opened() -> None:
    page = Path(ROOT, "web/templates/account/login.html").read_text("utf-8")
    opened = yaml.safe_load(Path(ROOT, "data/demonstration/accounts.yaml").read_text("utf-8"))
    email, password = re.findall(r"<code>([^<]+)</code>", page)
    assert email in {account["email"] for account in opened["accounts"]}
    assert password == opened["password"]
