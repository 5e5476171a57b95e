"""Open a handful of dossiers for the demonstration's accounts, one at each turn of their life.

Everything is done as people do it, step by step: what a newcomer sees went through the same guards.
None asks for ground, so that the overlaps the demonstration tells of stay those of its plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.models import Account, Dossier
from cadastre.procedures.machine import Procedure, load_procedures
from cadastre.procedures.terms import day_of
from cadastre.rules.catalogue import Catalogue, load_catalogue, pieces_missing
from cadastre.rules.permissions import Actor
from cadastre.rules.ruleset import Ruleset
from cadastre.services.actors import actor_of
from cadastre.services.dossiers.answers import read_answers, save
from cadastre.services.dossiers.catalogue import Rules
from cadastre.services.dossiers.counter import make_code
from cadastre.services.dossiers.documents import Upload, attach, pieces_given
from cadastre.services.dossiers.messages import write_message
from cadastre.services.dossiers.move import Said, take_step
from cadastre.services.dossiers.open import Opening, Person, open_dossier
from cadastre.services.dossiers.standing import server_instant

APPLICANT, CLERK, AGENT = "operateur@exemple.test", "guichet@exemple.test", "agent@exemple.test"
# A page that says what it is, small enough to be written here.
SHEET = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n4 0 obj<</Length 62>>stream\nBT /F 20 Tf 60 760 Td (Document fictif - demonstration) Tj ET\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"  # noqa: E501
PLACE = {"geometry": {"type": "Point", "coordinates": [1.2123, 6.1725]}, "crs": "EPSG:4326"}


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where dossiers are played: the law, the services, the people."""

    session: Session
    ruleset: Ruleset
    catalogue: Catalogue
    procedures: Mapping[str, Procedure]

    def actor(self, email: str) -> Actor:
        """See an account as permissions do now."""
        account = self.session.scalars(select(Account).where(Account.email == email)).one()
        self.session.refresh(account, ["mandates"])
        return actor_of(account, day=self.day(), second_factor=True)

    def day(self) -> dt.date:
        """Give today on the clock of the law."""
        return day_of(server_instant(self.session), self.ruleset.time_zone)

    def rules(self, service: str) -> Rules:
        """Give a service with its procedure."""
        found = self.catalogue.service(service)
        return Rules(found, self.procedures[found.procedure])


def load_dossiers(session: Session, settings: Settings, ruleset: Ruleset) -> int:
    """Open the dossiers; none where there are some already, or the country has no catalogue.

    What the journal tells of is never removed: dossiers outlive a demonstration that is taken out.
    """
    there = select(Dossier.id).where(
        Dossier.is_demonstration, Dossier.catalogue_sha256.is_not(None)
    )
    folder = settings.data / "services" / settings.ruleset
    if not folder.is_dir() or session.scalar(there.limit(1)) is not None:
        return 0
    procedures = load_procedures(settings.data / "procedures", ruleset)
    scene = _Scene(session, ruleset, load_catalogue(folder), procedures)
    _begun(scene)
    _lodged(scene)
    _to_complete(scene)
    _acknowledged(scene)
    _at_counter(scene)
    session.flush()
    return 5


def _begun(scene: _Scene) -> None:
    """A connection of which only the first page is written."""
    actor = scene.actor(APPLICANT)
    rules = scene.rules("raccordement-basse-tension")
    dossier = open_dossier(scene.session, scene.ruleset, rules, actor, Opening())
    form = {"usage": "atelier", "compteur": "prepaiement", "phases": "triphase"}
    save(scene.session, dossier, scene.actor(APPLICANT), form=form)


def _lodged(scene: _Scene) -> None:
    """A connection that waits for its visit, with a question of the applicant's."""
    dossier = _filed(scene, "raccordement-basse-tension")
    actor = scene.actor(APPLICANT)
    write_message(scene.session, dossier, actor, "Quel jour la visite peut-elle avoir lieu ?")


def _to_complete(scene: _Scene) -> None:
    """A declaration for which the office asks for something more."""
    dossier = _filed(scene, "declaration-autoproduction")
    agent = scene.actor(AGENT)
    reason = "Le plan de situation n'est pas lisible : joignez-en un autre, plus net."
    take_step(
        scene.session, scene.ruleset, dossier, "request-completion", agent, Said(reason)
    )
    write_message(scene.session, dossier, agent, "Une photo de jour suffit.")


def _acknowledged(scene: _Scene) -> None:
    """A declaration that was acknowledged."""
    dossier = _filed(scene, "declaration-autoproduction")
    said = Said("Déclaration complète.")
    take_step(scene.session, scene.ruleset, dossier, "issue", scene.actor(AGENT), said)


def _at_counter(scene: _Scene) -> None:
    """A connection received at the counter, which the person has not confirmed yet."""
    actor = scene.actor(CLERK)
    rules = scene.rules("raccordement-basse-tension")
    opening = Opening(person=Person("Ménage Exemple (fictif)"))
    dossier = open_dossier(scene.session, scene.ruleset, rules, actor, opening)
    _fill(scene, dossier, rules, actor)
    make_code(scene.session, dossier, actor, "paper")


def _filed(scene: _Scene, service: str) -> Dossier:
    """Open, fill and lodge a dossier of the operator's."""
    session, rules = scene.session, scene.rules(service)
    opening = Opening()
    if "person" not in {kind.value for kind in rules.service.applicants or ()}:
        opening = Opening(party_id=scene.actor(APPLICANT).standings[0].party_id)
    dossier = open_dossier(session, scene.ruleset, rules, scene.actor(APPLICANT), opening)
    _fill(scene, dossier, rules, scene.actor(APPLICANT))
    take_step(session, scene.ruleset, dossier, "lodge", scene.actor(APPLICANT), Said())
    return dossier


def _fill(scene: _Scene, dossier: Dossier, rules: Rules, actor: Actor) -> None:
    """Answer by the examples of the catalogue and attach a plainly fictitious sheet."""
    session = scene.session
    form = {
        question.id: question.example
        for question in rules.service.fields
        if question.example is not None
    }
    ground = PLACE if rules.service.perimeter == "point" else None
    save(session, dossier, actor, form=form, perimeter=ground)
    values = read_answers(session, scene.ruleset, rules, dossier, scene.day()).values
    for piece in pieces_missing(rules.service, values, pieces_given(dossier)):
        attach(session, dossier, actor, Upload(f"{piece.id}-fictif.pdf", SHEET, piece.id))
    session.expire(dossier, ["documents"])
