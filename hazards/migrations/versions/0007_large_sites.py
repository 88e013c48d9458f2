"""For large sites: the version of a ticket numbers the lines of its history, and indexes hold what
the map of risks and the list of hazards ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

OPEN = sa.text("closed_at IS NULL")
LISTS = {
    "newest": ["started_at", "id"],
    "camera": ["camera_id", "started_at"],
    "verdict": ["verdict", "started_at", "id"],
}


def upgrade() -> None:
    """No version is below the last line that exists."""
    op.execute(
        "UPDATE tickets SET version = "
        "(SELECT max(number) FROM ticket_transitions WHERE ticket_id = tickets.id) "
        "WHERE version < "
        "(SELECT max(number) FROM ticket_transitions WHERE ticket_id = tickets.id)"
    )
    op.create_index(
        "ix_tickets_open",
        "tickets",
        ["risk_unit_id", "state", "tier", "due_at", "count", "closed_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    for name, columns in LISTS.items():
        op.drop_index(f"ix_hazards_{'_'.join(columns)}", "hazards")
        wider = [*columns, *(["id"] if "id" not in columns else []), "kind", "unit_id"]
        op.create_index(f"ix_hazards_{name}", "hazards", wider)


def downgrade() -> None:
    """A higher version does no harm."""
    for name, columns in LISTS.items():
        op.drop_index(f"ix_hazards_{name}", "hazards")
        op.create_index(f"ix_hazards_{'_'.join(columns)}", "hazards", columns)
    op.drop_index("ix_tickets_open", "tickets")
