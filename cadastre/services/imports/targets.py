"""What each collection takes: its fields with the names files usually give them."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = {"source": ("origine", "provenance"), "licence": ("license", "licencia")}
DAYS = {
    "starts_on": ("debut", "date_debut", "start", "valid_from", "fecha_inic"),
    "ends_on": ("fin", "date_fin", "end", "valid_to"),
}
CODE = ("code", "id_officiel", "ref", "reference", "shapeiso", "pcode")
NAME = ("nom", "nombre", "libelle", "designation", "shapename", "nom_zone")


@dataclass(frozen=True, slots=True)
class Target:
    """A collection's fields with their synonyms, what a row must have, and its geometry.

    ``dimensions`` are those a geometry may have (0 points, 1 lines, 2 areas); ``attributes`` tells
    whether unmapped fields can be kept beside the row.
    """

    synonyms: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
    dimensions: tuple[int, ...]
    geometry_required: bool = True
    attributes: bool = False


RIGHT = {
    "number": ("numero", "no", "num", "code", "reference", "expediente", "titre", "permis"),
    "name": NAME,
    "kind": ("type", "type_titre", "tipo", "nature"),
    "substances": ("substance", "mineral", "minerais", "minerai", "produit"),
    "corners": ("sommets", "coordonnees", "coordenada", "coordinates"),
}

TARGETS: dict[str, Target] = {
    "administrative-units": Target(
        {
            "code": CODE,
            "name": (*NAME, "region", "prefecture", "commune", "canton"),
            "level": ("niveau", "admin_level"),
            "parent": ("unite_mere", "parent_name"),
            **DAYS,
            **SOURCE,
        },
        ("name", "level"),
        (2,),
        geometry_required=False,
    ),
    "zones": Target(
        {
            "code": CODE,
            "name": NAME,
            "kind": ("type", "categorie", "category", "desig"),
            "status": ("statut", "etat"),
            "act": ("acte", "decret", "arrete", "texte", "legal_act"),
            "authority": ("autorite", "gestionnaire", "managed_by"),
            **DAYS,
            **SOURCE,
        },
        ("name", "kind"),
        (2,),
    ),
    "works": Target(
        {
            "code": (*CODE, "id", "osm_node", "troncon"),
            "name": NAME,
            "kind": ("type", "nature", "value"),
            "state": ("etat", "statut", "status"),
            "operator": ("exploitant", "proprietaire", "operateur", "owner"),
            "commissioned_on": ("mise_en_service", "date_service", "commissioned"),
            **SOURCE,
        },
        ("code", "kind"),
        (0, 1, 2),
        attributes=True,
    ),
    "base-map": Target(
        {"layer": ("couche",), "name": NAME, "importance": ("rang", "rank"), **SOURCE},
        ("layer",),
        (0, 1, 2),
        attributes=True,
    ),
    "titles": Target(
        {
            **RIGHT,
            "holder": ("titulaire", "detenteur", "concesiona", "societe", "operateur"),
            "holder_kind": (),
            "applied_on": ("date_demande", "demande_le"),
            "granted_on": ("date_octroi", "octroi", "date_attribution", "fecha_inic"),
            "starts_on": ("date_debut", "debut", "valid_from"),
            "expires_on": ("fin", "date_fin", "date_expiration", "expiration", "echeance"),
            "ended_on": ("date_retrait",),
            "end_reason": ("motif",),
            "instrument": ("acte", "arrete", "decret", "resolucion"),
            "published_area": ("superficie", "surface", "area", "area_ha", "superficie_ha"),
            **SOURCE,
        },
        ("number", "kind", "substances", "starts_on"),
        (2,),
    ),
    "applications": Target(
        {
            **RIGHT,
            "applicant": ("demandeur", "societe", "titulaire", "solicitante"),
            "applicant_kind": (),
            "filed_at": ("date_depot", "depot", "date_demande", "filed"),
            "closed_at": ("date_decision",),
            "outcome": ("decision", "issue"),
        },
        ("number", "kind", "substances", "applicant", "filed_at"),
        (2,),
    ),
}
