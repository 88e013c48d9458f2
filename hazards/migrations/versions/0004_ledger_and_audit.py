"""Points ledger, messages, audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("ledger_entries", "audit_trail")
POLICY = {
    "month_begins_with": 100,
    "violations": {
        "missing_helmet": [10, 20, 30, 50],
        "restricted_zone": [20, 30, 50],
        "blocked_exit": [10, 20, 30, 50],
        "unsafe_act": [10, 20, 30, 50],
    },
    "reports": {"on_the_spot": 5, "general": 5, "larger": 10, "major": 20},
    "repeat_days": 30,
    "earned_per_day": 20,
    "earned_per_month": 60,
    "lost_per_day": 50,
    "lost_per_month": 100,
    "award_average": 60,
    "appeal_days": 7,
}


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "chain_heads",
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", name="pk_chain_heads"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_owner_id", "accounts", ["owner_id"])
    op.create_table(
        "ledger_entries",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("debit_id", sa.String(length=64), nullable=False),
        sa.Column("credit_id", sa.String(length=64), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("hazard_id", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reverses", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("debit_id <> credit_id", name="ck_ledger_entries_two_accounts"),
        sa.CheckConstraint("points > 0", name="ck_ledger_entries_points_above_zero"),
        sa.ForeignKeyConstraint(
            ["credit_id"], ["accounts.id"], name="fk_ledger_entries_credit_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["debit_id"], ["accounts.id"], name="fk_ledger_entries_debit_id_accounts"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_entries"),
        sa.UniqueConstraint("key", name="uq_ledger_entries_key"),
    )
    for side in ("debit", "credit"):
        columns = [f"{side}_id", "number", "period", "kind", "points"]
        op.create_index(f"ix_ledger_entries_{side}", "ledger_entries", columns)
    op.create_index("ix_ledger_entries_hazard_id", "ledger_entries", ["hazard_id"])
    op.create_table(
        "charges",
        sa.Column("hazard_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_charges_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_charges_hazard_id_hazards"),
        sa.PrimaryKeyConstraint("hazard_id", "side", name="pk_charges"),
    )
    op.create_index("ix_charges_account_id_state", "charges", ["account_id", "state"])
    policies = op.create_table(
        "point_policies",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Double(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_point_policies"),
    )
    op.create_table(
        "appeals",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("entry_key", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_appeals_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_appeals"),
        sa.UniqueConstraint("entry_key", name="uq_appeals_entry_key"),
    )
    op.create_index("ix_appeals_account_id", "appeals", ["account_id"])
    op.create_index("ix_appeals_state_raised_at", "appeals", ["state", "raised_at"])
    op.create_table(
        "rewards",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("stock >= 0", name="ck_rewards_stock_not_below_zero"),
        sa.PrimaryKeyConstraint("id", name="pk_rewards"),
    )
    op.create_table(
        "month_closes",
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", "month", name="pk_month_closes"),
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("unit_id", sa.String(length=64), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_channels_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name="fk_channels_unit_id_units", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
    )
    op.create_index("ix_channels_person_id", "channels", ["person_id"])
    op.create_index("ix_channels_unit_id", "channels", ["unit_id"])
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Double(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_until", sa.Double(), nullable=False),
        sa.Column("sent_at", sa.Double(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name="fk_messages_channel_id_channels",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("key", name="uq_messages_key"),
    )
    op.create_index("ix_messages_person_id_made_at", "messages", ["person_id", "made_at"])
    op.create_index("ix_messages_state_next_try_at", "messages", ["state", "next_try_at"])
    op.create_table(
        "audit_trail",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_trail"),
    )
    op.create_index(
        "ix_audit_trail_subject_subject_id_number",
        "audit_trail",
        ["subject", "subject_id", "number"],
    )
    op.bulk_insert(
        policies, [{"version": 1, "valid_from": 0.0, "made_by": "anyan", "body": POLICY}]
    )
    for table in APPEND_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    """Takes them away again, with what they hold."""
    op.drop_table("audit_trail")
    _drop_function("audit_trail")
    op.drop_table("messages")
    op.drop_table("channels")
    op.drop_table("month_closes")
    op.drop_table("rewards")
    op.drop_table("appeals")
    op.drop_table("point_policies")
    op.drop_table("charges")
    op.drop_table("ledger_entries")
    _drop_function("ledger_entries")
    op.drop_table("accounts")
    op.drop_table("chain_heads")


def _forbid_changes(table: str) -> None:
    says = f"{table} only grows: book a reversal instead"
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{says}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
    )


def _drop_function(table: str) -> None:
    """A table takes its triggers with it, but not PostgreSQL's function."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {table}_only_grows()")
