"""Reviews, tickets, working calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

HOUR = 3600.0
RULES = [
    {
        "id": f"{kind}-default",
        "position": position,
        "enabled": True,
        "kind": kind,
        "grade": None,
        "min_confidence": 0.0,
        "schedule": "always",
        "tier": tier,
        "assignee": "owner",
        "deadline_s": hours * HOUR,
        "at_once": at_once,
        "recurrence_days": 30,
    }
    for position, (kind, tier, hours, at_once) in enumerate(
        [
            ("blocked_exit", "on_the_spot", 1, True),
            ("missing_helmet", "general", 20, False),
            ("restricted_zone", "general", 20, False),
        ]
    )
]
LADDER = [
    {"level": 1, "after_s": 0.0, "to": "owner", "supervise": False},
    {"level": 2, "after_s": 10 * HOUR, "to": "team_leader", "supervise": False},
    {"level": 3, "after_s": 30 * HOUR, "to": "manager", "supervise": False},
    {"level": 4, "after_s": 50 * HOUR, "to": "manager", "supervise": True},
]
SHIFTS = [
    {
        "id": "day",
        "name": "白班",
        "schedule": "mon-fri 08:00-18:00",
        "working": True,
        "position": 0,
    }
]


def upgrade() -> None:
    """Makes the tables."""
    with op.batch_alter_table("hazards") as batch_op:
        batch_op.add_column(sa.Column("source", sa.Text(), nullable=False, server_default="camera"))
        batch_op.add_column(sa.Column("risk_unit_id", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("unit_id", sa.String(length=64), nullable=False, server_default="site")
        )
        batch_op.add_column(sa.Column("description", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reported_by", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("photo_ids", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("verdict", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("dismissal", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("reviewer_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reviewed_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("review_note", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("subject_kind", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("subject_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("attributed_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("attributed_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("ticket_id", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_hazards_risk_unit_id_started_at", ["risk_unit_id", "started_at"])
        batch_op.create_index(
            "ix_hazards_subject_kind_subject_id_started_at",
            ["subject_kind", "subject_id", "started_at"],
        )
        batch_op.create_index("ix_hazards_ticket_id", ["ticket_id"])
        batch_op.create_index("ix_hazards_unit_id_started_at", ["unit_id", "started_at"])
        batch_op.create_index("ix_hazards_verdict_started_at_id", ["verdict", "started_at", "id"])
    op.create_table(
        "second_reviews",
        sa.Column("hazard_id", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", sa.Double(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("dismissal", sa.Text(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["hazard_id"], ["hazards.id"], name="fk_second_reviews_hazard_id_hazards"
        ),
        sa.PrimaryKeyConstraint("hazard_id", name="pk_second_reviews"),
    )
    op.create_index("ix_second_reviews_verdict_drawn_at", "second_reviews", ["verdict", "drawn_at"])
    op.create_table(
        "photos",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("hazard_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("zone_id", sa.String(length=64), nullable=False),
        sa.Column("risk_unit_id", sa.String(length=64), nullable=True),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("place_key", sa.Text(), nullable=True),
        sa.Column("rule_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.String(length=64), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_hazard_at", sa.Double(), nullable=False),
        sa.Column("recurrence_of", sa.String(length=64), nullable=True),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("next_escalation_at", sa.Double(), nullable=True),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("money", sa.Double(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("supervised", sa.Boolean(), nullable=False),
        sa.Column("accepted_at", sa.Double(), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("clear_at", sa.Double(), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["people.id"], name="fk_tickets_assignee_id_people"
        ),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_tickets_hazard_id_hazards"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("place_key", name="uq_tickets_place_key"),
    )
    op.create_index(
        "ix_tickets_assignee_id_state_due_at", "tickets", ["assignee_id", "state", "due_at"]
    )
    op.create_index("ix_tickets_hazard_id", "tickets", ["hazard_id"])
    op.create_index(
        "ix_tickets_kind_camera_id_zone_id_closed_at",
        "tickets",
        ["kind", "camera_id", "zone_id", "closed_at"],
    )
    op.create_index("ix_tickets_next_escalation_at", "tickets", ["next_escalation_at"])
    op.create_index("ix_tickets_opened_at_id", "tickets", ["opened_at", "id"])
    op.create_index("ix_tickets_risk_unit_id_state", "tickets", ["risk_unit_id", "state"])
    op.create_index("ix_tickets_state_opened_at", "tickets", ["state", "opened_at"])
    op.create_index("ix_tickets_unit_id_opened_at", "tickets", ["unit_id", "opened_at"])
    op.create_table(
        "ticket_transitions",
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("photo_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name="fk_ticket_transitions_ticket_id_tickets",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "number", name="pk_ticket_transitions"),
    )
    ticket_rules = op.create_table(
        "ticket_rules",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("grade", sa.String(length=64), nullable=True),
        sa.Column("min_confidence", sa.Double(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=False),
        sa.Column("deadline_s", sa.Double(), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("recurrence_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_rules"),
    )
    escalation_steps = op.create_table(
        "escalation_steps",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("after_s", sa.Double(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("supervise", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("level", name="pk_escalation_steps"),
    )
    shifts = op.create_table(
        "shifts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    op.create_table(
        "holidays",
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_holidays"),
    )
    op.bulk_insert(ticket_rules, RULES)
    op.bulk_insert(escalation_steps, LADDER)
    op.bulk_insert(shifts, SHIFTS)


def downgrade() -> None:
    """Takes them away again, with what they hold."""
    op.drop_table("holidays")
    op.drop_table("shifts")
    op.drop_table("escalation_steps")
    op.drop_table("ticket_rules")
    op.drop_table("ticket_transitions")
    op.drop_table("tickets")
    op.drop_table("photos")
    op.drop_table("second_reviews")
    # The earlier form knows hazards of cameras only.
    op.execute("DELETE FROM hazards WHERE source <> 'camera'")
    with op.batch_alter_table("hazards") as batch_op:
        batch_op.drop_index("ix_hazards_verdict_started_at_id")
        batch_op.drop_index("ix_hazards_unit_id_started_at")
        batch_op.drop_index("ix_hazards_ticket_id")
        batch_op.drop_index("ix_hazards_subject_kind_subject_id_started_at")
        batch_op.drop_index("ix_hazards_risk_unit_id_started_at")
        batch_op.drop_column("ticket_id")
        batch_op.drop_column("attributed_at")
        batch_op.drop_column("attributed_by")
        batch_op.drop_column("subject_id")
        batch_op.drop_column("subject_kind")
        batch_op.drop_column("review_note")
        batch_op.drop_column("reviewed_at")
        batch_op.drop_column("reviewer_id")
        batch_op.drop_column("dismissal")
        batch_op.drop_column("verdict")
        batch_op.drop_column("photo_ids")
        batch_op.drop_column("reported_by")
        batch_op.drop_column("description")
        batch_op.drop_column("unit_id")
        batch_op.drop_column("risk_unit_id")
        batch_op.drop_column("source")
