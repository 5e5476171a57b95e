"""One filter for every door: the same rows and the same columns for a role, whatever the format."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cadastre.exchange.write import FORMATS, sheets
from cadastre.models import Account, ApiToken, JournalEntry, Parcel
from cadastre.queries.asof import as_of
from cadastre.queries.catalogue import relation_of
from cadastre.queries.visibility import Viewer
from cadastre.rules.permissions import Classification, Role, clearance, export_clearance
from cadastre.services.actors import actor_of
from cadastre.services.exports import ExportRequest, export_collection
from cadastre.services.tokens import token_hash
from tests.factories import make_overlap, make_party, make_title, square

PERSON = "Une Personne Privée"
AT = as_of(None, "Africa/Lome")
COLLECTIONS = ("titles", "applications", "occupations")
OUTSIDERS = {None, Role.APPLICANT, Role.CLERK, Role.ADVISER, Role.ADMINISTRATOR}
EVERYBODY = (None, *Role)
QUICK = [name for name in FORMATS if name != "pdf"]  # typesetting takes a second; asked below


def asking(session: Session, role: Role | None) -> tuple[dict[str, str], Account | None]:
    """Give what somebody of a role sends with a request: nothing when it is the public."""
    if role is None:
        return {}, None
    account = Account(email=f"{role}@exemple.test", display_name=role, roles=[role.value])
    session.add(account)
    session.flush()
    key = ApiToken(
        account_id=account.id, name="t", token_hash=token_hash(role), scopes=["decide"],
        expires_at=AT.instant.replace(year=AT.instant.year + 1),
    )  # fmt: skip
    session.add(key)
    session.flush()
    session.refresh(account)
    return {"Authorization": f"Bearer {role}"}, account


def actor(account: Account | None):
    return actor_of(account, day=AT.day, second_factor=True)


def packed(client: FlaskClient, collection: str, format: str, headers: dict[str, str]):
    answer = client.get(
        f"/api/exports/{collection}?format={format}&package=zip", headers=headers
    )
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        name = next(one for one in pack.namelist() if one.endswith(".meta.json"))
        return json.loads(pack.read(name)), pack.read(name.removesuffix(".meta.json"))


def sheets_as(session: Session, account: Account | None) -> str:
    """Give the sheets of titles for a role, as they are before they are typeset."""
    viewer = Viewer(export_clearance(actor(account)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "html_to_pdf", lambda html, **_: html.encode())
        made = export_collection(session, ExportRequest("titles", "pdf", AT), viewer)
        return b"".join(made.content).decode()


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_format_has_the_rows_and_columns_of_the_role(
    client: FlaskClient, register: Session, role: Role | None
) -> None:
    headers, account = asking(register, role)
    for collection in COLLECTIONS:
        allowed = relation_of(collection, AT, Viewer(export_clearance(actor(account)))).fields
        told = [packed(client, collection, format, headers)[0] for format in QUICK]
        assert {about["features"] for about in told} == {told[0]["features"]}
        for about in told:
            assert [field["name"] for field in about["fields"]] == list(allowed), about["file"]


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_persons_name_leaves_only_with_who_may_take_it(
    client: FlaskClient, register: Session, role: Role | None
) -> None:
    headers, account = asking(register, role)
    taken = {Role.SUPERVISOR, Role.AUDITOR}
    page = sheets_as(register, account)
    assert (PERSON in page) is (role in taken)
    for format in ("geojson", "csv"):
        _, content = packed(client, "titles", format, headers)
        assert (PERSON in content.decode("utf-8", "replace")) is (role in taken), format
    noted = register.query(JournalEntry).filter_by(action="personal.export").count()
    assert noted == (2 if role in taken else 0)


@pytest.mark.parametrize("role", EVERYBODY)
def test_the_record_shows_a_role_what_it_may_see_and_notes_whose(
    client: FlaskClient, register: Session, role: Role | None
) -> None:
    headers, account = asking(register, role)
    answer = client.get("/api/titles/PR/2024/0002", headers=headers)
    properties = answer.get_json()["properties"]
    seen = clearance(actor(account))
    allowed = relation_of("titles", AT, Viewer(seen)).fields
    assert set(properties) - {"facts", "collection"} == set(allowed)
    sees_persons = role in {Role.AGENT, Role.DECIDER, Role.SUPERVISOR, Role.AUDITOR}
    assert (properties["holder"] == PERSON) is sees_persons
    noted = register.query(JournalEntry).filter_by(action="personal.view").all()
    assert len(noted) == int(sees_persons)
    if sees_persons:
        assert (noted[0].account_id, noted[0].subject) == (account.id, "person")
        assert noted[0].reason == "/api/titles/PR/2024/0002"
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("role", EVERYBODY)
def test_overlaps_do_not_exist_for_who_is_not_of_the_office(
    client: FlaskClient, register: Session, role: Role | None
) -> None:
    one, other = register.query(Parcel).order_by(Parcel.id).limit(2)
    make_overlap(register, one, other, number="CAS-1")
    headers, account = asking(register, role)
    at = "?datetime=2026-06-01T00:00:00Z"
    path = "/ogc/collections/overlaps"
    answers = [
        client.get(path, headers=headers), client.get(f"{path}/items{at}", headers=headers),
        client.get(f"{path}/items/CAS-1", headers=headers),
        client.get("/api/exports/overlaps?format=csv", headers=headers),
    ]  # fmt: skip
    listed = client.get("/ogc/collections", headers=headers)
    may = clearance(actor(account)) >= Classification.INTERNAL
    assert {each.status_code for each in answers} == {200 if may else 404}
    assert ("overlaps" in [each["id"] for each in listed.json["collections"]]) is may
    assert listed.headers["Cache-Control"] == "private, no-store"
    if may:
        assert [each["id"] for each in answers[1].json["features"]] == ["CAS-1"]
        assert {each.headers["Cache-Control"] for each in answers} == {"private, no-store"}
        assert b"CAS-1" in answers[3].data
    assert may is (role not in OUTSIDERS)


def test_a_regional_office_does_not_see_persons_of_the_whole_country(
    client: FlaskClient, register: Session
) -> None:
    headers, account = asking(register, Role.AGENT)
    account.areas = ["TG-K"]
    register.flush()
    answer = client.get("/api/titles/PR/2024/0002", headers=headers)
    assert answer.get_json()["properties"]["holder"] is None


def test_what_everybody_reads_is_the_same_for_everybody(
    client: FlaskClient, register: Session
) -> None:
    """OGC collections, tiles and the past as it was known: kept by caches, so without persons."""
    headers, _ = asking(register, Role.SUPERVISOR)
    for path in (
        "/ogc/collections/titles/items",
        "/ogc/tiles/WebMercatorQuad/6/30/32",
        "/api/titles/PR/2024/0002?known=2100-01-01T00:00:00Z",
    ):
        public, officer = client.get(path), client.get(path, headers=headers)
        if path.startswith("/ogc/collections"):
            assert PERSON not in officer.text
            assert [one["properties"] for one in public.json["features"]] == [
                one["properties"] for one in officer.json["features"]
            ]
        elif public.status_code == 200:
            assert PERSON.encode() not in officer.data
            assert public.status_code == officer.status_code


def test_a_company_is_named_to_all_and_nobody_is_noted_for_it(
    client: FlaskClient, register: Session
) -> None:
    make_title(
        register, square(1.4, 9.2), number="PR/2024/0003", holder=make_party(register, "Or SA")
    )
    headers, _ = asking(register, Role.AGENT)
    answer = client.get("/api/titles/PR/2024/0003", headers=headers)
    assert answer.get_json()["properties"]["holder"] == "Or SA"
    assert register.query(JournalEntry).filter_by(action="personal.view").count() == 0
