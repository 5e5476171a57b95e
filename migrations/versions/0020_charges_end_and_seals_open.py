"""A charge may end the day it was registered, and a sealed filing may be replaced and revealed."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_constraint(op.f("ck_charge_term"), "charge", type_="check")
    op.create_check_constraint(op.f("ck_charge_term"), "charge", "ends_on >= starts_on")
    op.execute("GRANT UPDATE (seal, content, account_id) ON sealed_filing TO cadastre_app")
    op.execute("GRANT UPDATE (choose_before) ON remnant_bundle TO cadastre_app")


def downgrade() -> None:
    """Take back; charges that ended the day they began make it fail rather than be changed."""
    op.execute("REVOKE UPDATE (choose_before) ON remnant_bundle FROM cadastre_app")
    op.execute("REVOKE UPDATE (seal, content, account_id) ON sealed_filing FROM cadastre_app")
    op.drop_constraint(op.f("ck_charge_term"), "charge", type_="check")
    op.create_check_constraint(op.f("ck_charge_term"), "charge", "ends_on > starts_on")
