"""An index for the months of the ledger, and one for the trail of an actor."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds them."""
    op.create_index("ix_ledger_entries_kind_period", "ledger_entries", ["kind", "period"])
    op.create_index("ix_audit_trail_actor_number", "audit_trail", ["actor", "number"])


def downgrade() -> None:
    """Takes them away."""
    op.drop_index("ix_audit_trail_actor_number", "audit_trail")
    op.drop_index("ix_ledger_entries_kind_period", "ledger_entries")
