"""How much of an exit's width is taken, as a share and in metres."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

WIDTH = ("blocked_share", "blocked_metres", "passage_metres")


def upgrade() -> None:
    """Until now the share of a blocked exit that a camera saw was kept as its confidence."""
    for name in WIDTH:
        op.add_column("hazards", sa.Column(name, sa.Double(), nullable=True))
    op.execute(
        "UPDATE hazards SET blocked_share = confidence"
        " WHERE kind = 'blocked_exit' AND source = 'camera'"
    )


def downgrade() -> None:
    """The share stays as confidence."""
    with op.batch_alter_table("hazards") as hazards:
        for name in WIDTH:
            hazards.drop_column(name)
