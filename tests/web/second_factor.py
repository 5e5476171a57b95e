"""Let a decision maker of a browser test give a second factor, as in the demonstration."""

from __future__ import annotations

from playwright.sync_api import Page

from cadastre.models import Account
from cadastre.services.demonstration.accounts import public_secret

SECRET = "MNQWIYLTORZGKLLEMVWW63TTORZGC5DJ"


def let_decide(account: Account) -> Account:
    """Give an account the demonstration's authenticator, whose code the site shows."""
    account.is_demonstration = True
    account.totp_secret = public_secret(SECRET)
    return account


def give_second_factor(page: Page, url: str) -> None:
    """Give the second factor where the page says that it is missing, and come back."""
    asked = page.locator('aside a[href^="/login/second-factor"]')
    if asked.count() == 0:
        return
    back = page.url
    asked.click()
    page.fill("#code", page.text_content("#shown-code") or "")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)
    page.goto(back)
