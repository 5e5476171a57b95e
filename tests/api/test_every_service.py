"""Every service of the catalogue, filed, examined and decided over HTTP."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.api.dossier_walk import file, lead_to_end, office
from tests.services.dossiers.walking import CATALOGUE

SERVICES = sorted(CATALOGUE.services)


def test_there_are_as_many_services_as_the_ministry_announced() -> None:
    assert len(SERVICES) == 29


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_filed_examined_and_decided(
    client: FlaskClient, session: Session, service: str
) -> None:
    about = office(client, session)
    number = file(about, service, SERVICES.index(service))
    filed = about.get(f"/api/dossiers/{number}", "applicant")
    assert filed["lodged_at"] is not None
    assert filed["state"] == "lodged"
    ended = lead_to_end(about, number)
    done = [step["step"] for step in ended["history"]]
    assert ended["outcome"] == "issued"
    assert done[0] == "open"
    assert "lodge" in done
    found = CATALOGUE.service(service)
    assert (ended["title"] is not None) == (found.outcome.type in ("title", "act"))
    if "confirm" in done:
        people = {step["step"]: step["who"] for step in ended["history"]}
        assert people["confirm"] != people.get("propose-grant")
