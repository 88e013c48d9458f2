"""The line over which people come into a restricted zone."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    """Zones without one stay as they are: whoever is inside counts."""
    line = sa.Column("entry_line", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("zones", line)
    with op.batch_alter_table("zones") as zones:
        zones.alter_column("entry_line", server_default=None)


def downgrade() -> None:
    """Takes it away."""
    with op.batch_alter_table("zones") as zones:
        zones.drop_column("entry_line")
