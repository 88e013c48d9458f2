"""What went through a channel is found without reading all messages."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """An index."""
    op.create_index("ix_messages_channel_id_made_at", "messages", ["channel_id", "made_at"])


def downgrade() -> None:
    """Drops it."""
    op.drop_index("ix_messages_channel_id_made_at", "messages")
