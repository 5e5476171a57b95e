"""The sign-in page of the demonstration shows the accounts that the demonstration opens."""

from __future__ import annotations

import yaml

from cadastre.config import ROOT
from cadastre.services.demonstration.accounts import shown_accounts


def test_the_accounts_shown_are_those_that_are_opened() -> None:
    folder = ROOT / "data" / "demonstration"
    opened = yaml.safe_load((folder / "accounts.yaml").read_text("utf-8"))
    shown = shown_accounts(folder)
    assert [one.email for one in shown] == [account["email"] for account in opened["accounts"]]
    assert {one.password for one in shown} == {opened["password"]}
