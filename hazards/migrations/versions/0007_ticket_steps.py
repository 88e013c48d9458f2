"""How many lines the history of a ticket has, so that a step need not count them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds it, counted."""
    op.add_column("tickets", sa.Column("steps", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE tickets SET steps = (SELECT count(*) FROM ticket_transitions "
        "WHERE ticket_transitions.ticket_id = tickets.id)"
    )


def downgrade() -> None:
    """Takes it away."""
    op.drop_column("tickets", "steps")
