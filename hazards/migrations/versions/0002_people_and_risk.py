"""Organisation, people, grants, risk units and plans."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

GRADES = [
    # Bands of L·E·C after Kinney and Wiruth (1976):
    # 320, 160, 70; of likelihood times severity, both 1 to 5: 20, 15, 9.
    ("red", 4, "重大风险", "Major", "#d4380d", 320.0, 20.0),
    ("orange", 3, "较大风险", "Larger", "#fa8c16", 160.0, 15.0),
    ("yellow", 2, "一般风险", "General", "#fadb14", 70.0, 9.0),
    ("blue", 1, "低风险", "Low", "#1677ff", 0.0, 0.0),
]


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "units",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "path",
            sa.String(length=1000).with_variant(
                sa.VARCHAR(length=1000, collation="C"), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name="fk_units_parent_id_units"),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.UniqueConstraint("path", name="uq_units_path"),
    )
    op.create_index("ix_units_parent_id", "units", ["parent_id"])
    op.execute(
        "INSERT INTO units (id, parent_id, kind, name, path, position) "
        "VALUES ('site', NULL, 'company', 'Site', '/site/', 0)"
    )
    op.create_table(
        "contractors",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_contractors_unit_id_units"),
        sa.PrimaryKeyConstraint("id", name="pk_contractors"),
        sa.UniqueConstraint("name", name="uq_contractors_name"),
    )
    op.create_index("ix_contractors_unit_id", "contractors", ["unit_id"])
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("contractor_id", sa.String(length=64), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contractor_id"], ["contractors.id"], name="fk_people_contractor_id_contractors"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_people_unit_id_units"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("number", name="uq_people_number"),
    )
    op.create_index("ix_people_contractor_id", "people", ["contractor_id"])
    op.create_index("ix_people_unit_id", "people", ["unit_id"])
    op.create_table(
        "floor_plans",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("metres_per_px", sa.Double(), nullable=True),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_floor_plans_unit_id_units"),
        sa.PrimaryKeyConstraint("id", name="pk_floor_plans"),
    )
    op.create_index("ix_floor_plans_unit_id", "floor_plans", ["unit_id"])
    grades = op.create_table(
        "grades",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("lec_from", sa.Double(), nullable=False),
        sa.Column("matrix_from", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_grades"),
        sa.UniqueConstraint("rank", name="uq_grades_rank"),
    )
    columns = "code", "rank", "name_zh", "name_en", "colour", "lec_from", "matrix_from"
    op.bulk_insert(grades, [dict(zip(columns, grade, strict=True)) for grade in GRADES])
    op.create_table(
        "risk_units",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("polygon", sa.JSON(), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("factors", sa.JSON(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("inherent", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.Double(), nullable=True),
        sa.Column("effective", sa.String(length=64), nullable=False),
        sa.Column("effective_since", sa.Double(), nullable=False),
        sa.Column("controls", sa.JSON(), nullable=False),
        sa.Column("form_code", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["effective"], ["grades.code"], name="fk_risk_units_effective_grades"
        ),
        sa.ForeignKeyConstraint(
            ["inherent"], ["grades.code"], name="fk_risk_units_inherent_grades"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_risk_units_owner_id_people"),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["floor_plans.id"], name="fk_risk_units_plan_id_floor_plans"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_risk_units_unit_id_units"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_units"),
        sa.UniqueConstraint("form_code", name="uq_risk_units_form_code"),
    )
    op.create_index("ix_risk_units_owner_id", "risk_units", ["owner_id"])
    op.create_index("ix_risk_units_plan_id", "risk_units", ["plan_id"])
    op.create_index("ix_risk_units_unit_id", "risk_units", ["unit_id"])
    op.create_table(
        "in_charge",
        sa.Column("risk_unit_id", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_in_charge_person_id_people"),
        sa.ForeignKeyConstraint(
            ["risk_unit_id"],
            ["risk_units.id"],
            name="fk_in_charge_risk_unit_id_risk_units",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("risk_unit_id", "level", name="pk_in_charge"),
    )
    op.create_index("ix_in_charge_person_id", "in_charge", ["person_id"])
    op.create_table(
        "check_items",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("risk_unit_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["risk_unit_id"],
            ["risk_units.id"],
            name="fk_check_items_risk_unit_id_risk_units",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_check_items"),
    )
    op.create_index("ix_check_items_risk_unit_id", "check_items", ["risk_unit_id"])
    op.create_table(
        "checks",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("in_order", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["check_items.id"],
            name="fk_checks_item_id_check_items",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "period", name="pk_checks"),
    )
    op.create_table(
        "camera_views",
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("picture_points", sa.JSON(), nullable=False),
        sa.Column("plan_points", sa.JSON(), nullable=False),
        sa.Column("homography", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.id"],
            name="fk_camera_views_camera_id_cameras",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["floor_plans.id"], name="fk_camera_views_plan_id_floor_plans"
        ),
        sa.PrimaryKeyConstraint("camera_id", name="pk_camera_views"),
    )
    op.create_index("ix_camera_views_plan_id", "camera_views", ["plan_id"])
    op.create_table(
        "blind_cameras",
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.id"],
            name="fk_blind_cameras_camera_id_cameras",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("camera_id", name="pk_blind_cameras"),
    )
    op.create_table(
        "colour_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("risk_unit_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["risk_unit_id"],
            ["risk_units.id"],
            name="fk_colour_changes_risk_unit_id_risk_units",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_colour_changes"),
    )
    op.create_index("ix_colour_changes_risk_unit_id_at", "colour_changes", ["risk_unit_id", "at"])
    op.create_table(
        "risk_reviews",
        sa.Column("risk_unit_id", sa.String(length=64), nullable=False),
        sa.Column("quarter", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["risk_unit_id"],
            ["risk_units.id"],
            name="fk_risk_reviews_risk_unit_id_risk_units",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("risk_unit_id", "quarter", name="pk_risk_reviews"),
    )
    with op.batch_alter_table("zones") as batch_op:
        batch_op.add_column(sa.Column("risk_unit_id", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_zones_risk_unit_id", ["risk_unit_id"])
        batch_op.create_foreign_key(
            "fk_zones_risk_unit_id_risk_units",
            "risk_units",
            ["risk_unit_id"],
            ["id"],
            ondelete="SET NULL",
        )
    with op.batch_alter_table("cameras") as batch_op:
        batch_op.add_column(sa.Column("risk_unit_id", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_cameras_risk_unit_id", ["risk_unit_id"])
        batch_op.create_foreign_key(
            "fk_cameras_risk_unit_id_risk_units",
            "risk_units",
            ["risk_unit_id"],
            ["id"],
            ondelete="SET NULL",
        )
    op.create_table(
        "grants",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name="fk_grants_unit_id_units", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_grants_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "role", "unit_id", name="pk_grants"),
    )
    # So far every user was an administrator: now of the whole site.
    op.execute(
        "INSERT INTO grants (user_id, role, unit_id) SELECT id, 'administrator', 'site' FROM users"
    )
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("subject", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("person_id", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.create_unique_constraint("uq_users_person_id", ["person_id"])
        batch_op.create_unique_constraint("uq_users_subject", ["subject"])
        batch_op.create_foreign_key(
            "fk_users_person_id_people", "people", ["person_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.drop_column("role")
    op.create_table(
        "machine_tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name="fk_machine_tokens_unit_id_units", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_machine_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_machine_tokens_token_hash"),
    )


def downgrade() -> None:
    """Takes them away again, with what they hold."""
    op.drop_table("machine_tokens")
    # The earlier form knows administrators only: nobody else may become one.
    op.execute(
        "DELETE FROM users WHERE id NOT IN "
        "(SELECT user_id FROM grants WHERE role = 'administrator' AND unit_id = 'site')"
    )
    # SQLite checks no foreign keys while it migrates.
    op.execute("DELETE FROM sign_ins WHERE user_id NOT IN (SELECT id FROM users)")
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(
            sa.Column("role", sa.TEXT(), nullable=False, server_default="administrator")
        )
        batch_op.drop_constraint("fk_users_person_id_people", type_="foreignkey")
        batch_op.drop_constraint("uq_users_subject", type_="unique")
        batch_op.drop_constraint("uq_users_person_id", type_="unique")
        batch_op.drop_column("active")
        batch_op.drop_column("person_id")
        batch_op.drop_column("subject")
    op.drop_table("grants")
    with op.batch_alter_table("cameras") as batch_op:
        batch_op.drop_constraint("fk_cameras_risk_unit_id_risk_units", type_="foreignkey")
        batch_op.drop_index("ix_cameras_risk_unit_id")
        batch_op.drop_column("risk_unit_id")
    with op.batch_alter_table("zones") as batch_op:
        batch_op.drop_constraint("fk_zones_risk_unit_id_risk_units", type_="foreignkey")
        batch_op.drop_index("ix_zones_risk_unit_id")
        batch_op.drop_column("risk_unit_id")
    op.drop_table("risk_reviews")
    op.drop_table("colour_changes")
    op.drop_table("blind_cameras")
    op.drop_table("camera_views")
    op.drop_table("checks")
    op.drop_table("check_items")
    op.drop_table("in_charge")
    op.drop_table("risk_units")
    op.drop_table("grades")
    op.drop_table("floor_plans")
    op.drop_table("people")
    op.drop_table("contractors")
    op.drop_table("units")
