"""The version of a ticket numbers the lines of its history: it begins above those that exist."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Raises it."""
    op.execute(
        "UPDATE tickets SET version = version + (SELECT count(*) FROM ticket_transitions "
        "WHERE ticket_transitions.ticket_id = tickets.id)"
    )


def downgrade() -> None:
    """A higher version does no harm."""
