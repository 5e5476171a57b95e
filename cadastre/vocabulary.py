"""The closed lists of words that code, tables and JSON share.

Words that a country chooses (kinds of title, substances, exclusivity groups) are not here: they
are in its ruleset.
"""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How a finding weighs on a filing."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class Evidence(StrEnum):
    """How well a legal value is attested (grades of the domain research)."""

    CONFIRMED = "confirmed"  # published text read: [F] or A
    INFERRED = "inferred"  # deduced from documents: [I] or B
    UNCONFIRMED = "unconfirmed"  # general practice or hypothesis: [G], C or "?"


class EdgeModel(StrEnum):
    """Which line joins two corners (quality B3)."""

    LONLAT = "straight-lonlat"
    PROJECTED = "straight-projected"
    GEODESIC = "geodesic"


class NoteKind(StrEnum):
    """What a reader did with something it found in the input."""

    REPAIR = "repair"  # read with certainty although written wrongly
    DOUBT = "doubt"  # read, but a person should confirm
    FACT = "fact"  # read as written, worth telling (CRS stated, area printed)


class OccupantKind(StrEnum):
    """What an occupation belongs to."""

    TITLE = "title"
    APPLICATION = "application"
    ZONE = "zone"


class ZoneStatus(StrEnum):
    """Whether the act behind a zone binds today."""

    IN_FORCE = "in-force"
    PROPOSED = "proposed"
    VOID = "void"


class ZoneEffect(StrEnum):
    """What a zone does to a perimeter that enters it."""

    BLOCK = "block"
    WARN = "warn"
    CONDITION = "condition"
    INFO = "info"


class WorkState(StrEnum):
    """Where a work stands in its life."""

    PLANNED = "planned"
    UNDER_CONSTRUCTION = "under-construction"
    IN_SERVICE = "in-service"
    RETIRED = "retired"


class PartyKind(StrEnum):
    """Who can hold a right or file an application (LADM party types)."""

    COMPANY = "company"
    PERSON = "person"
    ADMINISTRATION = "administration"


class TitleStatus(StrEnum):
    """Condition of a title on a day, derived from its dates and steps, never typed in."""

    FUTURE = "future"
    IN_FORCE = "in-force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    ENDED = "ended"  # renounced, withdrawn, merged or converted before its term


class ApplicationStatus(StrEnum):
    """Condition of an application, derived from its steps."""

    FILED = "filed"
    UNDER_EXAMINATION = "under-examination"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Language(StrEnum):
    """Languages every sentence exists in; the first is the language of the law."""

    FR = "fr"
    EN = "en"


class CertificateKind(StrEnum):
    """Papers that the cadastre signs and that anyone can check by their code."""

    TITLE = "title"
    REFUSAL = "refusal"
    AUTHORISATION = "authorisation"
    AGREEMENT = "agreement"
    ACKNOWLEDGEMENT = "acknowledgement"
    CONNECTION = "connection"
    DECISION = "decision"  # any other outcome of a service without a title
    LODGEMENT = "lodgement"  # receipt of a complete dossier
    PAYMENT = "payment"  # receipt of money
    ORDER = "order"  # order of payment


class CertificateState(StrEnum):
    """What became of a certificate; none comes back once it has ended."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
