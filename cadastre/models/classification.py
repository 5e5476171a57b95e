"""The class of every column, declared once: what may travel, and how far.

A table has a class; columns that differ are named. Everything that shows rows asks here, through
:class:`cadastre.queries.visibility.Field` or :func:`class_of`. A new table or a renamed column
without a line fails the test. History (``…_past``) has the classes of what it remembers.
"""

from __future__ import annotations

from cadastre.rules.permissions.classification import Classification

PUBLIC, INTERNAL, PERSONAL, CONFIDENTIAL = Classification
PAST = "_past"

TABLES: dict[str, Classification] = {
    # What the law publishes of rights, ground and acts.
    "title": PUBLIC,
    "title_relation": PUBLIC,
    "share": PUBLIC,
    "application": PUBLIC,
    "charge": PUBLIC,
    "parcel": PUBLIC,
    "occupation": PUBLIC,
    "ground_cell": PUBLIC,
    "grid": PUBLIC,
    "grid_kind": PUBLIC,
    "cell_run": PUBLIC,
    "zone": PUBLIC,
    "work": PUBLIC,
    "administrative_unit": PUBLIC,
    "base_map_feature": PUBLIC,
    "opening": PUBLIC,
    "remnant_bundle": PUBLIC,
    "catalogue_entry": PUBLIC,
    "log_node": PUBLIC,
    "log_key": PUBLIC,
    "log_head": PUBLIC,
    "granting_stop": PUBLIC,
    "certificate": PUBLIC,
    "raster": PUBLIC,  # a row may be internal: cadastre.queries.rasters judges it
    "public_event": PUBLIC,
    # How the office works.
    "overlap_case": INTERNAL,
    "work_dossier": INTERNAL,
    "dossier": INTERNAL,
    "dossier_standing": INTERNAL,
    "step": INTERNAL,
    "assignment": INTERNAL,
    "absence": INTERNAL,
    "presence": INTERNAL,
    "message_reading": INTERNAL,
    "outbox_event": INTERNAL,
    "live_event": INTERNAL,
    "event_reader": INTERNAL,
    "indicator_day": INTERNAL,
    "document": INTERNAL,
    "import_job": INTERNAL,
    "import_mapping": INTERNAL,
    "act_read_page": INTERNAL,
    "raster_reading": INTERNAL,  # as its raster
    # Who people are, what they wrote and paid.
    "party": PERSONAL,
    "account": PERSONAL,
    "mandate": PERSONAL,
    "mandate_invitation": PERSONAL,
    "message": PERSONAL,
    "notification": PERSONAL,
    "journal_entry": PERSONAL,
    "export_job": PERSONAL,
    "import_row": PERSONAL,
    "act_read": PERSONAL,
    "act_entry": PERSONAL,
    "practice_attempt": PERSONAL,
    "draft": PERSONAL,
    "invoice": PERSONAL,
    "payment": PERSONAL,
    "payment_attempt": PERSONAL,
    "payment_event": PERSONAL,
    "payment_part": PERSONAL,
    "statement_line": PERSONAL,
    # What nobody is shown.
    "area_watch": CONFIDENTIAL,  # its key stops it: nobody but the follower reads it
    "area_notice": CONFIDENTIAL,
    "stored_file": CONFIDENTIAL,
    "export_piece": CONFIDENTIAL,
    "sealed_filing": CONFIDENTIAL,
    "log_leaf": CONFIDENTIAL,
    "idempotency_key": CONFIDENTIAL,
    "api_token": CONFIDENTIAL,
    "passkey": CONFIDENTIAL,
    "recovery_code": CONFIDENTIAL,
    "sign_in_failure": CONFIDENTIAL,
    "identity": CONFIDENTIAL,
    "linked_screen": CONFIDENTIAL,
    "counter_confirmation": CONFIDENTIAL,
}

FIELDS: dict[tuple[str, str], Classification] = {
    ("export_job", "key"): CONFIDENTIAL,
    ("title", "doubts"): INTERNAL,
    ("application", "findings"): INTERNAL,
    ("application", "follow_up_code"): CONFIDENTIAL,
    ("dossier", "form"): CONFIDENTIAL,  # each answer has the class its question declares
    ("dossier", "follow_up_code"): CONFIDENTIAL,
    ("dossier", "party_id"): PERSONAL,
    ("dossier", "account_id"): PERSONAL,
    ("step", "facts"): PERSONAL,
    ("step", "reason"): PERSONAL,
    ("step", "account_id"): PERSONAL,
    ("step", "second_account_id"): PERSONAL,
    ("step", "on_behalf_of_id"): PERSONAL,
    ("public_event", "party_ids"): PERSONAL,
    ("party", "id"): PUBLIC,
    ("party", "kind"): PUBLIC,
    ("party", "country"): PUBLIC,
    ("party", "recorded_at"): PUBLIC,
    ("party", "is_demonstration"): PUBLIC,
    ("account", "id"): INTERNAL,
    ("account", "display_name"): INTERNAL,
    ("account", "roles"): INTERNAL,
    ("account", "areas"): INTERNAL,
    ("account", "subjects"): INTERNAL,
    ("account", "body"): INTERNAL,
    ("account", "password_hash"): CONFIDENTIAL,
    ("account", "session_key"): CONFIDENTIAL,
    ("account", "passkey_handle"): CONFIDENTIAL,
    ("account", "totp_secret"): CONFIDENTIAL,
    ("account", "totp_counter"): CONFIDENTIAL,
    ("document", "filename"): PERSONAL,
    ("document", "account_id"): PERSONAL,
    ("journal_entry", "id"): INTERNAL,
    ("journal_entry", "recorded_at"): INTERNAL,
    ("journal_entry", "action"): INTERNAL,
    ("journal_entry", "subject"): INTERNAL,
}


def class_of(table: str, column: str) -> Classification:
    """Give the class of a column; one of an unknown table is shown to nobody."""
    table = table.removesuffix(PAST)
    own = TABLES.get(table, CONFIDENTIAL)
    return FIELDS.get((table, column), own)


def classes_of(table: str, columns: list[str]) -> dict[str, Classification]:
    """Give the class of each of some columns of a table."""
    return {column: class_of(table, column) for column in columns}
