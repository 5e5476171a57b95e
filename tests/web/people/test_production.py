"""A production site does not start without its secrets, nor shows anything of a demonstration."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.letters import site_address
from api.passkeys import site_host
from cadastre.config import read_settings
from cadastre.errors import NotAvailable
from web.app import create_app

WHOLE = {
    "CADASTRE_ENV": "production",
    "CADASTRE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "CADASTRE_SECRET_KEY": "a secret of the site",
    "CADASTRE_SECOND_FACTOR_KEY": "another secret",
    "CADASTRE_PUBLIC_URL": "https://cadastre.test",
}
NEEDED = ("CADASTRE_SECRET_KEY", "CADASTRE_SECOND_FACTOR_KEY", "CADASTRE_PUBLIC_URL")


def start(tmp_path: Path, **changes: str):
    return create_app(read_settings(WHOLE | {"CADASTRE_HOME": str(tmp_path)} | changes))


@pytest.mark.parametrize("missing", NEEDED)
def test_it_does_not_start_without_a_secret(tmp_path: Path, missing: str) -> None:
    with pytest.raises(NotAvailable) as refusal:
        start(tmp_path, **{missing: ""})
    assert refusal.value.where == missing
    assert list(tmp_path.iterdir()) == []  # and makes none of its own


def test_whole_it_starts_with_cookies_for_sealed_lines_and_no_account_to_try(
    tmp_path: Path,
) -> None:
    app = start(tmp_path)
    assert app.config["SESSION_COOKIE_SECURE"]
    page = app.test_client().get("/login")
    assert page.status_code == 200
    assert "exemple.test" not in page.text
    assert "demonstration" not in page.text


def test_letters_name_the_address_we_were_told_and_not_the_one_a_request_claims(
    tmp_path: Path,
) -> None:
    app = start(tmp_path)
    with app.test_request_context("/", headers={"Host": "evil.test"}):
        assert site_address() == "https://cadastre.test"
        assert site_host() == "cadastre.test"
