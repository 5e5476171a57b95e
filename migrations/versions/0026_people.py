"""How people prove who they are, for whom they speak and with which keys."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
TABLES = ("passkey", "recovery_code", "sign_in_failure", "identity", "mandate_invitation")
OF_ACCOUNT = (
    "areas", "subjects", "body", "session_key", "passkey_handle", "confirmed_at",
    "totp_secret", "totp_counter", "password_changed_at",
)  # fmt: skip
OF_MANDATE = ("state", "granted_by_id", "decided_by_id", "decided_at", "reason")
TEXTS = postgresql.ARRAY(sa.Text())
FRESH_KEY = sa.text("replace(gen_random_uuid()::text, '-', '')")


def upgrade() -> None:
    """Apply."""
    _accounts()
    _mandates()
    _proofs()
    _invitations()
    op.execute((SQL / "people.sql").read_text("utf-8"))


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_mandate_state"), "mandate")
    for column in reversed(OF_MANDATE):
        op.drop_column("mandate", column)
    for column in reversed(OF_ACCOUNT):
        op.drop_column("account", column)
    op.alter_column("api_token", "scopes", server_default=sa.text("'{}'"))


def _accounts() -> None:
    for name, kind, default in (
        ("areas", TEXTS, sa.text("'{}'")),
        ("subjects", TEXTS, sa.text("'{}'")),
        ("body", sa.Text(), None),
        ("session_key", sa.Text(), FRESH_KEY),
        ("passkey_handle", sa.Text(), FRESH_KEY),
        ("confirmed_at", sa.DateTime(timezone=True), sa.text("now()")),
        ("totp_secret", sa.Text(), None),
        ("totp_counter", sa.BigInteger(), None),
        ("password_changed_at", sa.DateTime(timezone=True), None),
    ):
        wanted = name in ("areas", "subjects", "session_key", "passkey_handle")
        op.add_column("account", sa.Column(name, kind, server_default=default, nullable=not wanted))
    for name in ("session_key", "passkey_handle"):
        op.create_unique_constraint(op.f(f"uq_account_{name}"), "account", [name])
    op.alter_column("account", "confirmed_at", server_default=None)
    op.alter_column("api_token", "scopes", server_default=sa.text("'{read,file,examine}'"))


def _mandates() -> None:
    op.add_column("mandate", sa.Column("state", sa.Text(), server_default="active", nullable=False))
    op.create_check_constraint(
        op.f("ck_mandate_state"),
        "mandate",
        "state IN ('pending', 'active', 'refused', 'revoked')",
    )
    for name in ("granted_by_id", "decided_by_id"):
        op.add_column("mandate", sa.Column(name, sa.BigInteger(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_mandate_{name}_account"), "mandate", "account", [name], ["id"]
        )
    op.add_column("mandate", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mandate", sa.Column("reason", sa.Text(), nullable=True))


def _recorded() -> list[sa.Column[object]]:
    now = sa.text("now()")
    return [
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=now, nullable=False)
    ]


def _belongs(table: str) -> list[sa.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *_recorded(),
    ]


def _proofs() -> None:
    op.create_table(
        "passkey",
        *_belongs("passkey"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", TEXTS, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])
    op.create_table(
        "recovery_code",
        *_belongs("recovery_code"),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint(
            "account_id", "code_hash", name=op.f("uq_recovery_code_account_id_code_hash")
        ),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
        *_recorded(),
    )
    op.create_index("ix_sign_in_failure_recent", "sign_in_failure", ["name_hash", "recorded_at"])
    op.create_table(
        "identity",
        *_belongs("identity"),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_issuer_subject")),
    )
    op.create_index(op.f("ix_identity_account_id"), "identity", ["account_id"])


def _invitations() -> None:
    op.create_table(
        "mandate_invitation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("invited_by_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("powers", TEXTS, nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mandate_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_invitation")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_mandate_invitation_{column}_{table}")
            )
            for column, table in (
                ("party_id", "party"), ("invited_by_id", "account"), ("mandate_id", "mandate"),
            )
        ),
        *_recorded(),
    )  # fmt: skip
    op.create_index(op.f("ix_mandate_invitation_email"), "mandate_invitation", ["email"])
    op.create_index(op.f("ix_mandate_invitation_party_id"), "mandate_invitation", ["party_id"])
