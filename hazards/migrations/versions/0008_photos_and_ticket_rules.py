"""Photos know what they show; rules for alarms of sensors, reports and covered cameras."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

HOUR = 3600.0
DEFAULTS = [
    ("gas", "larger", 1, True),
    ("door_contact", "on_the_spot", 1, True),
    ("vibration", "general", 10, False),
    ("unsafe_act", "general", 20, False),
    ("unsafe_condition", "general", 20, False),
    ("other", "general", 20, False),
    ("camera_tamper", "general", 10, False),
]
RULES = sa.table(
    "ticket_rules",
    *(
        sa.column(name)
        for name in (
            "id", "position", "enabled", "kind", "grade", "min_confidence", "schedule", "tier",
            "assignee", "deadline_s", "at_once", "recurrence_days",
        )
    ),
)  # fmt: skip


PHOTOS = sa.table("photos", *(sa.column(name) for name in ("id", "hazard_id", "ticket_id")))
HAZARDS = sa.table("hazards", sa.column("id"), sa.column("photo_ids", sa.JSON()))
STEPS = sa.table("ticket_transitions", sa.column("ticket_id"), sa.column("photo_ids", sa.JSON()))


def upgrade() -> None:
    """Photos that are there get their place; new rules go behind those that a site has."""
    with op.batch_alter_table("photos") as batch_op:
        batch_op.add_column(sa.Column("hazard_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("ticket_id", sa.String(length=64), nullable=True))
    for place, owner, photo_ids in (
        ("hazard_id", HAZARDS.c.id, HAZARDS.c.photo_ids),
        ("ticket_id", STEPS.c.ticket_id, STEPS.c.photo_ids),
    ):
        some = sa.select(owner, photo_ids).where(sa.cast(photo_ids, sa.Text) != "[]")
        for owner_id, shown in op.get_bind().execute(some).all():
            op.execute(sa.update(PHOTOS).where(PHOTOS.c.id.in_(shown)).values({place: owner_id}))
    _add_rules()


def _add_rules() -> None:
    last = op.get_bind().scalar(sa.select(sa.func.coalesce(sa.func.max(RULES.c.position), -1)))
    op.bulk_insert(
        RULES,
        [
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
            for position, (kind, tier, hours, at_once) in enumerate(DEFAULTS, int(last or 0) + 1)
        ],
    )


def downgrade() -> None:
    """Takes them away again; tickets and photos stay."""
    ids = [f"{kind}-default" for kind, *_ in DEFAULTS]
    op.execute(RULES.delete().where(RULES.c.id.in_(ids)))
    with op.batch_alter_table("photos") as batch_op:
        batch_op.drop_column("ticket_id")
        batch_op.drop_column("hazard_id")
